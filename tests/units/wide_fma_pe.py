"""Specs of `wide_fma_pe` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.golden.float_format import PRESETS
from macwright.golden.lmul import KINDS

from . import ICARUS

FORMATS = (("bf16", None), ("fp16", "bf16"), ("e4m3fn", "e5m2"), ("e4m3fnuz", "e2m1fn"), ("e5m2", "fp32"))

WHERE = {
    "an_k": {"normalise": "an"},
    "an_lambda": {"normalise": "an"},
    "lmul_offset": {"multiplier": "lmul_integer"},
}
BENCH = [
    {"normalise": "an"},
    {"a_format": "e4m3fnuz", "b_format": "e8m0fnu", "normalise": "none", "acc_bits": 6},
    {"a_format": "fp16", "b_format": "e5m2", "acc_bits": 32, "adder": "ripple"},
    {"multiplier": "lmul_integer"},
    {"multiplier": "lmul_formula", "lmul_offset": 5, "a_format": "e4m3fn", "normalise": "an"},
    {"multiplier": "pam", "a_format": "e5m2fnuz", "b_format": "fp16", "adder": "ripple"},
]
LINTED = [
    {"normalise": "an", "a_format": "e4m3fnuz", "b_format": "e8m0fnu"},
    {"multiplier": "lmul_formula", "lmul_offset": 9, "b_format": "e4m3fnuz"},
    {"multiplier": "pam", "a_format": "e3m0fn", "acc_bits": 4},
]
BASELINE = [
    {"a_format": "e4m3fn", "b_format": "bf16"},
    {"normalise": "an", "an_k": 2, "an_lambda": 3, "acc_bits": 17},
    {"multiplier": "lmul_formula", "lmul_offset": 5, "a_format": "e4m3fn"},
    {"multiplier": "lmul_integer", "lmul_offset": 0, "a_format": "e4m3fnuz", "b_format": "e5m2"},
    {"multiplier": "pam", "a_format": "e3m0fn", "b_format": "e2m1fn"},
]

AN = {"a_format": "e4m3fn", "b_format": "e5m2", "normalise": "an"}
LMUL = {"a_format": "e4m3", "multiplier": "lmul_integer"}
LMUL_FORMULA = LMUL | {"multiplier": "lmul_formula"}
DEFECTS = [
    # A group that is too short; a pause that normalises; a zero that keeps its exponent; Inf times zero.
    (AN, r"b_not_y = \|turns\[17:16\]", "b_not_y = turns[17]", "the sum is"),
    (AN, r"(group_0_empty_and_y = .*) & en;", r"\1;", "the sum is"),
    (AN, r"acc_dff_q_d_2_and_y = .*;", "acc_dff_q_d_2_and_y = 1'b1;", "the sum is"),
    (AN, r"product_nan_or_y_ = .*;", "product_nan_or_y_ = 1'b0;", "the sum is"),
    (AN, r"assign clear = .*;", "assign clear = first;", "the sum is"),
    (AN, r"product_counts = .*;", "product_counts = en;", "the sum is"),
    # A shift that the exponent is not told of; a product with the sign of a.
    (AN, r"(group_1_empty \? \d+)'h([0-9a-f]+)d :", r"\1'h\2e :", "the sum is"),
    (AN, r"product_minus = .*;", "product_minus = a[7];", "the sum is"),
    # Products by addition: no offset; subnormal numbers that count; a sign that is forgotten, or half done.
    (LMUL, r"product_0_0_c = .*;", "product_0_0_c = a[0] & b[0];", "the sum is"),
    (LMUL, r"product_zero = .*;", "product_zero = 1'b0;", "the sum is"),
    (LMUL, r"inverted = (.*) \^ .*;", r"inverted = \1;", "the sum is"),
    (LMUL, r"sign_adder_g0 = .*;", "sign_adder_g0 = 1'b0;", "the sum is"),
    (LMUL_FORMULA, r"product_counts = .*;", "product_counts = en;", "the sum is"),
]


def exact_products():
    """Yield pairs of formats with every rule of normalisation."""
    for (a, b), rule in itertools.product(FORMATS, ("exact", "an", "none")):
        yield {"a_format": a, "b_format": b, "normalise": rule}


def added_products():
    """Yield pairs of formats with every kind of multiplication by addition, in sums of 36 bits."""
    for kind, (a, b) in itertools.product(KINDS, (("bf16", None), ("fp16", "e4m3fnuz"), ("fp32", "e5m2"))):
        yield {"a_format": a, "b_format": b, "multiplier": kind, "acc_bits": 36}


def proofs():
    """Mixes of formats and rules; L-Mul and PAM with every product of formats of at most 8 bits."""
    for fields in exact_products():
        yield fields | {"acc_bits": 35 if fields["b_format"] == "fp32" else None}, "full", ICARUS
        yield fields | {"acc_bits": 40}, "full", ICARUS
    for kind, (name, fmt) in itertools.product(KINDS, PRESETS.items()):
        if fmt.bits <= 8 and fmt.has_zero:
            yield {"a_format": name, "multiplier": kind}, "full", ICARUS
    for fields in added_products():
        offset = {} if fields["multiplier"] == "pam" else {"lmul_offset": 0}
        yield fields | offset | {"normalise": "an"}, "full", ICARUS
