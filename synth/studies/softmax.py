"""Integer softmaxes: the base-2 one with and without its division, and the errors of every method.

Errors are those of a probability in rows of normal logits, and in rows of which one logit stands out, against
the real softmax of these logits.
"""

from fractions import Fraction

import numpy as np

from ...golden.ibert import ibert_exp_constants, ibert_requant
from ...golden.softmax import softmax
from ..study import Case, Published, Study

LANES = 16
#: As long as a sum of 19 bits holds exponentials of 8.
LONG = 2032
#: Rows of the errors, logits, and the step that these are multiples of.
ROWS, LENGTH, STEP, SEED = 500, 192, Fraction(1, 16), 0
SPREADS = (1, 2, 4)
_MULT, _SHIFT = ibert_requant(STEP)
#: Method, options, codes per nat and steps per 1, by label.
METHODS = {
    "shiftmax, 16 bits": ("shiftmax", {"one": 16, "out_bits": 16}, 16, 1 << 15),
    "shiftmax, 8 bits": ("shiftmax", {"one": 16}, 16, 128),
    "shiftmax (tvm), 8 bits": ("shiftmax", {"one": 17, "variant": "tvm"}, 16, 128),
    "ibert": ("ibert", {"constants": ibert_exp_constants(STEP), "mult": _MULT, "shift": _SHIFT}, 16, 256),
    "ita": ("ita", {}, 32 / np.log(2), 256),
    "ita, octave_shift=3": ("ita", {"octave_shift": 3}, 8 / np.log(2), 256),
    "sole": ("sole", {}, 16, 256),
    "softermax, 16-bit codes": (
        "softermax",
        {"fraction_bits": 10, "in_bits": 16, "total_bits": 32},
        1024 / np.log(2),
        256,
    ),
    "base2, 8-bit codes": ("base2", {"lanes": LANES}, 32 / np.log(2), 256),
    "base2, 10-bit codes": ("base2", {"lanes": LANES, "in_bits": 10}, 32 / np.log(2), 256),
    "base2, 10-bit codes, 16 bits": (
        "base2",
        {"lanes": LANES, "in_bits": 10, "exp_bits": 16, "total_bits": 28, "out_bits": 16},
        32 / np.log(2),
        1 << 16,
    ),
}


def _cases():
    short, long = {"lanes": LANES, "row_max": LANES}, {"lanes": LANES, "row_max": LONG}
    group = {"group": "rows of one beat", "unit": "softmax"}
    yield Case(**group, label="Verilog's operators", fields=short, plain=True)
    yield Case(**group, label="softmax", fields=short)
    yield Case(**group, label="softmax, 10-bit codes", fields=short | {"in_bits": 10})
    published = {
        "method": "softermax",
        "in_bits": 12,
        "fraction_bits": 8,
        "exp_bits": 16,
        "mantissa_bits": 16,
    }
    yield Case(**group, label="softmax, softermax, 12-bit codes", fields=short | published)
    group = {"group": "other methods, rows of one beat", "unit": "softmax"}
    yield Case(**group, label="softmax, base2", fields=short)
    for method, options in (("ita", {}), ("sole", {"fraction_bits": 4}), ("shiftmax", {}), ("ibert", {})):
        yield Case(**group, label=f"softmax, {method}", fields=short | {"method": method} | options)
    group = {"group": f"deferred, rows to {LONG}", "unit": "deferred_softmax"}
    yield Case(**group, label="Verilog's operators", fields=long, plain=True)
    yield Case(**group, label="deferred_softmax", fields=long)
    yield Case(**group, label="deferred_softmax, 10-bit codes", fields=long | {"in_bits": 10})


def logits(spread: float, peaked: bool = False) -> np.ndarray:
    """Return rows of logits, normal with a deviation of `spread`, multiples of STEP that 8 bits hold.

    peaked: one of a row is 4.5 to 7.
    """
    x = np.random.default_rng(SEED).normal(0, spread, (ROWS, LENGTH))
    if peaked:
        x[:, LENGTH // 2] = np.linspace(4.5, 7, ROWS)
    return np.clip(np.rint(x / float(STEP)), -128, 127) * float(STEP)


def errors() -> list[dict]:
    """Return for every method mean and largest error, the sum of a row, and how often the same is largest."""
    loads = {f"logits of sigma {spread}": logits(spread) for spread in SPREADS}
    loads["sigma 1, one of 4.5 to 7"] = logits(1, peaked=True)
    rows = []
    for group, x in loads.items():
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        real = e / e.sum(axis=-1, keepdims=True)
        for label, (method, options, nat, one) in METHODS.items():
            end = 1 << (options.get("in_bits", 8) - 1)
            codes = np.clip(np.rint(x * nat), -end, end - 1).astype(np.int64)
            p = softmax(codes, method=method, **options) / one
            wrong = np.abs(p - real)
            largest = np.take_along_axis(p, x.argmax(axis=-1)[:, None], -1)[:, 0]
            rows.append(
                {
                    "group": group,
                    "label": label,
                    "mean error": float(wrong.mean()),
                    "largest": float(wrong.max()),
                    "sum of a row": f"{p.sum(axis=-1).mean():.3f}",
                    "largest p where x is": f"{(largest == p.max(axis=-1)).mean():.0%}",
                }
            )
    return rows


STUDY = Study(
    name="softmax",
    title="Integer softmax, 16 lanes: with and without the division, and the errors of every method",
    source="Stevens et al., Softermax, DAC 2021: 0.90 of the area, 2.35 times the energy efficiency of a "
    "baseline of its own; ITA's public unit takes 17514 generic gates and 661 flip-flops "
    "(`macwright synth deferred_softmax -p lanes=16 -p row_max=2032 --target generic` beside); Wang et al., "
    "SOLE, ICCAD 2023: 2.82 times the area efficiency of earlier softmaxes",
    cases=tuple(_cases()),
    baselines=("Verilog's operators", "softmax, base2"),
    published=(
        Published(group="rows of one beat", what="area", value="1.11"),
        Published(group="rows of one beat", what="energy", value="2.35"),
    ),
    periods=(1500,),
    fpga=(
        Case(group="4 lanes", label="softmax", unit="softmax", fields={"lanes": 4, "row_max": 64}),
        Case(group="4 lanes", label="deferred_softmax", unit="deferred_softmax", fields={"lanes": 4}),
        Case(
            group=f"deferred, rows to {LONG}",
            label="deferred_softmax",
            unit="deferred_softmax",
            fields={"lanes": LANES, "row_max": LONG},
        ),
    ),
    errors=errors,
    per="result",
)
