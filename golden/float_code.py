"""Codes of a `FloatFormat` to exact integers and back, with one rounding, as whole arrays.

A finite number is `(-1)^sign * significand * 2^exponent` with a whole significand. Nothing passes through a
machine float on its way to a code, so nothing is rounded twice.
"""

from typing import NamedTuple

import numpy as np

from .errors import UsageError
from .float_format import FloatFormat
from .integer import check_range

ROUNDINGS = ("nearest_even", "toward_zero", "stochastic")
FINITE, INF, NAN = 0, 1, 2
SIGNIFICAND_BITS = 62  # widest significand: its rounding still fits into a signed 64-bit word
MAX_RANDOM_BITS = 32
# An exponent beyond this is past the range of every format, whatever the significand.
_FAR = 400


class Unpacked(NamedTuple):
    """Numbers taken apart; four int64 arrays of one shape.

    sign: 0 or 1. exponent: of the significand's lowest bit. significand: 0 or more. kind: FINITE, INF or NAN;
    exponent and significand of the last two are 0.
    """

    sign: np.ndarray
    exponent: np.ndarray
    significand: np.ndarray
    kind: np.ndarray


class Randomness(NamedTuple):
    """Whole numbers from 0 to `2^bits - 1` that stochastic rounding adds, one each result; bits: 1 to 32."""

    values: np.ndarray
    bits: int


def decode(codes, *, fmt: FloatFormat) -> Unpacked:
    """Take codes apart. A format that flushes subnormals on input reads them as zeros.

    codes: integers from 0 to `2^fmt.bits - 1`, of any shape. Raises UsageError for others.
    """
    sign, exponent, significand, kind = unpack(check_range("codes", codes, fmt.bits, False), fmt)
    finite = kind == FINITE
    return Unpacked(sign, exponent * finite, significand * finite, kind)


def unpack(codes: np.ndarray, fmt: FloatFormat) -> Unpacked:
    """Do what `decode` does, unchecked, for int64; Inf and NaN leave any exponent and significand behind."""
    m = fmt.mantissa_bits
    sign = codes >> fmt.magnitude_bits
    magnitude = codes & ((1 << fmt.magnitude_bits) - 1)
    field = magnitude >> m
    if fmt.has_zero:
        significand = magnitude & ((1 << m) - 1)
        normal = np.minimum(field, 1)
        if fmt.subnormals in ("flush_in", "flush"):
            significand *= normal
        significand |= normal << m
        exponent = np.maximum(field, 1) - (fmt.bias + m)
    else:
        significand = np.ones_like(codes)
        exponent = field - fmt.bias
    if fmt.special == "ieee":
        kind = (magnitude > fmt.max_code).astype(np.int64) + (magnitude > fmt.inf_code)
    else:
        kind = NAN * (codes == fmt.nan_code if fmt.special == "fnuz" else magnitude > fmt.max_code)
    return Unpacked(sign, exponent, significand, kind.astype(np.int64))


def to_float64(codes, *, fmt: FloatFormat) -> np.ndarray:
    """Return the values of codes as float64, which holds every value of every format exactly."""
    sign, exponent, significand, kind = decode(codes, fmt=fmt)
    magnitude = np.ldexp(significand.astype(np.float64), exponent.astype(np.int32))
    magnitude = np.where(kind == INF, np.inf, np.where(kind == NAN, np.nan, magnitude))
    return np.where((sign == 1) & (kind != NAN), -magnitude, magnitude)


