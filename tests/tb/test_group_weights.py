"""Sums of groups sized by weights: proved at both ends of every column, and one bit less is found out."""

import dataclasses

import numpy as np
import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.golden.accumulator import sum_range
from macwright.golden.errors import UsageError
from macwright.golden.group_gemm import known_sum_bits
from macwright.hdl.mixpe.mixpe_spec import GroupSumsSpec, MixpeArraySpec
from macwright.tb.gemm import RtlGemm
from macwright.tb.rtl import Rtl
from macwright.tb.transaction import BenchFailure
from macwright.tb.units.mixpe_array import compiled_checks
from macwright.tb.verify import verify

#: Far from the ends of 4 bits, so that sums are narrower than of any weights.
SIGNED = np.random.default_rng(0).integers(-2, 2, (21, 5))
UNSIGNED = SIGNED + 8
ENGINES = [
    ({"zero_point": False}, SIGNED),
    ({}, UNSIGNED),
    ({"element": "mac", "a_signed": False, "scale": "bf16"}, UNSIGNED),
    ({"dataflow": "ws", "depth": 4, "zero_point": False, "recoding": "csd", "digits": 1}, 2 * (SIGNED // 2)),
]


class NarrowSpec(MixpeArraySpec):
    """The same engine, a bit of a group's sum left out."""

    @property
    def core(self) -> GroupSumsSpec:
        core = super().core
        return dataclasses.replace(core, acc_bits=core.acc_bits - 1)

    @property
    def acc_width(self) -> int:
        return super().acc_width - 1


def spec_of(fields, weights, kind=MixpeArraySpec):
    np.save("weights.npy", weights)
    return kind(**{"rows": 3, "cols": 2, "group": 8, "acc_bits": "from:weights.npy"} | fields)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_width_is_that_of_the_widest_group():
    kinds = {"a_bits": 8, "b_bits": 4, "a_signed": True}
    ends = [sum_range(SIGNED[start : start + 8], a_bits=8, b_bits=4) for start in (0, 8, 16)]
    low, high = min(e[0].min() for e in ends), max(e[1].max() for e in ends)
    bits = known_sum_bits(SIGNED, group=8, zero_point=False, **kinds)
    assert -(1 << bits - 1) <= low and high < 1 << bits - 1
    assert low < -(1 << bits - 2) or high >= 1 << bits - 2
    assert known_sum_bits(UNSIGNED, group=8, zero_point=True, **kinds) == bits
    assert spec_of({}, UNSIGNED).acc_width == bits < MixpeArraySpec(group=8).acc_width


@pytest.mark.parametrize("fields, weights", ENGINES, ids=[str(fields) for fields, _ in ENGINES])
def test_engines_sized_by_weights_pass(fields, weights):
    record = verify("mixpe_array", spec_of(fields, weights), sim="icarus")
    assert record["passed"], record["checks"][-1]
    assert "both ends of all 5 columns of weights" in [check["name"] for check in record["checks"]]
    assert record["spec"]["acc_bits"] == "from:weights.npy"


@pytest.mark.parametrize("fields, weights", ENGINES[1:2], ids=str)
def test_one_bit_less_overflows(fields, weights):
    spec = spec_of(fields, weights)
    (check,) = compiled_checks(spec, "full").values()
    unit = find_unit("mixpe_array")
    assert check(Rtl(make_verilog(unit, spec))) > 0
    with pytest.raises(BenchFailure, match="both ends of columns .* and should be"):
        check(Rtl(make_verilog(unit, spec_of(fields, weights, NarrowSpec))))


def test_other_weights_that_need_more_are_refused():
    engine = RtlGemm("mixpe_array", spec_of({"zero_point": False}, SIGNED))
    scales = {"mult": np.ones((3, 5), int), "shift": np.zeros((3, 5), int)}
    a = np.full((2, 21), 127)
    assert (engine(a, SIGNED, scales=scales) == a @ SIGNED).all()
    with pytest.raises(UsageError, match=r"need \d+ bits, and the accumulator has .*: give it the file of B"):
        engine(a, np.full((21, 5), 7), scales=scales)


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"b_bits": 2}, "acc_bits=from:weights.npy: weights.* is outside .*: use wider b_bits or other"),
        ({"zero_point": False, "recoding": "csd", "digits": 1}, "has 2 signed digits, and digits=1"),
        ({"acc_bits": 9}, "acc_bits=9 cannot hold the sum of 8 products of 8 x 4 bits"),
    ],
)
def test_wrong_use(fields, message):
    weights = UNSIGNED - (8 if "digits" in fields else 0)
    weights[0, 0] = 3
    with pytest.raises(UsageError, match=message):
        spec_of(fields, weights)
