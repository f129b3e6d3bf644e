"""Specs of `softmax` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.golden.ivit_exp import VARIANTS
from macwright.hdl.softmax.exp_lane import METHODS
from macwright.hdl.softmax.row_octaves import METHODS as SHIFTED

from . import BOTH, ICARUS

SMALL = {"lanes": 2, "row_max": 8}
MEASURED = {"fraction_bits": 2, "row_max": 4, "exp_bits": 4, "index_bits": 2, "mantissa_bits": 8}
WHERE = {
    "step_bits": {"method": "ita"},
    "variant": {"method": "shiftmax", "in_bits": 5},
    "scale": {"method": "ibert", "in_bits": 5},
    "scale_shift": {"method": "ibert", "in_bits": 5},
}
BENCH = [
    {"lanes": 4, "row_max": 20},
    {"lanes": 1, "row_max": 3, "in_bits": 4, "fraction_bits": 0, "exp_bits": 5, "pipeline": 1},
    {"lanes": 3, "row_max": 3, "in_bits": 3, "fraction_bits": 2, "out_bits": 1},
    {"lanes": 2, "row_max": 100, "in_bits": 12, "fraction_bits": 6, "exp_bits": 12, "out_bits": 12}
    | {"mantissa_bits": 14, "pipeline": 3},
    {"lanes": 2, "row_max": 20, "method": "softermax", "exp_bits": 16, "mantissa_bits": 16},
    {"lanes": 1, "row_max": 3, "method": "softermax", "fraction_bits": 0, "mantissa_bits": 8},
    {"lanes": 3, "row_max": 40, "method": "ita", "in_bits": 10, "out_bits": 7, "step_bits": 3},
    {"lanes": 1, "row_max": 1, "method": "ita", "in_bits": 2, "fraction_bits": 0, "out_bits": 1},
    {"lanes": 2, "row_max": 20, "method": "sole", "fraction_bits": 4, "out_bits": 16},
    {"lanes": 1, "row_max": 3, "method": "sole", "in_bits": 3, "fraction_bits": 0, "pipeline": 1},
    {"lanes": 3, "row_max": 30, "method": "shiftmax", "in_bits": 10, "scale_shift": 12},
    {"lanes": 1, "row_max": 1, "method": "shiftmax", "in_bits": 2, "out_bits": 2, "pipeline": 1}
    | {"variant": "tvm"},
    {"lanes": 2, "row_max": 20, "method": "ibert", "out_bits": 16, "scale": 3, "scale_shift": 7}
    | {"step_bits": 32},
]
LINTED = [
    {"lanes": 2, "row_max": 8},
    {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction_bits": 0, "pipeline": 3},
    {"lanes": 2, "row_max": 3, "method": "ita", "in_bits": 5, "fraction_bits": 2},
    {"lanes": 1, "row_max": 1, "method": "sole", "in_bits": 2, "fraction_bits": 0, "pipeline": 1},
    {"lanes": 2, "row_max": 3, "method": "shiftmax", "in_bits": 5, "variant": "tvm"},
    {"lanes": 1, "row_max": 1, "method": "ibert", "in_bits": 2, "pipeline": 1, "out_bits": 1},
]
BASELINE = [
    {"lanes": 4, "row_max": 12},
    {"lanes": 1, "row_max": 2, "in_bits": 5, "fraction_bits": 1, "out_bits": 9, "pipeline": 3},
    {"lanes": 2, "row_max": 8, "method": "softermax", "exp_bits": 11, "mantissa_bits": 12},
    {"lanes": 3, "row_max": 9, "method": "ita", "in_bits": 6, "fraction_bits": 2, "out_bits": 7},
    {"lanes": 2, "row_max": 9, "method": "sole", "in_bits": 6, "fraction_bits": 2},
    {"lanes": 2, "row_max": 9, "method": "shiftmax", "in_bits": 6, "scale_shift": 13},
    {"lanes": 3, "row_max": 9, "method": "ibert", "in_bits": 6, "scale_shift": 3},
]

SOFTMAX = {"lanes": 2, "row_max": 10}
ITA, SOLE = SOFTMAX | {"method": "ita"}, SOFTMAX | {"method": "sole", "fraction_bits": 4}
SHIFTMAX, IBERT = SOFTMAX | {"method": "shiftmax"}, SOFTMAX | {"method": "ibert"}
DEFECTS = [
    (SOFTMAX, r"rise = .*;", "rise = 4'h0;", "should be"),
    (SOFTMAX, r"row_begins <= last_reg", "row_begins <= 1'b0", "should be"),
    (SOFTMAX, r"octaves = rows_o.*;", "octaves = 4'h0;", "should be"),
    (SOFTMAX, r"e_dffe_q_d_1 = lane_1_e & .*;", "e_dffe_q_d_1 = lane_1_e;", "should be"),
    (SOFTMAX, r"space = count != 4'hc", "space = 1'b1", "should be|nothing moved"),
    (SOFTMAX, r"rows_pop = go & ", "rows_pop = go | ", "should be|nothing moved"),
    (SOFTMAX, r"too_long <= 1'h1", "too_long <= 1'h0", "too_long is 0, not 1"),
    (ITA, r"e_rise <= rise", "e_rise <= 5'h0", "should be"),
    (ITA, r"space = count != 4'he", "space = 1'b1", "should be|nothing moved"),
    (ITA, r"top_delay_o, divide_quotient", "sums_total_top, divide_quotient", "should be"),
    (SOLE, r"octaves_1 = .*;", "octaves_1 = buffer_o[7:4];", "should be"),
    (SOLE, r"octaves_0\[4\] \? 4'hf :", "1'b0 ? 4'hf :", "should be"),
    (SHIFTMAX, r"sum_begins <= beat_last_reg_\d+", "sum_begins <= 1'b0", "should be|unknown bits"),
    (SHIFTMAX | {"scale_shift": 13}, r"if \(added\[31\]\)", "if (1'b0)", "should be"),
    (IBERT, r"exps_delay_i_1 = result_exp_1_e & .*;", "exps_delay_i_1 = result_exp_1_e;", "should be"),
    (IBERT, r"space = count != 4'hf", "space = 1'b1", "should be|nothing moved"),
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
    for fraction_bits, method in itertools.product((0, 4, 5, 7), SHIFTED):
        yield {"lanes": 2, "fraction_bits": fraction_bits, "method": method}, "exhaustive", ICARUS
    for fields in (
        *({"method": "shiftmax", "variant": v, "scale_shift": s} for v in VARIANTS for s in (3, 4, 8)),
        *({"method": "ibert", "scale": scale} for scale in (1, 2, 3)),
    ):
        yield {"lanes": 2, "row_max": 64} | fields, "exhaustive", ICARUS
    for fields in (
        {"method": "ita", "in_bits": 12, "fraction_bits": 8},
        {"method": "sole", "in_bits": 12, "fraction_bits": 8, "out_bits": 16},
        {"method": "shiftmax", "in_bits": 10, "scale_shift": 12},
        {"method": "ibert", "in_bits": 10, "out_bits": 16},
    ):
        yield {"lanes": 5, "row_max": 100, "pipeline": 1} | fields, "full", BOTH
        yield {"lanes": 64, "row_max": 65, "method": fields["method"]}, "full", BOTH
