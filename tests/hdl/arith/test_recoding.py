"""Golden recodings: digits that make the number, as few as claimed, and the same ones as in hardware."""

import numpy as np
import pytest
from amaranth.sim import Simulator
from macwright.golden.errors import UsageError
from macwright.golden.integer import int_range
from macwright.golden.recoding import RECODINGS, code_layout, encode, recode
from macwright.hdl.arith.coded import Coder, CoderSpec
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


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("recoding", RECODINGS)
def test_hardware_words_are_the_golden_ones_for_every_operand(recoding, signed):
    for bits in range(2, 10):
        dut = Coder(CoderSpec(bits=bits, signed=signed, recoding=recoding))
        values = every(bits, signed)
        expected = encode(values, bits=bits, signed=signed, recoding=recoding)

        async def bench(ctx, dut=dut, values=values, expected=expected):
            for value, word in zip(values, expected, strict=True):
                ctx.set(dut.a, int(value) & (1 << len(dut.a)) - 1)
                await ctx.delay(1e-9)
                assert ctx.get(dut.word) == word, f"{dut.spec}: {value}"

        simulator = Simulator(dut)
        simulator.add_testbench(bench)
        simulator.run()


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("recoding", RECODINGS)
def test_words_tell_operands_apart_and_have_no_idle_bit(recoding, signed):
    for bits in range(2, 13):
        words = encode(every(bits, signed), bits=bits, signed=signed, recoding=recoding)
        assert len(set(words.tolist())) == 1 << bits
        width = len(code_layout(bits=bits, signed=signed, recoding=recoding))
        assert np.bitwise_or.reduce(words) == (1 << width) - 1 and np.bitwise_and.reduce(words) == 0
        assert recoding != "ent" or width == bits + 1


def test_words_of_int8_are_those_published():
    # Sign, then the codes of digits 3 to 0: Wu et al., EN-T.
    published = {91: 0b001101111, 124: 0b010001100, 127: 0b010000011, -2: 0b100000010, -128: 0b110000000}
    assert encode(list(published), bits=8, recoding="ent").tolist() == list(published.values())
    # neg two one: 6 = 2 * 4 - 2, and Booth's -0 in a window of ones.
    assert encode([6], bits=4, recoding="booth").tolist() == [0b010110]
    assert encode([-1], bits=4, recoding="booth").tolist() == [0b100101]
    assert encode([-1], bits=4, recoding="minimal_weight").tolist() == [0b000101]


def test_refusals_name_the_rule():
    with pytest.raises(UsageError, match="recoding='naf' is not one of booth, ent, minimal_weight"):
        recode([1], bits=8, recoding="naf")
    with pytest.raises(UsageError, match="128 is outside -128..127"):
        recode([128], bits=8)
    with pytest.raises(UsageError, match="recoding='naf' is not one of booth, ent, minimal_weight"):
        encode([1], bits=8, recoding="naf")
    with pytest.raises(UsageError, match="-1 is outside 0..255"):
        encode([-1], bits=8, signed=False)
