"""Exponential, softmax and GELU by polynomials of degree two: I-BERT.

Source: Kim et al., I-BERT: Integer-only BERT Quantization, ICML 2021, with the coefficients of its released
code, which are not all those of the paper. That code computes in floats; these are the integers it means.

    exp     q, r = divmod(max(x, -30 * ln2), -ln2)      z = (r + b) * r + c      e = max(z, 0) << (30 - q)
    softmax e16 = clamp(round(e * mult / 2 ** shift))   y = (e16 * (2 ** 32 // sum of e16)) >> (32 - out_bits)
    gelu    L = (sgn(x) * ((min(|x|, -b) + b) ** 2 + c)) >> shift                y = x * (L + one)

ITA's GELU is the same with shift 0. The functions that end in `constants` compute the integers of a scale, in
fractions; the released code divides in fp32, which may round a quotient that is nearly whole the other way.
"""

from fractions import Fraction
from math import erf
from typing import NamedTuple

import numpy as np

from .errors import UsageError
from .integer import check_bits, check_range
from .requant import dyadic, round_shift
from .rows import check_differences, check_option, check_rows, check_scale

#: 2 ** -30 is what the exponential's scale is divided by; x below -30 ln 2 counts as that.
EXP_SHIFT = 30
GELU_SHIFT = 14
#: e16 stays below the largest 16-bit integer by one, as the released quantiser clamps.
_TOP = (1 << 15) - 2
_WIDEST = 62
#: Largest errors against GELU: of i-GELU with the finest scales, and of max(x, 0).
POLYNOMIAL_ERROR, RELU_ERROR = 0.0182, 0.17

_LN2, _EXP_A, _EXP_B = Fraction("0.6931"), Fraction("0.35815147"), Fraction("0.96963238")
_ERF_A, _ERF_B, _SQRT2 = Fraction("-0.2888"), Fraction("-1.769"), Fraction("1.4142")


class ExpConstants(NamedTuple):
    """Integers of i-exp: ln(2) in codes, and b and c of the monic polynomial."""

    ln2: int
    b: int
    c: int


class GeluConstants(NamedTuple):
    """Integers of i-GELU: `b` and `c` of the polynomial, and `one`; all at most 0, as the scale of L is."""

    b: int
    c: int
    one: int


