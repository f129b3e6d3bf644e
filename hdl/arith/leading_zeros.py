"""Leading-zero counter: how far a number is from being normalised.

Two halves count on their own. If the upper half is all zeros the answer is its length plus what the lower
half counts, else it is what the upper half counts; with halves of 2 ** k bits, adding the length is setting
bit k:

    zero  = upper.zero & lower.zero
    count = upper.zero ? {1, lower.count} : {0, upper.count}

A width that is no power of two is filled up with ones below, which stop the count at the width.

Cost: about 2 multiplexers a bit. Depth: log2 n multiplexers. Source: V. G. Oklobdzija, An Algorithmic and
Novel Design of a Leading Zero Detector Circuit, 1994.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec import Spec, integer


def leading_zeros(m: Module, word, name: str = "zeros") -> Value:
    """Return the number of zeros above the highest one of `word`, its length if it is zero."""
    full = 1 << (len(word) - 1).bit_length()
    filled = Cat(Const((1 << full - len(word)) - 1, full - len(word)), word)
    groups = [(~bit, Const(0, 0)) for bit in filled]  # (is zero, count unless zero), lowest group first
    level = 0
    while len(groups) > 1:
        level += 1
        merged = []
        for k in range(0, len(groups), 2):
            (low_zero, low_count), (high_zero, high_count) = groups[k : k + 2]
            zero = Signal(name=f"{name}_none_{level}_{k // 2}")
            count = Signal(level, name=f"{name}_count_{level}_{k // 2}")
            m.d.comb += [
                zero.eq(high_zero & low_zero),
                count.eq(Cat(Mux(high_zero, low_count, high_count), high_zero)),
            ]
            merged.append((zero, count))
        groups = merged
    zero, count = groups[0]
    total = Signal(len(word).bit_length(), name=name)
    # Only a width that was not filled up can be zero as a whole: the count is then its top bit alone.
    m.d.comb += total.eq(Cat(Mux(zero, Const(0, len(count)), count), zero))
    return total


@dataclasses.dataclass(frozen=True, kw_only=True)
class LeadingZerosSpec(Spec):
    """Width of the word."""

    width: int = integer(16, 1, 256, "width of the word", unit="bits")

    @property
    def latency(self) -> int:
        """Cycles from word to count: none, there is no register."""
        return 0


class LeadingZeros(wiring.Component):
    """count = number of zeros above the highest one of i; width if i is 0. Combinational."""

    port_docs = {"i": "word", "count": "zeros above its highest one"}

    def __init__(self, spec: LeadingZerosSpec):
        self.spec = spec
        super().__init__({"i": In(spec.width), "count": Out(spec.width.bit_length())})

    def elaborate(self, platform):
        """Build the tree."""
        m = Module()
        m.d.comb += self.count.eq(leading_zeros(m, self.i))
        return m
