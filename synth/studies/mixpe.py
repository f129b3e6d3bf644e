"""MixPE: 4-bit weights in groups, dequantised after each group, against engines of wider weights.

For activations of 16 bits the baseline is a float multiply-add: it is also what weights need that were
dequantised in front of the array.
"""

import dataclasses

from ...gen.catalog import find_unit
from ...gen.verilog import make_verilog
from ...hdl.array.mac_array import MacArraySpec
from ...hdl.mixpe.mixpe_spec import MixpeArraySpec
from ..baseline import Baseline, make_baseline
from ..study import Case, Published, Study

SIZE = {"rows": 8, "cols": 8}
GROUPS = (32, 64, 128)
#: Width of a weight that was dequantised before the product.
WEIGHT_BITS = 16
#: Engines of plain products, best element each: label, width of both operands.
PLAIN = {"int8": 8, "int16": 16}
DEQUANTISED = "4-bit weights, each dequantised"
#: Formats of float activations, which label their multiply-adds.
FLOATS = ("bf16", "fp16")


def weights_dequantised(spec: MixpeArraySpec) -> Baseline:
    """Return an engine that dequantises every weight of a MixpeArraySpec in front of a wider array.

    Scale and zero point are applied at the array's edge, once for all rows. The array has the same element.
    """
    core = MacArraySpec(
        rows=spec.rows,
        cols=spec.cols,
        a_bits=spec.a_bits,
        b_bits=WEIGHT_BITS,
        acc_bits=spec.out_bits,
        overflow="wrap",
        element=spec.element,
    )
    engine = make_verilog(find_unit("mac_array"), core)
    edge = make_baseline(spec, "dequantised_weights")
    text = edge.text.replace("  engine array (", f"  {engine.top} array (")
    return dataclasses.replace(edge, text=f"{text}\n{engine.text}")


def _cases():
    element = {"group": "element", "unit": "carry_save_pe", "periods": (300, 450, 700)}
    for label, bits in PLAIN.items():
        fields = {"a_bits": bits, "b_bits": bits, "input_reg": True}
        yield Case(**element, label=label, fields=fields)
    wide = {"a_bits": 8, "b_bits": WEIGHT_BITS, "acc_bits": 32, "overflow": "wrap", "input_reg": True}
    yield Case(**element, label=DEQUANTISED, fields=wide)
    for group in GROUPS:
        fields = {"a_bits": 8, "b_bits": 4, "k_max": group, "input_reg": True}
        yield Case(**element, label=f"W4A8, groups of {group}", fields=fields)

    floats = {"group": "float element", "periods": (400, 700, 1100)}
    for fmt in FLOATS:
        yield Case(**floats, label=fmt, unit="fma_pe", fields={"a_format": fmt})
    for fmt in FLOATS:
        yield Case(**floats, label=f"W4A16, {fmt}", unit="weight_fma_pe", fields={"a_format": fmt})
    terms = {"microarchitecture": "terms"}
    yield Case(**floats, label="W4A16, bf16, terms", unit="weight_fma_pe", fields=terms)

    array = {"group": f"{SIZE['rows']}x{SIZE['cols']} array"}
    for label, bits in PLAIN.items():
        fields = SIZE | {"a_bits": bits, "b_bits": bits, "element": "carry_save"}
        yield Case(**array, label=label, unit="mac_array", fields=fields)
    grouped = {"unit": "mixpe_array", **array}
    yield Case(**grouped, label=DEQUANTISED, fields=SIZE, design=weights_dequantised)
    for group in GROUPS:
        yield Case(**grouped, label=f"W4A8, groups of {group}", fields=SIZE | {"group": group})


STUDY = Study(
    name="mixpe",
    title="4-bit weights dequantised after each group (MixPE) against int8, int16 and dequantised weights",
    source="Zhang et al., MixPE, 2024: a simulator of whole accelerators, against others of their kind",
    cases=tuple(_cases()),
    baselines=(*PLAIN, DEQUANTISED, *FLOATS),
    published=tuple(
        Published(group=f"{SIZE['rows']}x{SIZE['cols']} array", what=what, value=value)
        for what, value in (("area", "2.6 (speed)"), ("energy", "1.4"))
    ),
    periods=(600,),
    k=256,
)
