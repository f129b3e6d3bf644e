"""BitLinear: how activations become int8 and weights trits, and what their sums of products are worth.

    per token    amax = max(max |x|, floor)     q = clamp(round(x * 127 / amax), -128, 127)
    per tensor   mean = max(mean |w|, floor)    t = clamp(round(w / mean), -1, 1)
    result       y = (sum of t * q) * amax * mean / 127

Ties go to the even number, as in the source, and floor is 1e-5. Numbers are codes of a `FloatFormat`. The
source computes in the format of its tensors and rounds after every operation; here a sum, a mean and a
product are exact and only three things are rounded, once each: 127 / amax (`golden.quantize.multiplier`), q,
and the scale of the result. A trit therefore depends on no rounding: it is the sign of w where |w| is more
than half the mean, and 0 elsewhere, with the tie.

The normalisation in front of it is `golden.norm`, and the sums of products are `golden.ternary`.

Source: Zhu et al., Scalable MatMul-free Language Modeling, 2024, and its released code.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from .errors import UsageError
from .float_code import FINITE, decode, encode, from_float64
from .float_format import FloatFormat
from .quantize import absmax, multiplier, quantize

FLOOR = Fraction(1, 100_000)
QMAX = 127
#: Width of a scale's quotient, to a bit: a significand of 24 bits makes 62 of it, and no format keeps 36.
_QUOTIENT_BITS = 37


class Activations(NamedTuple):
    """q: int64 (..., K), -128 to 127. amax: codes (...) of the format of x, not below the floor."""

    q: np.ndarray
    amax: np.ndarray


class Weights(NamedTuple):
    """trits: int64, -1, 0 or 1, of the shape of W. mean: exact mean of |w|, not below the floor."""

    trits: np.ndarray
    mean: Fraction


def activation_floor(fmt: FloatFormat) -> int:
    """Return the code of the floor of amax: 1e-5 rounded, or the smallest normal number if that is more."""
    return max(int(from_float64(float(FLOOR), fmt=fmt)), 1 << fmt.mantissa_bits)


def quantize_activations(x, *, fmt: FloatFormat, scale_format: FloatFormat) -> Activations:
    """Return int8 activations and the largest |x| of every token, which is a row of x.

    x: codes of `fmt`, (..., K). scale_format: of the multiplier 127 / amax. NaN counts as 0 and is ignored by
    amax; a token with an infinite number in it has an infinite amax and every q 0.

    Raises UsageError for codes out of range and for K = 0.
    """
    amax = absmax(x, fmt=fmt, floor=activation_floor(fmt))
    mult = multiplier(amax, fmt=fmt, scale_format=scale_format)
    return Activations(quantize(x, mult[..., None], fmt=fmt, scale_format=scale_format), amax)


def quantize_weights(w, *, fmt: FloatFormat) -> Weights:
    """Return trits and the exact mean of |w| over the whole tensor.

    w: codes of `fmt`, of any shape. Raises UsageError for codes out of range, of Inf and of NaN, and if there
    are none.
    """
    sign, exponent, significand, kind = decode(w, fmt=fmt)
    if not significand.size:
        raise UsageError(f"w is {significand.shape}: the mean of nothing is not defined, give it weights")
    if (kind != FINITE).any():
        at = tuple(int(i) for i in np.argwhere(kind != FINITE)[0])
        raise UsageError(f"w{list(at)} = {np.asarray(w)[at]:#x} is not the code of a finite number")
    exponents, place = np.unique(exponent, return_inverse=True)
    place = place.reshape(exponent.shape)
    # Significands of one exponent add up in 64 bits; only sums, not weights, become fractions.
    sums = np.zeros(len(exponents), np.int64)
    np.add.at(sums, place, significand)
    powers = [Fraction(2) ** int(e) for e in exponents]
    total = sum(int(s) * power for s, power in zip(sums, powers, strict=True))
    mean = max(total / significand.size, FLOOR)
    largest_zero = np.array([min(mean / 2 // power, 1 << 62) for power in powers], np.int64)
    return Weights(np.where(significand > largest_zero[place], 1 - 2 * sign, 0), mean)


def result_scale(amax, mean: Fraction, *, fmt: FloatFormat, scale_format: FloatFormat) -> np.ndarray:
    """Return the codes of amax * mean / 127 in `scale_format`, rounded to nearest, ties to even, once.

    amax: codes of `fmt`, from `quantize_activations`; mean: from `quantize_weights`. A sum of t * q times
    this is y. The source divides by the multiplier 127 / amax as it was rounded, which differs in the last
    place. An infinite amax gives an infinite scale, or what `scale_format` has for it.

    Raises UsageError for codes out of range and a mean that is not above 0.
    """
    if mean <= 0:
        raise UsageError(f"mean={mean} is not a number above 0: give that of quantize_weights")
    sign, exponent, significand, kind = decode(amax, fmt=fmt)
    unit = mean / QMAX
    up = _QUOTIENT_BITS - (unit.numerator.bit_length() - unit.denominator.bit_length())
    unit *= Fraction(2) ** up
    # Python integers, as a mean has any number of digits: one per token.
    product = np.atleast_1d(significand).astype(object) * unit.numerator
    sticky = (product % unit.denominator != 0).astype(bool).reshape(significand.shape)
    quotient = (product // unit.denominator).astype(np.int64).reshape(significand.shape)
    return encode(sign, exponent - up, quotient, kind, fmt=scale_format, sticky=sticky)
