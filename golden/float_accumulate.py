"""Sums of float activations times integer weights in a wide accumulator that is not rounded to a code.

    product     sign, exponent of the activation; its significand times the weight, exact
    step        align the smaller exponent, add, normalise      acc <- (first ? 0 : acc) + product
    at the end  one rounding to a float format (`acc_to_code`)

A number of the accumulator is `significand * 2 ** (exponent + unit)`: the significand is two's complement of
`acc_bits`, normalised (its two top bits differ), or 0, whose exponent is 0, the smallest. A step, of numbers
of unequal exponents:

- The number of the smaller exponent is shifted right by their distance and rounded half up: the last bit that
  is shifted out is added. Nothing is left of what is shifted out as a whole, whatever its sign.
- The sum is shifted left until its two top bits differ, and its exponent falls by as much, without limit. If
  it has one bit too many its lowest bit is dropped, which rounds down. Approximate normalisation shifts less
  far, or not at all (`golden.wide_fma`): numbers then have any two top bits.

A step so differs from the exact sum by less than 1.5 units of the lowest bit of the larger exponent's
number. A product of zero has the exponent 0 and leaves the accumulator as it is. Exponents never run out: a
sum stops growing before products lie below it, and `exponent_bits` holds all that can be.

Inf and NaN are two flags that stay until the next sum: `plus` and `minus` say that an infinite product of
that sign was met; NaN, and Inf times zero, set both, and both together are NaN. Exponent and significand
then mean nothing, and are what they are if the codes of Inf and NaN are read as numbers. Subnormal
activations count as they are. The sum of nothing but zeros is +0. The order of products decides the result.

Source: the datapath of multiply-add elements whose rounding is deferred to the edge of the array, as in
Alexandridis et al., Floating-Point Multiply-Add with Approximate Normalization, 2024; the widths and the
rounding of the shift are worked out here.
"""

import dataclasses
from typing import ClassVar, NamedTuple

import numpy as np

from .errors import UsageError
from .float_code import FINITE, INF, NAN, bit_length, encode, unpack
from .float_format import FloatFormat
from .integer import check_range

#: Shifts beyond this leave nothing of any significand.
_FAR = 62


@dataclasses.dataclass(frozen=True, kw_only=True)
class WideFormat:
    """An accumulator with a significand of `acc_bits`, two's complement, and the widths that follow.

    A subclass says what its products are. Raises UsageError if one has more bits than the accumulator.
    """

    acc_bits: int

    #: What a product is made of.
    factors: ClassVar[str]

    def __post_init__(self):
        if self.acc_bits < self.product_bits:
            raise UsageError(
                f"acc_bits={self.acc_bits} does not hold a product of {self.product_bits} bits, those of "
                f"{self.factors}: use at least {self.product_bits}"
            )

    @property
    def product_bits(self) -> int:
        """Width of a product's significand, two's complement."""
        raise NotImplementedError

    @property
    def largest_field(self) -> int:
        """Largest exponent of a product, as its factors' fields add up."""
        raise NotImplementedError

    @property
    def product_scale(self) -> int:
        """Minus the weight of a product's lowest bit where its fields are 0, as a power of two."""
        raise NotImplementedError

    @property
    def offset(self) -> int:
        """What is added to a product's exponent fields, so that no sum falls below an exponent of 1.

        That is `acc_bits` - 1 or more; a power of two is the cheapest to add.
        """
        return 1 << (self.acc_bits - 2).bit_length()

    @property
    def exponent_bits(self) -> int:
        """Width of an exponent, unsigned.

        A product that is `acc_bits` or more below a sum adds nothing to it.
        """
        return (self.largest_field + self.offset + self.acc_bits).bit_length()

    @property
    def unit(self) -> int:
        """Weight of the significand's lowest bit where the exponent is 0, as a power of two."""
        below = self.acc_bits - self.product_bits
        return -(self.product_scale + self.offset + below)

    @property
    def word_bits(self) -> int:
        """Width of a whole accumulator: significand, exponent, and the two flags."""
        return self.acc_bits + self.exponent_bits + 2


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccumulatorFormat(WideFormat):
    """What an accumulator of `acc_bits` is for: activations of `fmt` times signed weights of `b_bits`."""

    fmt: FloatFormat
    b_bits: int

    factors = "the significand and the weight"

    @property
    def product_bits(self) -> int:
        """Width of a significand times a weight, two's complement."""
        return self.fmt.mantissa_bits + 1 + self.b_bits

    @property
    def largest_field(self) -> int:
        """Largest exponent field of an activation."""
        return (1 << self.fmt.exponent_bits) - 1

    @property
    def product_scale(self) -> int:
        """Minus the weight of an activation's lowest bit where its field is 0, as a power of two."""
        return self.fmt.bias + self.fmt.mantissa_bits


class Accumulator(NamedTuple):
    """Numbers of an accumulator; four int64 arrays of one shape. plus, minus: 0 or 1."""

    exponent: np.ndarray
    significand: np.ndarray
    plus: np.ndarray
    minus: np.ndarray


