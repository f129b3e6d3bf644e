"""Radix-4 digits of integers, as whole arrays: Booth, EN-T and minimal weight.

`recode` returns an int8 array with one more axis than `values`: digit 0, the lowest, comes first, and the
sum of digits[..., i] * 4 ** i is the value. How many digits are not zero decides what a bit-serial engine
needs: mean and worst case over real data are one call away.

`encode` returns the digits as hardware stores and sends them: one word per value, laid out by `code_layout`.
"""

import numpy as np

from .errors import UsageError
from .integer import check_range

RECODINGS = ("booth", "ent", "minimal_weight")


def digit_count(bits: int, signed: bool) -> int:
    """Return how many radix-4 digits hold every `bits`-wide integer."""
    return (bits + 1) // 2 if signed else bits // 2 + 1


def recode(values, *, bits: int, signed: bool = True, recoding: str = "booth") -> np.ndarray:
    """Return the digits of `values`, -2 to 2 each.

    `booth`: every window of three bits is a digit. `ent`: the magnitude in digits -1 to 2, the sign then
    applied to all. `minimal_weight`: as few digits other than zero as possible (non-adjacent form, paired).

    Raises UsageError for values outside the range of `bits` and for an unknown recoding.
    """
    values = check_range("values", values, bits, signed)
    count = digit_count(bits, signed)
    if recoding == "booth":
        return _booth(values, count)
    if recoding == "ent":
        return _ent(np.abs(values), count) * np.where(values < 0, -1, 1).astype(np.int8)[..., None]
    if recoding == "minimal_weight":
        return _minimal_weight(values, count)
    raise UsageError(f"recoding={recoding!r} is not one of {', '.join(RECODINGS)}")


def code_layout(*, bits: int, signed: bool = True, recoding: str = "booth") -> list[tuple[str, int]]:
    """Return what the bits of a coded word say, lowest bit first: (line, digit) each.

    `booth`, `minimal_weight`: lines `one`, `two` and `neg` of every digit, 12 bits for int8. `ent`: `low` and
    `high`, the digit before the sign modulo 4, and on top one `sign` for all, `bits` + 1 in all, which is 9
    for int8. Lines of the top digit that are never 1 are left out: an unsigned number has no sign, and twos
    are there only if the top digit weighs less than the number's range.

    Raises UsageError for an unknown recoding.
    """
    if recoding not in RECODINGS:
        raise UsageError(f"recoding={recoding!r} is not one of {', '.join(RECODINGS)}")
    names = ("low", "high") if recoding == "ent" else ("one", "two", "neg")
    top = digit_count(bits, signed) - 1
    absent = set() if bits % 2 != signed else {(names[1], top)}
    if not signed:
        absent.add(("neg", top))
    layout = [(name, i) for i in range(top + 1) for name in names if (name, i) not in absent]
    return layout + ([("sign", 0)] if recoding == "ent" and signed else [])


def encode(values, *, bits: int, signed: bool = True, recoding: str = "booth") -> np.ndarray:
    """Return the digits of `values` as coded words, int64, of the shape of `values`.

    Booth's digit of a window 111 is coded as -0, with `neg` alone: that is what the hardware makes.
    Raises UsageError for values outside the range of `bits` and for an unknown recoding.
    """
    layout = code_layout(bits=bits, signed=signed, recoding=recoding)
    digits = recode(values, bits=bits, signed=signed, recoding=recoding)
    values = np.asarray(values, np.int64)
    size = np.abs(digits)
    lines = {"one": size == 1, "two": size == 2, "neg": digits < 0, "sign": (values < 0)[..., None]}
    if recoding == "ent":
        unsigned = digits * np.where(values < 0, -1, 1).astype(np.int8)[..., None]
        lines |= {"low": unsigned & 1, "high": unsigned >> 1 & 1}
    if recoding == "booth":
        lines["neg"] = values[..., None] >> 2 * np.arange(digits.shape[-1]) + 1 & 1
    word = np.zeros(values.shape, np.int64)
    for position, (name, i) in enumerate(layout):
        word |= lines[name][..., i].astype(np.int64) << position
    return word


def nonzero_digits(values, *, bits: int, signed: bool = True, recoding: str = "booth") -> np.ndarray:
    """Return how many digits of each value are not zero: the cycles that a digit-serial engine takes."""
    return np.count_nonzero(recode(values, bits=bits, signed=signed, recoding=recoding), axis=-1)


def cycles_per_mac(values, *, bits: int, signed: bool = True, recoding: str = "minimal_weight") -> float:
    """Return the mean number of non-zero digits: cycles per product of an engine that wastes none."""
    return float(nonzero_digits(values, bits=bits, signed=signed, recoding=recoding).mean())


def _booth(values: np.ndarray, count: int) -> np.ndarray:
    def bit(k):
        return values >> k & 1 if k >= 0 else np.zeros_like(values)

    return _stack(-2 * bit(2 * i + 1) + bit(2 * i) + bit(2 * i - 1) for i in range(count))


def _ent(magnitude: np.ndarray, count: int) -> np.ndarray:
    digits, carry = [], np.zeros_like(magnitude)
    for i in range(count):
        pair = (magnitude >> 2 * i & 3) + carry
        carry = (pair >= 3).astype(np.int64)
        digits.append(pair - 4 * carry)
    return _stack(digits)


def _minimal_weight(values: np.ndarray, count: int) -> np.ndarray:
    # The non-adjacent form is what differs between 3x and x, bit by bit.
    plus, minus = 3 * values & ~values, values & ~(3 * values)

    def digit(k):
        return (plus >> k + 1 & 1) - (minus >> k + 1 & 1)

    return _stack(digit(2 * i) + 2 * digit(2 * i + 1) for i in range(count))


def _stack(digits) -> np.ndarray:
    return np.stack(list(digits), axis=-1).astype(np.int8)
