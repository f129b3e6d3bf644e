"""The left edge of an array whose elements take A in recoded digits: one recoder per row, and a register.

Every element of a row multiplies by the same operand of A. Recoded once, at the edge, it travels to the
right as a coded word (`arith/coded.py`); the register behind the recoders keeps them out of the first
element's cycle. What meets A in that element, its token and B, is a cycle later for it.

Cost: a recoder per row and a register of rows x word + cols x b_bits + 3 bits; one cycle of latency.
"""

import dataclasses

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.recoding import RECODINGS
from ..arith.coded import Coder, CoderSpec, code_bits
from ..share import share
from ..spec import Spec, choice, flag, integer
from .skew import Delay, DelaySpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class EdgeCoderSpec(Spec):
    """Number of rows, their operands and the recoding."""

    rows: int = integer(8, 1, 256, "operands coded at once")
    a_bits: int = integer(8, 2, 16, "width of an operand", unit="bits")
    a_signed: bool = flag(True, "operands are two's complement, not unsigned")
    recoding: str = choice("booth", RECODINGS, "which digits")

    @property
    def word_bits(self) -> int:
        """Width of a coded word."""
        return code_bits(self.a_bits, self.a_signed, self.recoding)


class EdgeCoder(wiring.Component):
    """Lane k of `o` is the coded word of lane k of `i`, one enabled cycle later. No reset."""

    port_docs = {
        "en": "the register moves only while this is high",
        "i": "one operand per row, top row in the low bits",
        "o": "their coded words, a cycle later",
    }

    def __init__(self, spec: EdgeCoderSpec):
        self.spec = spec
        super().__init__(
            {"en": In(1), "i": In(spec.rows * spec.a_bits), "o": Out(spec.rows * spec.word_bits)}
        )

    def elaborate(self, platform):
        """Build the recoders and the register."""
        m = Module()
        spec = self.spec
        words = Signal(len(self.o), reset_less=True, name="words")
        for row in range(spec.rows):
            coder = Coder(CoderSpec(bits=spec.a_bits, signed=spec.a_signed, recoding=spec.recoding))
            share(m, platform, coder, f"coder_{row}")
            m.d.comb += coder.a.eq(self.i.word_select(row, spec.a_bits))
            with m.If(self.en):
                m.d.sync += words.word_select(row, spec.word_bits).eq(coder.word)
        m.d.comb += self.o.eq(words)
        return m


def coded_edge(m: Module, platform, spec, en: Signal, token: dict[str, Signal], a, b):
    """Return the token, A and B as the top left element takes them: A in digits, all a cycle later.

    spec: a MacArraySpec. With recoding=own they are what they were.
    """
    if spec.recoding == "own":
        return token, a, b
    coder = EdgeCoder(
        EdgeCoderSpec(rows=spec.rows, a_bits=spec.a_bits, a_signed=spec.a_signed, recoding=spec.recoding)
    )
    b_delay = Delay(DelaySpec(width=len(b), cycles=1))
    late = {name: Signal(name=f"coded_{name}", reset_less=name != "valid") for name in token}
    share(m, platform, coder, "edge_coder")
    share(m, platform, b_delay, "b_delay")
    m.d.comb += [coder.en.eq(en), coder.i.eq(a), b_delay.en.eq(en), b_delay.i.eq(b)]
    with m.If(en):
        m.d.sync += [late[name].eq(signal) for name, signal in token.items()]
    return late, coder.o, b_delay.o
