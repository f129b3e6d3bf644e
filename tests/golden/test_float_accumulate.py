from fractions import Fraction

import numpy as np
import pytest
from float_oracle import fraction_value
from hypothesis import given, settings
from hypothesis import strategies as st
from macwright.golden.errors import UsageError
from macwright.golden.float_accumulate import (
    Accumulator,
    AccumulatorFormat,
    acc_to_code,
    acc_to_word,
    accumulate,
    no_sum,
    weight_dot,
    weight_fma,
    weight_product,
)
from macwright.golden.float_code import from_float64, to_float64
from macwright.golden.float_format import find_format

BF16, FP16, FP32 = (find_format(name) for name in ("bf16", "fp16", "fp32"))
BF16_4 = AccumulatorFormat(fmt=BF16, b_bits=4, acc_bits=20)


def codes(*values, fmt=BF16):
    return from_float64(np.array(values, float), fmt=fmt)


def rounded(a, b, acc=BF16_4, fmt=FP32):
    """The rounded sums of products of values and weights, as floats."""
    total = weight_dot(codes(*a, fmt=acc.fmt), np.array(b), acc=acc)
    return float(to_float64(acc_to_code(total, acc=acc, fmt=fmt), fmt=fmt))


def value(x, acc):
    return Fraction(int(x.significand)) * Fraction(2) ** int(x.exponent + acc.unit)


