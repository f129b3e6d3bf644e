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

With another `multiplier` than `exact` the significands are not multiplied: mantissas are added, in one of the
meanings of `golden.lmul`. Such a product goes to the accumulator as it is, neither rounded nor limited to the
range of a format, and subnormal operands are zeros, also next to Inf.

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
from .lmul import KINDS, MantissaSum

#: How significands are multiplied.
MULTIPLIERS = ("exact", *KINDS)
#: Groups of bits of `none`: there is nothing to look at.
NO_GROUPS = ()


@dataclasses.dataclass(frozen=True, kw_only=True)
class FmaAccumulatorFormat(WideFormat):
    """What an accumulator of `acc_bits` is for: products of `a_format` and `b_format`, normalised in steps.

    groups: how many bits the approximate normalisation looks at, group by group: (k, l) of an-k-l, none of
    `none`; None: exact. multiplier: one of MULTIPLIERS. lmul_offset: as in `golden.lmul.MantissaSum`. Raises
    UsageError if a product has more bits than the accumulator, or the groups do, and as MantissaSum does.
    """

    a_format: FloatFormat
    b_format: FloatFormat
    groups: tuple[int, ...] | None = None
    multiplier: str = "exact"
    lmul_offset: int | None = None

    factors = "both significands and a sign"

    def __post_init__(self):
        if self.multiplier not in MULTIPLIERS:
            raise UsageError(f"multiplier={self.multiplier!r} is not one of {', '.join(MULTIPLIERS)}")
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
    def mantissas(self) -> MantissaSum | None:
        """How mantissas are added; None: significands are multiplied."""
        return mantissa_sum(self.a_format, self.b_format, self.multiplier, self.lmul_offset)

    @property
    def product_bits(self) -> int:
        """Width of a product of significands, two's complement."""
        return product_width(self.a_format, self.b_format, self.mantissas)

    @property
    def largest_field(self) -> int:
        """Largest sum of both exponent fields, with what mantissas carry into it."""
        fields = sum((1 << max(fmt.exponent_bits, 1)) - 1 for fmt in self.formats)
        return fields + (self.mantissas.largest_carry if self.mantissas else 0)

    @property
    def fraction_bits(self) -> int:
        """Bits of a product of significands below 1."""
        return self.mantissas.scale if self.mantissas else sum(fmt.mantissa_bits for fmt in self.formats)

    @property
    def product_scale(self) -> int:
        """Minus the weight of a product's lowest bit where both fields are 0, as a power of two."""
        return sum(fmt.bias for fmt in self.formats) + self.fraction_bits


def mantissa_sum(
    a_format: FloatFormat, b_format: FloatFormat, multiplier: str, lmul_offset: int | None
) -> MantissaSum | None:
    """Return how a multiplier adds mantissas, None if it does not; raises UsageError as MantissaSum does."""
    if multiplier != "exact":
        return MantissaSum(kind=multiplier, a_format=a_format, b_format=b_format, offset=lmul_offset)
    if lmul_offset is not None:
        raise UsageError(f"lmul_offset={lmul_offset}: exact products have no offset, leave it out")
    return None


def product_width(a_format: FloatFormat, b_format: FloatFormat, mantissas: MantissaSum | None = None) -> int:
    """Return the width of a product of significands, two's complement."""
    if mantissas:
        return mantissas.bits + 1
    return a_format.mantissa_bits + b_format.mantissa_bits + 3


def default_acc_bits(
    a_format: FloatFormat, b_format: FloatFormat, mantissas: MantissaSum | None = None
) -> int:
    """Return the width of a significand where none is given: a product and three bits, 20 at least."""
    return max(product_width(a_format, b_format, mantissas) + 3, 20)


def float_product(a, b, *, acc: FmaAccumulatorFormat) -> Accumulator:
    """Return the products of two floats as the accumulator takes them, not rounded and not normalised.

    a, b: codes of their formats, which broadcast. Raises UsageError for codes out of range.
    """
    a = check_range("a", a, acc.a_format.bits, False)
    b = check_range("b", b, acc.b_format.bits, False)
    a, b = np.broadcast_arrays(a, b)
    x, y = unpack(a, acc.a_format), unpack(b, acc.b_format)
    minus = x.sign != y.sign
    if acc.mantissas:
        size, carry = acc.mantissas.of(x.significand, y.significand)
    else:
        size, carry = x.significand * y.significand, 0
    inf = (x.kind == INF) | (y.kind == INF)
    nan = (x.kind == NAN) | (y.kind == NAN) | (inf & (size == 0))
    field = x.exponent + y.exponent + sum(fmt.bias + fmt.mantissa_bits for fmt in acc.formats) + carry
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
