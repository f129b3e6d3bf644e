"""Specs of `fp_add` for the tests, and defects that its bench has to catch."""

from . import ICARUS
from .fp_mul import every_pair

SMALL = {"a_format": "e4m3fn"}
WHERE = {
    "random_bits": {"rounding": "stochastic"},
}
BENCH = [
    {"a_format": "e2m1fn", "rounding": "toward_zero", "pipeline": 2},
]
LINTED = [
    {"a_format": "e1m1", "out_format": "fp16", "adder": "ripple", "pipeline": 2},
]
BASELINE = [
    {"a_format": "e2m1fn", "out_format": "e8m0fnu", "rounding": "toward_zero"},
]

FMA = {"a_format": "e4m3fn"}
DEFECTS = [
    (FMA, r"if \(rst\) o <= 1'h0;\n    else if", "if", "after reset|delivered|should be"),
]


def proofs():
    """All pairs of codes of at most 8 bits; of bf16 and fp16 10^7 directed sums."""
    for fields in every_pair():
        yield fields, "exhaustive", ICARUS
    for name in ("bf16", "fp16"):
        yield {"a_format": name}, "full", ICARUS
