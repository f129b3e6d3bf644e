"""Reciprocals and reciprocal square roots of integers: a leading-zero count and a table.

    1 / x          = mantissa / 2 ** shift (1 + error)      table over index_bits below the leading one
    1 / sqrt(x)    = mantissa / 2 ** shift (1 + error)      the same, and one bit: is the exponent odd

An entry is the value in the middle of its interval, rounded half up, and below 1. `reciprocal_error` and
`rsqrt_error` bound the error of integers of any width, by exact arithmetic over every entry.
"""

from fractions import Fraction
from functools import lru_cache
from math import isqrt
from typing import NamedTuple

import numpy as np

from .integer import check_bits, check_range
from .rows import check_option

MAX_BITS = 62
#: Bits beyond the point of the square roots that `rsqrt_error` takes.
_PRECISION = 64


class Scaled(NamedTuple):
    """mantissa / 2 ** shift; int64 arrays of one shape."""

    mantissa: np.ndarray
    shift: np.ndarray


def reciprocal(x, *, bits: int, index_bits: int = 6, mantissa_bits: int = 9) -> Scaled:
    """Return 1 / x; the mantissa has `mantissa_bits`, the top one set unless x is 0.

    x: unsigned, `bits`, 1 to 62. index_bits: 1 to 12; mantissa_bits: 2 to 24. For x = 0 both results are 0.
    Raises UsageError for what is out of range.
    """
    x, length = _prepared(x, bits, index_bits, mantissa_bits)
    table = np.array(reciprocal_table(index_bits, mantissa_bits), np.int64)
    found = table[_below_the_leading_one(x, length, index_bits)]
    return Scaled(np.where(x > 0, found, 0), np.where(x > 0, length - 1 + mantissa_bits, 0))


def rsqrt(x, *, bits: int, index_bits: int = 6, mantissa_bits: int = 9) -> Scaled:
    """Return 1 / sqrt(x); the mantissa has `mantissa_bits`, the top one set unless x is 0.

    x: unsigned, `bits`, 1 to 62. index_bits: 1 to 12; mantissa_bits: 2 to 24. The table has
    2 ** (index_bits + 1) entries. For x = 0 both results are 0. Raises UsageError for what is out of range.
    """
    x, length = _prepared(x, bits, index_bits, mantissa_bits)
    table = np.array(rsqrt_table(index_bits, mantissa_bits), np.int64)
    exponent = np.maximum(length - 1, 0)
    found = table[(exponent & 1) << index_bits | _below_the_leading_one(x, length, index_bits)]
    return Scaled(np.where(x > 0, found, 0), np.where(x > 0, (exponent >> 1) + mantissa_bits, 0))


@lru_cache
def reciprocal_table(index_bits: int, mantissa_bits: int) -> tuple[int, ...]:
    """Return the mantissas of 1 / x for x from 1 to 2, 2 ** index_bits of them."""
    middles = range((2 << index_bits) + 1, 4 << index_bits, 2)
    one = 1 << (index_bits + 1 + mantissa_bits)
    return tuple(min((2 * one + middle) // (2 * middle), (1 << mantissa_bits) - 1) for middle in middles)


@lru_cache
def rsqrt_table(index_bits: int, mantissa_bits: int) -> tuple[int, ...]:
    """Return the mantissas of 1 / sqrt(x) for x from 1 to 2, then from 2 to 4: 2 ** index_bits of each."""
    middles = range((2 << index_bits) + 1, 4 << index_bits, 2)
    # floor(2 v + 1) // 2 rounds v half up; the isqrt of a quotient's floor is that of the quotient.
    one = 1 << (2 * mantissa_bits + index_bits + 3)
    return tuple(
        min((isqrt(one // (middle << odd)) + 1) // 2, (1 << mantissa_bits) - 1)
        for odd in (0, 1)
        for middle in middles
    )


def reciprocal_error(*, index_bits: int, mantissa_bits: int) -> Fraction:
    """Return the bound of |mantissa / 2 ** shift * x - 1|, for integers x above 0 of any width."""
    return max(
        abs(Fraction(mantissa * (steps + end), 1 << (mantissa_bits + index_bits)) - 1)
        for steps, mantissa in enumerate(reciprocal_table(index_bits, mantissa_bits), 1 << index_bits)
        for end in (0, 1)
    )


def rsqrt_error(*, index_bits: int, mantissa_bits: int) -> Fraction:
    """Return the bound of |mantissa / 2 ** shift * sqrt(x) - 1|, for integers x above 0 of any width."""
    table = rsqrt_table(index_bits, mantissa_bits)
    one = 1 << (2 * mantissa_bits + index_bits)
    products = (
        _root(Fraction(table[odd << index_bits | i] ** 2 * ((1 << index_bits) + i + end) << odd, one))
        for odd in (0, 1)
        for i in range(1 << index_bits)
        for end in (0, 1)
    )
    return max(abs(product - 1) for product in products) + Fraction(1, 1 << _PRECISION)


def _root(value: Fraction) -> Fraction:
    return Fraction(isqrt((value.numerator << (2 * _PRECISION)) // value.denominator), 1 << _PRECISION)


def _prepared(x, bits: int, index_bits: int, mantissa_bits: int) -> tuple[np.ndarray, np.ndarray]:
    check_bits("bits", bits, MAX_BITS)
    check_option("index_bits", index_bits, 1, 12)
    check_option("mantissa_bits", mantissa_bits, 2, 24)
    x = check_range("x", x, bits, False)
    return x, bit_length(x)


def bit_length(x: np.ndarray) -> np.ndarray:
    """Return how many bits each of the integers `x`, 0 to 2 ** 62 - 1, has; 0 has none."""
    length = np.zeros_like(x)
    for step in (32, 16, 8, 4, 2, 1):
        large = (x >> step) > 0
        length += step * large
        x = np.where(large, x >> step, x)
    return length + (x > 0)


def _below_the_leading_one(x: np.ndarray, length: np.ndarray, index_bits: int) -> np.ndarray:
    drop = length - 1 - index_bits
    aligned = np.where(drop >= 0, x >> np.maximum(drop, 0), x << np.clip(-drop, 0, index_bits))
    return aligned & ((1 << index_bits) - 1)
