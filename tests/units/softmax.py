"""Specs of `softmax` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.hdl.softmax.exp_lane import METHODS

from . import BOTH, ICARUS

SMALL = {"lanes": 2, "row_max": 8}
MEASURED = {"fraction_bits": 2, "row_max": 4, "exp_bits": 4, "index_bits": 2, "mantissa_bits": 8}
BENCH = [
    {"lanes": 4, "row_max": 20},
    {"lanes": 1, "row_max": 3, "in_bits": 4, "fraction_bits": 0, "exp_bits": 5, "pipeline": 1},
    {"lanes": 3, "row_max": 3, "in_bits": 3, "fraction_bits": 2, "out_bits": 1},
    {"lanes": 2, "row_max": 100, "in_bits": 12, "fraction_bits": 6, "exp_bits": 12, "out_bits": 12}
    | {"mantissa_bits": 14, "pipeline": 3},
    {"lanes": 2, "row_max": 20, "method": "softermax", "exp_bits": 16, "mantissa_bits": 16},
    {"lanes": 1, "row_max": 3, "method": "softermax", "fraction_bits": 0, "mantissa_bits": 8},
]
LINTED = [
    {"lanes": 2, "row_max": 8},
    {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction_bits": 0, "pipeline": 3},
]
BASELINE = [
    {"lanes": 4, "row_max": 12},
    {"lanes": 1, "row_max": 2, "in_bits": 5, "fraction_bits": 1, "out_bits": 9, "pipeline": 3},
    {"lanes": 2, "row_max": 8, "method": "softermax", "exp_bits": 11, "mantissa_bits": 12},
]

SOFTMAX = {"lanes": 2, "row_max": 10}
DEFECTS = [
    (SOFTMAX, r"rise = .*;", "rise = 4'h0;", "should be"),
    (SOFTMAX, r"row_begins <= last_reg", "row_begins <= 1'b0", "should be"),
    (SOFTMAX, r"octaves = rows_o.*;", "octaves = 4'h0;", "should be"),
    (SOFTMAX, r"e_dffe_q_d_1 = lane_1_e & .*;", "e_dffe_q_d_1 = lane_1_e;", "should be"),
    (SOFTMAX, r"space = count != 4'hc", "space = 1'b1", "should be|nothing moved"),
    (SOFTMAX, r"rows_pop = go & ", "rows_pop = go | ", "should be|nothing moved"),
    (SOFTMAX, r"too_long <= 1'h1", "too_long <= 1'h0", "too_long is 0, not 1"),
]


def proofs():
    softermax = {"method": "softermax", "in_bits": 12, "fraction_bits": 7, "exp_bits": 16}
    for fields in (
        {"lanes": 16},
        {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction_bits": 0, "exp_bits": 2, "pipeline": 1},
        {"lanes": 5, "row_max": 100, "in_bits": 12, "fraction_bits": 8, "exp_bits": 16, "out_bits": 16}
        | {"mantissa_bits": 16, "index_bits": 9, "pipeline": 3},
        {"lanes": 3, "row_max": 4096, "in_bits": 10, "fraction_bits": 1, "out_bits": 1},
        {"lanes": 64, "row_max": 65, "mantissa_bits": 8, "index_bits": 1},
        {"lanes": 4, "row_max": 300, "out_bits": 16, "mantissa_bits": 16} | softermax,
    ):
        yield fields, "full", BOTH
    for fraction_bits, method in itertools.product((0, 3, 5, 7), METHODS):
        yield {"lanes": 2, "fraction_bits": fraction_bits, "method": method}, "exhaustive", ICARUS
