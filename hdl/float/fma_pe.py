"""Fused multiply-add: a * b + c, rounded once, for any mix of formats."""

import dataclasses

from ...golden.float_format import FloatFormat
from ..spec import float_format
from .float_spec import SumSpec
from .geometry import Term, product_of, term_of
from .product import product
from .sum import SumUnit
from .unpack import unpack


@dataclasses.dataclass(frozen=True, kw_only=True)
class FmaPeSpec(SumSpec):
    """Formats of the operands and of the result, rounding, and how deep the pipeline is."""

    c_format: str | None = float_format(None, "format of c; none: that of a", optional=True)
    out_format: str | None = float_format(None, "format of the result; none: that of c", optional=True)

    @property
    def operand_names(self) -> tuple[str, ...]:
        """Names of the operands that are numbers."""
        return "a", "b", "c"

    @property
    def out(self) -> FloatFormat:
        """The format of the result."""
        return self.out_of(self.out_format or self.c_format)

    @property
    def macs_per_cycle(self) -> int:
        """Multiply-adds per cycle."""
        return self.elements_per_cycle

    @property
    def term(self) -> Term:
        """What is known of the product."""
        return product_of(*(term_of(self.operands[name]) for name in ("a", "b")))


class FmaPe(SumUnit):
    """y = a * b + c, exact and rounded once, NaN, Inf, signed zeros and subnormal numbers included.

    Streams: a beat of `x` holds the operands, with rounding=stochastic also `random`, and makes a beat of
    `y`. The golden model is `golden.float_arith.fma`.

    Timing: one result a cycle, offered `latency` cycles after its operands were accepted. A stalled `y` stops
    the whole unit. Reset drops whatever is in flight.
    """

    def result(self, m, platform, operands):
        """Build the datapath."""
        a, b, c = (unpack(m, operands[name], fmt, name) for name, fmt in self.spec.operands.items())
        return self.sum_of(m, product(m, a, b), c)
