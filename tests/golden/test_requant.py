"""The golden requantiser against fractions, and the dyadic numbers of real scales."""

from fractions import Fraction
from math import floor

import numpy as np
import pytest
from macwright.golden.errors import UsageError
from macwright.golden.requant import ROUNDINGS, dyadic, dyadic_error, requant


def exact(value, shift, rounding):
    """Return value / 2 ** shift, rounded, from the definition."""
    real = Fraction(value, 1 << shift)
    low = floor(real)
    if rounding == "truncate":
        return low
    if real - low != Fraction(1, 2):
        return low + (real - low > Fraction(1, 2))
    return {"half_up": low + 1, "half_even": low + (low & 1), "half_away": low + (value >= 0)}[rounding]


def clamp(value, bits, signed=True):
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    return max(low, min(high, value))


@pytest.mark.parametrize("rounding", ROUNDINGS)
def test_ties_of_either_sign(rounding):
    halves = np.arange(-7, 8)
    found = requant(halves, 1, 1, rounding=rounding)
    wanted = {
        "half_up": [-3, -3, -2, -2, -1, -1, 0, 0, 1, 1, 2, 2, 3, 3, 4],
        "half_even": [-4, -3, -2, -2, -2, -1, 0, 0, 0, 1, 2, 2, 2, 3, 4],
        "half_away": [-4, -3, -3, -2, -2, -1, -1, 0, 1, 1, 2, 2, 3, 3, 4],
        "truncate": [-4, -3, -3, -2, -2, -1, -1, 0, 0, 1, 1, 2, 2, 3, 3],
    }[rounding]
    assert found.tolist() == wanted


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("in_bits, mult_bits", [(4, 8), (32, 31), (33, 31), (48, 31)])
def test_equal_to_fractions_at_every_shift(rounding, in_bits, mult_bits):
    rng = np.random.default_rng(0)
    end = 1 << (in_bits - 1)
    x = np.r_[-end, -end + 1, -1, 0, 1, end - 1, rng.integers(-end, end, 20)]
    mult = np.r_[(1 << mult_bits) - 1, 1 << (mult_bits - 1), 1, 0, rng.integers(0, 1 << mult_bits, 3)]
    shift = np.arange(128)
    found = requant(
        x[:, None, None],
        mult[:, None],
        shift,
        in_bits=in_bits,
        mult_bits=mult_bits,
        rounding=rounding,
        out_bits=16,
    )
    wanted = [[[clamp(exact(int(a) * int(b), int(c), rounding), 16) for c in shift] for b in mult] for a in x]
    assert (found == np.array(wanted)).all()


def test_branches_are_rounded_one_by_one_and_clamped_together():
    assert requant(1, 1, 1, residual=1, residual_mult=1, residual_shift=1) == 2  # 0.5 and 0.5
    assert requant(1000, 1, 0, residual=-990, residual_mult=1, residual_shift=0) == 10
    large = (1 << 47) - 1
    widths = {"in_bits": 48, "residual_bits": 48}
    top = (1 << 31) - 1
    far = requant(large, top, 0, residual=-large, residual_mult=top - 1, residual_shift=0, **widths)
    assert far == 127
    assert requant(large, top, 0, residual=-large, residual_mult=top, residual_shift=0, **widths) == 0
    # Two sums that leave int64 one by one and one that only leaves it together.
    end = -(1 << 31)
    assert requant(end, top, 0, residual=end, residual_mult=top, residual_shift=0) == -128
    assert requant(end, top, 0, zero_point=-128) == -128


def test_activation_and_zero_point_in_order():
    assert requant([-50, 50], 1, 0, activation="relu", zero_point=-10).tolist() == [-10, 40]
    assert requant([-50, 50, 10], 1, 0, activation="clamp", low=-5, high=20).tolist() == [-5, 20, 10]
    assert requant(3, 1, 0, activation="clamp", low=20, high=5) == 5
    assert requant([-1, 300], 1, 0, out_signed=False).tolist() == [0, 255]
    assert requant(10, 3, 1, bias=[-10, 0, 5]).tolist() == [0, 15, 23]


@pytest.mark.parametrize("mult_bits", [8, 16, 31])
def test_dyadic_numbers_are_as_near_as_promised(mult_bits):
    rng = np.random.default_rng(0)
    scale = 2.0 ** rng.uniform(-25, 6, 2000)
    mult, shift = dyadic(scale, mult_bits)
    for s, b, c in zip(scale, mult, shift, strict=True):
        assert 1 << (mult_bits - 1) <= b < 1 << mult_bits
        error = abs(Fraction(int(b), 1 << int(c)) - Fraction(float(s)))
        assert error <= Fraction(dyadic_error(mult_bits)) * Fraction(float(s))


def test_dyadic_numbers_by_name():
    assert [int(v) for v in dyadic(0.0123)] == [1690499128, 37]  # HAWQ's
    assert [int(v) for v in dyadic(1 - 2.0**-40)] == [1 << 30, 30]  # rounds up to 2 ** 31: renormalised
    assert [int(v) for v in dyadic(1.0, 8)] == [128, 7]
    assert [int(v) for v in dyadic(2.0**31 - 1)] == [(1 << 31) - 1, 0]
    assert [int(v) for v in dyadic(2.0**-33)] == [1 << 30, 63]
    # The worst case of the bound: half way between two multipliers, at the lower end.
    scale = (128 + 0.5) / 256
    mult, shift = dyadic(scale, 8)
    assert abs(mult / 2.0**shift - scale) / scale == pytest.approx(dyadic_error(8), rel=0.01)


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: dyadic(0.0), "scale=0 is not a number above 0"),
        (lambda: dyadic([1.0, -0.5]), r"scale\[1\]=-0.5 is not a number above 0"),
        (lambda: dyadic(float("nan")), "scale=nan is not a number above 0"),
        (lambda: dyadic(2.0**31), "too large for mult_bits=31: it must be below 2147483647.5"),
        (lambda: dyadic(2.0**31 - 0.25), "scale=2147483647.75 is too large"),
        (lambda: dyadic(2.0**-34), "needs a shift of 64, and shift_bits=6 ends at 63"),
        (lambda: requant(1 << 31, 1, 0), r"x\[\] = 2147483648 is outside"),
        (lambda: requant(1, 256, 0, mult_bits=8), r"mult\[\] = 256 is outside 0..255"),
        (lambda: requant(1, 1, 64, shift_bits=6), r"shift\[\] = 64 is outside 0..63"),
        (lambda: requant(1, 1, 0, rounding="up"), "rounding='up' is not one of half_up"),
        (lambda: requant(1, 1, 0, activation="gelu"), "activation='gelu' is not one of none"),
        (lambda: requant(1, 1, 0, residual=1), "residual needs residual_mult and residual_shift"),
        (lambda: requant(1, 1, 0, low=1), "activation=none and the bounds low and high do not match"),
        (lambda: requant(1, 1, 0, activation="clamp", low=1), "clamp needs both"),
        (lambda: requant(1, 1, 0, in_bits=49), "in_bits=49 is not a width from 1 to 48"),
    ],
)
def test_refusals_are_sentences(call, message):
    with pytest.raises(UsageError, match=message):
        call()
