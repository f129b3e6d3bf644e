"""The left edge of an array whose elements take A in recoded digits: a recoder per operand, and a register.

Every element of a row multiplies by the same operand of A. Recoded once, at the edge, it travels to the
right as a coded word (`arith/coded.py`); the register behind the recoders keeps them out of the first
element's cycle. What meets A in that element, its token and B, has to be a cycle later for it.

Cost: a recoder and a coded word of registers per operand in a beat; one cycle of latency.
"""

import dataclasses

from amaranth.hdl import Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.recoding import RECODINGS
from ..arith.coded import Coder, CoderSpec, code_bits
from ..share import share
from ..spec import Spec, choice, flag, integer


@dataclasses.dataclass(frozen=True, kw_only=True)
class EdgeCoderSpec(Spec):
    """Number of operands, their width and the recoding."""

    lanes: int = integer(8, 1, 4096, "operands coded at once")
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
        "i": "operands of A, lane 0 in the low bits",
        "o": "their coded words, a cycle later",
    }

    def __init__(self, spec: EdgeCoderSpec):
        self.spec = spec
        super().__init__(
            {"en": In(1), "i": In(spec.lanes * spec.a_bits), "o": Out(spec.lanes * spec.word_bits)}
        )

    def elaborate(self, platform):
        """Build the recoders and the register."""
        m = Module()
        spec = self.spec
        words = Signal(len(self.o), reset_less=True, name="words")
        for lane in range(spec.lanes):
            coder = Coder(CoderSpec(bits=spec.a_bits, signed=spec.a_signed, recoding=spec.recoding))
            share(m, platform, coder, f"coder_{lane}")
            m.d.comb += coder.a.eq(self.i.word_select(lane, spec.a_bits))
            with m.If(self.en):
                m.d.sync += words.word_select(lane, spec.word_bits).eq(coder.word)
        m.d.comb += self.o.eq(words)
        return m


def coded(m: Module, platform, spec, en: Signal, a: Value) -> Value:
    """Return operands of A as the left edge of an array takes them: in digits, `spec.edge_cycles` later.

    spec: a MacArraySpec; a: any number of operands, one after the other. Without such cycles they are
    as they were.
    """
    if not spec.edge_cycles:
        return a
    lanes = len(a) // spec.a_bits
    coder = EdgeCoder(
        EdgeCoderSpec(lanes=lanes, a_bits=spec.a_bits, a_signed=spec.a_signed, recoding=spec.recoding)
    )
    share(m, platform, coder, "edge_coder")
    m.d.comb += [coder.en.eq(en), coder.i.eq(a)]
    return coder.o
