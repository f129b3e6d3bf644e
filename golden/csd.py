"""Weights of few canonical signed digits: sums of at most k powers of two, each with a sign.

A product with such a weight is k shifts and k - 1 additions. The canonical form has as few digits other than
zero as a number can have; 4-bit weights never have more than two, 8-bit weights four.

Source: QFX, 2024 (multiplier-free weights, "K-hot").
"""

import numpy as np

from .errors import UsageError
from .integer import check_bits, check_range, int_range
from .recoding import digit_count, nonzero_digits, recode


def most_digits(bits: int) -> int:
    """Return how many digits other than zero a signed integer of `bits` has at most."""
    return digit_count(bits, True)


def check_digits(name: str, values, *, bits: int, digits: int) -> np.ndarray:
    """Return `values` as int64. Raises UsageError if one is out of range or has more than `digits` digits."""
    values = check_range(name, values, bits, True)
    counts = nonzero_digits(values, bits=bits, recoding="minimal_weight")
    if (counts > digits).any():
        place = tuple(int(i) for i in np.argwhere(counts > digits)[0])
        raise UsageError(
            f"{name}{list(place)} = {values[place]} has {counts[place]} signed digits, and digits={digits} "
            "is the limit: round the weights with golden.csd.round_to_digits, or allow more digits"
        )
    return values


def round_to_digits(weights, *, bits: int = 8, digits: int = 2) -> np.ndarray:
    """Return, as int64, the nearest integer of `bits` with at most `digits` digits; ties go towards zero.

    weights: integers or real numbers, which are clipped to the range. Raises UsageError if one is not finite.
    """
    check_bits("bits", bits, 16)
    weights = np.asarray(weights, np.float64)
    if not np.isfinite(weights).all():
        raise UsageError("weights hold numbers that are not finite")
    every = np.arange(int_range(bits, True)[0], int_range(bits, True)[1] + 1)
    legal = every[nonzero_digits(every, bits=bits, recoding="minimal_weight") <= digits]
    above = np.clip(np.searchsorted(legal, weights), 1, len(legal) - 1)
    low, high = legal[above - 1], legal[above]
    down, up = weights - low, high - weights
    return np.where((down < up) | ((down == up) & (low >= 0)), low, high)


def kept_digits(values, *, bits: int, digits: int) -> np.ndarray:
    """Return what the hardware makes of integers of `bits`: their highest `digits` digits other than zero.

    Without the others a number may round up to 2 ** (bits - 1), which is one more than the range holds.
    """
    found = recode(values, bits=bits, recoding="minimal_weight").astype(np.int64)
    rank = np.cumsum(found[..., ::-1] != 0, axis=-1)[..., ::-1]
    return (np.where(rank <= digits, found, 0) << 2 * np.arange(found.shape[-1])).sum(axis=-1)


def coded_digits(values, *, bits: int, digits: int) -> np.ndarray:
    """Return, as int64, the words in which elements take integers of `bits`: their highest `digits` digits.

    A digit is, from its lowest bit up: whether there is one, whether it is negative, and its shift, as wide
    as `bits` - 1 needs, at least a bit. The highest digit is lowest in the word.
    """
    found = recode(values, bits=bits, recoding="minimal_weight").astype(np.int64)
    size = 2 + max(1, (bits - 1).bit_length())
    word = np.zeros(found.shape[:-1], np.int64)
    rank = np.zeros_like(word)
    for i in reversed(range(found.shape[-1])):
        digit = found[..., i]
        shift = 2 * i + (np.abs(digit) == 2)
        taken = (digit != 0) & (rank < digits)
        word |= np.where(taken, (1 | (digit < 0) << 1 | shift << 2) << rank * size, 0)
        rank += taken
    return word
