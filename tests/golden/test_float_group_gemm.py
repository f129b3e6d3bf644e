from fractions import Fraction

import numpy as np
import pytest
from float_oracle import fraction_value, search
from hypothesis import given, settings
from hypothesis import strategies as st
from macwright.golden.errors import UsageError
from macwright.golden.float_accumulate import AccumulatorFormat
from macwright.golden.float_code import from_float64, to_float64
from macwright.golden.float_format import find_format
from macwright.golden.float_group_gemm import float_group_gemm

BF16, FP16, FP32 = (find_format(name) for name in ("bf16", "fp16", "fp32"))
ACC = AccumulatorFormat(fmt=BF16, b_bits=4, acc_bits=20)
FORMATS = {"sum_format": BF16, "scale_format": BF16, "out_format": FP32}


def codes(values, fmt=BF16):
    return from_float64(np.array(values, float), fmt=fmt)


@settings(deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_every_group_is_rounded_twice(seed, terms):
    """Products and sums so short that only the roundings of group and result are left."""
    rng = np.random.default_rng(seed)
    k, group = int(rng.integers(1, 30)), int(rng.integers(1, 9))
    a, b = rng.integers(-3, 4, (3, k)) * 0.5, rng.integers(-8, 8, (k, 2))
    scale = codes(rng.normal(size=(-(-k // group), 2)) * 8.0 ** rng.integers(-3, 4))
    y = float_group_gemm(codes(a), b, scale, group=group, acc=ACC, terms=terms, **FORMATS)
    wanted = np.full((3, 2), Fraction(0))
    for g, s in enumerate(to_float64(scale, fmt=BF16)):
        part = slice(g * group, (g + 1) * group)
        d = to_float64(search(a[:, part] @ b[part], BF16), fmt=BF16)
        for i, j in np.ndindex(3, 2):
            wanted[i, j] = fraction_value(wanted[i, j] + Fraction(d[i, j]) * Fraction(s[j]), FP32)
    assert (to_float64(y, fmt=FP32) == wanted.astype(float)).all()


def test_it_is_real_arithmetic_within_the_roundings():
    rng = np.random.default_rng(1)
    a, b = codes(rng.normal(size=(4, 1000))), rng.integers(-8, 8, (1000, 3))
    scale = codes(rng.uniform(0.5, 2, (8, 3)) / 64)
    weights = b * np.repeat(to_float64(scale, fmt=BF16), 125, axis=0)
    x = to_float64(a, fmt=BF16)
    y = float_group_gemm(a, b, scale, group=125, acc=ACC, **FORMATS | {"sum_format": FP32})
    size = np.abs(x) @ np.abs(weights)
    assert (np.abs(to_float64(y, fmt=FP32) - x @ weights) <= size * 2.0**-18).all()


@pytest.mark.parametrize(
    "a, b, scale, wanted",
    [
        ([1.0, np.inf], [1, 1], [1.0], np.inf),
        ([1.0, np.inf], [1, -1], [2.0], -np.inf),
        ([1.0, np.inf], [1, 0], [1.0], np.nan),
        ([1.0, 1.0], [1, -1], [np.inf], np.nan),  # Inf times a sum of zero
        ([1.0, 1.0], [1, 1], [-np.inf], -np.inf),
        ([1.0, 1.0], [1, 1], [-0.5], -1.0),
        ([-1.0, 0.0], [1, 1], [0.0], 0.0),
        ([3e38, 3e38], [7, 7], [2.0**-100], np.inf),  # the rounded sum is too large
    ],
    ids=str,
)
def test_what_is_no_number(a, b, scale, wanted):
    y = float_group_gemm(codes([a]), np.array(b)[:, None], codes([scale]), group=2, acc=ACC, **FORMATS)
    found = float(to_float64(y, fmt=FP32)[0, 0])
    assert np.array_equal(found, wanted, equal_nan=True) and not (wanted == 0 and np.signbit(found))


@pytest.mark.parametrize(
    "a, b, scale, group, message",
    [
        (np.zeros((2, 3)), np.zeros((4, 1)), np.zeros((1, 1)), 4, "must be"),
        (np.zeros((2, 3)), np.zeros((3, 1)), np.zeros((1, 1)), 2, "one per group"),
        (np.zeros((2, 3)), np.zeros((3, 1)), np.zeros((1, 1)), 0, "group=0"),
        (np.zeros((2, 3)), np.full((3, 1), 8), np.zeros((1, 1)), 3, "b"),
    ],
)
def test_wrong_operands_are_refused(a, b, scale, group, message):
    a, b, scale = (x.astype(int) for x in (a, b, scale))
    with pytest.raises(UsageError, match=message):
        float_group_gemm(a, b, scale, group=group, acc=ACC, **FORMATS)
