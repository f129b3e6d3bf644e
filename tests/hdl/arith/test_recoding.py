"""Golden recodings: digits that make the number, as few as claimed, and the same ones as in hardware."""

import numpy as np
import pytest
from amaranth.sim import Simulator
from macwright.golden.errors import UsageError
from macwright.golden.integer import int_range
from macwright.golden.recoding import RECODINGS, recode
from macwright.hdl.arith.recoder import Recoder, RecoderSpec


def every(bits, signed):
    low, high = int_range(bits, signed)
    return np.arange(low, high + 1)


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("recoding", RECODINGS)
def test_digits_make_the_number_for_every_value(recoding, signed):
    for bits in range(1, 13):
        values = every(bits, signed)
        digits = recode(values, bits=bits, signed=signed, recoding=recoding)
        assert (digits @ (4 ** np.arange(digits.shape[-1])) == values).all()
        assert np.abs(digits).max() <= 2


def test_average_digits_of_int8_are_those_published():
    values = every(8, True)
    mean = {r: (recode(values, bits=8, recoding=r) != 0).sum(-1).mean() for r in RECODINGS}
    assert mean == pytest.approx({"booth": 3.0, "ent": 2.918, "minimal_weight": 2.777}, abs=1e-3)


def test_minimal_weight_is_minimal():
    # Fewest digits by exhaustion over all five-valued strings of four digits.
    strings = np.stack(np.meshgrid(*[np.arange(-2, 3)] * 4), -1).reshape(-1, 4)
    fewest = {}
    for value, weight in zip(strings @ (4 ** np.arange(4)), (strings != 0).sum(-1), strict=True):
        fewest[int(value)] = min(int(weight), fewest.get(int(value), 9))
    values = every(8, True)
    weights = (recode(values, bits=8, recoding="minimal_weight") != 0).sum(-1)
    assert weights.tolist() == [fewest[int(v)] for v in values]


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("recoding", RECODINGS)
def test_hardware_digits_are_the_golden_ones(recoding, signed):
    dut = Recoder(RecoderSpec(bits=7, signed=signed, recoding=recoding))
    values = every(7, signed)
    expected = recode(values, bits=7, signed=signed, recoding=recoding)

    async def bench(ctx):
        for value, digits in zip(values, expected, strict=True):
            ctx.set(dut.a, int(value) & 127)
            await ctx.delay(1e-9)
            one, two, neg = (ctx.get(port) for port in (dut.one, dut.two, dut.neg))
            sizes = [(one >> i & 1) + 2 * (two >> i & 1) for i in range(len(digits))]
            got = [-size if neg >> i & 1 else size for i, size in enumerate(sizes)]
            assert got == digits.tolist()

    simulator = Simulator(dut)
    simulator.add_testbench(bench)
    simulator.run()


def test_refusals_name_the_rule():
    with pytest.raises(UsageError, match="recoding='naf' is not one of booth, ent, minimal_weight"):
        recode([1], bits=8, recoding="naf")
    with pytest.raises(UsageError, match="128 is outside -128..127"):
        recode([128], bits=8)
