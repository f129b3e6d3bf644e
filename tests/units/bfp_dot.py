"""Specs of `bfp_dot` for the tests, and defects that its bench has to catch."""

from . import ICARUS

SMALL = {"lanes": 2, "block": 2}
BENCH = [
    {},
    {"a_bits": 16, "b_bits": 5, "block": 6, "lanes": 3, "adder": "ripple"},
    {"a_bits": 4, "b_bits": 4, "block": 1, "lanes": 1},
]
LINTED = [
    {"lanes": 3, "block": 9, "a_bits": 5, "b_bits": 12},
]
BASELINE = [
    {"a_bits": 7, "b_bits": 4, "block": 12, "lanes": 4},
]

BFP = {"a_bits": 5, "b_bits": 4, "block": 4, "lanes": 2}
DEFECTS = [
    # A block of two beats that forgets the first; a NaN for a scale; a row of the second product.
    (BFP, r"assign block_ends = .*;", "assign block_ends = 1'b1;", "y|nothing moved"),
    (BFP, r"s_axis_x_tb_scale == 8'hff", "s_axis_x_tb_scale == 8'hfe", "y.data"),
    (BFP, r"lane_1_multiple_0 = .*;", "lane_1_multiple_0 = 0;", "y.data"),
]


def proofs():
    for a, b, block, lanes in ((4, 4, 16, 16), (8, 4, 32, 4), (8, 8, 64, 1), (12, 7, 15, 5), (16, 16, 8, 2)):
        yield {"a_bits": a, "b_bits": b, "block": block, "lanes": lanes}, "full", ICARUS
