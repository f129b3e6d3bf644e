"""Floating-point multiplication: a * b, rounded once, for any mix of formats."""

import dataclasses

from amaranth.hdl import Const

from ..arith.columns import Columns
from ..arith.prefix import prefix_add
from .float_spec import FloatSpec
from .float_unit import FloatUnit, sum_with
from .geometry import Term, product_of, term_of
from .normalise import normalise
from .product import product
from .sum import DEADLINE
from .unpack import unpack


@dataclasses.dataclass(frozen=True, kw_only=True)
class FpMulSpec(FloatSpec):
    """Formats of the operands and of the result, rounding, and how deep the pipeline is."""

    @property
    def term(self) -> Term:
        """What is known of the product."""
        return product_of(*(term_of(fmt) for fmt in self.operands.values()))


class FpMul(FloatUnit):
    """y = a * b, exact and rounded once, NaN, Inf, signed zeros and subnormal numbers included.

    Streams: a beat of `x` holds the operands, with rounding=stochastic also `random`, and makes a beat of
    `y`. The golden model is `golden.float_arith.fp_mul`.

    Timing: one result a cycle, offered `latency` cycles after its operands were accepted. A stalled `y` stops
    the whole unit. Reset drops whatever is in flight.
    """

    def result(self, m, platform, operands):
        """Build the datapath."""
        spec = self.spec
        part = product(m, *(unpack(m, operands[name], fmt, name) for name, fmt in spec.operands.items()))
        ceiling = sum_with(m, part.exponent, spec.term_top, "ceiling")
        self.carried |= {"nan": part.is_nan, "inf": part.is_inf, "minus": part.sign, "differ": Const(0, 1)}
        bits = spec.term.bits
        columns = Columns(m, bits, "product")
        part.add_rows(m, columns)
        columns.compress(float("inf") if spec.adder == "ripple" else DEADLINE)
        row_0, row_1 = columns.rows()
        row_0, row_1, ceiling = self.cut(m, "rows", row_0=row_0, row_1=row_1, ceiling=ceiling)
        word = prefix_add(m, row_0, row_1, spec.adder, name="total")[:bits]
        word, ceiling = self.cut(m, "sum", word=word, ceiling=ceiling)
        never = Const(0, 1)
        return self.finish(m, normalise(m, word, never, never, ceiling, spec.target, spec.headroom), never)
