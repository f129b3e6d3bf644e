"""Tables as logic: every entry, whatever the order of bits, and no more nodes than need be."""

import itertools

import numpy as np
import pytest
from amaranth.hdl import Module, Signal
from amaranth.sim import Simulator
from macwright.hdl.arith.logic_table import best_order, logic_table, node_count
from macwright.hdl.share import silenced


@pytest.mark.parametrize("inputs, width", [(1, 1), (1, 3), (2, 4), (5, 1), (6, 7)])
def test_every_entry(inputs, width):
    rows = np.random.default_rng(inputs).integers(0, 1 << width, 1 << inputs).tolist()
    m = Module()
    x, y = Signal(inputs), Signal(width)
    m.d.comb += y.eq(logic_table(m, x, rows, width, "node"))

    async def check(ctx):
        for code, row in enumerate(rows):
            ctx.set(x, code)
            await ctx.delay(1e-9)
            assert ctx.get(y) == row

    simulator = Simulator(m)
    simulator.add_testbench(check)
    simulator.run()


def test_constant_entries_and_single_bits_need_no_node():
    m = silenced(Module())
    x = Signal(3)
    assert len(logic_table(m, x, [5] * 8, 3, "node")) == 3
    assert node_count([0, 1] * 4, 1, (2, 1, 0)) == 1
    assert node_count([5] * 8, 3, (2, 1, 0)) == 0


def test_equal_and_inverse_parts_are_made_once():
    # Parity has one node a level, as one half is the other's inverse.
    parity = [code.bit_count() & 1 for code in range(64)]
    assert node_count(parity, 1, tuple(range(6))) == 6
    assert node_count([3 * p for p in parity], 2, tuple(range(6))) == 6


def test_the_order_is_searched():
    # x0 x1 + x2 x3 + x4 x5: six nodes if pairs are asked together, more otherwise.
    rows = tuple(int(any(code >> i & 3 == 3 for i in (0, 2, 4))) for code in range(64))
    assert node_count(rows, 1, (0, 2, 4, 1, 3, 5)) == 14
    assert node_count(rows, 1, best_order(rows, 1)) == 6
    best = min(node_count(rows, 1, order) for order in itertools.permutations(range(6)))
    assert best == 6
