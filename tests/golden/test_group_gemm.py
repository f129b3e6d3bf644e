import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from macwright.golden.errors import UsageError
from macwright.golden.float_code import from_float64, to_float64
from macwright.golden.float_format import find_format
from macwright.golden.group_gemm import (
    error_bound,
    float_scale,
    group_gemm,
    group_sum_bits,
    quantize_groups,
)
from macwright.golden.integer import int_range


@st.composite
def problems(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    m, k, n, group = (draw(st.integers(1, high)) for high in (4, 40, 4, 17))
    a_bits, b_bits = draw(st.integers(2, 16)), draw(st.integers(2, 8))
    a_signed, zero_point = draw(st.booleans()), draw(st.booleans())
    groups = -(-k // group)
    a = rng.integers(*int_range(a_bits, a_signed), (m, k), endpoint=True)
    b = rng.integers(*int_range(b_bits, not zero_point), (k, n), endpoint=True)
    mult, shift = rng.integers(0, 256, (groups, n)), rng.integers(0, 32, (groups, n))
    zero = rng.integers(0, 1 << b_bits, (groups, n)) if zero_point else None
    return (a, b, mult, shift, zero), {
        "group": group,
        "a_bits": a_bits,
        "b_bits": b_bits,
        "a_signed": a_signed,
    }


@settings(deadline=None)
@given(problems())
def test_it_is_real_arithmetic_within_the_bound(problem):
    (a, b, mult, shift, zero), sizes = problem
    group, k = sizes["group"], a.shape[1]
    y = group_gemm(a, b, mult, shift, zero, **sizes, out_bits=48)
    of = np.arange(k) // group
    weights = (b - (0 if zero is None else zero[of])) * np.ldexp(mult.astype(float), -shift)[of]
    assert np.abs(y - a @ weights).max() <= error_bound(k, group) + 1e-6


@pytest.mark.parametrize("zero_point", [True, False])
@pytest.mark.parametrize("a_signed", [True, False])
def test_the_group_sum_reaches_its_width_and_no_further(a_signed, zero_point):
    group, a_bits, b_bits = 5, 4, 3
    bits = group_sum_bits(group, a_bits, b_bits, a_signed, zero_point)
    a_ends, b_ends = int_range(a_bits, a_signed), int_range(b_bits, not zero_point)
    zeros = int_range(b_bits, False) if zero_point else (0,)
    sums = [group * x * (y - z) for x in a_ends for y in b_ends for z in zeros]
    low, high = int_range(bits, True)
    assert low <= min(sums) and max(sums) <= high
    assert min(sums) < low // 2 or max(sums) > high // 2


def test_sums_saturate_group_by_group():
    a, b = np.full((1, 4), 127), np.array([[7], [7], [-8], [-8]])
    one = np.ones((2, 1), int)
    # The second group takes back what the first one lost.
    assert group_gemm(a, b, one, 0 * one, group=2, out_bits=9).tolist() == [[-256]]
    assert group_gemm(a, b, one, 0 * one, group=2, out_bits=16).tolist() == [[-254]]


def test_ties_go_up():
    a, b = np.array([[1], [-1], [3], [-3]]), np.array([[1]])
    half = group_gemm(a, b, [[1]], [[1]], group=1)
    assert half.ravel().tolist() == [1, 0, 2, -1]


@pytest.mark.parametrize("name", ["fp16", "bf16"])
def test_float_scales_are_dyadic_numbers(name):
    fmt = find_format(name)
    codes = np.arange(1 << fmt.bits)
    mult, shift, bad = float_scale(codes, fmt=fmt, frac=4, shift_bits=7)
    values = np.ldexp(mult.astype(float), -shift)
    real = to_float64(codes, fmt=fmt) * 16
    fine = ~bad & (shift < 127)
    assert (values[fine] == real[fine]).all()
    assert bad[~np.isfinite(real)].all() and bad[real < 0].all() and not bad[0]
    assert from_float64(1.0, fmt=fmt) in codes[~bad]


@pytest.mark.parametrize("zero_point", [True, False])
def test_quantised_weights_are_close(zero_point):
    rng = np.random.default_rng(3)
    weights = rng.normal(0, 0.1, (100, 6))
    weights[:32, 2] = 0
    found = quantize_groups(weights, group=32, zero_point=zero_point, shift_bits=5)
    of = np.arange(100) // 32
    scale = np.ldexp(found.mult.astype(float), -found.shift)[of]
    back = (found.b - (0 if found.zero is None else found.zero[of])) * scale
    assert (np.abs(back - weights) <= 0.51 * scale + 0.01 * np.abs(weights)).all()
    assert found.b.min() >= (0 if zero_point else -8) and found.b.max() <= (15 if zero_point else 7)


@pytest.mark.parametrize(
    "weights, group, message",
    [
        (np.ones((4, 2)), 0, "group=0 is not a number of rows: use 1"),
        (np.full((4, 2), np.inf), 4, "must be .* finite numbers"),
        (np.full((4, 2), 1e9), 4, "scale.* is too large for mult_bits=8: it must be below 255.5"),
        (np.full((4, 2), 1e-12), 4, "scale.* is too small.*shift_bits=5 ends at 31: use more shift_bits"),
    ],
)
def test_weights_that_cannot_be_quantised(weights, group, message):
    with pytest.raises(UsageError, match=message):
        quantize_groups(weights, group=group)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"zero": np.full((2, 3), 16)}, r"zero.*16 is outside 0..15"),
        ({"mult": np.full((2, 3), 256)}, r"mult.*256 is outside 0..255"),
        ({"shift": np.zeros((3, 3), int)}, r"shift is \(3, 3\).*groups of 4.*\(2, 3\)"),
        ({"b": np.full((8, 3), 16)}, r"b.*16 is outside 0..15"),
        ({"group": 0}, "group=0 is not a number of rows"),
        ({"a": np.zeros((2, 7), int)}, r"a is \(2, 7\) and b is \(8, 3\)"),
    ],
)
def test_wrong_use(change, message):
    given = {
        "a": np.zeros((2, 8), int),
        "b": np.zeros((8, 3), int),
        "mult": np.zeros((2, 3), int),
        "shift": np.zeros((2, 3), int),
        "zero": np.zeros((2, 3), int),
        "group": 4,
    }
    with pytest.raises(UsageError, match=message):
        group_gemm(**given | change)
