"""Floating-point product, sum and fused multiply-add: exact, then rounded once; the contract of the units.

Every operand and the result has its own format. In all three:

- NaN operands, Inf times zero and Inf minus Inf give the format's one NaN, positive and quiet.
- An infinite result, and a finite one beyond the largest number, become what the format's `overflow` says.
- A sum that is exactly zero is +0, unless both terms are -0. A product's zero has the product's sign.
- A result that rounds to zero keeps the sign of the exact result.
- Operands flushed on input count as zeros, in `Inf * 0` too.
"""

import numpy as np

from .float_code import (
    INF,
    NAN,
    SIGNIFICAND_BITS,
    Randomness,
    Unpacked,
    check_rounding,
    normalise,
    round_to_code,
    unpack,
    with_specials,
)
from .float_format import FloatFormat
from .integer import check_range

# One bit less than rounding takes: two of them may carry.
_TERM_BITS = SIGNIFICAND_BITS - 1
# Elements at a time: some twenty arrays of this size stay in the second-level cache.
_CHUNK = 8192


def fp_mul(
    a,
    b,
    *,
    a_format: FloatFormat,
    b_format: FloatFormat,
    out_format: FloatFormat,
    rounding: str = "nearest_even",
    random: Randomness | None = None,
) -> np.ndarray:
    """Return the codes of `a * b`, rounded once to `out_format`; int64 of the common shape.

    a, b: codes of their formats; they and `random.values` broadcast. rounding, random: as in `encode`.
    Raises UsageError for codes outside their format.
    """

    def step(a, b, random):
        sign, exponent, significand, kind = _product(unpack(a, a_format), unpack(b, b_format))
        top, significand = normalise(exponent, significand, SIGNIFICAND_BITS)
        codes = round_to_code(sign, top, significand, out_format, rounding, random)
        return with_specials(codes, sign, kind, out_format)

    return _by_chunks(step, rounding, random, a=(a, a_format), b=(b, b_format))


def fp_add(
    a,
    b,
    *,
    a_format: FloatFormat,
    b_format: FloatFormat,
    out_format: FloatFormat,
    rounding: str = "nearest_even",
    random: Randomness | None = None,
) -> np.ndarray:
    """Return the codes of `a + b`, rounded once to `out_format`; operands as in `fp_mul`."""

    def step(a, b, random):
        return rounded_sum(unpack(a, a_format), unpack(b, b_format), out_format, rounding, random)

    return _by_chunks(step, rounding, random, a=(a, a_format), b=(b, b_format))


def fma(
    a,
    b,
    c,
    *,
    a_format: FloatFormat,
    b_format: FloatFormat,
    c_format: FloatFormat,
    out_format: FloatFormat,
    rounding: str = "nearest_even",
    random: Randomness | None = None,
) -> np.ndarray:
    """Return the codes of `a * b + c`, rounded once to `out_format`; operands as in `fp_mul`."""

    def step(a, b, c, random):
        product = _product(unpack(a, a_format), unpack(b, b_format))
        return rounded_sum(product, unpack(c, c_format), out_format, rounding, random)

    return _by_chunks(step, rounding, random, a=(a, a_format), b=(b, b_format), c=(c, c_format))


def _by_chunks(step, rounding: str, random: Randomness | None, **operands) -> np.ndarray:
    check_rounding(rounding, random)
    arrays = [check_range(name, codes, fmt.bits, False) for name, (codes, fmt) in operands.items()]
    if random:
        arrays.append(np.asarray(random.values, np.int64))
    arrays = np.broadcast_arrays(*arrays)
    shape = arrays[0].shape
    arrays = [array.reshape(-1) for array in arrays]
    result = np.empty(arrays[0].size, np.int64)
    for start in range(0, result.size, _CHUNK):
        chunk = [array[start : start + _CHUNK] for array in arrays]
        drawn = Randomness(chunk.pop(), random.bits) if random else None
        result[start : start + _CHUNK] = step(*chunk, drawn)
    return result.reshape(shape)


def _product(a: Unpacked, b: Unpacked) -> Unpacked:
    kind = a.kind | b.kind
    if kind.any():
        nothing = ((a.significand == 0) & (a.kind == 0)) | ((b.significand == 0) & (b.kind == 0))
        kind = np.where((kind >= NAN) | (kind == INF) & nothing, NAN, kind)
    return Unpacked(a.sign ^ b.sign, a.exponent + b.exponent, a.significand * b.significand, kind)


def rounded_sum(
    x: Unpacked, y: Unpacked, out_format: FloatFormat, rounding: str = "nearest_even", random=None
) -> np.ndarray:
    """Return the codes of x + y, rounded once; the parts are those of codes, of any exponent, unchecked."""
    x_top, x_significand = normalise(x.exponent, x.significand, _TERM_BITS)
    y_top, y_significand = normalise(y.exponent, y.significand, _TERM_BITS)
    x_signed, y_signed = (x_significand ^ -x.sign) + x.sign, (y_significand ^ -y.sign) + y.sign
    distance = x_top - y_top
    larger = np.where(distance >= 0, x_signed, y_signed)
    smaller = x_signed + y_signed - larger
    # Both significands end in at least 13 zeros: a distance of 0 or 1, the only one at which many leading
    # bits can cancel, loses nothing. At a larger one the sum keeps 59 bits, more than rounding looks at, and
    # it is enough that the lowest bit is 1 where anything was lost.
    np.abs(distance, out=distance)
    np.minimum(distance, 63, out=distance)
    shifted = smaller >> distance
    shifted |= (shifted << distance) != smaller
    total = larger + shifted
    negative = total >> 63
    top = np.maximum(x_top, y_top) - (_TERM_BITS - 1)
    top, significand = normalise(top, (total ^ negative) - negative, SIGNIFICAND_BITS)
    sign = -negative | (x.sign & y.sign & (total == 0))
    codes = round_to_code(sign, top, significand, out_format, rounding, random)
    kind = x.kind | y.kind
    if kind.any():
        clash = (x.kind == INF) & (y.kind == INF) & (x.sign != y.sign)
        kind = np.where((kind >= NAN) | clash, NAN, kind)
        sign = np.where(x.kind == INF, x.sign, y.sign)
        codes = with_specials(codes, sign, kind, out_format)
    return codes
