"""An activation aligned to the largest of its step, and which of two is larger.

    distance --> shift right, one bit more than is kept --> ~ if negative --> + (sign ^ guard) --> integer

Negating and rounding are one addition: -(x + guard) is ~x + 1 - guard. So ties go away from zero on both
sides, and nothing drifts. Golden model: `golden.lut_float_gemm.align`.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.float_format import find_format
from ..arith.prefix import prefix_add
from ..arith.shifter import shift
from ..float.unpack import unpack
from ..spec import Spec, float_format, integer

#: Prefix network of all adders of float tiles.
ADDER = "sklansky"


@dataclasses.dataclass(frozen=True, kw_only=True)
class AlignSpec(Spec):
    """Format of an activation, and the width of its integer."""

    fmt: str = float_format("bf16", "format of an activation")
    width: int = integer(12, 4, 20, "width of the integer, two's complement", unit="bits")

    @property
    def exponent_bits(self) -> int:
        """Width of an exponent."""
        return max(find_format(self.fmt).exponent_bits, 1)


class Align(wiring.Component):
    """`o` is the activation `a` in units of the exponent `largest`, rounded. Combinational."""

    port_docs = {"a": "activation, a code", "largest": "largest exponent of its step", "o": "integer"}

    def __init__(self, spec: AlignSpec):
        self.spec = spec
        bits = find_format(spec.fmt).bits
        super().__init__({"a": In(bits), "largest": In(spec.exponent_bits), "o": Out(spec.width)})

    def elaborate(self, platform):
        """Build shift and rounding."""
        m = Module()
        width = self.spec.width
        number = unpack(m, self.a, find_format(self.spec.fmt), "a")
        distance = prefix_add(m, self.largest, ~number.exponent, ADDER, Const(1, 1), "distance")[:-1]
        stages = (width - 1).bit_length()
        near = ~distance[stages:].any()
        # The lowest bit is the guard.
        word = Cat(Const(0, width - len(number.significand)), number.significand) & near.replicate(width)
        guarded = shift(m, word, distance[:stages], "right")
        inverted = Cat(guarded[1:], Const(0, 1)) ^ number.sign.replicate(width)
        carry = number.sign ^ guarded[0]
        m.d.comb += self.o.eq(prefix_add(m, inverted, Const(0, width), ADDER, carry, "rounded")[:width])
        return m


@dataclasses.dataclass(frozen=True, kw_only=True)
class LargerSpec(Spec):
    """Width of the numbers."""

    width: int = integer(8, 1, 8, "width of a number", unit="bits")


class Larger(wiring.Component):
    """`o` is the larger of the unsigned numbers `x` and `y`. Combinational."""

    port_docs = {"x": "number", "y": "number", "o": "the larger one"}

    def __init__(self, spec: LargerSpec):
        self.spec = spec
        super().__init__({"x": In(spec.width), "y": In(spec.width), "o": Out(spec.width)})

    def elaborate(self, platform):
        """Build comparison and choice."""
        m = Module()
        x_first = prefix_add(m, self.x, ~self.y, ADDER, Const(1, 1), "difference")[-1]
        m.d.comb += self.o.eq(Mux(x_first, self.x, self.y))
        return m
