"""Dot products of small floating-point formats: products in fixed point, added exactly, rounded once.

    a[0], b[0] --> significands multiplied, shifted by the exponents, inverted --.
    a[1], b[1] --> the same                                                       +--> columns --> adder
    ...                                                                           |                  |
                                                            y <-- round, pack <-- normalise <--------'

A product is a whole multiple of the product of both formats' smallest numbers, so that a shift by the sum of
the exponents puts it in fixed point. Nothing is lost, and the order of the terms does not matter: Kulisch's
long accumulator (Computer Arithmetic and Validity, 2008), short for a format of few exponent bits. Products
are negated as the inverse and a one, which is one more bit for the compressor.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Shape, Signal, unsigned
from amaranth.lib import data, wiring
from amaranth.lib.wiring import In, Out

from ...golden.errors import UsageError
from ...golden.fixed_point import largest_value
from ...golden.fp_dot import dot_bits, dot_fraction_bits
from ..arith.columns import Columns
from ..arith.prefix import prefix_add
from ..arith.shifter import shift
from ..share import share
from ..spec import float_format, integer
from .float_spec import FloatSpec
from .float_unit import FloatUnit
from .geometry import Kind, Term
from .normalise import normalise
from .product import product
from .sum import DEADLINE
from .unpack import unpack

#: Bits of the widest exact sum that is built: 70 for 32 products of e5m2, 86 of fp16, 540 of bf16.
WIDEST_SUM = 128
#: When a product in fixed point is there, in exclusive-or delays after its operands.
SHIFTED = 16.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class FpDotSpec(FloatSpec):
    """Products of a sum, formats of the operands and of the result, rounding, how deep the pipeline is."""

    baseline = "fp_dot"

    lanes: int = integer(4, 1, 64, "products of a result")
    a_format: str = float_format("e4m3fn", "format of a")
    out_format: str | None = float_format("bf16", "format of the result; none: that of a", optional=True)

    def check(self):
        """Refuse formats whose exact sums are too wide to build."""
        super().check()
        if self.sum_bits > WIDEST_SUM:
            names = self.a_format, self.b_format or self.a_format
            raise UsageError(
                f"the exact sum of lanes={self.lanes} products of {names[0]} and {names[1]} has "
                f"{self.sum_bits} bits, and {WIDEST_SUM} is the most: use formats of fewer exponent bits, "
                "or fma_pe"
            )

    @property
    def sum_bits(self) -> int:
        """Width of the exact sum, signed."""
        return dot_bits(self.lanes, *self.operands.values())

    @property
    def product_bits(self) -> int:
        """Width of a product in fixed point, without its sign."""
        a, b = (largest_value(fmt) for fmt in self.operands.values())
        return (a * b).bit_length()

    @property
    def term(self) -> Term:
        """What is known of the sum: its lowest bit stands in one place."""
        origin = -dot_fraction_bits(*self.operands.values())
        return Term(self.sum_bits - 1, origin, (Kind(0, origin, origin),))

    @property
    def x_shapes(self) -> dict[str, Shape | data.ArrayLayout]:
        """The fields of a beat, in order."""
        operands = {
            name: data.ArrayLayout(unsigned(fmt.bits), self.lanes) for name, fmt in self.operands.items()
        }
        return super().x_shapes | operands

    @property
    def macs_per_cycle(self) -> int:
        """Products per cycle."""
        return self.lanes

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline, the widths of fixed point with them."""
        return super().baseline_parameters | {"SUM_BITS": self.sum_bits, "PRODUCT_BITS": self.product_bits}


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

    def __init__(self, spec: FpDotSpec):
        self.spec = spec
        codes = {name: In(fmt.bits) for name, fmt in spec.operands.items()}
        super().__init__(
            codes | {"word": Out(spec.product_bits)} | {name: Out(1) for name in ("minus", "inf", "nan")}
        )

    def elaborate(self, platform):
        """Build the product and the shift."""
        m = Module()
        spec = self.spec
        formats = spec.operands
        part = product(m, *(unpack(m, getattr(self, name), fmt, name) for name, fmt in formats.items()))
        columns = Columns(m, sum(fmt.mantissa_bits + 1 for fmt in formats.values()), "product")
        part.add_rows(m, columns)
        columns.compress(DEADLINE)
        significand = prefix_add(m, *columns.rows(), spec.adder, name="significand")[: columns.width]
        # Exponents count from 1; that of the smallest product is 2, and it stays where it is.
        amount = Signal(len(part.exponent), name="amount")
        m.d.comb += amount.eq(part.exponent - 2)
        wide = Cat(significand, Const(0, max(spec.product_bits - columns.width, 0)))[: spec.product_bits]
        m.d.comb += [
            self.word.eq(shift(m, wide, amount, "left", "shifted") ^ part.sign.replicate(spec.product_bits)),
            self.minus.eq(part.sign),
            self.inf.eq(part.is_inf),
            self.nan.eq(part.is_nan),
        ]
        return m


