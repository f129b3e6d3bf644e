"""Dot products of small floating-point formats: exact in fixed point, rounded once.

    y = round(a[0] * b[0] + a[1] * b[1] + ... + a[n - 1] * b[n - 1])

Products are shifted onto the grid of the smallest one and added as integers, so that the order of the terms
does not matter and nothing but y is rounded: Kulisch's long accumulator (Kulisch, Computer Arithmetic and
Validity, 2008), short for a format of few exponent bits. `golden.fixed_point` says what zeros, Inf and NaN
do.
"""

import numpy as np

from .errors import UsageError
from .fixed_point import Fixed, largest_value, round_fixed, sum_products, to_fixed, unit_exponent
from .float_code import Randomness, check_rounding
from .float_format import FloatFormat
from .integer import int_width


def dot_fraction_bits(a_format: FloatFormat, b_format: FloatFormat) -> int:
    """Return how many bits of an exact sum of products stand behind the point."""
    return -(unit_exponent(a_format) + unit_exponent(b_format))


def dot_bits(n: int, a_format: FloatFormat, b_format: FloatFormat) -> int:
    """Return the width, in bits and signed, of the exact sum of any `n` products.

    18 for 32 products of e2m3fn, 42 of e4m3fn, 70 of e5m2. Raises UsageError unless n is 1 or more.
    """
    _check_count(n)
    largest = _largest_sum(n, a_format, b_format)
    return int_width(-largest, largest, True)


def check_dot_bits(bits: int, n: int, a_format: FloatFormat, b_format: FloatFormat) -> None:
    """Raise UsageError, with the width that would do, if the sum of `n` products may overflow `bits` bits."""
    needed = dot_bits(n, a_format, b_format)
    if bits < needed:
        a, b = (f"e{fmt.exponent_bits}m{fmt.mantissa_bits}" for fmt in (a_format, b_format))
        raise UsageError(
            f"acc_bits={bits} cannot hold the exact sum of {n} products of {a} and {b}, in units of "
            f"2^-{dot_fraction_bits(a_format, b_format)}: use acc_bits={needed} or more, or fewer products"
        )


def exact_dot(a, b, *, a_format: FloatFormat, b_format: FloatFormat) -> Fixed:
    """Return the exact sums of products along the last axis, in units of `2 ** -dot_fraction_bits`.

    a, b: codes of their formats, (..., n) with n of 1 or more, equal; the other axes broadcast.
    Raises UsageError for codes outside their format, and for lengths that differ.
    """
    check_terms(a, b)
    return sum_products(
        to_fixed(a, fmt=a_format),
        to_fixed(b, fmt=b_format),
        _largest_sum(np.shape(a)[-1], a_format, b_format),
    )


def fp_dot(
    a,
    b,
    *,
    a_format: FloatFormat,
    b_format: FloatFormat,
    out_format: FloatFormat,
    rounding: str = "nearest_even",
    random: Randomness | None = None,
) -> np.ndarray:
    """Return the codes of the dot products along the last axis, rounded once to `out_format`; int64.

    a, b: as in `exact_dot`; rounding, random: as in `encode`. An exact sum of zero is +0, one that rounds to
    zero keeps its sign. Raises UsageError as `exact_dot` and `encode` do.
    """
    check_rounding(rounding, random)
    total = exact_dot(a, b, a_format=a_format, b_format=b_format)
    exponent = -dot_fraction_bits(a_format, b_format)
    return round_fixed(total, exponent, fmt=out_format, rounding=rounding, random=random)


def check_terms(a, b) -> None:
    """Raise UsageError unless `a` and `b` have a last axis of the same length, 1 or more."""
    a, b = np.shape(a), np.shape(b)
    if not (a and b) or a[-1] != b[-1]:
        raise UsageError(f"a is {a} and b is {b}: their last axes are the terms of a sum, make them equal")
    _check_count(a[-1])


def _check_count(n: int) -> None:
    if n < 1:
        raise UsageError(f"n={n} is not a number of products: use 1 or more")


def _largest_sum(n: int, a_format: FloatFormat, b_format: FloatFormat) -> int:
    return n * largest_value(a_format) * largest_value(b_format)
