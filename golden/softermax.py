"""Softmax to the base 2 by chords, with a running maximum in whole octaves: after Softermax.

Source: Stevens et al., Softermax: Hardware/Software Co-Design of an Efficient Softmax for Transformers, DAC
2021. The paper's are the base, the maximum rounded up to an integer, the sum that a new maximum only shifts,
and exponential and reciprocal in linear pieces, four and eight. It leaves the integers open; here both are
chords between values rounded to nearest, rounded down in between. With 1.0 = 2 ** (exp_bits - 1):

    x - M * 2 ** f = v - k * 2 ** f, 0 <= v < 2 ** f    e = P(v) >> k           P about 2 ** (v / 2 ** f)
    total = (1 + t) * 2 ** L, 0 <= t < 1                y = (e * R(t)) >> L     R about 1 / (1 + t)

`golden.octaves` is the stream. The same with an exact table is `golden.base2_softmax`.
"""

import numpy as np

from .octaves import OctaveRow, nearest_powers, stream
from .reciprocal import Scaled, bit_length
from .rows import check_length, check_option, check_rows

EXP_SEGMENTS, RECIPROCAL_SEGMENTS = 4, 8


def longest_softermax_row(*, exp_bits: int, total_bits: int) -> int:
    """Return the longest row whose total has `total_bits`, whatever its codes."""
    return ((1 << total_bits) - 1) >> (exp_bits - 1)


def softermax(
    x,
    *,
    fraction_bits: int = 5,
    exp_bits: int = 16,
    lanes: int = 1,
    in_bits: int = 8,
    total_bits: int = 28,
    out_bits: int = 8,
    mantissa_bits: int = 16,
) -> np.ndarray:
    """Return the softmax of the rows of `x`, (..., N), in steps of 2 ** -out_bits, as int64.

    x: signed, `in_bits`, 1 to 16; a code weighs an octave / 2 ** fraction_bits, 0 to 10. exp_bits: 2 to 16;
    total_bits: up to 40. lanes: see `golden.octaves.stream`. mantissa_bits: 4 to 24, of R, and of the t it is
    computed from. out_bits: 1 to 16; y is at most 2 ** out_bits - 1. An empty row has an empty result.

    Raises UsageError for what is out of range and for rows longer than `longest_softermax_row`.
    """
    widths = {"exp_bits": exp_bits, "in_bits": in_bits, "total_bits": total_bits}
    row = softermax_exp(x, fraction_bits=fraction_bits, lanes=lanes, **widths)
    check_option("mantissa_bits", mantissa_bits, 4, 24)
    check_option("out_bits", out_bits, 1, 16)
    if not row.exps.size:
        return row.exps
    reciprocal, length = _reciprocal(row.total[..., None], mantissa_bits)
    y = (row.last_exps() * reciprocal << out_bits) >> (mantissa_bits + length)
    return np.minimum(y, (1 << out_bits) - 1)


def softermax_exp(
    x, *, fraction_bits: int = 5, exp_bits: int = 16, lanes: int = 1, in_bits: int = 8, total_bits: int = 28
) -> OctaveRow:
    """Return the exponentials of the rows of `x`, (..., N), in the order of the stream; see `softermax`."""
    x = check_rows(x, in_bits)
    check_option("fraction_bits", fraction_bits, 0, 10)
    check_option("exp_bits", exp_bits, 2, 16)
    check_option("total_bits", total_bits, exp_bits, 40)
    check_length(x, longest_softermax_row(exp_bits=exp_bits, total_bits=total_bits), "total_bits", total_bits)
    powers = exp2_chords(fraction_bits=fraction_bits, exp_bits=exp_bits)

    def exp_of(d: np.ndarray) -> np.ndarray:
        return powers[-d & (len(powers) - 1)] >> np.minimum(-(-d >> fraction_bits), 63)

    return stream(x, exp_of, fraction_bits=fraction_bits, lanes=lanes, in_bits=in_bits)


def exp2_chords(*, fraction_bits: int, exp_bits: int) -> np.ndarray:
    """Return P: 2 ** (exp_bits - 1) * 2 ** (v / 2 ** fraction_bits) by EXP_SEGMENTS chords, v from 0.

    With fewer values than segments they are exact up to rounding, as all are ends of chords.
    """
    segments = min(EXP_SEGMENTS, 1 << fraction_bits)
    ends = np.array([1 << (exp_bits - 1), *reversed(nearest_powers(1 << exp_bits, segments))], np.int64)
    return _chords(ends, np.arange(1 << fraction_bits), fraction_bits)


def reciprocal_ends(mantissa_bits: int) -> tuple[int, ...]:
    """Return 2 ** mantissa_bits / (1 + t) where segments meet, rounded half up: RECIPROCAL_SEGMENTS + 1."""
    one = RECIPROCAL_SEGMENTS << (mantissa_bits + 1)
    parts = range(RECIPROCAL_SEGMENTS, 2 * RECIPROCAL_SEGMENTS + 1)
    return tuple((one + part) // (2 * part) for part in parts)


def softermax_reciprocal(total: np.ndarray, *, mantissa_bits: int) -> Scaled:
    """Return 1 / total as R and the shift mantissa_bits + L; both are 0 where the total is 0."""
    value, length = _reciprocal(np.maximum(total, 1), mantissa_bits)
    return Scaled(np.where(total > 0, value, 0), np.where(total > 0, mantissa_bits + length, 0))


def _reciprocal(total: np.ndarray, mantissa_bits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return R and L of totals of 1 or more."""
    length = bit_length(total) - 1
    drop = length - mantissa_bits
    t = (np.where(drop > 0, total >> np.maximum(drop, 0), total << np.maximum(-drop, 0))) - (
        1 << mantissa_bits
    )
    return _chords(np.array(reciprocal_ends(mantissa_bits)), t, mantissa_bits), length


def _chords(ends: np.ndarray, at: np.ndarray, bits: int) -> np.ndarray:
    """Return the values at `at`, 0 to 2 ** bits - 1, on the chords between `ends`, rounded down."""
    part = bits - (len(ends) - 1).bit_length() + 1
    index, rest = at >> part, at & ((1 << part) - 1)
    return ends[index] + ((ends[index + 1] - ends[index]) * rest >> part)
