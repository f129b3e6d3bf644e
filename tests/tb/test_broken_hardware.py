"""The benches can fail: each defect put into the Verilog is caught, and by the check that is meant for it."""

import dataclasses
import re

import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.tb.rtl import Rtl
from macwright.tb.transaction import BenchFailure
from macwright.tb.units.mac_array import compiled_checks
from macwright.tb.verify import reproduce_command, verify

ARRAY = {"rows": 4, "cols": 3}
INVERTED_CARRY = (
    r"\$signed\(addend\) \+ \$signed\(product\)",
    r"($signed(addend) + $signed(product)) ^ (addend[4] & product[4]) << 5",
)

DEFECTS = [
    ("mac_array", ARRAY, *INVERTED_CARRY, "should be"),
    (
        "mac_array",
        ARRAY,
        r"= en_or_y \| m_axis_c_tready",
        "= 1'b1",
        r"withdrawn|changed|delivered|nothing moved|should be",
    ),
    ("mac_array", ARRAY, r"go = en & go_and_y;", "go = en;", "should be|delivered|nothing moved"),
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
        r"assign en = en_or_y",
        "assign en = s_axis_a_tvalid & en_or_y",
        "nothing moved|latency",
    ),
    (
        "mac_array",
        ARRAY,
        r"s_axis_a_tready = s_axis_b_tvalid & go",
        "s_axis_a_tready = go",
        "nothing moved|should be",
    ),
    ("mac_pe", {}, *INVERTED_CARRY, "acc is"),
    ("mac_pe", {}, r"if \(en\) acc <=", "acc <=", "acc is"),
    ("mac_pe", {}, r"first \? 32'd0", "first ? 32'd1", "acc is"),
    (
        "mac_pe",
        {"overflow": "saturate", "acc_bits": 17},
        r"assign overflow = .*;",
        "assign overflow = 1'b0;",
        "acc is",
    ),
    (
        "bit_weight_pe",
        {"input_reg": True},
        r"lane_3_b_reg <= b\[31:24\]",
        "lane_3_b_reg <= b[23:16]",
        "acc is",
    ),
    ("bit_weight_pe", {"input_reg": True}, r"if \(en\) first_reg <=", "first_reg <=", "acc is"),
    # Wrong for one sum only, that of sixteen -128 x -128: the overflow of the published OPT2.
    (
        "bit_weight_pe",
        {"lanes": 16, "k_max": 16},
        r"acc <= adder_sum",
        "acc <= {adder_sum[18], adder_sum[18:0]}",
        "acc is -262144 .* should be 262144",
    ),
]


def broken(name, fields, pattern, replacement):
    unit = find_unit(name)
    verilog = make_verilog(unit, unit.spec(**fields))
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
        "mac_pe",
        find_unit("mac_pe").spec(),
        sim="icarus",
        seed=7,
        verilog=broken("mac_pe", {}, *INVERTED_CARRY),
    )
    assert re.search(
        r"acc is -?\d+ in cycle \d+ and should be -?\d+ \(inputs then: en=", record["checks"][-1]["failure"]
    )
    assert (
        record["reproduce"]
        == "macwright verify mac_pe --sim icarus --level quick --seed 7 --waves mac_pe.fst"
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
