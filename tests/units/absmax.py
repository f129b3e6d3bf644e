"""Specs of `absmax` for the tests, and defects that its bench has to catch."""

from . import BOTH, ICARUS
from .quantize import every_format

SMALL = {"lanes": 2, "scale_format": "bf16"}
MEASURED = {"scale_format": "bf16", "out_bits": 2}
WHERE = {
    "floor": {"fmt": "fp32"},
}
BENCH = [
    {"lanes": 3},
    {"lanes": 1, "fmt": "fp32", "scale_format": "fp16", "out_bits": 16, "group": 5},
    {"lanes": 2, "fmt": "fp16", "scale_format": "bf16", "out_bits": 2, "group": 30},
    {"lanes": 4, "scale_format": "bf16", "out_bits": 10, "group": 1, "floor": 0x3728},
]
LINTED = [
    {"lanes": 1},
    {"lanes": 3, "fmt": "fp32", "scale_format": "fp16", "out_bits": 16, "group": 1},
    {"lanes": 2, "fmt": "fp16", "out_bits": 2, "group": 7, "floor": 0x3C00},
    {"lanes": 2, "scale_format": "bf16", "out_bits": 10, "group": 1024},
]
BASELINE = [
    {"lanes": 3},
    {"lanes": 1, "fmt": "fp16", "scale_format": "bf16", "out_bits": 10, "group": 3},
    {"lanes": 2, "fmt": "fp32", "scale_format": "fp16", "out_bits": 16, "floor": 1000000000},
]

ABSMAX = {"lanes": 2, "scale_format": "bf16"}
DEFECTS = [
    # The maximum of a row goes on into the next one, or forgets.
    (ABSMAX, r"beat_ends_mux_s = .*;", "beat_ends_mux_s = group_largest;", "s.amax"),
    (ABSMAX, r"assign group_largest = .*;", "assign group_largest = beat_largest;", "s.amax"),
    (ABSMAX, r"size_1 = x_1_is_nan \?[^:]*:", "size_1 =", "s.amax"),
    (ABSMAX, r"divider_amax = .*;", "divider_amax = group_largest;", "s.amax"),
    (ABSMAX | {"group": 4}, r"group_ends = .*;", "group_ends = s_axis_x_tlast;", "should be|nothing"),
    (ABSMAX | {"group": 4}, r"m_axis_s_tlast <= divided_last", "m_axis_s_tlast <= 1'b1", "s.last"),
    (ABSMAX, r"assign round_up = .*;", "assign round_up = 1'b0;", "s.mult"),
    (
        ABSMAX | {"out_bits": 15},
        r"round_up = quotient\[0\] & round_up_and_y",
        "round_up = quotient[0]",
        "s.mult",
    ),
    (ABSMAX | {"out_bits": 4}, r"above_q = .*;", "above_q = 1'b0;", "s.mult"),
    (
        ABSMAX | {"fmt": "fp32", "scale_format": "fp16"},
        r"leading_zeros = .*;",
        "leading_zeros = 0;",
        "s.mult",
    ),
    (ABSMAX, r"none = .*;", "none = 1'b0;", "s.mult"),
    (ABSMAX, r"mult_mux_y = .*;", "mult_mux_y = 1'b0;", "s.mult"),
    # Time: a cycle between two divisions; a result that does not wait.
    (ABSMAX, r"ready = ready_or_y \| take_and_b", "ready = ready_or_y", "promised"),
    (ABSMAX, r"tready_or_b_1 = .*;", "tready_or_b_1 = 1'b1;", "changed|should be|nothing moved"),
    (ABSMAX, r"s_axis_x_tready = .*;", "s_axis_x_tready = 1'b1;", "should be|nothing moved"),
    (ABSMAX, r"if \(rst\) so_far <= 15'h0000;\n    else if", "if", "unknown|should be|after reset"),
    (ABSMAX, r"saw_nan <= 1'h1", "saw_nan <= 1'h0", "saw_nan is 0, not 1"),
]


def proofs():
    for fields in every_format():
        yield fields | {"lanes": 3}, "full", ICARUS
    for group in (1, 7, 1024):
        yield {"lanes": 5, "group": group}, "full", BOTH
