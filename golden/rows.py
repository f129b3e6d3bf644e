"""Rows of integers: what every model along the last axis asks of its operand."""

import numpy as np

from .errors import UsageError
from .integer import check_bits, check_range

MAX_IN_BITS = 16


def check_rows(x, in_bits: int) -> np.ndarray:
    """Return `x`, (..., N), as int64; its rows are the last axis, of any length, 0 included.

    Raises UsageError unless `in_bits` is 1 to 16 and all of `x` are signed integers of that width.
    """
    check_bits("in_bits", in_bits, MAX_IN_BITS)
    # An empty list has no integers to tell its type by.
    x = np.asarray(x)
    x = check_range("x", x.astype(np.int64) if not x.size else x, in_bits, True)
    if not x.ndim:
        raise UsageError("x is a single number: give it a last axis, the row")
    return x


def check_differences(x, in_bits: int) -> np.ndarray:
    """Return `x`, integers of any shape that are 0 or less, as int64: differences of two of `in_bits`.

    Raises UsageError unless `in_bits` is 1 to 16 and all of `x` are from 1 - 2 ** in_bits to 0.
    """
    check_bits("in_bits", in_bits, MAX_IN_BITS)
    x = np.asarray(x)
    lowest = 1 - (1 << in_bits)
    if x.dtype.kind not in "iu" or ((x > 0) | (x < lowest)).any():
        raise UsageError(f"x must hold integers from {lowest} to 0: take the row's maximum away first")
    return x.astype(np.int64)


def check_length(x: np.ndarray, longest: int, name: str, bits: int) -> None:
    """Raise UsageError if rows are longer than `longest`, what a sum of the width `name` = `bits` holds."""
    if x.shape[-1] > longest:
        raise UsageError(f"x has rows of {x.shape[-1]}, and {name}={bits} holds {longest}: use a wider sum")


def check_option(name: str, value: int, low: int, high: int) -> None:
    """Raise UsageError unless `value` is from `low` to `high`."""
    if not low <= value <= high:
        raise UsageError(f"{name}={value} is out of range: use {low} to {high}")


def check_name(name: str, value: str, names) -> None:
    """Raise UsageError unless `value` is one of `names`."""
    if value not in names:
        raise UsageError(f"{name}={value!r} is not one of {', '.join(names)}")


def check_scale(scale):
    """Raise UsageError unless `scale`, a float or a fraction, is a number above 0."""
    if not 0 < scale < float("inf"):
        raise UsageError(f"scale={scale} is not a number above 0")
    return scale
