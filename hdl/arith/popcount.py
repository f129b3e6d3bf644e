"""Population count: how many bits of a word are one.

All bits have the same weight, so this is a column compressor with one full column: full adders turn three
ones of weight 1 into a number of two bits, and so on until each weight has one bit.

    7 bits -> 2 full adders and one bit over -> 1 full adder: weight 1 | 3 carries -> 1 full adder: 2 and 4

Cost: about one full adder a bit. Depth: about 1.7 log2 n full adders and the final carries.
Source: C. C. Foster and F. D. Stockton, Counting Responders in an Associative Memory, 1971.
"""

import dataclasses

from amaranth.hdl import Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec import Spec, integer
from .columns import Columns


def popcount(m: Module, word, name: str = "ones") -> Value:
    """Return the number of ones in `word`, in as many bits as its length needs."""
    columns = Columns(m, len(word).bit_length(), name)
    for bit in word:
        columns.add_bit(bit, 0)
    columns.compress(deadline=float("inf"))
    return columns.rows()[0]


@dataclasses.dataclass(frozen=True, kw_only=True)
class PopcountSpec(Spec):
    """Width of the word."""

    width: int = integer(8, 1, 256, "width of the word", unit="bits")

    @property
    def latency(self) -> int:
        """Cycles from word to count: none, there is no register."""
        return 0


class Popcount(wiring.Component):
    """count = number of ones in i, from 0 to width. Combinational."""

    port_docs = {"i": "word", "count": "number of its bits that are one"}

    def __init__(self, spec: PopcountSpec):
        self.spec = spec
        super().__init__({"i": In(spec.width), "count": Out(spec.width.bit_length())})

    def elaborate(self, platform):
        """Build the compressor."""
        m = Module()
        m.d.comb += self.count.eq(popcount(m, self.i))
        return m
