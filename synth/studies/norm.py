"""LayerNorm and RMSNorm in integers: one pass with a table of roots, and the published ones, which divide.

Norms are no products, so that they stand in the table of errors, each with what its hardware comes to; the
multiply-accumulate elements are a yardstick from the same flow. Of the published norms there are golden
models; the divider and the root that they would need are measured.
"""

import numpy as np

from ...gen.catalog import find_unit
from ...golden.norm import ibert_layernorm, ivit_layernorm, norm
from ..measure import measure
from ..study import Study
from .gelu import STUDY as GELU
from .gelu import data

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
#: Whole units with 8-bit results in rows of one beat, and the parts that roots are made of: delay targets.
UNITS = (
    ("norm, layer, 8 lanes", "norm", {"row_max": 8}, 1500, ""),
    ("norm, rms, 8 lanes", "norm", {"row_max": 8, "kind": "rms"}, 1500, ""),
    ("1 / sqrt, table, 32 bits", "inverse", {"function": "rsqrt", "bits": 32}, 2500, "573, sketch, 180 nm"),
    ("sqrt, serial, 32 bits", "sqrt", {}, 2500, ""),
    (
        "division, serial, 20 bits",
        "divide",
        {"dividend_bits": 20, "divisor_bits": 20},
        2500,
        "718, sketch, 180 nm",
    ),
    ("division, serial, 32 bits", "divide", {"dividend_bits": 32, "divisor_bits": 32}, 2500, ""),
)
ERRORS = tuple(f"{what}, {name}" for name in ("normal", "peaked") for what in ("mean", "largest"))
FIGURES = ("GE", "flip-flops", "um2", "ns", "cycles a result", "published GE")


def errors() -> list[dict]:
    """Return the errors of every method and scale against the function of the codes, then hardware."""
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
    for label, unit, fields, period, said in UNITS:
        spec = find_unit(unit).spec(**fields)
        best = measure(unit, spec, "nangate45", baseline=False, periods=(period,))["rows"][0]["best"]
        figures = (
            f"{best['gate_equivalents']:.0f}",
            f"{best['flip_flops']}",
            f"{best['area_um2']:.0f}",
            f"{best['period_ns']:.2f}",
            f"{getattr(spec, 'interval', 1) / spec.lanes:.3g}",
            said or "-",
        )
        found = {"group": "hardware", "label": label} | dict.fromkeys(ERRORS, "-")
        rows.append(found | dict(zip(FIGURES, figures, strict=True)))
    return rows


def _row(group: str, label: str, steps: int, computed) -> dict:
    found = {"group": group, "label": label}
    for name, real in data().items():
        x = np.clip(np.rint(real * steps), -128, 127).astype(np.int64)
        centred = x - (x.mean(axis=-1, keepdims=True) if label.startswith("layer") else 0)
        exact = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True))
        size = np.abs(computed(x) - exact)
        found |= {f"mean, {name}": f"{size.mean():.2g}", f"largest, {name}": f"{size.max():.2g}"}
    return found | dict.fromkeys(FIGURES, "-")


STUDY = Study(
    name="norm",
    title="LayerNorm and RMSNorm of integers by a table of roots, I-ViT and I-BERT: errors and hardware",
    source="Li and Gu, I-ViT, ICCV 2023; Kim et al., I-BERT, ICML 2021, which state no area; sketches of "
    "parts in cells of 180 nm stand beside",
    cases=GELU.cases,
    baselines=GELU.baselines,
    published=(),
    periods=GELU.periods,
    errors=errors,
)
