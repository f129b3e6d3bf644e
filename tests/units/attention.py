"""Specs of `attention` for the tests, and defects that its bench has to catch."""

from . import BOTH

SMALL = {"dim": 2, "lanes": 1, "length_max": 8}
MEASURED = {"dim": 1, "bits": 2, "score_bits": 3, "fraction_bits": 1, "length_max": 4}
BENCH = [
    {"dim": 4, "lanes": 2, "length_max": 50},
    {"dim": 1, "lanes": 1, "length_max": 1, "bits": 2, "score_bits": 2, "fraction_bits": 1},
    {"dim": 9, "lanes": 3, "length_max": 20, "queries": 3, "causal": True, "window": 7, "out_lanes": 3}
    | {"bits": 5, "score_bits": 8, "fraction_bits": 2, "exp_bits": 12, "mult_bits": 15, "shift_bits": 6}
    | {"mantissa_bits": 16, "index_bits": 8},
    {"dim": 2, "lanes": 2, "length_max": 5, "queries": 2, "window": 2, "fraction_bits": 0},
]
LINTED = [
    {"dim": 4, "lanes": 2, "length_max": 8, "queries": 2, "window": 3},
    {"dim": 1, "lanes": 1, "length_max": 1, "bits": 2, "score_bits": 2, "fraction_bits": 0},
]
BASELINE = [
    {"dim": 4, "lanes": 2, "length_max": 20, "queries": 2, "causal": True, "window": 5},
    {"dim": 2, "lanes": 2, "length_max": 3, "bits": 4, "score_bits": 6, "out_lanes": 2},
]

ATTENTION = {"dim": 4, "lanes": 2, "length_max": 12, "queries": 2, "causal": True}
DEFECTS = [
    (ATTENTION, r"row_begins <= row_ends", "row_begins <= 1'b0", "should be"),
    (ATTENTION, r"rise\(held_rise_reg\[6:0\]\)", "rise(7'h0)", "should be"),
    (ATTENTION, r"held_first_reg <= scores_0_e_first", "held_first_reg <= 1'b0", "should be|unknown bits"),
    (ATTENTION, r"totals_given <= 1'h1", "totals_given <= 1'h0", "should be|nothing moved"),
    (ATTENTION, r"shows <= shows_.*;", "shows <= 1'b0;", "should be|nothing moved"),
    (ATTENTION, r"space = ~full_reg", "space = 1'b1", "should be|nothing moved"),
    (
        ATTENTION,
        r"s_axis_v_tready = held_e_valid_reg &",
        "s_axis_v_tready =",
        "unknown bits|should be|nothing moved",
    ),
    (ATTENTION, r"too_long <= 1'h1", "too_long <= 1'h0", "too_long is 0, not 1"),
]


def proofs():
    for fields in (
        {"lanes": 16, "dim": 16},
        {"queries": 4, "dim": 6, "lanes": 3, "length_max": 100, "causal": True, "window": 9, "out_lanes": 2},
        {"queries": 16, "dim": 2, "lanes": 1, "length_max": 33, "bits": 3, "window": 1},
        {"dim": 1, "lanes": 1, "length_max": 1, "bits": 2, "score_bits": 2, "fraction_bits": 0},
        {"dim": 64, "length_max": 256, "exp_bits": 12, "mult_bits": 15, "shift_bits": 6, "mantissa_bits": 16},
        {"dim": 7, "lanes": 7, "length_max": 65536, "score_bits": 12, "fraction_bits": 8, "out_lanes": 7},
    ):
        yield fields, "full", BOTH
