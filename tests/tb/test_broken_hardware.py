"""The benches can fail: each defect put into the Verilog is caught, and by the check that is meant for it."""

import dataclasses
import functools
import re

import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.tb.rtl import Rtl
from macwright.tb.transaction import BenchFailure
from macwright.tb.units.mac_array import compiled_checks
from macwright.tb.verify import reproduce_command, verify

ARRAY = {"rows": 4, "cols": 3}
WS = ARRAY | {"dataflow": "ws", "depth": 4}
CUBE = ARRAY | {"dataflow": "cube", "depth": 3}
TREE = ARRAY | {"dataflow": "tree", "depth": 3}
MIXPE = {"rows": 4, "cols": 2, "group": 8}
LUT = {"rows": 2, "cols": 2, "weight_bits": 2, "planes": 1, "weight_kind": "zero_point"}
LUT_FLOAT = {"rows": 2, "cols": 1, "k": 2, "weight_bits": 2, "planes": 1}
TERNARY = {"rows": 2, "cols": 1, "depth": 1, "packing": "5in8"}
BITSERIAL = {"rows": 2, "cols": 1, "depth": 3, "w_bits": 2, "a_bits": 2}
CSD = MIXPE | {"recoding": "csd", "zero_point": False, "b_bits": 8}
ACTIVATION = {"lanes": 2}
IGELU = {"lanes": 1}
SHIFTS = {"lanes": 2, "row_max": 6, "in_bits": 5, "one": 5, "step_bits": 31}
WIDE = {"lanes": 1, "in_bits": 11, "in_fraction": 7, "out_bits": 11, "out_fraction": 7}
DIVIDE = {"dividend_bits": 6, "divisor_bits": 4, "step_bits": 2}
QUANTIZE = {"lanes": 2, "scale_format": "bf16"}
ABSMAX = {"lanes": 2, "scale_format": "bf16"}
FMA = {"a_format": "e4m3fn"}
DOT = {"lanes": 3, "a_format": "e4m3"}
BFP = {"a_bits": 5, "b_bits": 4, "block": 4, "lanes": 2}
FIXED = {"lanes": 16, "a_element": "mxfp4_e2m1", "b_element": "mxfp4_e2m1", "blocks": 3} | {
    "scale_low": -2,
    "scale_high": 2,
}
NVFP4 = {"lanes": 8}
QUANTIZE_BLOCKS = {"lanes": 16}
MX = {"lanes": 8, "b_element": "mxfp4_e2m1"}
FLOAT_GROUPS = {"rows": 2, "cols": 1, "group": 4}
FLOAT_DIGITS = FLOAT_GROUPS | {"zero_point": False, "recoding": "csd", "digits": 1}
DYADIC = {"scale_format": "dyadic"}
TERMS = {"microarchitecture": "terms", "b_bits": 2}
SOFTMAX = {"lanes": 2, "row_max": 10}
ROWS = {"lanes": 2, "row_max": 10}
ATTENTION = {"dim": 4, "lanes": 2, "length_max": 12, "queries": 2, "causal": True}
AN = {"a_format": "e4m3fn", "b_format": "e5m2", "normalise": "an"}
LMUL = {"a_format": "e4m3", "multiplier": "lmul_integer"}
LMUL_FORMULA = LMUL | {"multiplier": "lmul_formula"}
FMA_WS = {"rows": 2, "cols": 1, "dataflow": "ws", "depth": 2}
FMA_ARRAY = {"rows": 2, "cols": 2, "a_format": "e4m3fn", "out_format": "bf16"}
REQUANT = {"lanes": 2, "in_bits": 10, "mult_bits": 8}
INVERTED_CARRY = (
    r"\$signed\(addend\) \+ \$signed\(product\)",
    r"($signed(addend) + $signed(product)) ^ (addend[4] & product[4]) << 5",
)

PE = {"queue": 8}
SERIAL = {"rows": 4, "cols": 2, "dataflow": "broadcast", "element": "bit_serial_shared"}

