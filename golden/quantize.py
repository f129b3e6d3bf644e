"""Quantisation of floating-point numbers: streams to integers, and the multiplier of a token or group.

    amax = max(max |x|, floor)          mult = qmax / amax             qmax = 2 ** (out_bits - 1) - 1
    q    = clamp(round(x * mult) + zero_point)                         x is about q * amax / qmax

That is the dynamic quantisation of activations, absolute maximum per token, of BitLinear (Zhu et al.,
Scalable MatMul-free Language Modeling, 2024), whose floor is 1e-5. Numbers are codes of a `FloatFormat`.
Products are exact and rounded once, and `mult` is rounded to nearest once; software that multiplies in fp32
rounds the product twice. `round` is one of the four of `golden.requant`.
"""

import dataclasses

import numpy as np

from .errors import UsageError
from .float_code import FINITE, INF, NAN, decode, encode, from_float64, unpack
from .float_format import FloatFormat
from .integer import check_bits, check_range, int_range
from .requant import check_rounding, round_shift

MIN_OUT_BITS, MAX_OUT_BITS = 2, 16
#: Products of this and more are out of range whatever is added and done to them.
_FAR = 20
#: Bits of the dividend: with fewer than 24 in the divisor the quotient has more than any format keeps.
_DIVIDEND_BITS = 61


def quantize(
    x,
    mult,
    *,
    fmt: FloatFormat,
    scale_format: FloatFormat,
    zero_point=None,
    out_bits: int = 8,
    out_signed: bool = True,
    symmetric: bool = False,
    rounding: str = "half_even",
) -> np.ndarray:
    """Return clamp(round(x * mult) + zero_point) as int64; all arrays broadcast.

    x, mult: codes of `fmt` and of `scale_format`; a negative `mult` is legal. zero_point: in the range of an
    integer of `out_bits`, 2 to 16. symmetric: leaves out the smallest signed integer, which has no opposite.
    Subnormal numbers count as what they are. Infinite and too large products saturate by their sign. Where
    `undefined` is true, the product counts as 0.

    Raises UsageError if an operand or option is out of range.
    """
    low, high = quant_range(out_bits, out_signed, symmetric)
    check_rounding(rounding)
    a, b = decode(x, fmt=fmt), decode(mult, fmt=scale_format)
    product = np.atleast_1d(a.significand * b.significand)
    infinite = (a.kind == INF) | (b.kind == INF)
    exponent = np.where(infinite, 0, a.exponent + b.exponent)
    grown = np.minimum(product, 1 << _FAR) << np.clip(exponent, 0, _FAR)
    negative = a.sign ^ b.sign
    size = np.where(infinite, 1 << _FAR, np.where(exponent > 0, grown, product))
    size = np.where(_undefined(a, b), 0, size)
    total = round_shift(np.where(negative, -size, size), np.maximum(-exponent, 0), rounding)
    scalar = np.ndim(x) == np.ndim(mult) == 0
    if zero_point is not None:
        scalar &= np.ndim(zero_point) == 0
        total = total + check_range("zero_point", zero_point, out_bits, out_signed)
    q = np.clip(total, low, high).astype(np.int64)
    return q.reshape(() if scalar else q.shape)


def undefined(x, mult, *, fmt: FloatFormat, scale_format: FloatFormat) -> np.ndarray:
    """Return where x * mult is NaN: an operand is, or one is infinite and the other 0. Operands are codes."""
    return _undefined(decode(x, fmt=fmt), decode(mult, fmt=scale_format))


def quant_range(out_bits: int, out_signed: bool = True, symmetric: bool = False) -> tuple[int, int]:
    """Return the smallest and the largest result of `quantize`."""
    _check_out_bits(out_bits)
    if symmetric and not out_signed:
        raise UsageError(
            "symmetric=true leaves out the smallest negative number, and out_signed=false has none: use "
            "out_signed=true, or symmetric=false"
        )
    low, high = int_range(out_bits, out_signed)
    return low + symmetric, high


