"""Two's complement and unsigned integers of any width, as whole arrays.

Values are int64; widths are in bits, at most 63 for signed and 62 for unsigned, so that one more
addition never leaves the machine word.
"""

import numpy as np

from .errors import UsageError


def check_bits(name: str, bits: int, highest: int) -> None:
    """Raise UsageError unless `bits` is a width from 1 to `highest`."""
    if not 1 <= bits <= highest:
        raise UsageError(f"{name}={bits} is not a width from 1 to {highest} bits")


def int_range(bits: int, signed: bool) -> tuple[int, int]:
    """Return the smallest and the largest value of a `bits`-wide integer."""
    return (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)


def int_width(low: int, high: int, signed: bool) -> int:
    """Return the number of bits that hold every value from `low` to `high` (at least 1)."""
    if signed:
        return max(high.bit_length(), (~low if low < 0 else low).bit_length()) + 1
    if low < 0:
        raise UsageError(f"an unsigned integer cannot hold {low}: use a signed one")
    return max(high.bit_length(), 1)


def check_range(name: str, values, bits: int, signed: bool) -> np.ndarray:
    """Return `values` as int64, or raise UsageError at the first one outside the integer's range."""
    array = np.asarray(values)
    if array.dtype.kind not in "iub":
        raise UsageError(f"{name} must hold integers, not {array.dtype}: round and convert it first")
    low, high = int_range(bits, signed)
    outside = (array < low) | (array > high)
    if outside.any():
        where = tuple(int(i) for i in np.argwhere(outside)[0])
        kind = "signed" if signed else "unsigned"
        raise UsageError(
            f"{name}{list(where)} = {array[where]} is outside {low}..{high}, "
            f"the range of a {bits}-bit {kind} integer"
        )
    return array.astype(np.int64)


def check_odd(name: str, values, bits: int) -> np.ndarray:
    """Return `values` as int64, or raise UsageError at the first that `bits` planes of +-1 do not make.

    Their sums, plane p weighing 2 ** p, are the odd numbers from -(2 ** bits - 1) to 2 ** bits - 1.
    """
    values = check_range(name, values, bits + 1, True)
    reach = (1 << bits) - 1
    wrong = (values % 2 == 0) | (np.abs(values) > reach)
    if wrong.any():
        where = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise UsageError(
            f"{name}{list(where)} = {values[where]} is not an odd number from {-reach} to {reach}, as sums "
            f"of {bits} planes of +-1 are: give whole numbers as another kind, signed"
        )
    return values


def wrap(values: np.ndarray, bits: int, signed: bool) -> np.ndarray:
    """Keep the low `bits` bits, as hardware that ignores the carry out does."""
    low_bits = np.asarray(values, np.int64) & ((1 << bits) - 1)
    return np.where(low_bits >> (bits - 1), low_bits - (1 << bits), low_bits) if signed else low_bits


def saturate(values: np.ndarray, bits: int, signed: bool) -> np.ndarray:
    """Replace every value outside the range by the end of the range that it passed."""
    return np.clip(np.asarray(values, np.int64), *int_range(bits, signed))
