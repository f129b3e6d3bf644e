"""Softmax out of shifts, with a running maximum: ITA.

Source: Islamoglu et al., ITA: An Energy-Efficient Attention and Softmax Accelerator for Quantized
Transformers, ISLPED 2023, and its released hardware. An octave is 2 ** octave_shift codes; `s` rounds a
difference d to whole octaves, s(d) = (d >> octave_shift) rounded half up. Elements come in groups:

    m' = max(m, group)      acc = (acc >> s(m' - m)) + sum over the group of (256 >> s(m' - x))

    at the end of a row     inv = (top * 256) // acc          second pass  y = inv >> s(m - x)

Shifting the accumulator loses bits, so that the result depends on the group and the order of the elements.
"""

import numpy as np

from .requant import round_shift
from .rows import check_length, check_option, check_rows

#: What the exponential of the maximum weighs in the sum.
_UNIT_BITS = 8


def longest_ita_row(*, acc_bits: int = 19) -> int:
    """Return the longest row that the accumulator holds, whatever its codes."""
    return ((1 << acc_bits) - 1) >> _UNIT_BITS


def ita_softmax(
    x, *, group: int = 16, octave_shift: int = 5, in_bits: int = 8, acc_bits: int = 19, top: int = 255
) -> np.ndarray:
    """Return the softmax of the rows of `x`, (..., N), in steps of about 1 / top, as int64 from 0 to `top`.

    x: signed, `in_bits`, 1 to 16; a code weighs ln(2) / 2 ** octave_shift. group: 1 or more, elements of a
    row that come at once; the last group may be shorter. octave_shift: 0 to 15, 5 in the paper, 0 in the
    later releases of the hardware. acc_bits: 9 to 32. top: 1 to 255; 255 for unsigned probabilities, 127 for
    the signed ones of the networks that were published with it. An empty row has an empty result.

    Raises UsageError for what is out of range and for rows longer than `longest_ita_row`.
    """
    x = check_rows(x, in_bits)
    check_option("group", group, 1, 1 << 16)
    check_option("octave_shift", octave_shift, 0, 15)
    check_option("acc_bits", acc_bits, _UNIT_BITS + 1, 32)
    check_option("top", top, 1, 255)
    check_length(x, longest_ita_row(acc_bits=acc_bits), "acc_bits", acc_bits)
    if not x.size:
        return x
    acc = np.zeros(x.shape[:-1] + (1,), np.int64)
    # The first group shifts an accumulator of 0, so that it needs no case of its own.
    running = np.full_like(acc, -(1 << (in_bits - 1)))
    for start in range(0, x.shape[-1], group):
        part = x[..., start : start + group]
        larger = np.maximum(running, part.max(axis=-1, keepdims=True))
        terms = _halved(1 << _UNIT_BITS, larger - part, octave_shift)
        acc = _halved(acc, larger - running, octave_shift) + terms.sum(axis=-1, keepdims=True)
        running = larger
    return _halved((top << _UNIT_BITS) // acc, running - x, octave_shift)


def ita_octaves(difference: np.ndarray, octave_shift: int) -> np.ndarray:
    """Return s of differences, 0 or more: whole octaves, rounded half up."""
    return round_shift(difference, np.int64(octave_shift), "half_up")


def _halved(value, difference: np.ndarray, octave_shift: int) -> np.ndarray:
    """Return `value`, of at most 32 bits, halved for every octave of `difference`."""
    return value >> np.minimum(ita_octaves(difference, octave_shift), 63)