def encode(
    sign,
    exponent,
    significand,
    kind=FINITE,
    *,
    fmt: FloatFormat,
    rounding: str = "nearest_even",
    sticky=False,
    random: Randomness | None = None,
) -> np.ndarray:
    """Round exact numbers to codes, int64 of the common shape; `encode(*decode(codes))` gives codes back.

    significand: 0 to `2^62 - 1`. sticky: true where the exact number lies between this significand and the
    next; such a significand needs `fmt.mantissa_bits + 2` significant bits or more, and for stochastic
    rounding `random.bits - 1` more than that. `from_words` makes both out of wider numbers.
    rounding: `nearest_even`; two neighbours that are both odd, which formats without a mantissa have, are
    decided for the larger, as IEEE 754 says. `toward_zero`, which makes no overflow of a finite number.
    `stochastic`: the fraction of a unit in the last place, cut to `random.bits` bits, plus `random.values`,
    rounds away from zero if it reaches 1.

    Raises UsageError for operands outside these ranges.
    """
    sign, kind = check_range("sign", sign, 1, False), check_range("kind", kind, 2, False)
    if (kind > NAN).any():
        raise UsageError("kind=3 is not one of FINITE=0, INF=1, NAN=2")
    significand = check_range("significand", significand, SIGNIFICAND_BITS, False)
    exponent = np.clip(check_range("exponent", exponent, 63, True), -_FAR, _FAR)
    check_rounding(rounding, random)
    sign, exponent, significand, kind, sticky = np.broadcast_arrays(
        sign, exponent, significand, kind, np.asarray(sticky, bool)
    )
    needed = fmt.mantissa_bits + (1 + random.bits if random else 2)
    if (sticky & (significand >> (needed - 1) == 0)).any():
        raise UsageError(f"sticky needs a significand of at least {needed} significant bits: shift it left")
    top, significand = normalise(exponent, significand, SIGNIFICAND_BITS)
    codes = round_to_code(sign, top, significand | sticky, fmt, rounding, random)
    return with_specials(codes, sign, kind, fmt)


def from_words(high, low) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut `high * 2^62 + low` to a significand for `encode`: returns (significand, exponent, sticky).

    high, low: 0 to `2^62 - 1`. Where `high` is 0 nothing is cut, elsewhere 62 significant bits are left.
    Raises UsageError for words outside the range.
    """
    high = check_range("high", high, SIGNIFICAND_BITS, False)
    low = check_range("low", low, SIGNIFICAND_BITS, False)
    cut = np.maximum(bit_length(high), 0)
    lost = low & ((np.int64(1) << cut) - 1)
    return (high << (SIGNIFICAND_BITS - cut)) | (low >> cut), cut, lost != 0


def from_float64(
    values, *, fmt: FloatFormat, rounding: str = "nearest_even", random: Randomness | None = None
) -> np.ndarray:
    """Round floating-point numbers to codes; raises UsageError for types wider than float64."""
    values = np.asarray(values)
    if values.dtype.itemsize > (4 if values.dtype.kind in "iu" else 8):
        raise UsageError(f"values must be float64 or narrower, not {values.dtype}: `encode` takes integers")
    with np.errstate(invalid="ignore"):  # a signalling NaN is as good as any
        word = values.astype(np.float64).view(np.int64)
    field, mantissa = word >> 52 & 0x7FF, word & ((1 << 52) - 1)
    kind = np.where(field == 0x7FF, np.where(mantissa == 0, INF, NAN), FINITE)
    significand = mantissa | (np.minimum(field, 1) << 52)
    exponent = np.maximum(field, 1) - 1075
    sign = (word < 0).astype(np.int64)
    return encode(sign, exponent, significand, kind, fmt=fmt, rounding=rounding, random=random)


def convert(
    codes,
    *,
    source: FloatFormat,
    target: FloatFormat,
    rounding: str = "nearest_even",
    random: Randomness | None = None,
) -> np.ndarray:
    """Return the codes in `target` of the numbers that `codes` are in `source`, rounded once."""
    return encode(*decode(codes, fmt=source), fmt=target, rounding=rounding, random=random)


def check_rounding(rounding: str, random: Randomness | None) -> None:
    """Raise UsageError for an unknown rounding, and for randomness that is missing, idle or out of range."""
    if rounding not in ROUNDINGS:
        raise UsageError(f"rounding={rounding!r} is not one of {', '.join(ROUNDINGS)}")
    if (rounding == "stochastic") != (random is not None):
        raise UsageError(
            f"rounding={rounding} {'takes no random' if random else 'needs random=Randomness(values, bits)'}"
        )
    if random:
        if not 1 <= random.bits <= MAX_RANDOM_BITS:
            raise UsageError(f"random.bits={random.bits} is not a width from 1 to {MAX_RANDOM_BITS} bits")
        check_range("random.values", random.values, random.bits, False)


def bit_length(values: np.ndarray) -> np.ndarray:
    """Return how many bits each int64 from 0 to `2^62 - 1` has; -1022 for zero, far below every number."""
    # Without the second of two ones in a row the conversion cannot round up to the next power of two.
    return ((values & ~(values >> 1)).astype(np.float64).view(np.int64) >> 52) - 1022


def normalise(exponent: np.ndarray, significand: np.ndarray, bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Shift significands left to exactly `bits` bits; returns (exponent of the top bit, significand).

    Zero stays zero, with an exponent below that of every number.
    """
    length = bit_length(significand)
    return exponent + length - 1, significand << bits - length


