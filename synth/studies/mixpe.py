"""MixPE: 4-bit weights in groups, dequantised after each group, against engines of wider weights.

Activations are int8 (W4A8), or bf16 and fp16 (W4A16).
"""

import dataclasses

from ...gen.catalog import find_unit
from ...gen.verilog import make_verilog
from ...hdl.array.mac_array import MacArraySpec
from ...hdl.float.fma_array_spec import FmaArraySpec
from ...hdl.mixpe.mixpe_float_spec import MixpeFloatArraySpec
from ...hdl.mixpe.mixpe_spec import MixpeArraySpec
from ..baseline import Baseline, make_baseline
from ..study import Case, Published, Study

GROUPS = (32, 64, 128)
#: Width of an integer weight that was dequantised before the product.
WEIGHT_BITS = 16
#: Engines of plain integer products, best element each: label, width of both operands.
PLAIN = {"int8": 8, "int16": 16}
DEQUANTISED = "4-bit weights, each dequantised"
#: Sums of 4-bit weights as they are: what dequantisation is to be compared with.
UNSCALED = "4-bit weights without scales"
#: Multiply-adds that round every sum, by the format that labels them.
FLOATS = ("bf16", "fp16")
#: Multiply-adds of bf16 whose sums stay wide, exactly and approximately normalised.
WIDE = {"bf16, wide sums": {}, "bf16, wide sums, an-1-2": {"normalise": "an"}}
#: Delay targets of arrays.
INTEGER_PERIODS, FLOAT_PERIODS = (600,), (900,)


def weights_dequantised(spec: MixpeArraySpec | MixpeFloatArraySpec) -> Baseline:
    """Return an engine that dequantises every weight of a group-dequantising array in front of a wider one.

    Scale and zero point are applied at the array's edge, once for all rows, and no group is rounded. Weights
    become integers of WEIGHT_BITS, or codes in the format of the activations. The array has the same element,
    or for floats that whose sums are as wide.
    """
    size = {"rows": spec.rows, "cols": spec.cols}
    if isinstance(spec, MixpeFloatArraySpec):
        name, unit = "dequantised_float_weights", "fma_array"
        core = FmaArraySpec(
            **size, a_format=spec.a_format, acc_bits=spec.acc.acc_bits, out_format=spec.out_format
        )
    else:
        name, unit = "dequantised_weights", "mac_array"
        core = MacArraySpec(
            **size,
            a_bits=spec.a_bits,
            b_bits=WEIGHT_BITS,
            acc_bits=spec.out_bits,
            overflow="wrap",
            element=spec.element,
        )
    engine = make_verilog(find_unit(unit), core)
    edge = make_baseline(spec, name)
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
    for label, fields in WIDE.items():
        yield Case(**floats, label=label, unit="wide_fma_pe", fields=fields)
    for fmt in FLOATS:
        yield Case(**floats, label=f"W4A16, {fmt}", unit="weight_fma_pe", fields={"a_format": fmt})
    terms = {"microarchitecture": "terms"}
    yield Case(**floats, label="W4A16, bf16, terms", unit="weight_fma_pe", fields=terms)

    for n, labels, groups in ((8, PLAIN, GROUPS), (16, ("int8",), (128,))):
        array, size = {"group": f"{n}x{n} array", "periods": INTEGER_PERIODS}, {"rows": n, "cols": n}
        for label in labels:
            fields = size | {"a_bits": PLAIN[label], "b_bits": PLAIN[label], "element": "carry_save"}
            yield Case(**array, label=label, unit="mac_array", fields=fields)
        # As many results, as wide as those of the engine with scales.
        fields = size | {"b_bits": 4, "acc_bits": 32, "overflow": "wrap", "element": "carry_save"}
        yield Case(**array, label=UNSCALED, unit="mac_array", fields=fields)
        grouped = {"unit": "mixpe_array", **array}
        yield Case(**grouped, label=DEQUANTISED, fields=size, design=weights_dequantised)
        for group in groups:
            yield Case(**grouped, label=f"W4A8, groups of {group}", fields=size | {"group": group})

    array, size = {"group": "8x8 float array", "periods": FLOAT_PERIODS}, {"rows": 8, "cols": 8}
    for label, fields in WIDE.items():
        fields = size | {"out_format": "fp32"} | fields
        yield Case(**array, label=label, unit="fma_array", fields=fields)
    grouped = {"unit": "mixpe_float_array", **array}
    yield Case(**grouped, label=DEQUANTISED, fields=size, design=weights_dequantised)
    for group in (32, 128):
        yield Case(**grouped, label=f"W4A16, groups of {group}", fields=size | {"group": group})
    half = size | {"group": 128, "a_format": "fp16"}
    yield Case(**grouped, label="W4A16, fp16, groups of 128", fields=half)


STUDY = Study(
    name="mixpe",
    title="4-bit weights dequantised after each group (MixPE) against wider and dequantised weights",
    source="Zhang et al., MixPE, 2024: a simulator of whole accelerators, against others of their kind",
    cases=tuple(_cases()),
    baselines=(*PLAIN, UNSCALED, DEQUANTISED, *FLOATS, *WIDE),
    published=tuple(
        Published(group=group, what=what, value=value)
        for group in dict.fromkeys(case.group for case in _cases() if "array" in case.group)
        for what, value in (("area", "2.6 (speed)"), ("energy", "1.4"))
    ),
    periods=INTEGER_PERIODS,
    k=256,
)