DEFECTS = [
    ("mac_array", ARRAY, *INVERTED_CARRY, "should be"),
    (
        "mac_array",
        ARRAY,
        r"= c_free \| m_axis_c_tready",
        "= 1'b1",
        r"withdrawn|changed|delivered|nothing moved|should be",
    ),
    ("mac_array", ARRAY, r"go = en & may_complete;", "go = en;", "should be|delivered|nothing moved"),
    (
        "mac_array",
        ARRAY,
        r"m_axis_c_tlast <= rows_bottom_done",
        "m_axis_c_tlast <= m_axis_c_tlast_late",
        "c.last",
    ),
    ("mac_array", ARRAY, r"first <= token_last", "first <= 1'b0", "should be"),
    ("mac_array", ARRAY, r"else if \(disagree\)", "else if (1'b0)", "last_mismatch is 0, not 1"),
    (
        "mac_array",
        ARRAY,
        r"if \(rst\) m_axis_c_tvalid <= 1'h0;\n    else if",
        "if",
        "after reset|delivered|should be",
    ),
    (
        "mac_array",
        ARRAY,
        r"assign en = c_free",
        "assign en = s_axis_a_tvalid & c_free",
        "nothing moved|latency",
    ),
    (
        "mac_array",
        ARRAY,
        r"s_axis_a_tready = s_axis_b_tvalid & go",
        "s_axis_a_tready = go",
        "nothing moved|should be",
    ),
    (
        "mac_array",
        ARRAY,
        r"token_last = s_axis_a_tlast \| s_axis_b_tlast",
        "token_last = s_axis_a_tlast",
        ".",
    ),
    (
        "mac_array",
        ARRAY,
        r"one_last = s_axis_a_tlast \^ ",
        "one_last = s_axis_a_tlast & ~",
        "last_mismatch is 0",
    ),
    (
        "mac_array",
        ARRAY,
        r"else if \(disagree\) last_mismatch <= 1'h1",
        "else if (token_valid) last_mismatch <= one_last",
        "last_mismatch is 0",
    ),
    ("mac_array", WS, r"swap = row_valid & top", "swap = row_valid", "should be|nothing moved"),
    ("mac_array", WS, r"may_take = .*;", "may_take = 1'b1;", "should be|after reset"),
    ("mac_array", WS, r"room = room_or_y \| swap", "room = room_or_y", "promised"),
    ("mac_array", WS, r"tile_over <= next_last", "tile_over <= 1'b0", "should be|nothing moved"),
    ("mac_array", WS, r"if \(swaps\) b_now <=", "b_now <=", "should be"),
    ("mac_array", WS, r"else if \(disagree\)", "else if (1'b0)", "last_mismatch is 0, not 1"),
    ("mac_array", CUBE, r"if \(adds\) acc <=", "if (en) acc <=", "should be"),
    ("mac_array", CUBE, r"\.sum_in\(stage_1_sum_out\)", ".sum_in(stage_0_sum_out)", "should be"),
    ("mac_array", TREE, r"product_2 = ", "product_2 = 17'd1 | ", "should be"),
    ("mac_array", TREE, r"valid_down <= valid;", "valid_down <= 1'b1;", "should be|delivered|unknown bits"),
    ("mixpe_array", MIXPE | {"dataflow": "ws"}, r"tile_starts <= ends_delay_o", "tile_starts <= 1'b0", "."),
    ("mixpe_array", MIXPE, r"m_axis_c_tlast = ", "m_axis_c_tlast = ~", "c.last"),
    ("mixpe_array", MIXPE, r"tile_starts <= group_ends", "tile_starts <= 1'b0", "should be|unknown"),
    ("mixpe_array", MIXPE, r"\.zero\(zero_1\)", ".zero(zero_0)", "should be"),
    ("mixpe_array", MIXPE, r"\.first\(group_first\)", ".first(1'b0)", "should be|unknown"),
    ("lut_tile", LUT, r"again_mux_s_3 = again \?", "again_mux_s_3 = 1'b0 ?", "should be"),
    ("lut_tile", LUT, r"chosen_0_bit_2 = ", "chosen_0_bit_2 = 8'hfe & ", "should be"),
    ("lut_tile", LUT, r"select_delay_i = ~s_axis_b_ttop", "select_delay_i = 1'b1", "should be"),
    ("lut_tile", LUT, r"too_wide <= 1'h1", "too_wide <= 1'h0", "too_wide is 0, not 1"),
    (
        "lut_tile",
        LUT,
        r"if \(en\) completed <= completes",
        "completed <= completes",
        "should be|nothing moved",
    ),
    ("lut_float_tile", LUT_FLOAT, r"nan_2_reg <= nan_1_reg", "nan_2_reg <= 1'b0", "should be"),
    ("lut_float_tile", LUT_FLOAT, r"exponent_add_y \+ beat_reg", "exponent_add_y", "should be"),
    ("lut_float_tile", LUT_FLOAT, r"if \(valid_reg_and_b\) exponent", "if (valid_reg) exponent", "."),
    ("lut_float_tile", LUT_FLOAT, r"counts_reg_dffe_q = .*;", "counts_reg_dffe_q = 1'b1;", "should be"),
    ("lut_float_tile", LUT_FLOAT, r"lower_adder_sum, table_0_o", "minus_reg, table_0_o", "should be"),
    ("ternary_tile", TERNARY, r"chosen_0_bit_2 = ", "chosen_0_bit_2 = 4'he & ", "should be"),
    ("ternary_tile", TERNARY, r"\^ \{ b\[4\], ", "^ { 1'b0, ", "should be"),
    ("ternary_tile", TERNARY, r"code_0_0_times_27 = ", "code_0_0_times_27 = 8'd1 + ", "should be"),
    ("ternary_tile", TERNARY, r"code_0_0_times_13 <= 4'hd", "code_0_0_times_13 <= 4'hc", "illegal_code is 0"),
    ("ternary_tile", TERNARY, r"code_0_0_times_13 <= 4'hd", "code_0_0_times_13 <= 4'he", "illegal_code is 1"),
    (
        "ternary_tile",
        TERNARY,
        r"if \(en\) completed <= completes",
        "completed <= completes",
        "should be|nothing moved",
    ),
    ("bitserial_tile", BITSERIAL, r"kept_sum = first_reg \?", "kept_sum = 1'b0 ?", "should be|unknown bits"),
    ("bitserial_tile", BITSERIAL, r"shift_reg <= b\[3\]", "shift_reg <= 1'b0", "should be"),
    ("bitserial_tile", BITSERIAL, r"sign_reg <= .*;", "sign_reg <= 1'b0;", "should be"),
    ("bitserial_tile", BITSERIAL, r"too_wide <= 1'h1", "too_wide <= 1'h0", "too_wide is 0, not 1"),
    ("bitserial_tile", BITSERIAL, r"shift_count == 2'h2", "shift_count == 2'h1", "too_wide is 1, not 0"),
    ("bitserial_tile", BITSERIAL | {"planes": "xor"}, r"pairs = .*;", "pairs = a | b[2:0];", "should be"),
    ("mixpe_array", MIXPE, r"if \(zero_1_dffe_q_en\[1\]\) shift_0 <=", "shift_0 <=", "should be|unknown"),
    # Results leave a column before the last one has its own only if their ring goes on moving.
    ("mixpe_array", MIXPE, r"row_line\[2\] \| row_done_line\[3\]", "row_line[2]", "should be|unknown"),
    ("mixpe_array", MIXPE, r"tvalid = row_is_scaled & ", "tvalid = ", "delivered|should be"),
    (
        "mixpe_array",
        MIXPE,
        r"scale_walk\[0\] & scale_walk_sdff\w+;",
        "1'b0;",
        "nothing moved|should be|unknown",
    ),
    ("mixpe_array", MIXPE, r"completes \? 2'h3", "completes ? 2'h2", "nothing moved"),
    ("mixpe_array", CSD, r"rest_0_and_y = \|nonzero\[7:1\]", "rest_0_and_y = 1'b1", "should be"),
    ("mixpe_array", CSD, r"bad_weight <= 1'h1", "bad_weight <= 1'h0", "bad_weight is 0"),
    ("activation", ACTIVATION, r"\.x\(s_axis_x_tdata\[15:8\]\)", ".x(s_axis_x_tdata[7:0])", "should be"),
    ("activation", ACTIVATION, r"= x\[7\] \? 1'h1 : size\[0\]", "= size[0]", "should be"),
    ("activation", ACTIVATION, r"m_axis_y_tlast <= s_axis_x_tlast", "m_axis_y_tlast <= 1'b0", "y.last"),
    (
        "activation",
        ACTIVATION,
        r"tready = m_axis_y_tvalid_not_a \| m_axis_y_tready",
        "tready = 1'b1",
        "changed|delivered|nothing moved",
    ),
    # A divisor that must be less, one beyond the dividend, a quotient that goes on, results that do not wait.
    (
        "divide",
        DIVIDE,
        r"step_1_fits = ~step_1_difference\[5\]",
        "step_1_fits = ~step_0_difference[5]",
        "y.q",
    ),
    ("divide", DIVIDE, r"rest_now = start \? 4'h0 : ", "rest_now = ", "unknown|y.remainder"),
    ("divide", DIVIDE, r"if \(take\) left <= 2'h2", "if (take) left <= 2'h1", "should be|latency"),
    (
        "divide",
        DIVIDE,
        r"s_axis_x_tready_or_y = ~busy",
        "s_axis_x_tready_or_y = ~running",
        "withdrawn",
    ),
    ("divide", DIVIDE, r"if \(rst\) busy <= 1'h0;\n    else", "", "unknown|after reset|delivered"),
    (
        "divide",
        DIVIDE | {"divisor_bits": 8, "form": "pipelined"},
        r"divisor_reg_dffe_q = .*;",
        "divisor_reg_dffe_q = divisor[6];",
        "y.quotient",
    ),
    # A bit of the radicand that is not shifted away; a root's next bit that is not tried.
    ("sqrt", {"bits": 8}, r"word_now = start \? radicand : (.*);", r"word_now = radicand;", "y.r"),
    ("sqrt", {"bits": 8}, r"\{ root_now, 2'h1 \}", "{ root_now, 2'h0 }", "y.r"),
    ("sqrt", {"bits": 8}, r"if \(take\) m_axis_y_tlast", "if (en) m_axis_y_tlast", "y.last"),
    # A row that goes on from the one before, integers that are not there, a sum that wraps, a stall.
    ("shiftgelu", SHIFTS, r"row_begins_or_a_ = .*;", "row_begins_or_a_ = row_begins_or_a;", "y.data|unknown"),
    ("shiftgelu", SHIFTS, r"code_1 = s_axis_x_tkeep\[1\]", "code_1 = 1'b1", "y.data"),
    ("shiftgelu", SHIFTS | {"in_bits": 6}, r"clipped = .*;", "clipped = total[30:0];", "y.data"),
    ("shiftgelu", SHIFTS, r"rows_space_or_b_ = .*;", "rows_space_or_b_ = 1'b1;", "should be|nothing moved"),
    ("shiftgelu", SHIFTS, r"if \(!keep_delay_o\[1\]\)", "if (1'b0)", "y.data"),
    # Small tables: |x| one too few, a slope of the wrong sign, results that do not saturate.
    ("activation", WIDE, r"size = x\[9:0\] \^ \{ x\[10\]", "size = x[9:0] ^ { 1'b0", "y.data"),
    (
        "activation",
        WIDE | {"method": "linear"},
        r"row_2_inverted = ~row_2",
        "row_2_inverted = row_2",
        "y.data",
    ),
    ("activation", WIDE | {"method": "linear"}, r"row_1 = size\[2:0\] & .*;", "row_1 = 3'h0;", "y.data"),
    (
        "activation",
        {"lanes": 1, "function": "exp", "in_bits": 11, "in_fraction": 7, "out_fraction": 4},
        r"overflow = .*;",
        "overflow = 1'b0;",
        "y.data",
    ),
    # A polynomial that never ends, sizes of one too few, a sign that is forgotten, a floor that is none.
    ("igelu", IGELU, r"distance = room\[9\] \? 7'h00 : ", "distance = ", "y.data"),
    ("igelu", IGELU, r"room_add_y = .*;", "room_add_y = 1'b0;", "y.data"),
    ("igelu", IGELU, r"- \$signed\(14'h1bb3\)", "- $signed(14'h1bb2)", "y.data"),
    (
        "igelu",
        {"lanes": 1, "in_bits": 12, "b": 2562, "c": 7261468, "one": 444, "shift": 14},
        r"gain_sub_y_a_add_y_ = .*;",
        "gain_sub_y_a_add_y_ = x[11];",
        "y.data",
    ),
    ("inverse", {}, r"shift_node_17 = top_by_16_mux_y", "shift_node_17 = ~top_by_16_mux_y", "should be"),
    ("inverse", {}, r"top_by_1 = top_by_2\[7\]", "top_by_1 = ~top_by_2[7]", "should be"),
    ("inverse", {}, r"if \(s_axis_x_tready\) y_data <=", "y_data <=", "changed|should be"),
    ("operator_pe", {}, *INVERTED_CARRY, "the sum is"),
    ("mac_pe", {}, r"tree_3_0_c = ", "tree_3_0_c = 1'b0 & ", "the sum is"),
    # The top digit takes the high bit of its code for the operand's sign.
    (
        "mac_pe",
        {"recoding": "ent", "input_reg": True},
        r"digit_neg_xor_y \^ \{ a_reg\[8\], ",
        "digit_neg_xor_y ^ { a_reg[7], ",
        "the sum is",
    ),
    (
        "mac_array",
        ARRAY | {"element": "mac", "recoding": "booth"},
        r"else if \(en\) o <= i;",
        "else o <= i;",
        "should be|delivered|nothing moved",
    ),
    ("softmax", SOFTMAX, r"rise = .*;", "rise = 4'h0;", "should be"),
    ("softmax", SOFTMAX, r"row_begins <= last_reg", "row_begins <= 1'b0", "should be"),
    ("softmax", SOFTMAX, r"octaves = rows_o.*;", "octaves = 4'h0;", "should be"),
    ("softmax", SOFTMAX, r"e_dffe_q_d_1 = lane_1_e & .*;", "e_dffe_q_d_1 = lane_1_e;", "should be"),
    ("softmax", SOFTMAX, r"space = count != 4'hc", "space = 1'b1", "should be|nothing moved"),
    ("softmax", SOFTMAX, r"rows_pop = go & ", "rows_pop = go | ", "should be|nothing moved"),
    ("softmax", SOFTMAX, r"too_long <= 1'h1", "too_long <= 1'h0", "too_long is 0, not 1"),
    ("deferred_softmax", ROWS, r"e_given <= 1'h1", "e_given <= 1'h0", "should be|delivered"),
    ("deferred_softmax", ROWS, r"r_given <= 1'h1", "r_given <= 1'h0", "should be|delivered"),
    ("deferred_softmax", ROWS, r"row_begins <= last_reg", "row_begins <= 1'b0", "should be|unknown bits"),
    ("deferred_softmax", ROWS, r"e_dffe_q_d_1 = lane_1_e & .*;", "e_dffe_q_d_1 = lane_1_e;", "should be"),
    ("deferred_softmax", ROWS, r"too_long <= 1'h1", "too_long <= 1'h0", "too_long is 0, not 1"),
    ("attention", ATTENTION, r"row_begins <= row_ends", "row_begins <= 1'b0", "should be"),
    ("attention", ATTENTION, r"rise\(held_rise_reg\[6:0\]\)", "rise(7'h0)", "should be"),
    (
        "attention",
        ATTENTION,
        r"held_first_reg <= scores_0_e_first",
        "held_first_reg <= 1'b0",
        "should be|unknown bits",
    ),
    ("attention", ATTENTION, r"totals_given <= 1'h1", "totals_given <= 1'h0", "should be|nothing moved"),
    ("attention", ATTENTION, r"shows <= shows_.*;", "shows <= 1'b0;", "should be|nothing moved"),
    ("attention", ATTENTION, r"space = ~full_reg", "space = 1'b1", "should be|nothing moved"),
    (
        "attention",
        ATTENTION,
        r"s_axis_v_tready = held_e_valid_reg &",
        "s_axis_v_tready =",
        "unknown bits|should be|nothing moved",
    ),
    ("attention", ATTENTION, r"too_long <= 1'h1", "too_long <= 1'h0", "too_long is 0, not 1"),
    ("norm", ROWS, r"row_begins <= beat_last_reg", "row_begins <= 1'b0", "should be"),
    ("norm", ROWS, r"x_1 = x\[15:8\] & .*;", "x_1 = x[15:8];", "should be"),
    ("norm", ROWS, r"negative_total = .*;", "negative_total = 13'h0;", "should be"),
    ("norm", ROWS, r"scale_count_reg <= row_count_reg", "scale_count_reg <= count", "should be"),
    ("norm", ROWS, r"if \(!keep_delay_o\[1\]\)", "if (1'b0)", "should be"),
    ("norm", ROWS, r"space = count != 4'hb", "space = 1'b1", "should be|nothing moved"),
    ("norm", ROWS, r"rows_pop = go & ", "rows_pop = go | ", "should be|nothing moved"),
    ("norm", ROWS, r"too_long <= 1'h1", "too_long <= 1'h0", "too_long is 0, not 1"),
    ("carry_save_pe", {}, r"lower_3_0_c = ", "lower_3_0_c = 1'b0 & ", "the sum is"),
    ("mac_array", ARRAY | {"element": "carry_save"}, r"if \(en\) words <= i;", "words <= i;", "should be"),
    ("operator_pe", {}, r"if \(en\) acc <=", "acc <=", "the sum is"),
    ("operator_pe", {}, r"first \? 32'd0", "first ? 32'd1", "the sum is"),
    (
        "operator_pe",
        {"overflow": "saturate", "acc_bits": 17},
        r"assign overflow = .*;",
        "assign overflow = 1'b0;",
        "the sum is",
    ),
    (
        "bit_weight_pe",
        {"input_reg": True},
        r"lane_3_b_reg <= b\[31:24\]",
        "lane_3_b_reg <= b[23:16]",
        "the sum is",
    ),
    ("bit_weight_pe", {"input_reg": True}, r"if \(en\) first_reg <=", "first_reg <=", "the sum is"),
    # Every one of these is seen only by operands, tiles or stalls that single it out.
    ("bit_serial_pe", PE, r"    one <= neg;", "    one <= 1'b0;", "should be"),
    ("bit_serial_pe", PE, r"    fill <= \{ fill_dff_q_d_6,", "    fill <= { 1'b0,", "should be"),
    ("bit_serial_pe", PE, r"ends = step & ending", "ends = step & ~ending", "should be|nothing moved"),
    ("bit_serial_pe", PE, r"busy = busy_reg & busy_and_y", "busy = 8'h00", "should be|nothing moved"),
    ("bit_serial_pe", PE, r"    clear_reg <= clear;", "    clear_reg <= 1'b0;", "should be|unknown bits"),
    ("bit_serial_pe", PE, r"some_ahead = \|behind", "some_ahead = 1'b0", "should be|nothing moved"),
    (
        "mac_array",
        SERIAL,
        r"drive_or_y_b_and_y = ~en",
        "drive_or_y_b_and_y = 1'b0",
        "should be|nothing moved",
    ),
    ("mac_array", SERIAL, r"taken = bottom_done & en", "taken = bottom_done", "should be|nothing moved"),
    # Wrong for one sum only, that of sixteen -128 x -128: the overflow of the published OPT2.
    (
        "bit_weight_pe",
        {"lanes": 16, "k_max": 16},
        r"acc <= adder_sum",
        "acc <= {adder_sum[18], adder_sum[18:0]}",
        "the sum is -262144 .* should be 262144",
    ),
    # The guard bit of a negative number is inverted with the rest of it.
    (
        "requant",
        REQUANT,
        r"increment_and_y = shifted_0\[0\] \^ product\[17\]",
        "increment_and_y = shifted_0[0]",
        "y.data",
    ),
    ("requant", REQUANT, r"shifted_2_lost = .*;", "shifted_2_lost = 1'b0;", "y.data"),
    # The largest number rounds up into the sign.
    (
        "requant",
        REQUANT,
        r"result_at_top = shifted_above \| \w+;",
        "result_at_top = shifted_above;",
        "is -128 and should be 127",
    ),
    ("requant", REQUANT | {"rounding": "half_even"}, r"product_rest = .*;", "product_rest = 1'b0;", "y.data"),
    (
        "requant",
        REQUANT | {"rounding": "half_away"},
        r"tree_0_0_s = ~factor",
        "tree_0_0_s = factor",
        "y.data",
    ),
    # A residual that is cut to the width of the result before it is added.
    (
        "requant",
        REQUANT | {"residual": True},
        r"branch_sum = .*;",
        "branch_sum = $signed(scaler_result) + $signed(residual_scaler_result[7:0]);",
        "y.data",
    ),
    ("requant", REQUANT, r"if \(en\) y <=", "y <=", "should be|changed"),
    ("requant", REQUANT, r"take = .*;", "take = s_axis_x_tvalid;", "should be|delivered|nothing moved"),
    ("requant", REQUANT, r"\.i\(s_axis_x_tlast\)", ".i(1'b0)", "y.last"),
    ("requant", REQUANT, r"if \(rst\) o <= 1'h0;\n    else if", "if", "after reset|delivered|should be"),
    # Ties and nothing else; subnormal numbers; signs; the far ends of the exponents; Inf * 0.
    ("quantize", QUANTIZE, r"assign rest = .*;", "assign rest = 1'b1;", "y.data"),
    (
        "quantize",
        QUANTIZE | {"rounding": "truncate"},
        r"rest_and_y_a_or_y_ = .*;",
        "rest_and_y_a_or_y_ = 1'b0;",
        "is 0 and should be -1",
    ),
    ("quantize", QUANTIZE, r"x_exponent\[0\] = .*;", "x_exponent[0] = x[7];", "y.data"),
    (
        "quantize",
        QUANTIZE,
        r"mult_0_exponent\[0\] = .*;",
        "mult_0_exponent[0] = s_axis_s_tmult[7];",
        "y.data",
    ),
    ("quantize", QUANTIZE, r"negative = .*;", "negative = x[15];", "y.data"),
    ("quantize", QUANTIZE, r"far_right = .*;", "far_right = 1'b0;", "y.data"),
    ("quantize", QUANTIZE, r"assign outside = .*;", "assign outside = 1'b0;", "y.data"),
    ("quantize", QUANTIZE, r"assign outside = .*;", "assign outside = outside_and_y;", "y.data"),
    ("quantize", QUANTIZE, r"nan_or_y = .*;", "nan_or_y = 1'b0;", "y.data|saw_nan is 0"),
    # One number too many at the negative end, or one too few.
    (
        "quantize",
        QUANTIZE,
        r"or_y_b_and_y_ = ~negative",
        "or_y_b_and_y_ = 1'b1",
        "is -128 and should be -127",
    ),
    (
        "quantize",
        QUANTIZE | {"symmetric": True},
        r"size_at_top = .*;",
        "size_at_top = 1'b0;",
        "should be",
    ),
    (
        "quantize",
        QUANTIZE,
        r"saw_nan <= 1'h1",
        "saw_nan <= take & some_nan & en & 1'b0",
        "saw_nan is 0, not 1",
    ),
    ("quantize", QUANTIZE, r"if \(en\) y <=", "y <=", "should be|changed"),
    ("quantize", QUANTIZE, r"take = .*;", "take = s_axis_x_tvalid;", "should be|delivered|nothing moved"),
    ("quantize", QUANTIZE, r"\.i\(s_axis_x_tlast\)", ".i(1'b0)", "y.last"),
    ("quantize", QUANTIZE, r"if \(rst\) o <= 1'h0;\n    else if", "if", "after reset|delivered|should be"),
    (
        "quantize",
        QUANTIZE | {"per": "token"},
        r"s_axis_s_tready = .*;",
        "s_axis_s_tready = en & s_axis_x_tvalid;",
        "should be|nothing moved",
    ),
    # The maximum of a row goes on into the next one, or forgets.
    ("absmax", ABSMAX, r"beat_ends_mux_s = .*;", "beat_ends_mux_s = group_largest;", "s.amax"),
    ("absmax", ABSMAX, r"assign group_largest = .*;", "assign group_largest = beat_largest;", "s.amax"),
    ("absmax", ABSMAX, r"size_1 = x_1_is_nan \?[^:]*:", "size_1 =", "s.amax"),
    ("absmax", ABSMAX, r"divider_amax = .*;", "divider_amax = group_largest;", "s.amax"),
    (
        "absmax",
        ABSMAX | {"group": 4},
        r"group_ends = .*;",
        "group_ends = s_axis_x_tlast;",
        "should be|nothing",
    ),
    ("absmax", ABSMAX | {"group": 4}, r"m_axis_s_tlast <= divided_last", "m_axis_s_tlast <= 1'b1", "s.last"),
    ("absmax", ABSMAX, r"assign round_up = .*;", "assign round_up = 1'b0;", "s.mult"),
    (
        "absmax",
        ABSMAX | {"out_bits": 15},
        r"round_up = quotient\[0\] & round_up_and_y",
        "round_up = quotient[0]",
        "s.mult",
    ),
    ("absmax", ABSMAX | {"out_bits": 4}, r"above_q = .*;", "above_q = 1'b0;", "s.mult"),
    (
        "absmax",
        ABSMAX | {"fmt": "fp32", "scale_format": "fp16"},
        r"leading_zeros = .*;",
        "leading_zeros = 0;",
        "s.mult",
    ),
    ("absmax", ABSMAX, r"none = .*;", "none = 1'b0;", "s.mult"),
    ("absmax", ABSMAX, r"mult_mux_y = .*;", "mult_mux_y = 1'b0;", "s.mult"),
    # Time: a cycle between two divisions; a result that does not wait.
    ("absmax", ABSMAX, r"ready = ready_or_y \| take_and_b", "ready = ready_or_y", "promised"),
    ("absmax", ABSMAX, r"tready_or_b_1 = .*;", "tready_or_b_1 = 1'b1;", "changed|should be|nothing moved"),
    ("absmax", ABSMAX, r"s_axis_x_tready = .*;", "s_axis_x_tready = 1'b1;", "should be|nothing moved"),
    ("absmax", ABSMAX, r"if \(rst\) so_far <= 15'h0000;\n    else if", "if", "unknown|should be|after reset"),
    ("absmax", ABSMAX, r"saw_nan <= 1'h1", "saw_nan <= 1'h0", "saw_nan is 0, not 1"),
    # What rounding hangs on: bits that fell out, ties, the inverse of a negative sum.
    ("fma_pe", FMA, r"assign lost = .*;", "assign lost = 1'b0;", "y.data"),
    ("fma_pe", FMA, r"assign up_mux_y = .*;", "assign up_mux_y = kept[0];", "y.data"),
    ("fma_pe", FMA, r"up_mux_y_a_or_y_ = .*;", "up_mux_y_a_or_y_ = 1'b0;", "y.data"),
    # Subnormal results; a zero product, whose exponent means nothing.
    ("fma_pe", FMA, r"assign clamped = .*;", "assign clamped = 1'b0;", "y.data"),
    ("fma_pe", FMA, r"assign leftmost = .*;", "assign leftmost = distance[5];", "y.data"),
    # An exact zero; Inf times zero.
    ("fma_pe", FMA, r"assign sign_mux_y = .*;", "assign sign_mux_y = minus ^ total_sum[16];", "y.data"),
    ("fp_mul", {"a_format": "e4m3"}, r"product_nan = .*;", "product_nan = a_is_nan | b_is_nan;", "y.data"),
    ("fp_mul", FMA, r"tready = .*;", "tready = 1'b1;", "should be|changed|delivered|nothing moved"),
    ("fp_add", FMA, r"if \(rst\) o <= 1'h0;\n    else if", "if", "after reset|delivered|should be"),
    # Inf less Inf; the sign of an Inf; where a product stands.
    ("fp_dot", DOT, r"any_nan_or_y_ = .*;", "any_nan_or_y_ = 1'b0;", "y.data"),
    ("fp_dot", DOT, r"assign sign = .*;", "assign sign = sign_mux_y;", "y.data"),
    ("fp_dot", DOT, r"amount = product_exponent - 2'h2;", "amount = product_exponent - 2'h1;", "y.data"),
    # A block that ends early, the first block after another sum, scales, a reset within a sum.
    ("mx_dot", MX, r"assign block_ends = .*;", "assign block_ends = block_ends_or_y;", "y|nothing moved"),
    ("mx_dot", MX, r"code_first_mux_s = .*;", "code_first_mux_s = fp32_sum_y;", "y.data|unknown"),
    (
        "mx_dot",
        MX,
        r"if \(take\) block_exponent",
        "if (take & ~beat_in_block_reduce_or_a) block_exponent",
        "y.data",
    ),
    ("mx_dot", MX, r"if \(rst\) next_is_first <= 1'h1", "if (rst) next_is_first <= 1'h0", "y.data|unknown"),
    # In fixed point: a sum that wraps; a shift that is too far; a sum that goes on; Inf of the sum before.
    ("mx_dot", FIXED, r"assign overflow = .*;", "assign overflow = 1'b0;", "y.data"),
    ("mx_dot", FIXED, r"assign distance = 9'h110 -", "assign distance = 9'h111 -", "y.data"),
    ("mx_dot", FIXED, r"assign term_first_not_a = .*;", "assign term_first_not_a = 1'b1;", "y.data|unknown"),
    ("mx_dot", FIXED, r"term_last_and_b = .*;", "term_last_and_b = term_last;", "y|unknown"),
    # A subnormal scale that is normal; a scale of the block before; factors of another sum.
    ("nvfp4_dot", NVFP4, r"assign a_scale_normal = .*;", "assign a_scale_normal = 1'b1;", "y.data"),
    ("nvfp4_dot", NVFP4, r"if \(take\) block_factor", "if (take & ~block_ends) block_factor", "y.data|unkn"),
    ("nvfp4_dot", NVFP4, r"\.i\(s_axis_x_ttensor\)", ".i(tensor_delay_o)", "y.data|unknown"),
    ("nvfp4_dot", NVFP4, r"assign b_scale_is_nan = .*;", "assign b_scale_is_nan = 1'b0;", "y.data"),
    # A block that forgets its first beat; the largest of the block before; no number; scales read twice.
    (
        "block_quantize",
        QUANTIZE_BLOCKS,
        r"assign block_largest = .*;",
        "assign block_largest = beat_largest;",
        "y",
    ),
    ("block_quantize", QUANTIZE_BLOCKS, r"beat_ends \? 8'h00", "1'b0 ? 8'h00", "y"),
    ("block_quantize", QUANTIZE_BLOCKS, r"assign good = .*;", "assign good = 1'b1;", "y.data"),
    ("block_quantize", QUANTIZE_BLOCKS, r"assign scales_pop = .*;", "assign scales_pop = moves;", "y"),
    # A block of two beats that forgets the first; a NaN for a scale; a row of the second product.
    ("bfp_dot", BFP, r"assign block_ends = .*;", "assign block_ends = 1'b1;", "y|nothing moved"),
    ("bfp_dot", BFP, r"s_axis_x_tb_scale == 8'hff", "s_axis_x_tb_scale == 8'hfe", "y.data"),
    ("bfp_dot", BFP, r"lane_1_multiple_0 = .*;", "lane_1_multiple_0 = 0;", "y.data"),
    # A zero product keeps its exponent; a number far below leaves something; the rounding of the shift.
    ("weight_fma_pe", {}, r"assign product_counts = .*;", "assign product_counts = en;", "the sum is"),
    ("weight_fma_pe", {}, r"(distance_reduce_or_a_y_not_a) = .*;", r"\1 = 1'b1;", "the sum is"),
    (
        "weight_fma_pe",
        {},
        r"assign total_adder_g0_or_y_ = .*;",
        "assign total_adder_g0_or_y_ = 1'b0;",
        "the sum",
    ),
    # A zero sum keeps its exponent; Inf times zero; a pause that starts a sum.
    (
        "weight_fma_pe",
        {},
        r"assign lowered_exponent_and_y = .*;",
        "assign lowered_exponent_and_y = 1'b1;",
        "sum",
    ),
    ("weight_fma_pe", {}, r"product_nan = .*;", "product_nan = en & a_is_nan;", "the sum is"),
    ("weight_fma_pe", {}, r"assign clear = .*;", "assign clear = first;", "the sum is"),
    # A negative activation is one less; a digit that is lost, and nobody is told.
    (
        "weight_fma_pe",
        {"recoding": "bits"},
        r"assign negation_row = .*;",
        "assign negation_row = 0;",
        "the sum",
    ),
    ("weight_fma_pe", {"recoding": "csd"}, r"assign taken_1 = .*;", "assign taken_1 = 0;", "the sum is"),
    ("mixpe_float_array", FLOAT_DIGITS, r"bad_weight <= 1'h1", "bad_weight <= 1'h0", "bad_weight is 0"),
    ("weight_fma_pe", TERMS, r"= b_xor_b_y_mux_a \? 16'h7fc0 : ", "= ", "the sum is"),
    ("weight_fma_pe", TERMS, r"__term_sum_b_scale_1 terms_0_0", "__term_sum terms_0_0", "the sum is"),
    # A group that is too short; a pause that normalises; a zero that keeps its exponent; Inf times zero.
    ("wide_fma_pe", AN, r"b_not_y = \|turns\[17:16\]", "b_not_y = turns[17]", "the sum is"),
    ("wide_fma_pe", AN, r"(group_0_empty_and_y = .*) & en;", r"\1;", "the sum is"),
    ("wide_fma_pe", AN, r"acc_dff_q_d_2_and_y = .*;", "acc_dff_q_d_2_and_y = 1'b1;", "the sum is"),
    ("wide_fma_pe", AN, r"product_nan_or_y_ = .*;", "product_nan_or_y_ = 1'b0;", "the sum is"),
    ("wide_fma_pe", AN, r"assign clear = .*;", "assign clear = first;", "the sum is"),
    ("wide_fma_pe", AN, r"product_counts = .*;", "product_counts = en;", "the sum is"),
    # A shift that the exponent is not told of; a product with the sign of a.
    ("wide_fma_pe", AN, r"(group_1_empty \? \d+)'h([0-9a-f]+)d :", r"\1'h\2e :", "the sum is"),
    ("wide_fma_pe", AN, r"product_minus = .*;", "product_minus = a[7];", "the sum is"),
    # Products by addition: no offset; subnormal numbers that count; a sign that is forgotten, or half done.
    ("wide_fma_pe", LMUL, r"product_0_0_c = .*;", "product_0_0_c = a[0] & b[0];", "the sum is"),
    ("wide_fma_pe", LMUL, r"product_zero = .*;", "product_zero = 1'b0;", "the sum is"),
    ("wide_fma_pe", LMUL, r"inverted = (.*) \^ .*;", r"inverted = \1;", "the sum is"),
    ("wide_fma_pe", LMUL, r"sign_adder_g0 = .*;", "sign_adder_g0 = 1'b0;", "the sum is"),
    ("wide_fma_pe", LMUL_FORMULA, r"product_counts = .*;", "product_counts = en;", "the sum is"),
    # What is no number; a sum that does not wait; a row that is not marked.
    ("fma_array", FMA_ARRAY, r"assign code_nan = .*;", "assign code_nan = 1'b0;", "c.data"),
    ("fma_array", FMA_ARRAY, r"if \(en\) words <= i;", "words <= i;", "should be|delivered|nothing"),
    ("fma_array", FMA_ARRAY, r"m_axis_c_tlast <= resolved_bottom_done", "m_axis_c_tlast <= 1'b0", "c.last"),
    # Weight-stationary: a tile that goes on with the sums of the one before; rows of blocks that end no tile.
    ("fma_array", FMA_WS, r"\.first\(token_delay_o\[1\]\)", ".first(1'b0)", "c.data|unknown"),
    ("fma_array", FMA_WS, r"resolved_done <= done;", "resolved_done <= token_delay_o[0];", "c|unknown"),
    # A scale that is not waited for; results that are not started anew; no number.
    (
        "mixpe_float_array",
        FLOAT_GROUPS,
        r"row_is_scaled = .*;",
        "row_is_scaled = 1'b1;",
        "should be|delivered|unknown",
    ),
    ("mixpe_float_array", FLOAT_GROUPS, r"\.first\(row_starts_line\[2\]\)", ".first(1'b0)", "c.data|unknown"),
    ("mixpe_float_array", FLOAT_GROUPS, r"assign code_nan = .*;", "assign code_nan = 1'b0;", "c.data"),
    # The sum of activations of another row; Inf that is not seen; a shift that does nothing.
    ("mixpe_float_array", FLOAT_GROUPS | {"cols": 2}, r"\.a_sum\(a_sum_1_o\)", ".a_sum(a_sum_o)", "c.data"),
    ("mixpe_float_array", FLOAT_GROUPS, r"assign no_number = .*;", "assign no_number = 1'b0;", "c.data"),
    (
        "mixpe_float_array",
        FLOAT_GROUPS | {"dataflow": "ws", "depth": 2},
        r"\.first\(token_delay_o\[1\]\)",
        ".first(1'b0)",
        "c.data|unknown",
    ),
    ("mixpe_float_array", FLOAT_GROUPS | DYADIC, r"- \$signed\(\{ 1'h0, s_axis_s_tshift \}\)", "", "c.data"),
]


