"""Rounding to a float format by other means than the library: Fractions, and a search among all numbers."""

from fractions import Fraction
from math import floor

import numpy as np
from macwright.golden.float_code import to_float64


def grid(fmt):
    """All numbers from 0 up, in the order of their codes, and the one that would follow the largest."""
    values = to_float64(np.arange(fmt.max_code + 1), fmt=fmt)
    top = 2.0 * values[-1] - values[-2] if fmt.mantissa_bits else 2.0 * values[-1]
    return np.append(values, top)


def search(exact, fmt, rounding="nearest_even"):
    """Return the codes of exact float64 numbers, which are compared with the numbers and their midpoints."""
    values = grid(fmt)
    size = np.abs(exact)
    below = np.clip(np.searchsorted(values, size, side="right") - 1, 0, fmt.max_code)
    code = below
    if rounding == "nearest_even":
        middle = (values[below] + values[below + 1]) / 2
        odd = (below % 2 == 1) if fmt.mantissa_bits else below >= fmt.has_zero
        code = below + ((size > middle) | (size == middle) & odd)
    limit = {"inf": fmt.inf_code, "nan": -1, "saturate": fmt.max_code}[fmt.overflow]
    infinite = np.isinf(exact)
    if rounding == "nearest_even":
        infinite |= code > fmt.max_code
    code = np.where(infinite, limit, code)
    negative = np.signbit(exact) & (code >= 0)
    if fmt.special == "fnuz":
        negative &= code != 0
    if fmt.signed:
        code = code | negative.astype(int) << fmt.magnitude_bits
    else:
        assert fmt.overflow == "nan" or not (exact < 0).any()
        code = np.where(exact < 0, -1, code)
    nan = fmt.max_code if fmt.nan_code is None else fmt.nan_code
    return np.where(np.isnan(exact) | (code == -1), nan, code)


def fraction_value(exact: Fraction, fmt, rounding="nearest_even"):
    """Return the value of `exact`, rounded, as a Fraction; None for more than the largest number."""
    size = abs(exact)
    if size == 0:
        return exact
    exponent = size.numerator.bit_length() - size.denominator.bit_length()
    exponent -= size < Fraction(2) ** exponent
    unit = Fraction(2) ** (max(exponent, fmt.min_exponent) - fmt.mantissa_bits)
    rounded = (round(size / unit) if rounding == "nearest_even" else floor(size / unit)) * unit
    largest = Fraction(fmt.max_value)
    if rounded > largest:
        return None if rounding == "nearest_even" else largest * (1 if exact > 0 else -1)
    return rounded * (1 if exact > 0 else -1)


def to_odd(x, y):
    """Return x + y as float64 rounded to odd: another rounding to 51 bits or fewer is then the only one.

    The error of a sum is a float64 of its own (two-sum); where there is one and the last bit is even, the
    sum moves to its neighbour on the side of the error.
    """
    with np.errstate(invalid="ignore"):
        total = x + y
        part = total - x
        error = (x - (total - part)) + (y - part)
        even = (total.view(np.int64) & 1) == 0
        toward = np.where(error > 0, np.inf, -np.inf)
        return np.where((error != 0) & even & np.isfinite(total), np.nextafter(total, toward), total)
