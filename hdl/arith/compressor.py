"""Carry-save compressors: three or four rows become two with the same sum, and no carry ripples.

Adding a column of three bits gives a number from 0 to 3, which is a sum bit of the same weight and a carry
bit of twice the weight. Doing that in every column at once turns three rows into two in the time of one
full adder, however wide the rows are:

    3:2   x y z     ->  sum, carry          one full adder deep (2 exclusive-ors)
    4:2   x y z w   ->  sum, carry          a pair of full adders per column; the carry between them goes
                                            to the next column's *second* adder, so it never travels on
                                            (3 exclusive-ors, against 4 for two 3:2 levels)

Cost: one full adder per bit and per row taken away. Source: C. S. Wallace, A Suggestion for a Fast
Multiplier, 1964; A. Weinberger, 4:2 Carry-Save Adder Module, 1981.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec import Spec, integer


def half_adder(m: Module, x, y, name: str) -> tuple[Value, Value]:
    """Return sum and carry of two bits."""
    total, carry = (Signal(name=f"{name}_{end}") for end in "sc")
    m.d.comb += [total.eq(x ^ y), carry.eq(x & y)]
    return total, carry


def full_adder(m: Module, x, y, z, name: str) -> tuple[Value, Value]:
    """Return sum and carry of three bits; `z` may come an exclusive-or later than the others.

    Where x and y differ the carry is z, else it is x.
    """
    half, total, carry = (Signal(name=f"{name}_{end}") for end in "hsc")
    m.d.comb += [half.eq(x ^ y), total.eq(half ^ z), carry.eq(Mux(half, z, x))]
    return total, carry


def full_adder_row(m: Module, x, y, z, name: str) -> tuple[Value, Value]:
    """Return sums and carries of three rows, column by column; the carries are not shifted."""
    half, total, carry = (Signal(len(x), name=f"{name}_{end}") for end in "hsc")
    m.d.comb += [half.eq(x ^ y), total.eq(half ^ z), carry.eq((x & ~half) | (z & half))]
    return total, carry


def compress_3_2(m: Module, x, y, z, name: str) -> tuple[Value, Value]:
    """Return rows `sum` and `carry`, as wide as `x`, whose sum is x + y + z modulo 2 ** len(x)."""
    total, carry = full_adder_row(m, x, y, z, name)
    return total, Cat(Const(0, 1), carry)[: len(x)]


def compress_4_2(m: Module, x, y, z, w, name: str) -> tuple[Value, Value]:
    """Return rows `sum` and `carry`, as wide as `x`, whose sum is x + y + z + w modulo 2 ** len(x)."""
    first, across = full_adder_row(m, x, y, z, f"{name}_upper")
    # `across` depends on x, y, z of the column below only: that is why no carry ripples.
    total, carry = full_adder_row(m, first, w, Cat(Const(0, 1), across)[: len(x)], f"{name}_lower")
    return total, Cat(Const(0, 1), carry)[: len(x)]


@dataclasses.dataclass(frozen=True, kw_only=True)
class CompressorSpec(Spec):
    """How many rows, how wide."""

    width: int = integer(8, 1, 256, "width of every row", unit="bits")
    rows: int = integer(3, 3, 4, "rows that come in")

    @property
    def latency(self) -> int:
        """Cycles from `i` to the outputs: none, there is no register."""
        return 0


class Compressor(wiring.Component):
    """sum + carry = the sum of the rows in `i`, modulo 2 ** width. Combinational.

    `i` holds `rows` rows of `width` bits, row 0 in the low bits.
    """

    port_docs = {"i": "rows to add, row 0 in the low bits", "sum": "sum row", "carry": "carry row"}

    def __init__(self, spec: CompressorSpec):
        self.spec = spec
        width = spec.width
        super().__init__({"i": In(spec.rows * width), "sum": Out(width), "carry": Out(width)})

    def elaborate(self, platform):
        """Build one level of full adders, or two."""
        m = Module()
        rows = [self.i.word_select(k, self.spec.width) for k in range(self.spec.rows)]
        compress = compress_3_2 if self.spec.rows == 3 else compress_4_2
        total, carry = compress(m, *rows, "level")
        m.d.comb += [self.sum.eq(total), self.carry.eq(carry)]
        return m