@functools.lru_cache(maxsize=4)
def emitted(unit, spec):
    return make_verilog(unit, spec)


def broken(name, fields, pattern, replacement):
    unit = find_unit(name)
    verilog = emitted(unit, unit.spec(**fields))
    text, count = re.subn(pattern, replacement, verilog.text)
    assert count == 1, f"the defect {pattern} fits {count} places"
    if "late" in replacement:
        late = "  reg m_axis_c_tlast_late;\n"
        late += "  always @(posedge clk) if (en) m_axis_c_tlast_late <= rows_bottom_done;\n"
        text = text.replace(");\n  wire", f");\n{late}  wire", 1)
    return dataclasses.replace(verilog, text=text)


@pytest.mark.parametrize("name, fields, pattern, replacement, message", DEFECTS, ids=lambda v: str(v)[:40])
def test_a_defect_is_caught(name, fields, pattern, replacement, message):
    spec = find_unit(name).spec(**fields)
    record = verify(name, spec, sim="icarus", verilog=broken(name, fields, pattern, replacement))
    assert not record["passed"]
    assert re.search(message, record["checks"][-1]["failure"])


def test_a_failure_says_where_and_how_to_see_it():
    record = verify(
        "operator_pe",
        find_unit("operator_pe").spec(),
        sim="icarus",
        seed=7,
        verilog=broken("operator_pe", {}, *INVERTED_CARRY),
    )
    assert re.search(
        r"the sum is -?\d+ in cycle \d+ and should be -?\d+ \(inputs then: en=",
        record["checks"][-1]["failure"],
    )
    assert (
        record["reproduce"]
        == "macwright verify operator_pe --sim icarus --level quick --seed 7 --waves operator_pe.fst"
    )
    unit = find_unit("mac_array")
    spec = unit.spec(rows=2)
    assert "mac_array -p rows=2 --sim" in reproduce_command(unit, spec, "icarus", "quick", 1)


def test_promised_timing_is_measured():
    spec = find_unit("mac_array").spec(**ARRAY)
    slow = broken(
        "mac_array",
        ARRAY,
        r"drain_left - draining",
        "drain_left - (draining & s_axis_a_tvalid & ~drain_left[0])",
    )
    record = verify("mac_array", spec, sim="icarus", verilog=slow)
    assert not record["passed"]


def test_compiled_checks_can_fail():
    fields = ARRAY | {"k_max": 40}
    rtl = Rtl(broken("mac_array", fields, *INVERTED_CARRY))
    (check,) = compiled_checks(find_unit("mac_array").spec(**fields), "full").values()
    with pytest.raises(BenchFailure, match="corner tile.* should be"):
        check(rtl)
