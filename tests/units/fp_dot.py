"""Specs of `fp_dot` for the tests, and defects that its bench has to catch."""

import itertools

from . import ICARUS
from .fp_mul import TINY

SMALL = {"a_format": "e4m3", "lanes": 2}
WHERE = {
    "random_bits": {"rounding": "stochastic"},
}
BENCH = [
    {"lanes": 3, "a_format": "e4m3"},
    {"lanes": 1, "a_format": "e5m2", "b_format": "e3m2fn", "out_format": "e4m3fn", "pipeline": 3},
    {"lanes": 5, "a_format": "e2m1fn", "out_format": "fp16", "rounding": "stochastic", "adder": "ripple"},
]
LINTED = [
    {"lanes": 3, "b_format": "e2m1fn", "out_format": "e5m2", "pipeline": 5},
]
BASELINE = [
    {"lanes": 3, "a_format": "e3m2fn", "b_format": "e4m3", "out_format": "e4m3fn", "pipeline": 2},
    {"a_format": "e4m3fnuz", "subnormals": "flush", "rounding": "stochastic"},
]

DOT = {"lanes": 3, "a_format": "e4m3"}
DEFECTS = [
    # Inf less Inf; the sign of an Inf; where a product stands.
    (DOT, r"any_nan_or_y_ = .*;", "any_nan_or_y_ = 1'b0;", "y.data"),
    (DOT, r"assign sign = .*;", "assign sign = sign_mux_y;", "y.data"),
    (DOT, r"amount = product_exponent - 2'h2;", "amount = product_exponent - 2'h1;", "y.data"),
]


def proofs():
    for name, lanes in itertools.product(TINY, (1, 2, 7)):
        if name != "e8m0fnu":
            yield {"lanes": lanes, "a_format": name}, "exhaustive", ICARUS
    for fields in (
        {"a_format": "e5m2", "lanes": 8},
        {"a_format": "e4m3fn", "lanes": 32, "pipeline": 5},
        {"a_format": "e3m2fn", "b_format": "e5m2", "out_format": "fp32", "rounding": "toward_zero"},
        {"a_format": "fp16", "b_format": "e2m1fn", "out_format": None},
        {"a_format": "e2m1fn", "lanes": 64, "out_format": "e2m1fn", "rounding": "stochastic"},
    ):
        yield fields, "full", ICARUS
