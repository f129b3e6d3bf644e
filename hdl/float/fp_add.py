"""Floating-point addition: a + b, rounded once, for any mix of formats."""

import dataclasses

from .float_spec import SumSpec
from .geometry import Term, term_of
from .sum import Part, SumUnit
from .unpack import unpack


@dataclasses.dataclass(frozen=True, kw_only=True)
class FpAddSpec(SumSpec):
    """Formats of the operands and of the result, rounding, and how deep the pipeline is."""

    @property
    def term(self) -> Term:
        """What is known of a, which stays in place."""
        return term_of(self.operands["a"])


class FpAdd(SumUnit):
    """y = a + b, exact and rounded once, NaN, Inf, signed zeros and subnormal numbers included.

    Streams: a beat of `x` holds the operands, with rounding=stochastic also `random`, and makes a beat of
    `y`. The golden model is `golden.float_arith.fp_add`.

    Timing: one result a cycle, offered `latency` cycles after its operands were accepted. A stalled `y` stops
    the whole unit. Reset drops whatever is in flight.
    """

    def result(self, m, platform, operands):
        """Build the datapath: a stays in place, b is shifted."""
        a, b = (unpack(m, operands[name], fmt, name) for name, fmt in self.spec.operands.items())

        def add_rows(m, columns):
            columns.add_unsigned(a.significand)

        part = Part(a.sign, a.exponent, a.is_zero, a.is_inf, a.is_nan, add_rows)
        return self.sum_of(m, part, b)