def absmax(x, *, fmt: FloatFormat, floor: int | None = None) -> np.ndarray:
    """Return the codes of the largest |x| along the last axis, raised to `floor`.

    x: codes of `fmt`, (..., N) with N of 1 or more. NaN is ignored; Inf is the largest. floor: code of a
    number, see `check_floor`; None: the smallest normal number. Raises UsageError for codes out of range.
    """
    x = check_range("x", x, fmt.bits, False)
    if not x.ndim or not x.shape[-1]:
        raise UsageError(f"x is {x.shape}: the largest of nothing is not defined, give it a last axis")
    size = np.where(unpack(x, fmt).kind == NAN, 0, x & ((1 << fmt.magnitude_bits) - 1))
    return np.maximum(size.max(axis=-1), check_floor(floor, fmt=fmt))


def multiplier(amax, *, fmt: FloatFormat, scale_format: FloatFormat, out_bits: int = 8) -> np.ndarray:
    """Return the codes of qmax / amax in `scale_format`, rounded to nearest, ties to even, once.

    amax: codes of positive numbers of `fmt`, such as `absmax` returns. A quotient beyond the largest number
    of `scale_format` becomes that number, one that is too small a subnormal number or 0; an infinite amax
    gives 0. Raises UsageError for codes out of range, of 0, of NaN or with a sign.
    """
    _check_out_bits(out_bits)
    sign, exponent, significand, kind = decode(amax, fmt=fmt)
    wrong = (sign == 1) | (kind == NAN) | ((kind == FINITE) & (significand == 0))
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise UsageError(
            f"amax{list(at)} = {np.asarray(amax)[at]:#x} is not the code of a number above 0: raise it to a "
            "floor, as absmax does"
        )
    qmax = quant_range(out_bits)[1]
    scale = _DIVIDEND_BITS - qmax.bit_length()
    quotient, rest = np.divmod(qmax << scale, np.maximum(significand, 1))
    saturating = dataclasses.replace(scale_format, overflow="saturate")
    codes = encode(0, -scale - exponent, quotient, fmt=saturating, sticky=rest != 0)
    return np.where(kind == INF, 0, codes)


def check_floor(floor: int | None, *, fmt: FloatFormat) -> int:
    """Return the code of the floor: `floor`, or for None the smallest normal number.

    Raises UsageError unless it is the code of a positive normal number: below, a divider would have to
    normalise its divisor first.
    """
    smallest = 1 << fmt.mantissa_bits
    if floor is None:
        return smallest
    if not smallest <= floor <= fmt.max_code:
        raise UsageError(
            f"floor={floor} is not the code of a positive normal number of e{fmt.exponent_bits}"
            f"m{fmt.mantissa_bits}: use {smallest} to {fmt.max_code}, or none for the smallest"
        )
    return floor


def floor_code(value: float, *, fmt: FloatFormat) -> int:
    """Return the code of a floor given as a number, rounded to nearest; refused as in `check_floor`."""
    return check_floor(int(from_float64(value, fmt=fmt)), fmt=fmt)


def quantize_error(*, out_bits: int, scale_format: FloatFormat, rounding: str = "half_even") -> float:
    """Return the largest |q - x * qmax / amax|: the error of quantising with `multiplier`, in steps of q.

    A step is amax / qmax. Rounding x * mult takes half a step, or with `truncate` one; and `mult` differs
    from qmax / amax by at most half a unit of its last place, which the largest x multiplies by qmax. Valid
    for |x| up to amax and signed results without zero point, where `mult` is normal and not saturated.
    """
    check_rounding(rounding)
    qmax = quant_range(out_bits)[1]
    return (1.0 if rounding == "truncate" else 0.5) + qmax * 2.0 ** -(scale_format.mantissa_bits + 1)


def _undefined(a, b) -> np.ndarray:
    nothing = ((a.significand == 0) & (a.kind == FINITE)) | ((b.significand == 0) & (b.kind == FINITE))
    infinite = (a.kind == INF) | (b.kind == INF)
    return (a.kind == NAN) | (b.kind == NAN) | (infinite & nothing)


def _check_out_bits(out_bits: int) -> None:
    check_bits("out_bits", out_bits, MAX_OUT_BITS)
    if out_bits < MIN_OUT_BITS:
        raise UsageError(f"out_bits={out_bits} leaves no number but 0: use {MIN_OUT_BITS} to {MAX_OUT_BITS}")
