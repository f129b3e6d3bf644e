"""Specs of `norm` for the tests, and defects that its bench has to catch."""

from macwright.golden.norm import KINDS, METHODS

from . import BOTH, ICARUS

SMALL = {"lanes": 2, "row_max": 8}
MEASURED = {"row_max": 4, "kind": "rms", "fraction": 2, "index_bits": 2, "mantissa_bits": 4}
WHERE = {"step_bits": {"method": "ibert"}}
BENCH = [
    {"lanes": 4, "row_max": 20},
    {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction": 0, "mantissa_bits": 2, "pipeline": 1},
    {"lanes": 64, "row_max": 65, "in_bits": 2, "fraction": 0, "mantissa_bits": 2, "index_bits": 1},
    {"lanes": 3, "row_max": 9, "kind": "rms", "in_bits": 5, "eps": 9, "pipeline": 3},
    {"lanes": 2, "row_max": 60, "in_bits": 12, "out_bits": 16, "fraction": 11, "mantissa_bits": 16}
    | {"index_bits": 9, "eps": 1 << 20},
    {"lanes": 3, "row_max": 12, "method": "ivit", "step_bits": 8},
    {"lanes": 1, "row_max": 1, "in_bits": 2, "method": "ivit_tvm", "step_bits": 32, "pipeline": 1},
    {"lanes": 1, "row_max": 4, "in_bits": 16, "method": "ibert", "step_bits": 6},
    {"lanes": 2, "row_max": 60, "method": "ibert", "step_bits": 2},
]
LINTED = [
    {"lanes": 2, "row_max": 8},
    {"lanes": 1, "row_max": 1, "in_bits": 2, "kind": "rms", "fraction": 0, "pipeline": 3},
    {"lanes": 2, "row_max": 8, "method": "ivit"},
    {"lanes": 1, "row_max": 1, "in_bits": 2, "method": "ibert", "step_bits": 32, "pipeline": 1},
]
BASELINE = [
    {"lanes": 3, "row_max": 12, "eps": 3},
    {"lanes": 1, "row_max": 2, "in_bits": 5, "kind": "rms", "out_bits": 9, "pipeline": 3},
    {"lanes": 3, "row_max": 12, "method": "ibert", "step_bits": 8},
    {"lanes": 1, "row_max": 2, "in_bits": 5, "method": "ivit_tvm", "step_bits": 16},
]

ROWS = {"lanes": 2, "row_max": 10}
IVIT = ROWS | {"method": "ivit", "step_bits": 16}
TVM = IVIT | {"method": "ivit_tvm"}
IBERT = IVIT | {"method": "ibert"}
DEFECTS = [
    (ROWS, r"row_begins <= beat_last_reg", "row_begins <= 1'b0", "should be"),
    (ROWS, r"x_1 = x\[15:8\] & .*;", "x_1 = x[15:8];", "should be"),
    (ROWS, r"negative_total = .*;", "negative_total = 13'h0;", "should be"),
    (ROWS, r"scale_count_reg <= row_count_reg", "scale_count_reg <= count", "should be"),
    (ROWS, r"if \(!keep_delay_o\[1\]\)", "if (1'b0)", "should be"),
    (ROWS, r"space = count != 4'hb", "space = 1'b1", "should be|nothing moved"),
    (ROWS, r"rows_pop = go & ", "rows_pop = go | ", "should be|nothing moved"),
    (ROWS, r"too_long <= 1'h1", "too_long <= 1'h0", "too_long is 0, not 1"),
    # A mean rounded half up; a variance too early; nine steps to the root; a row that is divided twice.
    (IBERT, r"(mean_up_or_y_b_and_y) & .*;", r"\1;", "should be"),
    (IBERT, r"variance <= variance_dff_q", "if (take) variance <= variance_dff_q", "should|unknown"),
    (IVIT, r"step == 4'hb", "step == 4'ha", "should be"),
    (IVIT, r"ready = ready_or_y .*;", "ready = 1'b1;", "should be|nothing moved"),
    # Halves of negative products rounded down; a mean whose sign is lost.
    (TVM, r"tree_0_0_c = .*;", "tree_0_0_c = 1'b0;", "should be"),
    (TVM, r"mean = negative .*;", "mean = mean_magnitude;", "should be"),
]


def proofs():
    for kind in KINDS:
        yield {"lanes": 2, "kind": kind}, "exhaustive", ICARUS
    for method in METHODS[1:]:
        yield {"lanes": 2, "row_max": 2, "method": method, "step_bits": 32}, "exhaustive", ICARUS
    for fields in (
        {"lanes": 16},
        {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction": 0, "mantissa_bits": 2, "index_bits": 1},
        {"lanes": 5, "row_max": 100, "in_bits": 14, "fraction": 16, "out_bits": 24, "mantissa_bits": 16}
        | {"index_bits": 9, "pipeline": 3, "eps": 1 << 40},
        {"lanes": 3, "row_max": 4096, "in_bits": 10, "kind": "rms", "pipeline": 1},
        {"lanes": 64, "row_max": 65, "index_bits": 1},
        {"lanes": 8, "row_max": 768, "method": "ivit", "step_bits": 4},
        {"lanes": 1, "row_max": 4, "in_bits": 16, "method": "ivit_tvm", "pipeline": 1},
        {"lanes": 3, "row_max": 1000, "in_bits": 12, "method": "ibert", "step_bits": 5},
    ):
        yield fields, "full", BOTH