@st.composite
def sums(draw):
    fmt = draw(st.sampled_from([BF16, FP16]))
    b_bits = draw(st.integers(2, 8))
    acc = AccumulatorFormat(fmt=fmt, b_bits=b_bits, acc_bits=draw(st.integers(19, 32)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    k = draw(st.integers(1, 40))
    near = draw(st.booleans())  # exponents all close to each other, so that sums cancel
    field = rng.integers(5, 9, k) if near else rng.integers(0, fmt.max_code >> fmt.mantissa_bits, k)
    a = field << fmt.mantissa_bits | rng.integers(0, 1 << fmt.mantissa_bits, k)
    a |= rng.integers(0, 2, k) << fmt.magnitude_bits
    return a, rng.integers(-(1 << b_bits - 1), 1 << b_bits - 1, k), acc


@settings(deadline=None)
@given(sums())
def test_every_step_is_the_exact_sum_within_the_bound(problem):
    a, b, acc = problem
    total = no_sum()
    for x, w in zip(a, b, strict=True):
        product = weight_product(x, w, acc=acc)
        exact = value(total, acc) + Fraction(float(to_float64(x, fmt=acc.fmt))) * int(w)
        unit = Fraction(2) ** int(max(total.exponent, product.exponent) + acc.unit)
        total = weight_fma(x, w, total, acc=acc)
        assert abs(value(total, acc) - exact) < Fraction(3, 2) * unit
        assert 0 <= total.exponent < 1 << acc.exponent_bits
        top = int(total.significand) >> acc.acc_bits - 2
        assert top in (1, -2) if total.significand else total.exponent == 0


@settings(deadline=None)
@given(sums(), st.sampled_from([BF16, FP16, FP32]))
def test_the_end_is_rounded_once(problem, fmt):
    a, b, acc = problem
    total = weight_dot(a, b, acc=acc)
    wanted = fraction_value(value(total, acc), fmt)
    found = float(to_float64(acc_to_code(total, acc=acc, fmt=fmt), fmt=fmt))
    assert np.isinf(found) if wanted is None else Fraction(found) == wanted


@settings(deadline=None)
@given(sums())
def test_a_step_commutes_and_zero_changes_nothing(problem):
    a, b, acc = problem
    x = weight_dot(a, b, acc=acc)
    y = weight_product(a[0], b[0], acc=acc)
    assert accumulate(x, y, acc_bits=acc.acc_bits) == accumulate(y, x, acc_bits=acc.acc_bits)
    for zero in (weight_product(0, 3 % (1 << acc.b_bits - 1), acc=acc), weight_product(a[0], 0, acc=acc)):
        assert accumulate(x, zero, acc_bits=acc.acc_bits) == x


@pytest.mark.parametrize(
    "a, b, wanted",
    [
        ([1.5], [-8], -12.0),
        ([0.0, -0.0], [3, 3], 0.0),
        ([-0.0], [1], 0.0),
        ([5.0], [0], 0.0),
        ([2.0**-133], [7], 7 * 2.0**-133),  # the smallest subnormal number
        ([2.0**-133, -(2.0**-133)], [7, 7], 0.0),
        ([3.0, 3.0], [5, -5], 0.0),
        ([1024.0, 1.0, 1024.0], [1, 1, -1], 1.0),
        ([1e30, 1.0, 1e30], [1, 7, -1], 0.0),  # what is shifted out is lost, and leaves no -1 behind
        ([1e30, 1.0, 1e30], [1, -7, -1], 0.0),
        ([np.inf, -np.inf], [1, -2], np.inf),
        ([1.0, np.inf], [1, -2], -np.inf),
        ([np.inf, -np.inf], [1, 1], np.nan),
        ([np.inf], [0], np.nan),
        ([np.nan, 1.0], [0, 1], np.nan),
        ([3e38] * 5, [7] * 5, np.inf),  # too large for the code, not for the accumulator
        ([3e38] * 4, [7, 7, -7, -7], 0.0),
    ],
    ids=str,
)
def test_directed_sums(a, b, wanted):
    found = rounded(a, b)
    assert np.isnan(found) if np.isnan(wanted) else found == wanted
    assert not (wanted == 0 and np.signbit(found))


def test_shifts_round_half_up():
    # Products of 1 and -1, and a number 2 ** 19 times as large, whose lowest bit is then worth 2.
    for w, wanted in ((1, 2.0**16 * 4 + 2), (-1, 2.0**16 * 4)):
        acc = AccumulatorFormat(fmt=BF16, b_bits=4, acc_bits=19)
        assert rounded([2.0**16, 1.0], [4, w], acc) == wanted


def test_products_reach_both_ends():
    largest = codes(255.0)  # significand of all ones
    for w in (-8, 7):
        x = weight_product(largest, w, acc=BF16_4)
        assert int(x.significand[0]) == 255 * w << 8
        assert -(1 << 19) <= int(x.significand[0]) < 1 << 19


def test_exponents_do_not_run_out():
    """The largest product over and over: the sum stops growing when products lie below its lowest bit."""
    for acc in (BF16_4, AccumulatorFormat(fmt=FP16, b_bits=8, acc_bits=19)):
        largest = weight_product(acc.fmt.max_code, -(1 << acc.b_bits - 1), acc=acc)
        total = largest
        for _ in range(200):  # doubling is faster than adding a product at a time
            grown = accumulate(total, largest, acc_bits=acc.acc_bits)
            if grown == total:
                break
            total = Accumulator(total.exponent + 1, *total[1:])
        assert grown == total and int(total.exponent) < 1 << acc.exponent_bits


def test_words_hold_all_parts():
    x = Accumulator(*(np.array(v) for v in (300, -1 << 19, 1, 0)))
    word = int(acc_to_word(x, acc=BF16_4))
    assert word == 1 << 29 | 300 << 20 | 1 << 19 and BF16_4.word_bits == 31


@pytest.mark.parametrize("kwargs, text", [({"a": 1 << 16, "b": 0}, "a"), ({"a": 0, "b": 8}, "b")])
def test_operands_out_of_range_are_refused(kwargs, text):
    with pytest.raises(UsageError, match=text):
        weight_product(**kwargs, acc=BF16_4)


def test_a_narrow_accumulator_is_refused():
    with pytest.raises(UsageError, match="product of 19 bits.*at least 19"):
        AccumulatorFormat(fmt=FP16, b_bits=8, acc_bits=18)
