"""A number of fp32 or bf16 as an element of a block: divided by the block's scale and rounded, once.

    float elements      code --> normalise, at exponent - scale --> round --> pack, saturated --> element
    integer elements    code --> significand >> (scale - exponent) --> round --> negate --> element

Dividing by a power of two moves the exponent, so that the ends of every floating-point unit do the rest.
Subnormal numbers count as what they are. The golden model is `golden.block_scale.divide_by_scale`.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.block_scale import NAN_SCALE, SCALE_BITS
from ...golden.float_format import PRESETS, FloatFormat
from ...golden.mx import ELEMENTS
from ..arith.prefix import KINDS
from ..spec import Spec, choice, integer
from ..vector.rounding import round_up as rounds_up
from ..vector.rounding import signed_size
from .geometry import Target
from .normalise import normalise
from .pack import pack, round_up
from .sum import right_shift
from .unpack import Unpacked, unpack

#: Formats of the numbers that come in: those whose exponents have the bias of the scales.
FORMATS = ("bf16", "fp32")
BFP = "bfp"


@dataclasses.dataclass(frozen=True, kw_only=True)
class BlockElementSpec(Spec):
    """Formats of a number and of its element."""

    fmt: str = choice("bf16", FORMATS, "format of the number")
    element: str = choice("mxfp8_e4m3", (*ELEMENTS, BFP), "element that it becomes")
    bits: int = integer(8, 4, 16, "width of an integer element", unit="bits")
    adder: str = choice("brent_kung", KINDS, "prefix network of the adders")

    @property
    def source(self) -> FloatFormat:
        """Format of the number."""
        return PRESETS[self.fmt]

    @property
    def target(self) -> FloatFormat | None:
        """Format of the element; None if it is an integer."""
        return ELEMENTS.get(self.element)

    @property
    def width(self) -> int:
        """Width of the element."""
        return self.target.bits if self.target else self.bits


class BlockElement(wiring.Component):
    """`o` is the element that `i` becomes in a block of this scale, 0 if that is NaN. Combinational."""

    port_docs = {"i": "code of the number", "scale": "E8M0 code of the block's scale", "o": "element"}

    def __init__(self, spec: BlockElementSpec):
        self.spec = spec
        super().__init__({"i": In(spec.source.bits), "scale": In(SCALE_BITS), "o": Out(spec.width)})

    def elaborate(self, platform):
        """Build the division and the rounding."""
        m = Module()
        x = unpack(m, self.i, self.spec.source, "x")
        element = self._float(m, x) if self.spec.target else self._integer(m, x)
        good = Signal()
        m.d.comb += [good.eq(self.scale != NAN_SCALE), self.o.eq(element & good.replicate(len(self.o)))]
        return m

    def _float(self, m: Module, x: Unpacked) -> Value:
        """Return the code of the quotient."""
        spec = self.spec
        fmt = dataclasses.replace(spec.target, overflow="saturate")
        target = Target(fmt.mantissa_bits + 1, 1, fmt.min_exponent)
        # Quotients may lie anywhere below the smallest number.
        headroom = target.needed
        constant = headroom + 1 - fmt.min_exponent
        ends = 1 << spec.source.exponent_bits
        ceiling = Signal(range(constant - ends, constant + ends), name="ceiling")
        m.d.comb += ceiling.eq(x.exponent - self.scale + constant)
        never = Const(0, 1)
        found = normalise(m, x.significand, never, never, ceiling, target, headroom)
        up = round_up(m, found, never, "nearest_even", None, spec.adder)
        return pack(m, found, up, x.sign, x.is_zero, never, never, fmt, "nearest_even", spec.adder)

    def _integer(self, m: Module, x: Unpacked) -> Value:
        """Return the quotient in units of the element's lowest bit."""
        spec = self.spec
        bits, mantissa_bits = spec.bits, spec.source.mantissa_bits
        # No number of a block is above its scale's exponent, but that the field 0 counts as 1.
        distance = Signal(SCALE_BITS + 1, name="distance")
        amount = Signal(SCALE_BITS + 1, name="amount")
        more, zeros = max(mantissa_bits + 1 - bits, 0), max(bits - 1 - mantissa_bits, 0)
        m.d.comb += [distance.eq(self.scale - x.exponent + 1), amount.eq(distance + more)]
        # The lowest bit of the word is the guard.
        shifted, rest = right_shift(m, Cat(Const(0, zeros + 1), x.significand), amount, "aligned")
        size = shifted[1:bits]
        up = Signal()
        m.d.comb += up.eq(rounds_up("half_even", size[0], x.sign, shifted[0], rest))
        return signed_size(m, size, Const(0, 1), x.sign, up, True, "element")
