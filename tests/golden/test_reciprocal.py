"""Reciprocals and reciprocal square roots: their stated errors, over whole ranges and at every end."""

from fractions import Fraction

import numpy as np
import pytest
from macwright.golden.errors import UsageError
from macwright.golden.reciprocal import (
    bit_length,
    reciprocal,
    reciprocal_error,
    reciprocal_table,
    rsqrt,
    rsqrt_error,
    rsqrt_table,
)


def ends(bits, index_bits):
    """Every integer of up to `index_bits` + 2 bits, and the first and last of longer ones' intervals."""
    short = [np.arange(1, 1 << min(bits, index_bits + 2))]
    for length in range(index_bits + 3, bits + 1):
        firsts = np.arange(1 << index_bits, 2 << index_bits) << (length - 1 - index_bits)
        short += [firsts, firsts + (1 << (length - 1 - index_bits)) - 1]
    return np.concatenate(short)


@pytest.mark.parametrize(
    "bits, index_bits, mantissa_bits", [(20, 6, 9), (12, 1, 2), (30, 8, 10), (62, 5, 24)]
)
def test_no_error_above_the_stated_one(bits, index_bits, mantissa_bits):
    options = {"index_bits": index_bits, "mantissa_bits": mantissa_bits}
    x = ends(bits, index_bits)
    found = reciprocal(x, bits=bits, **options)
    bound = reciprocal_error(**options)
    for value, mantissa, shift in zip(x.tolist(), *(part.tolist() for part in found), strict=True):
        assert abs(Fraction(mantissa * value, 1 << shift) - 1) <= bound
    found, bound = rsqrt(x, bits=bits, **options), rsqrt_error(**options)
    for value, mantissa, shift in zip(x.tolist(), *(part.tolist() for part in found), strict=True):
        square = Fraction(mantissa**2 * value, 1 << (2 * shift))
        assert (1 - bound) ** 2 <= square <= (1 + bound) ** 2
    assert found.mantissa.min() >> (mantissa_bits - 1) == 1 == found.mantissa.max() >> (mantissa_bits - 1)


def test_bounds_as_measured_before():
    """0.90 % and 0.63 % of tables of the same size."""
    assert reciprocal_error(index_bits=6, mantissa_bits=9) == Fraction(273, 32768)  # 0.84 %
    assert rsqrt_error(index_bits=6, mantissa_bits=9) < 0.0063


def test_every_sum_of_twenty_bits_is_within_the_bound():
    x = np.arange(1, 1 << 20)
    mantissa, shift = reciprocal(x, bits=20)
    worst = np.abs((mantissa * x << 20 - shift + 9) - (1 << 29)).max()
    assert Fraction(int(worst), 1 << 29) <= reciprocal_error(index_bits=6, mantissa_bits=9)


def test_tables_are_nearest():
    middles = 1 + (np.arange(64) + 0.5) / 64
    assert (np.abs(np.array(reciprocal_table(6, 9)) - 512 / middles) <= 0.5).all()
    both = np.r_[512 / np.sqrt(middles), 512 / np.sqrt(2 * middles)]
    assert (np.abs(np.array(rsqrt_table(6, 9)) - both) <= 0.5).all()


def test_zero_and_shapes():
    for function in (reciprocal, rsqrt):
        mantissa, shift = function([[0, 1]], bits=4)
        assert mantissa.shape == shift.shape == (1, 2) and mantissa[0, 0] == shift[0, 0] == 0


def test_bit_length():
    x = [0, 1, 2, 3, 4, 255, 256, (1 << 32) - 1, 1 << 32, (1 << 62) - 1]
    assert bit_length(np.array(x)).tolist() == [v.bit_length() for v in x]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: reciprocal([16], bits=4), r"x\[0\] = 16 is outside 0..15"),
        (lambda: rsqrt([1], bits=63), "bits=63 is not a width from 1 to 62"),
        (lambda: rsqrt([1], bits=8, index_bits=0), "index_bits=0 is out of range: use 1 to 12"),
        (lambda: reciprocal([1], bits=8, mantissa_bits=25), "mantissa_bits=25 is out of range: use 2 to 24"),
    ],
)
def test_refusals_are_sentences(call, message):
    with pytest.raises(UsageError, match=message):
        call()
