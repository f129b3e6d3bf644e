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
from units import MODULES, entries
from units.operator_pe import INVERTED_CARRY

ARRAY = {"rows": 4, "cols": 3}


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


@pytest.mark.parametrize(
    "name, fields, pattern, replacement, message", entries("DEFECTS"), ids=lambda v: str(v)[:40]
)
def test_a_defect_is_caught(name, fields, pattern, replacement, message):
    spec = find_unit(name).spec(**fields)
    record = verify(name, spec, sim="icarus", verilog=broken(name, fields, pattern, replacement))
    assert not record["passed"]
    assert re.search(message, record["checks"][-1]["failure"])


def test_the_bench_of_every_unit_meets_hardware_good_and_bad():
    for name, module in MODULES.items():
        assert module.BENCH and module.BASELINE and module.DEFECTS, name


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
