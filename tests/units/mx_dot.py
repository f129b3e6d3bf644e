"""Specs of `mx_dot` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.golden.mx import ELEMENTS

from . import ICARUS

SMALL = {"lanes": 2}
WHERE = {
    "scale_low": {"blocks": 2, "scale_high": 20},
    "scale_high": {"blocks": 2},
    "acc_bits": {"blocks": 2},
}
BENCH = [
    {"lanes": 4},
    {"lanes": 1, "a_element": "mxint8", "b_element": "mxfp8_e5m2", "adder": "ripple"},
    {"lanes": 32, "a_element": "mxfp4_e2m1", "b_element": "mxfp6_e2m3"},
    {"lanes": 16, "blocks": 5, "scale_low": -6, "scale_high": 3, "b_element": "mxfp8_e5m2"},
    {"lanes": 8, "blocks": 1, "a_element": "mxint8", "b_element": "mxint8", "adder": "ripple"},
]
LINTED = [
    {"lanes": 2, "b_element": "mxint8"},
    {"lanes": 2, "a_element": "mxfp4_e2m1", "blocks": 3, "scale_low": -200, "scale_high": -190},
]
BASELINE = [
    {"lanes": 4, "b_element": "mxfp6_e3m2"},
    {"lanes": 2, "a_element": "mxint8", "b_element": "mxfp8_e5m2"},
    {"lanes": 16, "a_element": "mxfp4_e2m1", "blocks": 7, "scale_low": -250, "scale_high": -220},
]

FIXED = {"lanes": 16, "a_element": "mxfp4_e2m1", "b_element": "mxfp4_e2m1", "blocks": 3} | {
    "scale_low": -2,
    "scale_high": 2,
}
MX = {"lanes": 8, "b_element": "mxfp4_e2m1"}
DEFECTS = [
    # A block that ends early, the first block after another sum, scales, a reset within a sum.
    (MX, r"assign block_ends = .*;", "assign block_ends = block_ends_or_y;", "y|nothing moved"),
    (MX, r"code_first_mux_s = .*;", "code_first_mux_s = fp32_sum_y;", "y.data|unknown"),
    (MX, r"if \(take\) block_exponent", "if (take & ~beat_in_block_reduce_or_a) block_exponent", "y.data"),
    (MX, r"if \(rst\) next_is_first <= 1'h1", "if (rst) next_is_first <= 1'h0", "y.data|unknown"),
    # In fixed point: a sum that wraps; a shift that is too far; a sum that goes on; Inf of the sum before.
    (FIXED, r"assign overflow = .*;", "assign overflow = 1'b0;", "y.data"),
    (FIXED, r"assign distance = 9'h110 -", "assign distance = 9'h111 -", "y.data"),
    (FIXED, r"assign term_first_not_a = .*;", "assign term_first_not_a = 1'b1;", "y.data|unknown"),
    (FIXED, r"term_last_and_b = .*;", "term_last_and_b = term_last;", "y|unknown"),
]


def proofs():
    for a, b in itertools.product(ELEMENTS, ELEMENTS):
        yield {"a_element": a, "b_element": b, "lanes": 8}, "full", ICARUS
    for lanes in (1, 2, 16, 32):
        yield {"lanes": lanes}, "full", ICARUS
    for a, low, high in (("mxfp8_e4m3", -8, 4), ("mxint8", 0, 0), ("mxfp6_e3m2", -60, -20)):
        for acc_bits in (None, 150):
            fields = {"a_element": a, "b_element": "mxfp6_e2m3", "scale_low": low, "scale_high": high}
            yield fields | {"blocks": 9, "acc_bits": acc_bits}, "full", ICARUS
