"""A right shift of which only a window is wanted: the low bits, and whether anything stands above them.

A barrel shifter moves every bit through every stage. Where only `width` bits of the result are kept, large
shifts go first, and after each stage the bits that no later stage can bring down into the window are looked
at once and dropped:

    word          35 bits    shift by 32 or not
    shifted_5     35         shift by 16 or not     a window of 8 bits
    shifted_4     23         shift by 8 or not      23 = 8 + 15: the stages below shift by 15 at most
    shifted_3     15         shift by 4 or not
    ...            8         the window; `above` = some dropped bit was one

Cost: about width * log2 + 2 ** log2 multiplexers instead of the word's length times log2, and an OR per
dropped bit. Depth: one multiplexer a stage; the OR runs beside them. What falls out below is looked at in the
same way where somebody asks: an OR over the bits that a stage drops at the lower end.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec import Spec, integer


def window_shift(m: Module, word, amount, width: int, name: str = "shifted") -> tuple[Value, Value]:
    """Return (window, above) of `word` shifted right by the unsigned `amount`, zeros coming in.

    window: its low bits, `width` of them or all there are; above: whether a bit above the window is one.
    """
    window, above, _ = window_shift_rest(m, word, amount, width, name)
    return window, above


def window_shift_rest(
    m: Module, word, amount, width: int, name: str = "shifted"
) -> tuple[Value, Value, Value]:
    """Return what `window_shift` does, and whether any bit that was shifted out is one."""
    dropped, fallen = [], []
    for stage, taken in reversed(list(enumerate(amount))):
        step = 1 << stage
        keep = min(len(word), width + step - 1)
        moved = word[step : step + keep]
        below = Signal(name=f"{name}_{stage}_below")
        m.d.comb += below.eq(taken & word[:step].any())
        fallen.append(below)
        shifted = Signal(keep, name=f"{name}_{stage}")
        m.d.comb += shifted.eq(Mux(taken, moved, word[:keep]))
        if len(word) > keep:
            lost = Signal(name=f"{name}_{stage}_lost")
            # Taken, the shift brings these bits down, and drops what is longer by another step.
            m.d.comb += lost.eq(Mux(taken, word[step + keep :].any(), word[keep:].any()))
            dropped.append(lost)
        word = shifted
    above = Signal(name=f"{name}_above")
    m.d.comb += above.eq(Cat(dropped, word[width:]).any())
    return word[:width], above, Cat(fallen).any()


@dataclasses.dataclass(frozen=True, kw_only=True)
class WindowSpec(Spec):
    """Width of the word, of the amount and of what is kept."""

    bits: int = integer(16, 1, 256, "width of the word", unit="bits")
    amount_bits: int = integer(4, 1, 8, "width of the amount", unit="bits")
    width: int = integer(4, 1, 256, "bits of the result that are kept", unit="bits")

    @property
    def latency(self) -> int:
        """Cycles from word to window: none, there is no register."""
        return 0


class Window(wiring.Component):
    """o = the low bits of i >> amount; above, below: whether a bit beyond them is one. Combinational."""

    port_docs = {
        "i": "word",
        "amount": "how far it is shifted to the right",
        "o": "low bits of the result",
        "above": "some bit above them is one",
        "below": "some bit that was shifted out is one",
    }

    def __init__(self, spec: WindowSpec):
        self.spec = spec
        super().__init__(
            {
                "i": In(spec.bits),
                "amount": In(spec.amount_bits),
                "o": Out(spec.width),
                "above": Out(1),
                "below": Out(1),
            }
        )

    def elaborate(self, platform):
        """Build the stages."""
        m = Module()
        window, above, below = window_shift_rest(m, self.i, self.amount, self.spec.width)
        m.d.comb += [self.o.eq(Cat(window, Const(0, 1))), self.above.eq(above), self.below.eq(below)]
        return m
