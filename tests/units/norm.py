"""Specs of `norm` for the tests, and defects that its bench has to catch."""

from macwright.golden.norm import KINDS

from . import BOTH, ICARUS

SMALL = {"lanes": 2, "row_max": 8}
MEASURED = {"row_max": 4, "kind": "rms", "fraction": 2, "index_bits": 2, "mantissa_bits": 4}
BENCH = [
    {"lanes": 4, "row_max": 20},
    {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction": 0, "mantissa_bits": 2, "pipeline": 1},
    {"lanes": 64, "row_max": 65, "in_bits": 2, "fraction": 0, "mantissa_bits": 2, "index_bits": 1},
    {"lanes": 3, "row_max": 9, "kind": "rms", "in_bits": 5, "eps": 9, "pipeline": 3},
    {"lanes": 2, "row_max": 60, "in_bits": 12, "out_bits": 16, "fraction": 11, "mantissa_bits": 16}
    | {"index_bits": 9, "eps": 1 << 20},
]
LINTED = [
    {"lanes": 2, "row_max": 8},
    {"lanes": 1, "row_max": 1, "in_bits": 2, "kind": "rms", "fraction": 0, "pipeline": 3},
]
BASELINE = [
    {"lanes": 3, "row_max": 12, "eps": 3},
    {"lanes": 1, "row_max": 2, "in_bits": 5, "kind": "rms", "out_bits": 9, "pipeline": 3},
]

ROWS = {"lanes": 2, "row_max": 10}
DEFECTS = [
    (ROWS, r"row_begins <= beat_last_reg", "row_begins <= 1'b0", "should be"),
    (ROWS, r"x_1 = x\[15:8\] & .*;", "x_1 = x[15:8];", "should be"),
    (ROWS, r"negative_total = .*;", "negative_total = 13'h0;", "should be"),
    (ROWS, r"scale_count_reg <= row_count_reg", "scale_count_reg <= count", "should be"),
    (ROWS, r"if \(!keep_delay_o\[1\]\)", "if (1'b0)", "should be"),
    (ROWS, r"space = count != 4'hb", "space = 1'b1", "should be|nothing moved"),
    (ROWS, r"rows_pop = go & ", "rows_pop = go | ", "should be|nothing moved"),
    (ROWS, r"too_long <= 1'h1", "too_long <= 1'h0", "too_long is 0, not 1"),
]


def proofs():
    for kind in KINDS:
        yield {"lanes": 2, "kind": kind}, "exhaustive", ICARUS
    for fields in (
        {"lanes": 16},
        {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction": 0, "mantissa_bits": 2, "index_bits": 1},
        {"lanes": 5, "row_max": 100, "in_bits": 14, "fraction": 16, "out_bits": 24, "mantissa_bits": 16}
        | {"index_bits": 9, "pipeline": 3, "eps": 1 << 40},
        {"lanes": 3, "row_max": 4096, "in_bits": 10, "kind": "rms", "pipeline": 1},
        {"lanes": 64, "row_max": 65, "index_bits": 1},
    ):
        yield fields, "full", BOTH
