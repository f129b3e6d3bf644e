"""Dot products of small floating-point formats: products in fixed point, added exactly, rounded once.

    a[0], b[0] --> significands multiplied, shifted by the exponents, inverted --.
    a[1], b[1] --> the same                                                       +--> columns --> adder
    ...                                                                           |                  |
                                                            y <-- round, pack <-- normalise <--------'

In fixed point (fixed_product.py) nothing is lost, and the order of the terms does not matter: Kulisch's long
accumulator (Computer Arithmetic and Validity, 2008), short for a format of few exponent bits.
"""

import dataclasses

from amaranth.hdl import Const, Shape, Signal, unsigned
from amaranth.lib import data

from ...golden.errors import UsageError
from ...golden.fp_dot import dot_bits, dot_fraction_bits
from ..arith.columns import Columns
from ..arith.prefix import prefix_add
from ..spec import float_format, integer
from .fixed_product import SHIFTED, add_products, product_bits
from .float_spec import FloatSpec
from .float_unit import FloatUnit
from .geometry import Kind, Term
from .normalise import normalise
from .sum import DEADLINE

#: Bits of the widest exact sum that is built: 70 for 32 products of e5m2, 86 of fp16, 540 of bf16.
WIDEST_SUM = 128


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
        return super().baseline_parameters | {
            "SUM_BITS": self.sum_bits,
            "PRODUCT_BITS": product_bits(self.operands.values()),
        }


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
        columns = Columns(m, spec.sum_bits, "sum")
        found = add_products(m, platform, spec, operands, columns)
        nan, inf, minus = (Signal(name=name) for name in ("any_nan", "any_inf", "minus"))
        m.d.comb += [
            nan.eq(found.nan | (found.plus & found.minus)),
            inf.eq(found.plus | found.minus),
            minus.eq(found.minus),
        ]
        # Of a number the sum's own sign counts, and a sum of nothing has none.
        self.carried |= {"nan": nan, "inf": inf, "minus": minus, "differ": ~inf}
        columns.compress(float("inf") if spec.adder == "ripple" else SHIFTED + DEADLINE)
        row_0, row_1 = columns.rows()
        row_0, row_1 = self.cut(m, "rows", row_0=row_0, row_1=row_1)
        total = prefix_add(m, row_0, row_1, spec.adder, name="total")[: spec.sum_bits]
        word, negative = self.cut(m, "sum", word=total[:-1], negative=total[-1])
        ceiling = Const(spec.term_top, Shape.cast(range(min(spec.term_top, 0), abs(spec.term_top) + 1)))
        found = normalise(m, word, negative, Const(0, 1), ceiling, spec.target, spec.headroom)
        return self.finish(m, found, negative)
