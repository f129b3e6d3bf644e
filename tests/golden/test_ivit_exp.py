"""Shifted exponentials and ShiftGELU of I-ViT: the formulas by fractions, errors, where they break down."""

from fractions import Fraction
from math import erf

import numpy as np
import pytest
from macwright.golden.errors import UsageError
from macwright.golden.ivit_exp import (
    GELU_SLOPE,
    ivit_one,
    longest_shiftmax_row,
    shift_exp,
    shiftgelu,
    shiftmax,
)


def test_the_ones_of_scales():
    ones = [(8, 8, 9), (16.39, 17, 17), (32.8, 33, 33), (Fraction(1, 3), 1, 1)]
    for steps, ivit, tvm in ones:
        assert ivit_one(1 / Fraction(steps)) == ivit
        assert ivit_one(1 / Fraction(steps), variant="tvm") == tvm


@pytest.mark.parametrize("variant, n", [("ivit", 15), ("ivit", 4), ("tvm", 16)])
@pytest.mark.parametrize("one", [1, 2, 3, 16, 17, 100])
def test_shift_exp_is_its_formula(variant, n, one):
    """By fractions, as the paper writes it: (r / 2 - x0) * 2 ** (n - q), rounded down."""
    x = np.arange(-255, 1)
    wanted = []
    for code in x.tolist():
        p = max(code + code // 2 - code // 16, -n * one)
        q = -p // one
        r = p + q * one
        half = Fraction(r, 2) if variant == "ivit" else r // 2
        wanted.append((half + one) * 2 ** (n - q) // 1)
    assert shift_exp(x, one=one, n=n, variant=variant).tolist() == wanted


def test_shift_exp_errors_as_measured_before():
    """Largest relative error over 8 nats down; the second variant suffers where 1 / scale is an integer."""
    for steps, ivit, tvm in ((8, 0.148, 1.61), (16, 0.118, 0.73), (32, 0.105, 0.40), (64, 0.094, 0.25)):
        scale = Fraction(1, steps)
        x = np.arange(-8 * steps, 1)
        real = np.exp(x / steps)
        for variant, bound in (("ivit", ivit), ("tvm", tvm)):
            n = {"ivit": 15, "tvm": 16}[variant]
            e = shift_exp(x, one=ivit_one(scale, variant=variant), n=n, in_bits=16, variant=variant)
            error = np.abs(e / (steps * 2.0**n) / real - 1)[real > 1e-3].max()
            assert bound - 0.02 < error <= bound


def test_shiftmax_saturates_its_sum_beyond_the_longest_row():
    assert [longest_shiftmax_row(one=332, n=15), longest_shiftmax_row(one=31, n=16)] == [197, 1057]
    length = longest_shiftmax_row(one=255, n=23) + 1
    assert length == 2
    assert shiftmax([5, 5], one=255, n=23, out_bits=8).tolist() == [
        127,
        127,
    ]  # 2 ** 31 - 1 over each, not half
    with pytest.raises(UsageError, match="a sum of exponentials is 4278190080, and variant=tvm ends"):
        shiftmax([5, 5], one=255, n=23, variant="tvm")


def exponential(code, one, n):
    p = max(code + code // 2 - code // 16, -n * one)
    q = p // -one
    return (Fraction(p + q * one, 2) + one) * Fraction(2) ** (n - q) // 1


@pytest.mark.parametrize("one, n, length", [(37, 23, 30), (3, 8, 5), (1, 1, 1), (200, 20, 64)])
def test_shiftgelu_is_its_formula(one, n, length):
    """Rows of negative numbers too, whose exp(-max) is above 1."""
    for low, high in ((-128, 128), (-128, -1)):
        row = np.random.default_rng(length).integers(low, high, length).tolist()
        wanted = []
        for code in row:
            a, b = exponential(code - max(row), one, n), exponential(-max(row), one, n)
            factor = (2**31 - 1) // min(a + b, 2**31 - 1)
            wanted.append(code * (a * factor // 2**24))
        assert shiftgelu(row, one=one, n=n).tolist() == wanted


@pytest.mark.parametrize("reach", [4, 6, 8])
def test_shiftgelu_errors_as_measured_before(reach):
    scale = Fraction(reach, 127)
    x = np.arange(-127, 128)
    y = shiftgelu(x, one=ivit_one(GELU_SLOPE * scale)) * float(scale) / 128
    gelu = [v * (1 + erf(v / 2**0.5)) / 2 for v in x * float(scale)]
    assert 0.2 < np.abs(y - gelu).max() < 0.32


@pytest.mark.parametrize("variant", ["ivit", "tvm"])
def test_shiftgelu_of_rows_without_a_positive_number(variant):
    """exp(-m) may leave 31 bits: `ivit` saturates it, and the sigmoid is 0; `tvm` would wrap."""
    small = shiftgelu([-3, -1, 0], one=37, n=16, variant=variant)
    assert (np.abs(small / 128 - [-3 / 2, -1 / 2, 0]) <= 0.3).all()
    far = [-128, -127]
    if variant == "ivit":
        assert shiftgelu(far, one=1).tolist() == [0, 0]
    else:
        with pytest.raises(UsageError, match="variant=tvm ends at"):
            shiftgelu(far, one=1, variant="tvm")


def test_shiftgelu_collapses_beyond_its_octaves():
    """Where the row's maximum is beyond n octaves, a sigmoid that should be near 0 is 1/2."""
    scale = Fraction(12, 127)
    x = np.array([-127, 127])
    y = shiftgelu(x, one=ivit_one(GELU_SLOPE * scale))
    assert abs(float(y[0] * scale / 128) + 5.95) < 0.05
    near = shiftgelu(x, one=ivit_one(GELU_SLOPE * scale / 2))
    assert near[0] == 0