def ibert_exp_constants(scale) -> ExpConstants:
    """Return the integers of a code that weighs `scale`, a float or fraction above 0.

    Raises UsageError for scales so fine that the exponential needs more than 62 bits.
    """
    s = Fraction(check_scale(scale))
    constants = ExpConstants(-(-_LN2 // s), _EXP_B / _EXP_A // s, 1 / _EXP_A // s**2)
    _check_exp(constants)
    return constants


def ibert_requant(scale) -> tuple[int, int]:
    """Return mult and shift that take exponentials of a code of weight `scale` to 16 bits, 1.0 to 32767."""
    s = Fraction(check_scale(scale))
    mult, shift = dyadic(float(_EXP_A * s**2 / (1 << EXP_SHIFT) * ((1 << 15) - 1)), 31, 7)
    return int(mult), int(shift)


def ibert_gelu_constants(scale, *, shift: int = GELU_SHIFT) -> GeluConstants:
    """Return the integers of a code that weighs `scale`, a float or fraction above 0.

    y is then in steps of scale * a * (scale / 1.4142) ** 2 * 2 ** shift / 2 with a = -0.2888: below 0. The
    released shift of 14 suits scales of 32-bit accumulators; with those of 8-bit integers nothing is left,
    and the shift must be 0.
    """
    check_option("shift", shift, 0, 31)
    s = Fraction(check_scale(scale)) / _SQRT2
    return GeluConstants(_ERF_B // s, 1 / _ERF_A // s**2, 1 // (_ERF_A * s**2 * (1 << shift)))


def ibert_exp(x, *, constants: ExpConstants, in_bits: int = 8) -> np.ndarray:
    """Return exp(x) of integers of any shape, 0 or less, as int64 in steps of 0.35815147 s^2 / 2 ** 30.

    x: differences of two signed integers of `in_bits`, 1 to 16. Raises UsageError for others, and for
    constants that make the result wider than 62 bits.
    """
    _check_exp(constants)
    ln2, b, c = constants
    x = np.maximum(check_differences(x, in_bits), -EXP_SHIFT * ln2)
    q = x // -ln2
    r = x + q * ln2
    return np.maximum((r + b) * r + c, 0) << (EXP_SHIFT - q)


def ibert_softmax(
    x, *, constants: ExpConstants, mult: int, shift: int, in_bits: int = 8, out_bits: int = 8
) -> np.ndarray:
    """Return the softmax of the rows of `x`, (..., N), in steps of 2 ** -out_bits, as int64.

    x: signed, `in_bits`, 1 to 16. mult: 1 to 2 ** 31 - 1, shift: 0 to 127, see `ibert_requant`; rounded to
    nearest, ties to even. out_bits: 1 to 16. y is 0 to 2 ** out_bits, the latter only for a row of which one
    term is left, a power of two. An empty row has an empty result.

    Raises UsageError for what is out of range, and for rows whose terms all become 0.
    """
    x = check_rows(x, in_bits)
    check_option("out_bits", out_bits, 1, 16)
    check_option("mult", mult, 1, (1 << 31) - 1)
    check_option("shift", shift, 0, 127)
    if not x.size:
        return x
    x = x - x.max(axis=-1, keepdims=True)
    e16 = _exp16(x, constants, mult, shift, in_bits)
    total = e16.sum(axis=-1, keepdims=True)
    if not total.all():
        raise UsageError(
            f"mult={mult} and shift={shift} make every exponential of a row 0: use those of ibert_requant"
        )
    return (e16 * ((1 << 32) // total)) >> (32 - out_bits)


def ibert_exponentials(
    *, constants: ExpConstants, mult: int, shift: int, in_bits: int = 8
) -> tuple[int, ...]:
    """Return the 16-bit exponentials of `ibert_softmax`, by max(x) - x from 0 to 2 ** in_bits - 1."""
    return tuple(_exp16(-np.arange(1 << in_bits), constants, mult, shift, in_bits).tolist())


def _exp16(x: np.ndarray, constants: ExpConstants, mult: int, shift: int, in_bits: int) -> np.ndarray:
    e = ibert_exp(x, constants=constants, in_bits=in_bits)
    # Python's integers: the product has up to 93 bits.
    e16 = round_shift(e.astype(object) * mult, np.array(shift), "half_even")
    return np.minimum(e16, _TOP).astype(np.int64)


def igelu(x, *, constants: GeluConstants, shift: int = GELU_SHIFT, in_bits: int = 32) -> np.ndarray:
    """Return i-GELU of integers of any shape as int64; it is positive where GELU is negative.

    x: signed, `in_bits`, 1 to 32. constants and shift: see `ibert_gelu_constants`; b, c and one at most 0.
    Raises UsageError for what is out of range, and where y may need more than 62 bits.
    """
    check_bits("in_bits", in_bits, 32)
    check_option("shift", shift, 0, 31)
    b, c, one = constants
    if max(b, c, one) > 0:
        raise UsageError(f"b={b}, c={c} and one={one} must be at most 0, as ibert_gelu_constants are")
    x = check_range("x", x, in_bits, True)
    # |L| is at most |c| or (b ** 2 + c), and a floor may add one.
    largest = (max(-c, b * b + c) >> shift) + 1 - one
    if max(largest << (in_bits - 1), b * b) >> _WIDEST:
        raise UsageError(
            f"b={b}, c={c} and one={one} with in_bits={in_bits} need more than {_WIDEST} bits: use a larger "
            "scale"
        )
    erf = (np.minimum(np.abs(x), -b) + b) ** 2 + c
    return x * (((np.sign(x) * erf) >> shift) + one)


def igelu_error(*, constants: GeluConstants, shift: int = GELU_SHIFT, in_bits: int = 32) -> float:
    """Return the largest error of i-GELU against GELU, of codes from -4 to 4, a thousand if there are more.

    The weight of a code is what c stands for, and that of a result what one stands for. c and one below 0.
    At its best the polynomial errs by POLYNOMIAL_ERROR.
    """
    scale = float(_SQRT2) / (-float(_ERF_A) * -constants.c) ** 0.5
    end = min(int(4 / scale), (1 << (in_bits - 1)) - 1)
    x = np.unique(np.rint(np.linspace(-end, end, 1001)).astype(np.int64))
    y = igelu(x, constants=constants, shift=shift, in_bits=in_bits) * (scale / (2 * constants.one))
    gelu = [v * (1 + erf(v / 2**0.5)) / 2 for v in x * scale]
    return float(np.abs(y - gelu).max())


def _check_exp(constants: ExpConstants) -> None:
    ln2, b, c = constants
    if not (1 <= ln2 <= b and 1 <= c and c << EXP_SHIFT < 1 << _WIDEST):
        raise UsageError(
            f"ln2={ln2}, b={b} and c={c} are no constants of an exponential: they must be at least 1, b at "
            f"least ln2, and c below 2**{_WIDEST - EXP_SHIFT}; ibert_exp_constants computes those of a scale"
        )
