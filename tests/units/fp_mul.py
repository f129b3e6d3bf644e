"""Specs of `fp_mul` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.golden.float_code import ROUNDINGS
from macwright.golden.float_format import PRESETS, SUBNORMALS

from . import ICARUS

#: Formats of which every pair of codes is tried.
TINY = [name for name, fmt in PRESETS.items() if fmt.bits <= 8]

SMALL = {"a_format": "e4m3fn"}
WHERE = {
    "random_bits": {"rounding": "stochastic"},
}
BENCH = [
    {"a_format": "e8m0fnu", "b_format": "e4m3fn", "out_format": "e5m2", "overflow": "nan", "pipeline": 4},
]
LINTED = [
    {"b_format": "e2m1fn", "out_format": "e8m0fnu", "rounding": "toward_zero", "pipeline": 3},
]
BASELINE = [
    {"a_format": "e8m0fnu", "b_format": "e4m3fn", "out_format": "e5m2", "pipeline": 2},
]

FMA = {"a_format": "e4m3fn"}
DEFECTS = [
    ({"a_format": "e4m3"}, r"product_nan = .*;", "product_nan = a_is_nan | b_is_nan;", "y.data"),
    (FMA, r"tready = .*;", "tready = 1'b1;", "should be|changed|delivered|nothing moved"),
]


def every_pair():
    """Yield each format with itself, and with another, rounded to a third in another way."""
    for name in TINY:
        yield {"a_format": name}
    others = [TINY[1:] + TINY[:1], TINY[4:] + TINY[:4]]
    options = itertools.cycle(itertools.product(ROUNDINGS, SUBNORMALS))
    for a, b, out, (rounding, subnormals) in zip(TINY, *others, options, strict=False):
        fields = {"a_format": a, "b_format": b, "out_format": out, "rounding": rounding}
        yield fields | {"subnormals": subnormals}


def proofs():
    """All pairs of codes of at most 8 bits; of bf16 and fp16 10^8 directed products."""
    for fields in every_pair():
        yield fields, "exhaustive", ICARUS
    for name in ("bf16", "fp16"):
        yield {"a_format": name}, "full", ICARUS
