"""Engines sized by weights: proved at both ends of every column, and one bit less is found out."""

import dataclasses

import numpy as np
import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.golden.accumulator import sum_range
from macwright.golden.errors import UsageError
from macwright.hdl.array.mac_array import MacArraySpec
from macwright.tb.gemm import RtlGemm
from macwright.tb.known_weights import adversarial_products
from macwright.tb.rtl import Rtl
from macwright.tb.transaction import BenchFailure
from macwright.tb.units.mac_array import WEIGHT_STEPS, compiled_checks, scenarios
from macwright.tb.verify import verify

WEIGHTS = np.random.default_rng(0).integers(-8, 8, (21, 7))
ENGINES = [
    {},
    {"element": "mac", "a_signed": False, "input_reg": True},
    {"element": "carry_save", "cols": 2, "recoding": "ent"},
    {"dataflow": "ws", "element": "carry_save", "depth": 4},
    {"dataflow": "cube", "depth": 2, "a_bits": 5},
    {"dataflow": "tree", "element": "bit_weight", "depth": 5},
    {"dataflow": "broadcast", "element": "bit_serial_shared"},
    {"dataflow": "tree", "element": "bit_serial_grouped", "depth": 3},
]


def spec_of(fields, weights=WEIGHTS):
    np.save("weights.npy", weights)
    return MacArraySpec(**{"rows": 3, "cols": 3, "acc_bits": "from:weights.npy"} | fields)


def one_bit_less(spec):
    return dataclasses.replace(spec, acc_bits=spec.acc_width - 1, overflow="wrap")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    "fields, sim", [(fields, "icarus") for fields in ENGINES] + [(ENGINES[0], "verilator")], ids=str
)
def test_engines_sized_by_weights_pass(fields, sim):
    record = verify("mac_array", spec_of(fields), sim=sim)
    assert record["passed"], record["checks"][-1]
    assert "both ends of all 7 columns of weights" in [check["name"] for check in record["checks"]]
    assert record["spec"]["acc_bits"] == "from:weights.npy"


def test_the_compiled_rtl_reaches_both_ends_and_one_bit_less_overflows():
    spec = spec_of({})
    (check,) = compiled_checks(spec, "full").values()
    unit = find_unit("mac_array")
    assert check(Rtl(make_verilog(unit, spec))) > 0
    with pytest.raises(BenchFailure, match="both ends of columns .* and should be"):
        check(Rtl(make_verilog(unit, one_bit_less(spec))))


@pytest.mark.parametrize("fields", ENGINES, ids=str)
def test_the_bench_finds_one_bit_less(fields):
    spec = spec_of(fields)
    narrow = make_verilog(find_unit("mac_array"), one_bit_less(spec))
    failed = verify("mac_array", spec, sim="icarus", verilog=narrow)["checks"][-1]
    assert failed["name"] == "both ends of all 7 columns of weights" and "should be" in failed["failure"]


@pytest.mark.parametrize("rows, cols", [(1, 1), (2, 3), (16, 8)])
def test_the_stimulus_reaches_both_ends_of_every_column(rows, cols):
    spec = spec_of({"rows": rows, "cols": cols, "a_signed": False})
    low, high = sum_range(WEIGHTS, a_bits=8, a_signed=False)
    names = {tuple(column): n for n, column in enumerate(WEIGHTS.T)}
    reached = {n: [] for n in range(7)}
    for _, a, b in adversarial_products(spec, range(7)):
        assert a.shape == (rows, 21) and b.shape == (21, cols)
        for column in b.T[b.any(axis=0)]:
            reached[names[tuple(column)]] += (a @ column).tolist()
    assert all(min(reached[n]) == low[n] and max(reached[n]) == high[n] for n in range(7))


def test_no_scenario_uses_other_weights():
    spec = spec_of({"dataflow": "tree", "element": "bit_serial_grouped", "depth": 3})
    columns = {tuple(column) for k in range(22) for column in np.pad(WEIGHTS[:k], ((0, 21 - k), (0, 0))).T}
    for scenario in scenarios(spec, "quick", np.random.default_rng(1)):
        for transaction in scenario.transactions:
            b = transaction.inputs["b"]["data"].reshape(-1, spec.cols)
            assert {tuple(c) for c in np.pad(b, ((0, 21 - len(b)), (0, 0))).T} <= columns, transaction.name


def test_of_many_columns_the_quick_bench_takes_the_widest():
    weights = np.ones((WEIGHT_STEPS["quick"], 8), np.int8)
    weights[:, 5] = 7
    names = [s.name for s in scenarios(spec_of({}, weights), "quick", np.random.default_rng(1))]
    assert "both ends of the widest of 8 columns of weights" in names


def test_products_with_the_weights_and_with_others():
    engine = RtlGemm("mac_array", spec_of({"element": "mac"}))
    a = np.random.default_rng(1).integers(-128, 128, (5, 21))
    assert (engine(a, WEIGHTS) == a @ WEIGHTS).all()
    assert (engine(a[:, :4], WEIGHTS[:4]) == a[:, :4] @ WEIGHTS[:4]).all()
    with pytest.raises(UsageError, match="need 18 bits, and the accumulator has 15, from acc_bits=from:w"):
        engine(a, np.full((21, 2), 40))
