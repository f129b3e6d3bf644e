"""Skewing a vector in time: lane i leaves i cycles after lane 0, or the other way round.

A systolic array wants its operands skewed and delivers its results skewed. The triangle of registers is
built by halves: one half of the lanes passes through a delay of half the lanes, and both halves are
skewed in themselves. Every distinct half and every distinct delay is one module.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..share import share
from ..spec import Spec, flag, integer


@dataclasses.dataclass(frozen=True, kw_only=True)
class DelaySpec(Spec):
    """Width and length of a delay line."""

    width: int = integer(1, 1, 65536, "width of the value", unit="bits")
    cycles: int = integer(1, 1, 65536, "delay", unit="enabled cycles")
    cleared: bool = flag(False, "reset clears the line")


class Delay(wiring.Component):
    """`o` is `i` as it was `cycles` enabled cycles ago. Reset reaches the registers only if it is to."""

    port_docs = {"en": "the line moves only while this is high", "i": "value", "o": "the value, delayed"}

    def __init__(self, spec: DelaySpec):
        self.spec = spec
        super().__init__({"en": In(1), "i": In(spec.width), "o": Out(spec.width)})

    def elaborate(self, platform):
        """Build the shift register; the youngest value sits in its low bits."""
        m = Module()
        line = Signal(self.spec.width * self.spec.cycles, reset_less=not self.spec.cleared)
        with m.If(self.en):
            m.d.sync += line.eq(Cat(self.i, line))
        m.d.comb += self.o.eq(line[-self.spec.width :])
        return m


def delayed(m: Module, platform, en, value, cycles: int, name: str, cleared: bool = False) -> Value:
    """Return `value` as it was `cycles` enabled cycles ago; 0 cycles is the value itself."""
    if cycles == 0:
        return value
    line = Delay(DelaySpec(width=len(value), cycles=cycles, cleared=cleared))
    share(m, platform, line, name)
    m.d.comb += [line.en.eq(en), line.i.eq(value)]
    return line.o


@dataclasses.dataclass(frozen=True, kw_only=True)
class SkewSpec(Spec):
    """Shape of the vector and direction of the skew."""

    lanes: int = integer(1, 1, 257, "elements of the vector: a dimension of an array, and one for its sums")
    width: int = integer(1, 1, 65536, "width of an element", unit="bits")
    descending: bool = flag(False, "lane i is delayed by lanes-1-i cycles, not by i")


class Skew(wiring.Component):
    """Delay lane i by i enabled cycles, or by lanes-1-i if `descending`; lane 0 sits in the low bits."""

    port_docs = {
        "en": "every register moves only while this is high",
        "i": "vector",
        "o": "the vector, skewed",
    }

    def __init__(self, spec: SkewSpec):
        self.spec = spec
        super().__init__({"en": In(1), "i": In(spec.lanes * spec.width), "o": Out(spec.lanes * spec.width)})

    def elaborate(self, platform):
        """Build both halves and the delay in front of one of them."""
        m = Module()
        spec = self.spec
        if spec.lanes == 1:
            m.d.comb += self.o.eq(self.i)
            return m
        # The delayed half waits for as many cycles as the other half has lanes.
        split = spec.lanes // 2 if spec.descending else (spec.lanes + 1) // 2
        for name, low, high in (("low", 0, split), ("high", split, spec.lanes)):
            part = self.i[low * spec.width : high * spec.width]
            if (name == "low") == spec.descending:
                wait = spec.lanes - (high - low)
                words = (self.i.word_select(lane, spec.width) for lane in range(low, high))
                part = Cat(
                    delayed(m, platform, self.en, word, wait, f"delay_{lane}")
                    for lane, word in enumerate(words, low)
                )
            if high - low > 1:
                half = Skew(dataclasses.replace(spec, lanes=high - low))
                share(m, platform, half, f"{name}_half")
                m.d.comb += [half.en.eq(self.en), half.i.eq(part)]
                part = half.o
            m.d.comb += self.o[low * spec.width : high * spec.width].eq(part)
        return m


def skewed(m: Module, platform, en, value, lanes: int, name: str, descending: bool = False) -> Value:
    """Return a vector of `lanes` equal elements with lane i delayed by i, or by lanes-1-i enabled cycles."""
    part = Skew(SkewSpec(lanes=lanes, width=len(value) // lanes, descending=descending))
    share(m, platform, part, name)
    m.d.comb += [part.en.eq(en), part.i.eq(value)]
    return part.o
