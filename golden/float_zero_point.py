"""The zero point of a group of float activations: taken off the group's sum before that is rounded.

    d = G - z * S          G, S: sums over the group of a * b and of a, accumulated alike

G and S are numbers of the wide accumulator (`golden.float_accumulate`), z is a signed integer. The product
z * S is exact: it has `b_bits` more than a significand of the accumulator, and so has G, with zeros below.
They are added by one step of the accumulator, `b_bits` wider, and what it leaves is rounded once to a code.

An activation that is Inf or NaN makes d NaN, whatever the weights are: for nearly all of them G - z * S is
Inf - Inf or Inf * 0. Where every weight is the zero point d is +0, unless steps of G and S lost bits: then
what they lost is left. Before its rounding d differs from real arithmetic on K products by less than
1.5 * (K + 1) * (1 + |z|) * 2 ** (b_bits + 1 - acc_bits) times the sum of all |a|.
"""

import dataclasses

from .float_accumulate import Accumulator, AccumulatorFormat, accumulate
from .integer import check_range


@dataclasses.dataclass(frozen=True)
class DifferenceFormat:
    """The accumulator in which a zero point's part is taken off: that of the sums, `b_bits` wider."""

    sums: AccumulatorFormat

    @property
    def acc_bits(self) -> int:
        """Width of the significand."""
        return self.sums.acc_bits + self.sums.b_bits

    @property
    def unit(self) -> int:
        """Weight of the significand's lowest bit where the exponent is 0, as a power of two.

        Sums are multiples of an activation's lowest bit, so that no exponent falls below that of a sum.
        """
        return self.sums.unit - self.sums.b_bits

    @property
    def exponent_bits(self) -> int:
        """Width of an exponent, unsigned."""
        largest = (1 << self.sums.fmt.exponent_bits) - 1 + self.sums.offset + self.sums.acc_bits
        return (largest + self.sums.b_bits + 1).bit_length()


def less_zero_point(g: Accumulator, s: Accumulator, zero, *, acc: AccumulatorFormat) -> Accumulator:
    """Return g - zero * s, numbers of `DifferenceFormat(acc)`.

    g, s: numbers of `acc`, which broadcast with zero: signed integers of `acc.b_bits`. Raises UsageError for
    a zero point out of range.
    """
    zero = check_range("zero", zero, acc.b_bits, True)
    part = -zero * s.significand
    no_number = g.plus | g.minus | s.plus | s.minus
    flags = no_number, no_number
    left = Accumulator(g.exponent, g.significand << acc.b_bits, *flags)
    right = Accumulator((s.exponent + acc.b_bits) * (part != 0), part, *flags)
    return accumulate(left, right, acc_bits=DifferenceFormat(acc).acc_bits)
