"""Products of small floats, or of 8-bit integers, in fixed point, and their exact sum.

    a --> sign, exponent, significand --.
                                         +--> * --> << by the exponents --> ~ if negative --> columns
    b --> sign, exponent, significand --'

A product is a whole multiple of the product of both formats' smallest numbers, so that a shift by the sum of
the exponents puts it in fixed point. It is negated as its inverse and a one, which is one more bit for the
compressor. An integer, the element of mxint8, has one exponent.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.fixed_point import largest_value
from ...golden.float_format import FloatFormat
from ...golden.mx import INT_BITS
from ..arith.columns import Columns
from ..arith.prefix import prefix_add
from ..arith.shifter import shift
from ..share import share
from .product import product
from .sum import DEADLINE
from .unpack import Unpacked, unpack

#: When a product in fixed point is there, in exclusive-or delays after its operands.
SHIFTED = 16.0


def code_bits(fmt: FloatFormat | None) -> int:
    """Return the width of a code; None stands for the integers of mxint8."""
    return fmt.bits if fmt else INT_BITS


def product_bits(formats) -> int:
    """Return the width of a product of two formats in fixed point, without its sign."""
    a, b = (largest_value(fmt) if fmt else 1 << (INT_BITS - 1) for fmt in formats)
    return (a * b).bit_length()


class FixedProduct(wiring.Component):
    """The product of two codes in fixed point: `word` is inverted where `minus` is 1. Combinational."""

    port_docs = {
        "a": "code",
        "b": "code",
        "word": "magnitude in units of the formats' smallest product, inverted if minus",
        "minus": "the product, an Inf too, is negative",
        "inf": "it is Inf",
        "nan": "it is NaN",
    }

    def __init__(self, spec):
        """`spec`: has `operands`, a format or None for a and b, and `adder`."""
        self.spec = spec
        codes = {name: In(code_bits(fmt)) for name, fmt in spec.operands.items()}
        super().__init__(
            codes
            | {"word": Out(product_bits(spec.operands.values()))}
            | {name: Out(1) for name in ("minus", "inf", "nan")}
        )

    def elaborate(self, platform):
        """Build the product and the shift."""
        m = Module()
        spec = self.spec
        a, b = (
            unpack(m, getattr(self, name), fmt, name) if fmt else _integer(m, getattr(self, name), name)
            for name, fmt in spec.operands.items()
        )
        part = product(m, a, b)
        columns = Columns(m, len(a.significand) + len(b.significand), "product")
        part.add_rows(m, columns)
        columns.compress(DEADLINE)
        significand = prefix_add(m, *columns.rows(), spec.adder, name="significand")[: columns.width]
        # Exponents count from 1; that of the smallest product is 2, and it stays where it is.
        amount = Signal(len(part.exponent), name="amount")
        m.d.comb += amount.eq(part.exponent - 2)
        width = len(self.word)
        wide = Cat(significand, Const(0, max(width - columns.width, 0)))[:width]
        m.d.comb += [
            self.word.eq(shift(m, wide, amount, "left", "shifted") ^ part.sign.replicate(width)),
            self.minus.eq(part.sign),
            self.inf.eq(part.is_inf),
            self.nan.eq(part.is_nan),
        ]
        return m


def _integer(m: Module, word: Value, name: str) -> Unpacked:
    """Return the parts of a two's complement integer, whose exponent is 1."""
    size = Signal(len(word), name=f"{name}_size")
    m.d.comb += size.eq(Mux(word[-1], -word, word))
    never = Const(0, 1)
    return Unpacked(word[-1], Const(1, 1), size, ~word.any(), never, never)


@dataclasses.dataclass(frozen=True)
class Specials:
    """What of a sum is no number: an Inf of either sign, or a NaN; Infs of both signs are one."""

    plus: Value
    minus: Value
    nan: Value


def add_products(m: Module, platform, spec, operands: dict[str, Value], columns: Columns) -> Specials:
    """Place `spec.lanes` products, add them to `columns`, and return what of them is no number.

    operands: arrays of codes, `a` and `b`.
    """
    lanes = []
    for i in range(spec.lanes):
        lane = FixedProduct(spec)
        share(m, platform, lane, f"product_{i}")
        m.d.comb += [getattr(lane, name).eq(operands[name][i]) for name in spec.operands]
        columns.add_signed(Cat(lane.word, lane.minus), 0, SHIFTED)
        columns.add_bit(lane.minus, 0)
        lanes.append(lane)
    plus, minus, nan = (Signal(spec.lanes, name=f"lanes_{name}") for name in ("plus_inf", "minus_inf", "nan"))
    m.d.comb += [
        plus.eq(Cat(lane.inf & ~lane.minus for lane in lanes)),
        minus.eq(Cat(lane.inf & lane.minus for lane in lanes)),
        nan.eq(Cat(lane.nan for lane in lanes)),
    ]
    return Specials(plus.any(), minus.any(), nan.any())
