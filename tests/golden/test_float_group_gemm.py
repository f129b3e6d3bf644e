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
from macwright.golden.float_group_gemm import dyadic_format_name, dyadic_scale, float_group_gemm

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


@settings(deadline=None)
@given(st.integers(0, 2**32), st.booleans(), st.integers(2, 8))
def test_a_zero_point_comes_off_every_weight(seed, terms, b_bits):
    """Products and sums so short that nothing is rounded before a group's sum is."""
    rng = np.random.default_rng(seed)
    k, group, high = int(rng.integers(1, 20)), int(rng.integers(1, 7)), 1 << b_bits
    a = rng.integers(-1, 2, (3, k)) * 0.5
    b, zero = rng.integers(0, high, (k, 2)), rng.integers(0, high, (-(-k // group), 2))
    acc = AccumulatorFormat(fmt=FP16, b_bits=b_bits, acc_bits=20)
    formats = {"sum_format": FP16, "scale_format": FP32, "out_format": FP32}
    scale = codes(np.ones(zero.shape), FP32)
    y = float_group_gemm(codes(a, FP16), b, scale, zero, group=group, acc=acc, terms=terms, **formats)
    assert (to_float64(y, fmt=FP32) == a @ (b - np.repeat(zero, group, axis=0)[:k])).all()


def test_zero_points_are_real_arithmetic_within_the_bound():
    rng = np.random.default_rng(2)
    for k in (1, 7, 128, 1000):
        acc = AccumulatorFormat(fmt=BF16, b_bits=4, acc_bits=int(rng.integers(12, 25)))
        a, b = (
            codes(rng.normal(size=(8, k)) * 2.0 ** rng.integers(-9, 9, (8, k))),
            rng.integers(0, 16, (k, 4)),
        )
        zero = rng.integers(0, 16, (1, 4))
        x = to_float64(a, fmt=BF16)
        sums = {"group": k, "acc": acc, "sum_format": FP32, "scale_format": FP32, "out_format": FP32}
        y = float_group_gemm(a, b, codes(np.ones((1, 4)), FP32), zero, **sums)
        exact = x @ (b - zero)
        size = 1.5 * (k + 1) * (1 + np.abs(zero - 8)) * 2.0 ** (4 + 1 - acc.acc_bits)
        room = size * np.abs(x).sum(axis=1, keepdims=True) + np.abs(exact) * 2.0**-23
        assert (np.abs(to_float64(y, fmt=FP32) - exact) < room).all()


@pytest.mark.parametrize("terms", [False, True])
@pytest.mark.parametrize("value", [1.0, -3.0, 1.5 * 2.0**120, 2.0**-133, 0.0])
def test_nothing_is_left_of_weights_that_are_the_zero_point(value, terms):
    for z in (0, 7, 8, 15):
        a, b = codes([[value, -value, value]]), np.full((3, 1), z)
        one = codes([[1.0]])
        y = float_group_gemm(a, b, one, np.array([[z]]), group=3, acc=ACC, terms=terms, **FORMATS)
        assert (y == 0).all()


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
@pytest.mark.parametrize("b, zero", [(0, 0), (8, 8), (15, 0), (0, 15), (8, 0), (9, 8)])
def test_with_a_zero_point_what_is_no_number_stays_none(value, b, zero):
    a, weights = codes([[1.0, value]]), np.full((2, 1), b)
    y = float_group_gemm(a, weights, codes([[1.0]]), np.array([[zero]]), group=2, acc=ACC, **FORMATS)
    assert y[0, 0] == FP32.nan_code


def test_sums_by_blocks_are_sums_of_sums():
    rng = np.random.default_rng(3)
    a, b = codes(rng.normal(size=(2, 12))), rng.integers(-8, 8, (12, 3))
    one = {"sum_format": BF16, "scale_format": BF16, "out_format": FP32, "acc": ACC, "group": 12}
    scale = codes(np.ones((1, 3)))
    for terms in (False, True):
        whole = float_group_gemm(a, b, scale, terms=terms, **one)
        assert (float_group_gemm(a, b, scale, terms=terms, block=12, **one) == whole).all()
        assert (float_group_gemm(a, b, scale, terms=terms, block=1, **one) == whole).all()
    # A quarter of the sum's lowest bit is lost, twice; the sum of a block is half of it, and rounded up.
    a, b = codes([[2.0**20, 0, 4.0, 4.0]]), np.array([[7, 0, 1, 1]]).T
    narrow = AccumulatorFormat(fmt=BF16, b_bits=4, acc_bits=20)
    exact = {"sum_format": FP32, "scale_format": FP32, "out_format": FP32, "acc": narrow, "group": 4}
    found = [
        float(to_float64(float_group_gemm(a, b, codes([[1.0]], FP32), block=n, **exact), fmt=FP32)[0, 0])
        for n in (None, 2)
    ]
    assert found == [7 * 2.0**20, 7 * 2.0**20 + 16]


@pytest.mark.parametrize("mult_bits, shift_bits", [(4, 1), (8, 5), (16, 6)])
def test_dyadic_scales_are_exact(mult_bits, shift_bits):
    fmt = find_format(dyadic_format_name(mult_bits, shift_bits))
    rng = np.random.default_rng(4)
    mult = np.concatenate(([0, 1, (1 << mult_bits) - 1], rng.integers(0, 1 << mult_bits, 50)))[:, None]
    shift = np.arange(1 << shift_bits)
    found = dyadic_scale(mult, shift, mult_bits=mult_bits, shift_bits=shift_bits)
    assert (to_float64(found, fmt=fmt) == mult * 2.0**-shift).all()
    with pytest.raises(UsageError, match="shift"):
        dyadic_scale(1, 1 << shift_bits, mult_bits=mult_bits, shift_bits=shift_bits)


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


def test_wrong_blocks_and_zero_points_are_refused():
    a, b, one = np.zeros((1, 4), int), np.zeros((4, 1), int), np.zeros((1, 1), int)
    with pytest.raises(UsageError, match="block=3 does not divide group=4"):
        float_group_gemm(a, b, one, group=4, block=3, acc=ACC, **FORMATS)
    with pytest.raises(UsageError, match="zero is .2, 1."):
        float_group_gemm(a, b, one, np.zeros((2, 1), int), group=4, acc=ACC, **FORMATS)
    with pytest.raises(UsageError, match="zero"):
        float_group_gemm(a, b, one, one + 16, group=4, acc=ACC, **FORMATS)


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
