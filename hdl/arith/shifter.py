"""Barrel shifter: a shift by any amount as a row of fixed shifts that are taken or not.

    amount[0] -> by 1 or not,  amount[1] -> by 2 or not,  amount[2] -> by 4 or not, ...

Cost: one multiplexer per bit and stage, width * log2(width). Depth: log2(width) multiplexers. The order of
the stages is free; large shifts first help where low bits of the amount come late, and to the right they
leave less for the small ones to do.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec import Spec, choice, integer

SHIFTS = ("left", "right", "arithmetic_right", "rotate_left")


def shift(m: Module, word, amount, kind: str, name: str = "shifted", large_first: bool = False) -> Value:
    """Return `word` shifted by the unsigned `amount`, as wide as it was.

    large_first: the stages begin with the largest shift, not with the smallest.

    kind: `left` and `right` fill with zeros, `arithmetic_right` with the top bit; `rotate_left` brings
    back what is shifted out. Amounts of the width and more shift everything out.
    """
    width = len(word)
    stages = list(enumerate(amount))
    for stage, taken in reversed(stages) if large_first else stages:
        step = 1 << stage
        if kind == "rotate_left":
            moved = word.rotate_left(step % width)
        else:
            # Bits shifted in, and bits that stay in.
            new = min(step, width)
            fill = (word[-1] if kind == "arithmetic_right" else Const(0, 1)).replicate(new)
            moved = Cat(fill, word[: width - new]) if kind == "left" else Cat(word[new:], fill)
        result = Signal(width, name=f"{name}_{stage}")
        m.d.comb += result.eq(Mux(taken, moved, word))
        word = result
    return word


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShifterSpec(Spec):
    """Width of the word and kind of shift."""

    width: int = integer(16, 1, 256, "width of the word", unit="bits")
    kind: str = choice("left", SHIFTS, "direction, and what is shifted in")

    @property
    def amount_bits(self) -> int:
        """Width of the amount: enough for every shift below the width."""
        return max((self.width - 1).bit_length(), 1)

    @property
    def latency(self) -> int:
        """Cycles from word to result: none, there is no register."""
        return 0


class Shifter(wiring.Component):
    """o = i shifted by amount. Combinational. An amount of `width` or more shifts everything out."""

    port_docs = {"i": "word", "amount": "how far", "o": "the word, shifted"}

    def __init__(self, spec: ShifterSpec):
        self.spec = spec
        super().__init__({"i": In(spec.width), "amount": In(spec.amount_bits), "o": Out(spec.width)})

    def elaborate(self, platform):
        """Build the stages."""
        m = Module()
        m.d.comb += self.o.eq(shift(m, self.i, self.amount, self.spec.kind))
        return m
