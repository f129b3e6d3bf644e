"""A digit-serial engine is as fast as its page says: cycles per digit, per tile, and over whole workloads."""

import numpy as np
import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.golden.errors import UsageError
from macwright.golden.recoding import cycles_per_mac, nonzero_digits
from macwright.tb.cycles import macs_per_cycle, measure_cycles
from macwright.tb.rtl import Rtl
from macwright.tb.stimulus import normal_integers


def made(name, **fields):
    unit = find_unit(name)
    spec = unit.spec(**fields)
    return spec, make_verilog(unit, spec)


@pytest.mark.parametrize("a", [0, 1, 5, 85, -86, -128])
def test_a_sum_is_offered_eight_cycles_and_its_digits_after_its_beat(a):
    spec, verilog = made("bit_serial_pe")
    cycles = 30
    only = np.arange(cycles) == 3
    inputs = {f"s_axis_ab_t{name}": only for name in ("valid", "last")}
    inputs |= {"s_axis_ab_ta": np.full(cycles, a), "s_axis_ab_tb": np.full(cycles, 7)}
    shown = Rtl(verilog).clock(inputs | {"m_axis_c_tready": np.ones(cycles)})
    digits = nonzero_digits(np.array(a), bits=8, recoding=spec.recoding)
    # A zero that ends a sum takes a cycle as well.
    assert np.flatnonzero(shown["m_axis_c_tvalid"]).tolist() == [3 + 8 + max(int(digits), 1)]


SHARED = {"dataflow": "broadcast", "element": "bit_serial_shared", "cols": 1}


def test_rows_of_uneven_work_lose_little():
    spec, verilog = made("mac_array", **SHARED)
    found = {row["workload"]: row for row in measure_cycles(verilog, spec)}
    # The goal set for int8 with sigma 20, everything included.
    assert found["normal, sigma 20"]["cycles_per_mac"] <= 2.15
    assert found["worst case"]["cycles_per_mac"] < 4.03
    assert all(row["cycles_per_mac"] > row["digits_per_mac"] for row in found.values())
    assert macs_per_cycle(verilog, spec, 20) == pytest.approx(8 / 2.14, rel=0.01)


def test_a_pace_that_the_data_does_not_change_is_not_counted():
    spec, verilog = made("mac_array", rows=2, cols=2)
    assert macs_per_cycle(verilog, spec, None) == 4
    with pytest.raises(UsageError, match="does not depend on the data, macwright describe states it"):
        measure_cycles(verilog, spec)


def test_zeros_cost_nothing():
    _, verilog = made("bit_serial_pe", queue=8)
    rng = np.random.default_rng(1)
    a = rng.integers(-128, 128, 4000) * (rng.random(4000) < 0.25)
    beats = {"ab": {"a": a, "b": np.ones(4000), "last": np.arange(4000) == 3999}}
    found, cycles = Rtl(verilog).stream(beats, {"c": 1})
    assert found["c"]["data"][0] == a.sum()
    # Beats come one a cycle, and that is what limits here.
    assert cycles < 4000 * 1.15


def test_mean_digits_of_a_normal_distribution():
    values = normal_integers(np.random.default_rng(1), (100_000,), 8, True, 20)
    means = [cycles_per_mac(values, bits=8, recoding=r) for r in ("minimal_weight", "ent", "booth")]
    assert means == pytest.approx([2.06, 2.11, 2.29], abs=0.01)
