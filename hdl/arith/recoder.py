"""The recoders as a component: an integer in, radix-4 digits from -2 to 2 out."""

import dataclasses

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.recoding import RECODINGS
from ..spec import Spec, choice, flag, integer
from .coded import recoded
from .digits import digit_count


@dataclasses.dataclass(frozen=True, kw_only=True)
class RecoderSpec(Spec):
    """Width, sign and recoding."""

    bits: int = integer(8, 1, 64, "width of the number", unit="bits")
    signed: bool = flag(True, "the number is two's complement, not unsigned")
    recoding: str = choice("booth", RECODINGS, "which digits")

    @property
    def digits(self) -> int:
        """How many digits come out."""
        return digit_count(self.bits, self.signed)

    @property
    def latency(self) -> int:
        """Cycles from number to digits: none, there is no register."""
        return 0


class Recoder(wiring.Component):
    """a = sum over i of (one[i] + 2 two[i]) * (neg[i] ? -1 : 1) * 4 ** i. Combinational.

    Of `one[i]` and `two[i]` at most one is 1. `neg[i]` may be 1 for a digit that is zero.
    """

    port_docs = {
        "a": "number to recode",
        "one": "digit i is 1 or -1",
        "two": "digit i is 2 or -2",
        "neg": "digit i is negative, or zero",
    }

    def __init__(self, spec: RecoderSpec):
        self.spec = spec
        count = spec.digits
        super().__init__({"a": In(spec.bits), "one": Out(count), "two": Out(count), "neg": Out(count)})

    def elaborate(self, platform):
        """Build the recoder."""
        m = Module()
        digits = recoded(m, self.a, self.spec.signed, self.spec.recoding)
        m.d.comb += [self.one.eq(digits.one), self.two.eq(digits.two), self.neg.eq(digits.neg)]
        return m
