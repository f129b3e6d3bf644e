"""Specs of `weight_fma_pe` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.golden.csd import most_digits

from . import ICARUS

WHERE = {
    "digits": {"recoding": "csd", "b_bits": 8},
}
BENCH = [
    {},
    {"a_format": "fp16", "b_bits": 8, "acc_bits": 19, "adder": "ripple"},
    {"microarchitecture": "terms", "b_bits": 3},
    {"recoding": "bits"},
    {"recoding": "csd", "b_bits": 8, "digits": 3, "a_format": "fp16"},
]
LINTED = [
    {"a_format": "fp16", "b_bits": 8, "acc_bits": 19},
]
BASELINE = [
    {},
    {"a_format": "fp16", "b_bits": 2, "acc_bits": 32},
    {"b_bits": 7, "recoding": "csd", "digits": 3},
    {"microarchitecture": "terms", "a_format": "fp16", "b_bits": 3},
]

TERMS = {"microarchitecture": "terms", "b_bits": 2}
DEFECTS = [
    # A zero product keeps its exponent; a number far below leaves something; the rounding of the shift.
    ({}, r"assign product_counts = .*;", "assign product_counts = en;", "the sum is"),
    ({}, r"(distance_reduce_or_a_y_not_a) = .*;", r"\1 = 1'b1;", "the sum is"),
    ({}, r"assign total_adder_g0_or_y_ = .*;", "assign total_adder_g0_or_y_ = 1'b0;", "the sum"),
    # A zero sum keeps its exponent; Inf times zero; a pause that starts a sum.
    ({}, r"assign lowered_exponent_and_y = .*;", "assign lowered_exponent_and_y = 1'b1;", "sum"),
    ({}, r"product_nan = .*;", "product_nan = en & a_is_nan;", "the sum is"),
    ({}, r"assign clear = .*;", "assign clear = first;", "the sum is"),
    # A negative activation is one less; a digit that is lost, and nobody is told.
    ({"recoding": "bits"}, r"assign negation_row = .*;", "assign negation_row = 0;", "the sum"),
    ({"recoding": "csd"}, r"assign taken_1 = .*;", "assign taken_1 = 0;", "the sum is"),
    (TERMS, r"= b_xor_b_y_mux_a \? 16'h7fc0 : ", "= ", "the sum is"),
    (TERMS, r"__term_sum_b_scale_1 terms_0_0", "__term_sum terms_0_0", "the sum is"),
]


def proofs():
    for fmt, b_bits in itertools.product(("bf16", "fp16"), (2, 3, 4, 8)):
        fields = {"a_format": fmt, "b_bits": b_bits}
        yield fields | {"acc_bits": 19 + b_bits}, "full", ICARUS
        yield fields | {"microarchitecture": "terms"}, "full", ICARUS
        yield fields | {"recoding": "bits", "acc_bits": 32}, "full", ICARUS
        for digits in range(1, most_digits(b_bits) + 1):
            yield fields | {"recoding": "csd", "digits": digits}, "full", ICARUS
