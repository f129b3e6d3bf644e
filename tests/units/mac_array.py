"""Specs of `mac_array` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.gen.catalog import find_unit
from macwright.golden.errors import UsageError

from . import BOTH, VERILATOR
from .operator_pe import INVERTED_CARRY

SMALL = {"rows": 3, "cols": 2}
WHERE = {
    "depth": {"dataflow": "tree"},
    "recoding": {"element": "mac"},
    "queue": {"dataflow": "broadcast", "element": "bit_serial_shared"},
}
BENCH = [
    {},
    {"rows": 3, "cols": 5, "a_bits": 5, "a_signed": False, "b_bits": 3},
    {"rows": 1, "cols": 1, "a_bits": 16, "b_bits": 16},
    {"rows": 16, "cols": 4, "overflow": "saturate", "acc_bits": 12},
    {"rows": 6, "cols": 2, "k_max": 3, "input_reg": True},
    {"rows": 3, "cols": 2, "element": "mac", "b_signed": False, "input_reg": True},
    {"rows": 2, "cols": 3, "element": "carry_save", "a_bits": 5, "b_bits": 9},
    {"rows": 4, "cols": 3, "dataflow": "ws", "overflow": "saturate", "acc_bits": 18},
    {"rows": 2, "cols": 2, "dataflow": "ws", "element": "carry_save", "depth": 3},
    {"rows": 3, "cols": 2, "dataflow": "cube", "element": "mac", "a_signed": False},
    {"rows": 1, "cols": 1, "dataflow": "cube", "element": "carry_save", "depth": 1},
    {"rows": 2, "cols": 3, "dataflow": "tree", "depth": 5, "b_bits": 3, "b_signed": False},
    {"rows": 3, "cols": 1, "dataflow": "tree", "element": "bit_weight", "input_reg": True},
    {"rows": 3, "cols": 4, "dataflow": "broadcast", "element": "carry_save"},
    {"rows": 3, "cols": 4, "element": "mac", "recoding": "ent", "input_reg": True, "b_signed": False},
    {"rows": 1, "cols": 2, "element": "carry_save", "recoding": "booth", "a_signed": False},
    {"rows": 3, "cols": 2, "dataflow": "broadcast", "element": "bit_serial_shared", "queue": 5},
    {"rows": 2, "cols": 2, "dataflow": "broadcast", "element": "bit_serial"},
    {"rows": 2, "cols": 2, "dataflow": "tree", "element": "bit_serial_grouped", "b_bits": 3},
    {"rows": 2, "cols": 1, "dataflow": "broadcast", "element": "bit_serial", "queue": 1}
    | {"a_bits": 5, "a_signed": False},
]
LINTED = [
    {"rows": 3, "cols": 5, "a_bits": 5, "a_signed": False, "b_bits": 3},
    {"rows": 1, "cols": 1, "a_bits": 16, "b_bits": 16},
    {"rows": 5, "cols": 2, "overflow": "saturate", "acc_bits": 12, "input_reg": True},
    {"rows": 3, "cols": 2, "dataflow": "ws", "element": "carry_save"},
    {"rows": 2, "cols": 3, "dataflow": "cube", "element": "mac", "depth": 3},
    {"rows": 3, "cols": 1, "dataflow": "tree", "element": "bit_weight", "input_reg": True},
    {"rows": 1, "cols": 3, "dataflow": "broadcast", "element": "carry_save"},
    {"rows": 3, "cols": 2, "dataflow": "broadcast", "element": "bit_serial_shared"},
    {"rows": 2, "cols": 1, "dataflow": "broadcast", "element": "bit_serial", "queue": 1},
    {"rows": 2, "cols": 2, "dataflow": "tree", "depth": 3, "element": "bit_serial_grouped"}
    | {"b_signed": False},
]
BASELINE = [
    {"rows": 2, "cols": 3, "a_bits": 4, "b_bits": 3, "k_max": 64},
    {"rows": 3, "cols": 2, "a_signed": False, "acc_bits": 18, "overflow": "saturate", "input_reg": True},
    {"rows": 1, "cols": 1, "acc_bits": 6, "overflow": "wrap"},
    {"rows": 3, "cols": 2, "dataflow": "tree", "depth": 3},
    {"rows": 3, "cols": 2, "dataflow": "ws"},
    {"rows": 1, "cols": 3, "dataflow": "ws", "depth": 1, "acc_bits": 17, "overflow": "saturate"},
]

ARRAY = {"rows": 4, "cols": 3}
WS = ARRAY | {"dataflow": "ws", "depth": 4}
CUBE = ARRAY | {"dataflow": "cube", "depth": 3}
TREE = ARRAY | {"dataflow": "tree", "depth": 3}
SERIAL = {"rows": 4, "cols": 2, "dataflow": "broadcast", "element": "bit_serial_shared"}
DEFECTS = [
    (ARRAY, *INVERTED_CARRY, "should be"),
    (ARRAY, r"= c_free \| m_axis_c_tready", "= 1'b1", r"withdrawn|changed|delivered|nothing moved|should be"),
    (ARRAY, r"go = en & may_complete;", "go = en;", "should be|delivered|nothing moved"),
    (ARRAY, r"m_axis_c_tlast <= rows_bottom_done", "m_axis_c_tlast <= m_axis_c_tlast_late", "c.last"),
    (ARRAY, r"first <= token_last", "first <= 1'b0", "should be"),
    (ARRAY, r"else if \(disagree\)", "else if (1'b0)", "last_mismatch is 0, not 1"),
    (ARRAY, r"if \(rst\) m_axis_c_tvalid <= 1'h0;\n    else if", "if", "after reset|delivered|should be"),
    (ARRAY, r"assign en = c_free", "assign en = s_axis_a_tvalid & c_free", "nothing moved|latency"),
    (ARRAY, r"s_axis_a_tready = s_axis_b_tvalid & go", "s_axis_a_tready = go", "nothing moved|should be"),
    (ARRAY, r"token_last = s_axis_a_tlast \| s_axis_b_tlast", "token_last = s_axis_a_tlast", "."),
    (ARRAY, r"one_last = s_axis_a_tlast \^ ", "one_last = s_axis_a_tlast & ~", "last_mismatch is 0"),
    (
        ARRAY,
        r"else if \(disagree\) last_mismatch <= 1'h1",
        "else if (token_valid) last_mismatch <= one_last",
        "last_mismatch is 0",
    ),
    (WS, r"swap = row_valid & top", "swap = row_valid", "should be|nothing moved"),
    (WS, r"may_take = .*;", "may_take = 1'b1;", "should be|after reset"),
    (WS, r"room = room_or_y \| swap", "room = room_or_y", "promised"),
    (WS, r"tile_over <= next_last", "tile_over <= 1'b0", "should be|nothing moved"),
    (WS, r"if \(swaps\) b_now <=", "b_now <=", "should be"),
    (WS, r"else if \(disagree\)", "else if (1'b0)", "last_mismatch is 0, not 1"),
    (CUBE, r"if \(adds\) acc <=", "if (en) acc <=", "should be"),
    (CUBE, r"\.sum_in\(stage_1_sum_out\)", ".sum_in(stage_0_sum_out)", "should be"),
    (TREE, r"product_2 = ", "product_2 = 17'd1 | ", "should be"),
    (TREE, r"valid_down <= valid;", "valid_down <= 1'b1;", "should be|delivered|unknown bits"),
    (
        ARRAY | {"element": "mac", "recoding": "booth"},
        r"else if \(en\) o <= i;",
        "else o <= i;",
        "should be|delivered|nothing moved",
    ),
    (ARRAY | {"element": "carry_save"}, r"if \(en\) words <= i;", "words <= i;", "should be"),
    (SERIAL, r"drive_or_y_b_and_y = ~en", "drive_or_y_b_and_y = 1'b0", "should be|nothing moved"),
    (SERIAL, r"taken = bottom_done & en", "taken = bottom_done", "should be|nothing moved"),
]


def combinations():
    """Yield every element with every dataflow and every recoding that the Spec allows, int8."""
    spec = find_unit("mac_array").spec
    names = ("dataflow", "element", "recoding")
    for values in itertools.product(*(spec.params()[name].choices for name in names)):
        fields = {"rows": 3, "cols": 2} | dict(zip(names, values, strict=True))
        try:
            spec(**fields)
        except UsageError:
            continue  # Refused with a reason, which tests/hdl reads.
        yield fields


def proofs():
    for fields in combinations():
        yield fields, "quick", VERILATOR
    for fields in (
        {},
        {"rows": 3, "cols": 5, "a_bits": 5, "a_signed": False, "b_bits": 3},
        {"rows": 1, "cols": 1, "a_bits": 16, "b_bits": 16},
        {"rows": 16, "cols": 4, "overflow": "saturate", "acc_bits": 12},
        {"rows": 1, "cols": 7, "input_reg": True},
        {"rows": 7, "cols": 1, "k_max": 5},
        {"rows": 5, "cols": 3, "element": "mac", "recoding": "ent", "input_reg": True},
        {"rows": 5, "cols": 3, "dataflow": "ws", "element": "carry_save", "depth": 7},
        {"rows": 2, "cols": 5, "dataflow": "cube", "element": "mac", "depth": 3, "b_signed": False},
        {"rows": 5, "cols": 2, "dataflow": "tree", "element": "bit_weight", "depth": 16},
        {"rows": 5, "cols": 3, "dataflow": "broadcast", "element": "bit_serial_shared", "a_bits": 16},
        {"rows": 2, "cols": 3, "dataflow": "tree", "element": "bit_serial_grouped", "queue": 3},
    ):
        yield fields, "full", BOTH
    yield {"rows": 32, "cols": 32}, "quick", VERILATOR
