"""Specs of `shiftgelu` for the tests, and defects that its bench has to catch."""

from . import BOTH, ICARUS

SMALL = {"lanes": 1, "row_max": 8, "in_bits": 4, "one": 5, "n": 8, "step_bits": 31}
MEASURED = {"row_max": 2, "in_bits": 2, "one": 3, "out_bits": 2, "n": 8, "step_bits": 31}
BENCH = [
    {"lanes": 2, "row_max": 20},
    {"lanes": 1, "row_max": 1, "in_bits": 4, "one": 3, "out_bits": 5, "step_bits": 31},
]
LINTED = [
    {"lanes": 2, "row_max": 3, "in_bits": 5, "one": 5, "step_bits": 31},
]
BASELINE = [
    {"lanes": 2, "row_max": 6, "in_bits": 6, "one": 5, "step_bits": 31},
]

SHIFTS = {"lanes": 2, "row_max": 6, "in_bits": 5, "one": 5, "step_bits": 31}
DEFECTS = [
    # A row that goes on from the one before, integers that are not there, a sum that wraps, a stall.
    (SHIFTS, r"row_begins_or_a_ = .*;", "row_begins_or_a_ = row_begins_or_a;", "y.data|unknown"),
    (SHIFTS, r"code_1 = s_axis_x_tkeep\[1\]", "code_1 = 1'b1", "y.data"),
    (SHIFTS | {"in_bits": 6}, r"clipped = .*;", "clipped = total[30:0];", "y.data"),
    (SHIFTS, r"rows_space_or_b_ = .*;", "rows_space_or_b_ = 1'b1;", "should be|nothing moved"),
    (SHIFTS, r"if \(!keep_delay_o\[1\]\)", "if (1'b0)", "y.data"),
]


def proofs():
    for one, n, out_bits in ((19, 23, 8), (10, 23, 16), (38, 18, 2)):
        fields = {"lanes": 2, "row_max": 200, "one": one, "n": n, "out_bits": out_bits}
        yield fields, "exhaustive", ICARUS
        yield fields | {"lanes": 5, "step_bits": 11}, "full", BOTH
    yield {"in_bits": 10, "one": 76, "n": 17, "row_max": 4096}, "full", ICARUS
