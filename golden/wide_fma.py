"""Sums of products of floats in a wide accumulator that is not rounded, normalised exactly or approximately.

    product     signs, exponent fields added, significands multiplied, exact
    step        align the smaller exponent, add, normalise      acc <- (first ? 0 : acc) + product
    at the end  one rounding to a float format (`float_accumulate.acc_to_code`)

Numbers, alignment, Inf and NaN are those of `golden.float_accumulate`. A sum has a bit more than a
significand. Where it needs that bit it is shifted right by 1, else it is shifted left, by what its first bits
below the sign say, which are compared with the sign in groups:

    exact      by all bits that repeat the sign
    an-k-l     0 if one of the first k bits differs from the sign, k if one of the next l does, else k + l
    none       0

The exponent falls by the shift, without limit: there are no subnormal sums. No shift loses a bit at the top,
so that the three differ only in which low bits are lost when later numbers are aligned. What holds for all:

- A sum of exactly zero is +0 with the smallest exponent, 0, also under approximation: otherwise its exponent
  would go on hiding small products.
- Leading zeros that a step leaves are shifted out by later ones, products of zero among them: with an-k-l
  adding a zero changes the form of a number, not its value.
- A step differs from the exact sum by less than 1.5 units of the lowest bit at the larger exponent. That
  exponent belongs to a normalised number only under `exact`: under `none` it is that of the largest sum since
  the accumulator was last zero.

Subnormal operands count as they are; a product's significand may begin with zeros, which are not shifted out.

Source: Alexandridis et al., Floating-Point Multiply-Add with Approximate Normalization, 2024. The rules at
zero and at the ends, and two's complement, are set here.
"""

import dataclasses

import numpy as np

from .errors import UsageError
from .float_accumulate import Accumulator, WideFormat, accumulate, no_sum, product_of
from .float_code import INF, NAN, unpack
from .float_format import FloatFormat
from .integer import check_range

#: Groups of bits of `none`: there is nothing to look at.
NO_GROUPS = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class FmaAccumulatorFormat(WideFormat):
    """What an accumulator of `acc_bits` is for: products of `a_format` and `b_format`, normalised in steps.

    groups: how many bits the approximate normalisation looks at, group by group: (k, l) of an-k-l, none of
    `none`; None: exact. Raises UsageError if a product has more bits than the accumulator, or the groups do.
    """

    a_format: FloatFormat
    b_format: FloatFormat
    groups: tuple[int, ...] | None = None

    factors = "both significands and a sign"

    def __post_init__(self):
        super().__post_init__()
        if self.groups and (min(self.groups) < 1 or sum(self.groups) >= self.acc_bits):
            raise UsageError(
                f"groups={self.groups} look at {sum(self.groups)} bits: each needs one or more, and all "
                f"fewer than acc_bits={self.acc_bits}"
            )

    @property
    def formats(self) -> tuple[FloatFormat, FloatFormat]:
        """Both formats."""
        return self.a_format, self.b_format

    @property
    def product_bits(self) -> int:
        """Width of a product of significands, two's complement."""
        return sum(fmt.mantissa_bits + 1 for fmt in self.formats) + 1

    @property
    def largest_field(self) -> int:
        """Largest sum of both exponent fields."""
        return sum((1 << max(fmt.exponent_bits, 1)) - 1 for fmt in self.formats)

    @property
    def product_scale(self) -> int:
        """Minus the weight of a product's lowest bit where both fields are 0, as a power of two."""
        return sum(fmt.bias + fmt.mantissa_bits for fmt in self.formats)


def default_acc_bits(a_format: FloatFormat, b_format: FloatFormat) -> int:
    """Return the width of a significand where none is given: a product and three bits, 20 at least."""
    return max(a_format.mantissa_bits + b_format.mantissa_bits + 6, 20)


def float_product(a, b, *, acc: FmaAccumulatorFormat) -> Accumulator:
    """Return the exact products of two floats as the accumulator takes them, not normalised.

    a, b: codes of their formats, which broadcast. Raises UsageError for codes out of range.
    """
    a = check_range("a", a, acc.a_format.bits, False)
    b = check_range("b", b, acc.b_format.bits, False)
    a, b = np.broadcast_arrays(a, b)
    x, y = unpack(a, acc.a_format), unpack(b, acc.b_format)
    minus = x.sign != y.sign
    size = x.significand * y.significand
    inf = (x.kind == INF) | (y.kind == INF)
    nan = (x.kind == NAN) | (y.kind == NAN) | (inf & (size == 0))
    field = x.exponent + y.exponent + acc.product_scale
    return product_of(field, np.where(minus, -size, size), nan, inf, minus, acc)


def wide_fma(a, b, x: Accumulator, *, acc: FmaAccumulatorFormat) -> Accumulator:
    """Return x + a * b: one step of the element; operands as in `float_product`."""
    return accumulate(x, float_product(a, b, acc=acc), acc_bits=acc.acc_bits, groups=acc.groups)


def wide_dot(a, b, *, acc: FmaAccumulatorFormat) -> Accumulator:
    """Return the sums of a[..., k] * b[..., k] over k, in that order, from zero; a and b broadcast."""
    a, b = np.broadcast_arrays(a, b)
    total = no_sum(a.shape[:-1])
    for k in range(a.shape[-1]):
        total = wide_fma(a[..., k], b[..., k], total, acc=acc)
    return total