def round_to_code(sign, top, significand, fmt: FloatFormat, rounding: str, random) -> np.ndarray:
    """Round finite normalised numbers, `significand` of exactly 62 bits or 0, to codes; all int64, unchecked.

    Bits that the lowest bit stands for (sticky) are allowed: it is below every half and every random bit.
    """
    binade = np.maximum(top, fmt.min_exponent)
    cut = binade - top
    cut += SIGNIFICAND_BITS - 1 - fmt.mantissa_bits
    if rounding == "stochastic":
        fraction = significand >> np.minimum(cut - random.bits, 63)
        kept = (fraction + np.asarray(random.values, np.int64)) >> random.bits
    else:
        cut = np.minimum(cut, 63)
        kept = significand >> cut
        if rounding == "nearest_even":
            kept &= 1
            kept += (np.int64(1) << (cut - 1)) - 1
            kept += significand
            kept >>= cut
    # The hidden bit adds 1 to the exponent field of every normal number, and so does a carry out of rounding.
    code = ((binade - fmt.min_exponent) << fmt.mantissa_bits) + kept
    if not fmt.has_zero:
        code = np.maximum(code - 1, 0)
    if fmt.overflow == "saturate" or rounding == "toward_zero":
        code = np.minimum(code, fmt.max_code)
    if fmt.subnormals in ("flush_out", "flush"):
        code *= code >= 1 << fmt.mantissa_bits
    over = code > fmt.max_code
    if fmt.signed:
        code |= (sign & (code != 0) if fmt.special == "fnuz" else sign) << fmt.magnitude_bits
        limit = fmt.inf_code | sign << fmt.magnitude_bits if fmt.overflow == "inf" else fmt.nan_code
    else:
        negative = (sign & (significand != 0)).astype(bool)
        if fmt.overflow == "saturate" or rounding == "toward_zero":
            return np.where(negative, 0, code)
        code = np.where(negative, fmt.nan_code, code)
        limit = np.where(negative, fmt.nan_code, fmt.inf_code if fmt.overflow == "inf" else fmt.nan_code)
    return np.where(over, limit, code) if over.any() else code


def with_specials(codes: np.ndarray, sign, kind, fmt: FloatFormat) -> np.ndarray:
    """Return `codes` with those of Inf and NaN where `kind` says so.

    Inf goes the way of overflow. A format without NaN returns its largest number in place of one.
    """
    if not kind.any():
        return codes
    nan = fmt.max_code if fmt.nan_code is None else fmt.nan_code
    if fmt.overflow == "saturate":
        inf = fmt.max_code | sign << fmt.magnitude_bits if fmt.signed else fmt.max_code * (1 - sign)
    elif fmt.overflow == "inf":
        inf = fmt.inf_code | sign << fmt.magnitude_bits if fmt.signed else np.where(sign, nan, fmt.inf_code)
    else:
        inf = nan
    return np.where(kind == NAN, nan, np.where(kind == INF, inf, codes))
