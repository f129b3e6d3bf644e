"""Numbers of small formats as integers in fixed point, the exact sum of their products, and one rounding.

Every number of a `FloatFormat` is a whole multiple of its smallest one, its unit, and a product of two is a
multiple of the product of the units. A sum of such integers is exact, so its terms may come in any order.
Sums below 2 ** 62 are int64; wider ones are arrays of Python integers, exact at any width and slower.

A sum that is exactly zero is +0: fixed point has no negative zero. NaN, Inf times zero, and Infs of both
signs give NaN; Infs of one sign give Inf.
"""

from typing import NamedTuple

import numpy as np

from .float_code import FINITE, INF, NAN, SIGNIFICAND_BITS, Randomness, decode, encode
from .float_format import FloatFormat


class Fixed(NamedTuple):
    """Numbers as integers; three arrays of one shape.

    value: int64 or Python integers, in units that the context knows; 0 where `kind` is not FINITE.
    kind: FINITE, INF or NAN. sign: 0 or 1, that of an Inf; of other numbers `value` tells.
    """

    value: np.ndarray
    kind: np.ndarray
    sign: np.ndarray


def unit_exponent(fmt: FloatFormat) -> int:
    """Return the exponent of the unit: every number of `fmt` is a whole multiple of 2 to that power."""
    return fmt.min_exponent - fmt.mantissa_bits


def largest_value(fmt: FloatFormat) -> int:
    """Return the largest number of `fmt` in units."""
    _, exponent, significand, _ = decode(fmt.max_code, fmt=fmt)
    return int(significand) << int(exponent) - unit_exponent(fmt)


def to_fixed(codes, *, fmt: FloatFormat) -> Fixed:
    """Return the numbers that `codes`, of any shape, are in `fmt`, in units of the format.

    Raises UsageError for codes outside the format.
    """
    sign, exponent, significand, kind = decode(codes, fmt=fmt)
    dtype = _type_for(largest_value(fmt))
    shift = np.where(kind == FINITE, exponent - unit_exponent(fmt), 0)
    value = significand.astype(dtype) << shift.astype(dtype)
    return Fixed(np.asarray(np.where(sign, -value, value), dtype), kind, sign)


def sum_products(a: Fixed, b: Fixed, largest: int) -> Fixed:
    """Return the sums of `a * b` along the last axis, in products of the units of `a` and `b`.

    largest: the largest magnitude that a sum can have, which tells how wide the arithmetic must be. The
    arrays broadcast.
    """
    dtype = _type_for(largest)
    total = np.asarray((a.value.astype(dtype) * b.value.astype(dtype)).sum(axis=-1), dtype)
    kind = a.kind | b.kind
    if not kind.any():
        nothing = np.zeros(total.shape, np.int64)
        return Fixed(total, nothing, nothing)
    zero = ((a.value == 0) & (a.kind == FINITE)) | ((b.value == 0) & (b.kind == FINITE))
    kind, sign = sum_kinds(np.where(zero & (kind == INF), NAN, kind), a.sign ^ b.sign)
    return Fixed(np.asarray(np.where(kind == FINITE, total, 0), dtype), kind, sign)


def sum_kinds(kind: np.ndarray, sign: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return kind and sign, as in `Fixed`, of sums along the last axis of such terms."""
    nan = (kind >= NAN).any(axis=-1)
    minus = ((kind == INF) & (sign == 1)).any(axis=-1)
    plus = ((kind == INF) & (sign == 0)).any(axis=-1)
    kind = np.where(nan | plus & minus, NAN, np.where(plus | minus, INF, FINITE))
    return kind, minus.astype(np.int64)


def round_fixed(
    x: Fixed,
    exponent,
    *,
    fmt: FloatFormat,
    rounding: str = "nearest_even",
    random: Randomness | None = None,
) -> np.ndarray:
    """Return the codes in `fmt` of `x * 2 ** exponent`, rounded once as `encode` does; int64.

    exponent: integers that broadcast with `x`.
    """
    negative = np.asarray(x.value < 0, bool)
    magnitude = np.asarray(np.where(negative, -x.value, x.value), x.value.dtype)
    cut, sticky = np.int64(0), False
    if magnitude.dtype == object:
        length = np.asarray(np.frompyfunc(int.bit_length, 1, 1)(magnitude), np.int64)
        cut = np.maximum(length - SIGNIFICAND_BITS, 0)
        wide, by = magnitude, cut.astype(object)
        magnitude = np.asarray(wide >> by, np.int64)
        sticky = np.asarray(magnitude.astype(object) << by != wide, bool)
    sign = np.where(x.kind == INF, x.sign, negative)
    return encode(
        sign,
        np.asarray(exponent, np.int64) + cut,
        magnitude,
        x.kind,
        fmt=fmt,
        rounding=rounding,
        sticky=sticky,
        random=random,
    )


def _type_for(largest: int):
    return np.int64 if largest.bit_length() <= SIGNIFICAND_BITS else object
