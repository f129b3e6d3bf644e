"""Specs of `deferred_softmax` for the tests, and defects that its bench has to catch."""

from . import BOTH, ICARUS

SMALL = {"lanes": 2, "row_max": 8}
MEASURED = {"fraction_bits": 2, "row_max": 4, "exp_bits": 4, "index_bits": 2}
BENCH = [
    {"lanes": 3, "row_max": 9, "method": "softermax", "fraction_bits": 7, "in_bits": 11},
    {"lanes": 4, "row_max": 20},
    {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction_bits": 0, "exp_bits": 2},
    {"lanes": 3, "row_max": 40, "in_bits": 12, "fraction_bits": 8, "exp_bits": 12, "mantissa_bits": 16},
]
LINTED = [
    {"lanes": 2, "row_max": 8},
]
BASELINE = [
    {"lanes": 3, "row_max": 9},
    {"lanes": 1, "row_max": 5, "method": "softermax", "mantissa_bits": 4},
]

ROWS = {"lanes": 2, "row_max": 10}
DEFECTS = [
    (ROWS, r"e_given <= 1'h1", "e_given <= 1'h0", "should be|delivered"),
    (ROWS, r"r_given <= 1'h1", "r_given <= 1'h0", "should be|delivered"),
    (ROWS, r"row_begins <= last_reg", "row_begins <= 1'b0", "should be|unknown bits"),
    (ROWS, r"e_dffe_q_d_1 = lane_1_e & .*;", "e_dffe_q_d_1 = lane_1_e;", "should be"),
    (ROWS, r"too_long <= 1'h1", "too_long <= 1'h0", "too_long is 0, not 1"),
]


def proofs():
    for fields in (
        {"lanes": 16, "row_max": 2032, "in_bits": 10},
        {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction_bits": 0, "exp_bits": 2},
        {"lanes": 5, "row_max": 100, "in_bits": 12, "fraction_bits": 8, "exp_bits": 16, "mantissa_bits": 16},
        {"lanes": 64, "row_max": 65, "index_bits": 1},
    ):
        yield fields, "full", BOTH
    for fraction_bits in (0, 3, 5, 7):
        yield {"lanes": 2, "fraction_bits": fraction_bits}, "exhaustive", ICARUS
