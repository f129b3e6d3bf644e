"""Integer square roots against Python's, and where ten steps of Newton's iteration are not enough."""

from math import isqrt

import numpy as np
import pytest
from macwright.golden.errors import UsageError
from macwright.golden.int_sqrt import IVIT_WORST, ibert_sqrt, int_sqrt, ivit_sqrt

ROOTS = np.arange(1, 1 << 16)


@pytest.mark.parametrize("function", [int_sqrt, ibert_sqrt])
def test_equal_to_isqrt(function):
    for bits in (1, 2, 3, 8, 15, 31, 32, 47, 61, 62):
        end = (1 << bits) - 1
        x = np.r_[0, 1, end, np.random.default_rng(bits).integers(0, end, 50, endpoint=True)]
        assert function(x, bits=bits).tolist() == [isqrt(v) for v in x.tolist()]
    assert function([[0, 16]], bits=5).tolist() == [[0, 4]]
    x = np.arange(1 << 16)
    root = function(x, bits=16)
    assert ((root * root <= x) & (x < (root + 1) ** 2)).all()


@pytest.mark.parametrize("function", [int_sqrt, ibert_sqrt])
def test_both_ends_of_every_root_of_32_bits(function):
    assert (function(ROOTS**2, bits=32) == ROOTS).all()
    assert (function(ROOTS**2 - 1, bits=32) == ROOTS - 1).all()


def test_ten_steps_are_too_few_for_small_numbers():
    x = np.arange(1 << 18)
    above = ivit_sqrt(x) - int_sqrt(x, bits=18)
    oscillates = int_sqrt(x + 1, bits=19) ** 2 == x + 1
    wrong = np.flatnonzero((above > 0) & ~oscillates)
    assert above.min() == 0 and wrong.max() == IVIT_WORST
    assert above.max() == 64 == ivit_sqrt(0)
    assert np.flatnonzero(above > 1).max() == 34595


def test_ten_steps_are_enough_for_large_ones():
    """At both ends of every interval of a root but n ** 2 - 1: in between, k rises with x."""
    large = ROOTS[ROOTS**2 > IVIT_WORST]
    assert (ivit_sqrt(large**2) == large).all()
    assert (ivit_sqrt(large**2 + 2 * large - 1) == large).all()
    assert (ivit_sqrt(large**2 - 1) - large + 1 <= 1).all()


def test_more_steps_help():
    x = np.arange(1 << 16)
    assert (ivit_sqrt(x, steps=20) - int_sqrt(x, bits=16)).max() == 1
    assert ivit_sqrt(0, steps=64) == 0


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: int_sqrt([-1], bits=8), r"x\[0\] = -1 is outside 0..255"),
        (lambda: ibert_sqrt([1], bits=63), "bits=63 is not a width from 1 to 62"),
        (lambda: ivit_sqrt([1], steps=0), "steps=0 is out of range: use 1 to 64"),
    ],
)
def test_refusals_are_sentences(call, message):
    with pytest.raises(UsageError, match=message):
        call()
