"""LayerNorm and RMSNorm in integers: one pass with a table of roots, and the published ones, which divide.

Whole units beside the same function with Verilog's operators, and the parts that roots are made of.
"""

import numpy as np

from ...golden.norm import ibert_layernorm, ivit_layernorm, norm
from ..study import Case, Published, Study
from .gelu import PLAIN, data

#: Weights of codes of 8 bits, as their reciprocals.
SCALES = (32, 16, 8, 4)
#: Results of the errors, wide enough for any row: label, kind, mantissa, and fraction.
TABLES = (
    ("layer, table of 9 bits", {"kind": "layer", "mantissa_bits": 9, "fraction": 9}),
    ("layer, table of 16 bits", {"kind": "layer", "mantissa_bits": 16, "index_bits": 9, "fraction": 14}),
    ("rms, table of 9 bits", {"kind": "rms", "mantissa_bits": 9, "fraction": 9}),
)
PUBLISHED = {
    "layer, I-ViT": lambda x: ivit_layernorm(x, in_bits=8),
    "layer, I-ViT, tvm": lambda x: ivit_layernorm(x, in_bits=8, variant="tvm"),
    "layer, I-BERT": lambda x: ibert_layernorm(x, in_bits=8),
}
#: Norms of 8 lanes in rows of one beat, so that the memory is as small as can be; and of 2 lanes, for the
#: published ones, whose results come seldom: group, shared fields, and labels with the fields of each.
EIGHT, TWO = {"lanes": 8, "row_max": 8}, {"lanes": 2, "row_max": 8}
NORMS = (
    ("LayerNorm, 8 lanes", EIGHT, {"table of roots": {}}),
    ("RMSNorm, 8 lanes", EIGHT | {"kind": "rms"}, {"table of roots": {}}),
    ("LayerNorm, 2 lanes", TWO, {"table of roots": {}}),
    ("I-BERT, 2 lanes", TWO | {"method": "ibert"}, {"a bit a cycle": {}, "4 bits a cycle": {"step_bits": 4}}),
    ("I-ViT, 2 lanes", TWO | {"method": "ivit"}, {"a bit a cycle": {}, "4 bits a cycle": {"step_bits": 4}}),
)
#: Parts: group, unit, fields, labels with the fields of each, and what the operators, which take a cycle, are
#: measured with; None: they take Yosys minutes.
PARTS = (
    (
        "1 / sqrt, 32 bits",
        "inverse",
        {"function": "rsqrt", "bits": 32},
        {"table, 1 lane": {}, "table, 3 lanes": {"lanes": 3}},
        {},
    ),
    ("1 / x, 20 bits", "inverse", {}, {"table, 1 lane": {}, "table, 3 lanes": {"lanes": 3}}, {}),
    ("sqrt, 32 bits", "sqrt", {}, {"serial": {}}, None),
    (
        "division, 20 bits",
        "divide",
        {"dividend_bits": 20, "divisor_bits": 20},
        {"serial": {}},
        {"step_bits": 20},
    ),
    ("division, 32 bits", "divide", {"dividend_bits": 32, "divisor_bits": 32}, {"serial": {}}, None),
)
#: Gate equivalents of the sketches.
SKETCHES = {"1 / sqrt, 32 bits": 573, "1 / x, 20 bits": 352, "division, 20 bits": 718}


def _cases():
    for group, shared, made in NORMS:
        if "method" not in shared:
            yield Case(group=group, label=PLAIN, unit="norm", fields=shared, plain=True)
        for label, fields in made.items():
            yield Case(group=group, label=label, unit="norm", fields=shared | fields)
    for group, unit, shared, made, plain in PARTS:
        period = {"group": group, "unit": unit, "periods": (2500,)}
        if plain is not None:
            yield Case(**period, label=PLAIN, fields=shared | plain, plain=True)
        for label, fields in made.items():
            yield Case(**period, label=label, fields=shared | fields)


def errors() -> list[dict]:
    """Return the errors of every method and scale against the function of the codes."""
    rows = []
    for steps in SCALES:
        group = f"8 bits, 1/{steps}"
        for label, options in TABLES:
            one = 1 << options["fraction"]
            rows.append(
                _row(group, label, steps, lambda x, o=options, one=one: norm(x, out_bits=24, **o) / one)
            )
        for label, function in PUBLISHED.items():
            rows.append(_row(group, label, steps, lambda x, f=function: f(x) * (x.shape[-1] ** 0.5 / 2**30)))
    return rows


def _row(group: str, label: str, steps: int, computed) -> dict:
    found = {"group": group, "label": label}
    for name, real in data().items():
        x = np.clip(np.rint(real * steps), -128, 127).astype(np.int64)
        centred = x - (x.mean(axis=-1, keepdims=True) if label.startswith("layer") else 0)
        exact = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True))
        size = np.abs(computed(x) - exact)
        found |= {f"mean, {name}": f"{size.mean():.2g}", f"largest, {name}": f"{size.max():.2g}"}
    return found


STUDY = Study(
    name="norm",
    title="LayerNorm and RMSNorm of integers by a table of roots, I-ViT and I-BERT: hardware and errors",
    source="sketches of parts in cells of 180 nm, in gate equivalents, of which one here is 0.798 um2 and a "
    "flip-flop with its enable 8.0; what a lane takes is half of what two more take. I-BERT (Kim et al., "
    "ICML 2021) and I-ViT (Li and Gu, ICCV 2023) state no area",
    cases=tuple(_cases()),
    baselines=(PLAIN,),
    published=tuple(Published(group=group, what="area", value=f"{ge} GE") for group, ge in SKETCHES.items()),
    periods=(1500,),
    fpga=(
        Case(group="LayerNorm, 2 lanes", label="table of roots", unit="norm", fields=TWO),
        Case(group="I-BERT, 2 lanes", label="a bit a cycle", unit="norm", fields=TWO | {"method": "ibert"}),
        Case(group="I-ViT, 2 lanes", label="a bit a cycle", unit="norm", fields=TWO | {"method": "ivit"}),
        Case(
            group="1 / sqrt, 32 bits", label="table", unit="inverse", fields={"function": "rsqrt", "bits": 32}
        ),
        Case(group="1 / x, 20 bits", label="table", unit="inverse", fields={}),
    ),
    errors=errors,
    per="result",
    # Baselines of the published norms take a row when the one before has left: there is no pace to compare.
    alone=("I-BERT, 2 lanes", "I-ViT, 2 lanes", "sqrt, 32 bits", "division, 32 bits"),
)
