"""From carry-save form to plain sums: a register and one carry-propagate adder per column of an array.

Elements that keep their sum as two words leave the addition to this block. A column has one complete sum at
a time, so one adder serves all rows.
"""

import dataclasses

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.prefix import PrefixAdder, PrefixAdderSpec
from ..share import share
from ..spec import Spec, integer


@dataclasses.dataclass(frozen=True, kw_only=True)
class ResolveSpec(Spec):
    """Number and width of the sums."""

    lanes: int = integer(1, 1, 256, "columns")
    width: int = integer(1, 1, 256, "width of a sum", unit="bits")


class Resolve(wiring.Component):
    """Lane k of `o` is the sum, modulo 2 ** width, of the two words of lane k of `i` a cycle ago."""

    port_docs = {
        "en": "registers move only while this is high",
        "i": "two words per column",
        "o": "their sums",
    }

    def __init__(self, spec: ResolveSpec):
        self.spec = spec
        size = spec.lanes * spec.width
        super().__init__({"en": In(1), "i": In(2 * size), "o": Out(size)})

    def elaborate(self, platform):
        """Build the register and the adders."""
        m = Module()
        width = self.spec.width
        words = Signal(len(self.i), reset_less=True, name="words")
        with m.If(self.en):
            m.d.sync += words.eq(self.i)
        for lane in range(self.spec.lanes):
            adder = PrefixAdder(PrefixAdderSpec(width=width))
            share(m, platform, adder, f"adder_{lane}")
            m.d.comb += [
                adder.x.eq(words.word_select(2 * lane, width)),
                adder.y.eq(words.word_select(2 * lane + 1, width)),
                self.o.word_select(lane, width).eq(adder.sum[:width]),
            ]
        return m