def no_sum(shape=()) -> Accumulator:
    """Return accumulators of zero."""
    return Accumulator(*(np.zeros(shape, np.int64) for _ in range(4)))


def weight_product(a, b, *, acc: AccumulatorFormat) -> Accumulator:
    """Return the exact products of activations and weights as the accumulator takes them.

    a: codes of `acc.fmt`; b: signed integers of `acc.b_bits`; they broadcast. The significand stands at the
    top of `acc_bits` and is not normalised. Raises UsageError for operands out of range.
    """
    a = check_range("a", a, acc.fmt.bits, False)
    b = check_range("b", b, acc.b_bits, True)
    a, b = np.broadcast_arrays(a, b)
    sign, exponent, significand, kind = unpack(a, acc.fmt)
    signed = np.where(sign == 1, -significand, significand) * b
    field = exponent + acc.fmt.bias + acc.fmt.mantissa_bits
    nan = (kind == NAN) | ((kind == INF) & (b == 0))
    return product_of(field, signed, nan, kind == INF, (sign == 1) ^ (b < 0), acc)


def product_of(field, signed, nan, inf, minus, acc: WideFormat) -> Accumulator:
    """Return products as the accumulator takes them: at the top of its significand, not normalised.

    field: as exponent fields add up; signed: the significand; nan, inf, minus: bool, what is no number.
    """
    return Accumulator(
        (field + acc.offset) * (signed != 0),
        signed << (acc.acc_bits - acc.product_bits),
        (nan | (inf & ~minus)).astype(np.int64),
        (nan | (inf & minus)).astype(np.int64),
    )


def accumulate(
    x: Accumulator, y: Accumulator, *, acc_bits: int, groups: tuple[int, ...] | None = None
) -> Accumulator:
    """Return x + y by one step, which is the same for y + x; significands of `acc_bits`, at most 48.

    groups: sizes of the groups of bits by which the sum is normalised approximately; None: exactly.
    """
    distance = x.exponent - y.exponent
    larger = np.where(distance >= 0, x.significand, y.significand)
    smaller = x.significand + y.significand - larger
    exponent, significand = _normalised(
        np.maximum(x.exponent, y.exponent), larger + _shifted(smaller, np.abs(distance)), acc_bits, groups
    )
    return Accumulator(exponent, significand, x.plus | y.plus, x.minus | y.minus)


def _shifted(significand: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Return significands shifted right, rounded half up."""
    last = significand >> np.minimum(np.maximum(distance - 1, 0), _FAR)
    return np.where(distance == 0, significand, (last + 1) >> 1)


def _normalised(
    exponent: np.ndarray, total: np.ndarray, acc_bits: int, groups: tuple[int, ...] | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return sums of `acc_bits` + 1 bits, in units of `exponent`, shifted left as far as `groups` say."""
    # Bits that repeat the sign: -1 has the most of them.
    length = np.maximum(bit_length(np.where(total < 0, ~total, total)), 0)
    repeated = acc_bits - length
    if groups is not None:
        # The first bit that repeats the sign makes room for a sum of one bit too many.
        ends = np.cumsum((0, 1, *groups))
        repeated = ends[np.searchsorted(ends, repeated, side="right") - 1]
    return (exponent + 1 - repeated) * (total != 0), (total << repeated) >> 1


def weight_fma(a, b, x: Accumulator, *, acc: AccumulatorFormat) -> Accumulator:
    """Return x + a * b: one step of the element; operands as in `weight_product`."""
    return accumulate(x, weight_product(a, b, acc=acc), acc_bits=acc.acc_bits)


def weight_dot(a, b, *, acc: AccumulatorFormat) -> Accumulator:
    """Return the sums of a[..., k] * b[..., k] over k, in that order, from zero; a and b broadcast."""
    a, b = np.broadcast_arrays(a, b)
    total = no_sum(a.shape[:-1])
    for k in range(a.shape[-1]):
        total = weight_fma(a[..., k], b[..., k], total, acc=acc)
    return total


def acc_to_code(x: Accumulator, *, acc: WideFormat, fmt: FloatFormat) -> np.ndarray:
    """Return accumulators rounded once, to the nearest even code of `fmt`."""
    kind = np.where(x.plus & x.minus == 1, NAN, np.where(x.plus | x.minus == 1, INF, FINITE))
    sign = np.where(kind == INF, x.minus, x.significand < 0).astype(np.int64)
    return encode(sign, x.exponent + acc.unit, np.abs(x.significand), kind, fmt=fmt)


def acc_to_word(x: Accumulator, *, acc: WideFormat) -> np.ndarray:
    """Return accumulators as the hardware's words, from low bits up: significand, exponent, plus, minus."""
    low = x.significand & ((1 << acc.acc_bits) - 1)
    high = x.exponent | x.plus << acc.exponent_bits | x.minus << (acc.exponent_bits + 1)
    return low | high << acc.acc_bits