class FpDot(FloatUnit):
    """y = a[0] * b[0] + ... + a[lanes - 1] * b[lanes - 1], exact and rounded once.

    An exact sum of zero is +0; NaN, Inf * 0 and Infs of both signs make NaN, Infs of one sign Inf.

    Streams: a beat of `x` holds the operands of a result, with rounding=stochastic also `random`, and makes a
    beat of `y`. The golden model is `golden.fp_dot.fp_dot`.

    Timing: one result a cycle, offered `latency` cycles after its operands were accepted. A stalled `y` stops
    the whole unit. Reset drops whatever is in flight.
    """

    def result(self, m, platform, operands):
        """Build the datapath."""
        spec = self.spec
        lanes = [self._lane(m, platform, operands, i) for i in range(spec.lanes)]
        plus_inf, minus_inf = (Signal(spec.lanes, name=f"{sign}_inf") for sign in ("plus", "minus"))
        nan, inf, minus = (Signal(name=name) for name in ("any_nan", "any_inf", "minus"))
        m.d.comb += [
            plus_inf.eq(Cat(lane.inf & ~lane.minus for lane in lanes)),
            minus_inf.eq(Cat(lane.inf & lane.minus for lane in lanes)),
            nan.eq(Cat(lane.nan for lane in lanes).any() | (plus_inf.any() & minus_inf.any())),
            inf.eq(plus_inf.any() | minus_inf.any()),
            minus.eq(minus_inf.any()),
        ]
        # Of a number the sum's own sign counts, and a sum of nothing has none.
        self.carried |= {"nan": nan, "inf": inf, "minus": minus, "differ": ~inf}
        columns = Columns(m, spec.sum_bits, "sum")
        for lane in lanes:
            columns.add_signed(Cat(lane.word, lane.minus), 0, SHIFTED)
            columns.add_bit(lane.minus, 0)
        columns.compress(float("inf") if spec.adder == "ripple" else SHIFTED + DEADLINE)
        row_0, row_1 = columns.rows()
        row_0, row_1 = self.cut(m, "rows", row_0=row_0, row_1=row_1)
        total = prefix_add(m, row_0, row_1, spec.adder, name="total")[: spec.sum_bits]
        word, negative = self.cut(m, "sum", word=total[:-1], negative=total[-1])
        ceiling = Const(spec.term_top, Shape.cast(range(min(spec.term_top, 0), abs(spec.term_top) + 1)))
        found = normalise(m, word, negative, Const(0, 1), ceiling, spec.target, spec.headroom)
        return self.finish(m, found, negative)

    def _lane(self, m, platform, operands, i: int) -> FixedProduct:
        """Place the product of lane `i`."""
        lane = FixedProduct(self.spec)
        share(m, platform, lane, f"product_{i}")
        m.d.comb += [getattr(lane, name).eq(operands[name][i]) for name in self.spec.operands]
        return lane
