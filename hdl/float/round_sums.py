"""The edge of an array of wide accumulators: a register and one rounding per column.

A column has one complete sum at a time, so that one rounding, with its leading-zero count and shifter, serves
all rows; the elements have none.
"""

import dataclasses

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.float_format import FloatFormat, find_format
from ..share import share
from ..spec import choice, integer
from .acc_code import acc_code
from .accumulate import WideNumber
from .wide_fma_pe import WideFmaPeSpec

OUT_FORMATS = ("fp32", "bf16", "fp16")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RoundSumSpec(WideFmaPeSpec):
    """What the sums are, and the format of their codes."""

    out_format: str = choice("fp32", OUT_FORMATS, "format of a result, an element of C")

    @property
    def out(self) -> FloatFormat:
        """Format of a result."""
        return find_format(self.out_format)


class RoundSum(wiring.Component):
    """`code` is the sum in `word`, rounded to the nearest even code. Combinational."""

    port_docs = {"word": "sum as the element shows it", "code": "the sum, rounded"}

    def __init__(self, spec: RoundSumSpec):
        self.spec = spec
        super().__init__({"word": In(spec.acc_width), "code": Out(spec.out.bits)})

    def elaborate(self, platform):
        """Build the rounding."""
        m = Module()
        spec = self.spec
        number = WideNumber.of(self.word, spec.acc.acc_bits)
        m.d.comb += self.code.eq(acc_code(m, number, spec.acc, spec.out, spec.adder))
        return m


@dataclasses.dataclass(frozen=True, kw_only=True)
class RoundSumsSpec(RoundSumSpec):
    """What the sums are, and how many come at a time."""

    lanes: int = integer(1, 1, 256, "columns")


class RoundSums(wiring.Component):
    """Lane k of `o` is the sum in lane k of `i` an enabled cycle ago, rounded. The register has no reset."""

    port_docs = {
        "en": "registers move only while this is high",
        "i": "a sum per column, column 0 in the low bits",
        "o": "their codes",
    }

    def __init__(self, spec: RoundSumsSpec):
        self.spec = spec
        lanes = spec.lanes
        super().__init__({"en": In(1), "i": In(lanes * spec.acc_width), "o": Out(lanes * spec.out.bits)})

    def elaborate(self, platform):
        """Build the register and the roundings."""
        m = Module()
        spec = self.spec
        words = Signal(len(self.i), reset_less=True, name="words")
        with m.If(self.en):
            m.d.sync += words.eq(self.i)
        for lane in range(spec.lanes):
            one = RoundSum(RoundSumSpec(**{name: getattr(spec, name) for name in RoundSumSpec.params()}))
            share(m, platform, one, f"round_{lane}")
            m.d.comb += [
                one.word.eq(words.word_select(lane, spec.acc_width)),
                self.o.word_select(lane, spec.out.bits).eq(one.code),
            ]
        return m
