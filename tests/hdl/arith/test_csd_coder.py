"""The coder of signed digits against the golden model, for every number."""

import pytest
from amaranth.sim import Simulator
from macwright.golden.csd import kept_digits, most_digits
from macwright.golden.integer import int_range
from macwright.golden.recoding import nonzero_digits
from macwright.hdl.arith.csd import CsdCoder, CsdCoderSpec, shift_bits


@pytest.mark.parametrize("bits, digits", [(2, 1), (3, 1), (5, 2), (8, 2), (8, 4)])
def test_words_hold_the_highest_digits(bits, digits):
    dut = CsdCoder(CsdCoderSpec(bits=bits, digits=digits))
    low, high = int_range(bits, True)
    stages = shift_bits(bits)

    async def bench(ctx):
        for value in range(low, high + 1):
            ctx.set(dut.a, value & (1 << bits) - 1)
            await ctx.delay(1e-9)
            word, total = ctx.get(dut.word), 0
            for i in range(digits):
                digit = word >> i * (2 + stages)
                shift = digit >> 2 & (1 << stages) - 1
                total += (digit & 1) * (-1 if digit & 2 else 1) << shift
                assert digit & 1 or not digit & (1 << 2 + stages) - 1
            assert total == kept_digits(value, bits=bits, digits=digits)
            found = nonzero_digits(value, bits=bits, recoding="minimal_weight")
            assert ctx.get(dut.excess) == (found > digits)
            assert found <= most_digits(bits)

    simulator = Simulator(dut)
    simulator.add_testbench(bench)
    simulator.run()
