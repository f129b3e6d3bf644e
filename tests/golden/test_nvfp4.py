from fractions import Fraction

import numpy as np
import pytest
from float_oracle import fraction_value
from hypothesis import given, settings
from hypothesis import strategies as st
from macwright.golden.block_sum import FixedAccumulator
from macwright.golden.errors import UsageError
from macwright.golden.float_code import encode, from_float64, to_float64
from macwright.golden.float_format import PRESETS
from macwright.golden.fp_dot import dot_bits
from macwright.golden.nvfp4 import (
    Nvfp4,
    exact_accumulator,
    from_nvfp4,
    nvfp4_dot,
    nvfp4_dot_bits,
    tensor_scale,
    to_nvfp4,
)

FP32, E4M3, E2M1 = PRESETS["fp32"], PRESETS["e4m3fn"], PRESETS["e2m1fn"]
ONE = 0x3F800000


def fractions(codes, fmt):
    return [Fraction(float(x)) for x in np.ravel(to_float64(codes, fmt=fmt))]


def nearest(x, fmt, largest):
    """`x` rounded by Fractions and clamped."""
    value = fraction_value(x, fmt)
    return min(max(value if value is not None else x, -largest), largest)


def random_codes(seed, shape, fmt=FP32, spread=6):
    rng = np.random.default_rng(seed)
    return from_float64(rng.standard_normal(shape) * 2.0 ** rng.integers(-spread, spread, shape), fmt=fmt)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32), st.sampled_from(["fp32", "bf16"]), st.integers(1, 14))
def test_conversion_rounds_exact_quotients_once(seed, source, spread):
    fmt = PRESETS[source]
    codes = random_codes(seed, 64, fmt, spread)
    blocks = to_nvfp4(codes, fmt=fmt)
    values = fractions(codes, fmt)
    g = fraction_value(max(map(abs, values)) / 2688, FP32)
    assert fractions(blocks.tensor_scale, FP32) == [g]
    for j in range(4):
        block = values[16 * j : 16 * j + 16]
        s = nearest(max(map(abs, block)) / (6 * g), E4M3, 448)
        assert fractions(blocks.scales[j], E4M3) == [s]
        wanted = [nearest(v / (s * g), E2M1, 6) if s else 0 for v in block]
        elements = blocks.elements[16 * j : 16 * j + 16]
        assert fractions(elements, E2M1) == wanted
        assert (elements >> 3 == codes[16 * j : 16 * j + 16] >> (fmt.bits - 1)).all()
        unpacked = from_nvfp4(blocks)
        got = [
            (1 - 2 * int(n)) * int(f) * Fraction(2) ** int(e)
            for n, e, f, _ in zip(*(part[16 * j : 16 * j + 16] for part in unpacked), strict=True)
        ]
        assert got == [w * s * g for w in wanted]


def test_ties_go_to_even():
    codes = from_float64(np.array([0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5, -5, 6] + [0.0] * 7), fmt=FP32)
    blocks = to_nvfp4(codes, fmt=FP32, scale=ONE)
    assert blocks.scales.tolist() == [0x38]
    assert to_float64(blocks.elements, fmt=E2M1).tolist()[:9] == [0, 1, 1, 2, 2, 4, 4, -4, 6]


def test_a_small_block_beside_a_large_number_is_lost():
    values = np.r_[np.full(16, 2688.0), np.full(16, 2.0**-7), np.full(16, -(2.0**-8)), np.zeros(16)]
    blocks = to_nvfp4(from_float64(values, fmt=FP32), fmt=FP32)
    assert blocks.tensor_scale == ONE and blocks.scales.tolist() == [0x7E, 1, 0, 0]
    back = to_float64(encode(*from_nvfp4(blocks), fmt=FP32), fmt=FP32)
    # 2^-7 / 6 is rounded up to 2^-9, the smallest scale; 4 times that is 2^-7. 2^-8 / 6 is rounded to 0.
    assert back[[0, 16, 32, 48]].tolist() == [2688, 2.0**-7, 0, 0]
    assert (blocks.elements[32:48] == 8).all()


def test_a_scale_of_its_own_clamps():
    blocks = to_nvfp4(from_float64(np.r_[1e6, -1e6, np.zeros(14)], fmt=FP32), fmt=FP32, scale=ONE)
    assert blocks.scales.tolist() == [0x7E] and blocks.elements[:2].tolist() == [7, 15]


def test_tensor_scales_at_their_ends():
    assert tensor_scale([0, 0x80000000], fmt=FP32) == 1
    assert tensor_scale([5], fmt=FP32) == 1
    assert tensor_scale(from_float64([2688.0, np.inf, np.nan, -1.0], fmt=FP32), fmt=FP32) == ONE
    zeros = to_nvfp4(np.array([0, 1 << 31] * 8), fmt=FP32)
    assert zeros.scales.tolist() == [0] and zeros.elements.tolist() == [0, 8] * 8


def test_special_blocks():
    rows = from_float64(np.array([[np.inf] + [1.0] * 15, [np.nan] + [1.0] * 15, [1.0] * 16]), fmt=FP32)
    blocks = to_nvfp4(rows, fmt=FP32)
    assert blocks.scales[:, 0].tolist() == [127, 127, 0x7E] and not blocks.elements[:2].any()
    assert (encode(*from_nvfp4(blocks), fmt=FP32)[:2] == FP32.nan_code).all()
    assert nvfp4_dot(blocks, blocks)[:2].tolist() == [FP32.nan_code] * 2
    assert abs(to_float64(nvfp4_dot(blocks, blocks)[2], fmt=FP32) - 16) < 1e-5


def dot_fractions(a, b):
    """Sums of blocks, with their scales and without those of the tensor."""
    p, q = (np.array(fractions(x.elements, E2M1), object).reshape(-1, 16) for x in (a, b))
    s, t = (np.array(fractions(x.scales, E4M3), object) for x in (a, b))
    return list((p * q).sum(axis=1) * s * t)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32))
def test_dot_products(seed):
    a, b = (to_nvfp4(random_codes(seed + i, 80), fmt=FP32) for i in range(2))
    sums = dot_fractions(a, b)
    alpha = np.float32(np.prod(to_float64([a.tensor_scale, b.tensor_scale], fmt=FP32)))
    exact = np.float32(float(fraction_value(sum(sums), FP32)))
    y = nvfp4_dot(a, b, accumulator=exact_accumulator(5))
    assert y == int((exact * alpha).view(np.uint32))
    total = np.float32(0)
    for x in sums:
        total = np.float32(total + np.float32(float(fraction_value(x, FP32))))
    assert nvfp4_dot(a, b) == int((total * alpha).view(np.uint32))


def test_the_largest_sums_reach_the_exact_width():
    for blocks, bits in ((1, 48), (9, 51), (1024, 58)):
        assert nvfp4_dot_bits(blocks) == bits
        most = Nvfp4(np.full(16 * blocks, 7), np.full(blocks, 0x7E), ONE)
        least = most._replace(elements=most.elements | 8)
        exact = 16 * blocks * 6**2 * 448**2
        assert (exact << 20).bit_length() + 1 == bits
        for other, sign in ((most, 1), (least, -1)):
            y = nvfp4_dot(most, other, accumulator=exact_accumulator(blocks))
            assert to_float64(y, fmt=FP32) == sign * np.float32(exact)
        narrow = FixedAccumulator(bits=bits - 1, fraction_bits=20)
        assert nvfp4_dot(most, most, accumulator=narrow) != nvfp4_dot(
            most, most, accumulator=exact_accumulator(blocks)
        )
    ones = Nvfp4(np.full(16, 1), np.array([1]), ONE)
    y = nvfp4_dot(ones, ones, accumulator=exact_accumulator(1))
    assert to_float64(y, fmt=FP32) == 16 * 2.0**-20
    assert dot_bits(16, E2M1, E2M1) == 13


def test_operands_broadcast():
    a, b = (to_nvfp4(random_codes(seed, (3, 32)), fmt=FP32) for seed in (5, 6))
    matrix = nvfp4_dot(a._replace(elements=a.elements[:, None], scales=a.scales[:, None]), b)
    assert matrix.shape == (3, 3) and (np.diag(matrix) == nvfp4_dot(a, b)).all()


def test_refusals():
    codes = np.zeros(16, int)
    for scale in (0, 1 << 31 | 5, FP32.inf_code, FP32.nan_code):
        with pytest.raises(UsageError, match=f"tensor_scale={scale} is not the fp32 code of a positive"):
            to_nvfp4(codes, fmt=FP32, scale=scale)
        with pytest.raises(UsageError, match=f"tensor_scale={scale} "):
            nvfp4_dot(Nvfp4(codes, [0], scale), Nvfp4(codes, [0], ONE))
    with pytest.raises(UsageError, match=r"x is \(15,\): .* whole blocks of 16"):
        to_nvfp4(np.zeros(15, int), fmt=FP32)
    with pytest.raises(UsageError, match="codes are empty"):
        tensor_scale([], fmt=FP32)
    with pytest.raises(UsageError, match=r"scales\[0\] = 128 is outside 0..127"):
        from_nvfp4(Nvfp4(codes, [128], ONE))
    with pytest.raises(UsageError, match=r"scales are \(2,\) for elements \(16,\)"):
        from_nvfp4(Nvfp4(codes, [0, 0], ONE))
    with pytest.raises(UsageError, match="blocks=0 is not a number of blocks"):
        nvfp4_dot_bits(0)
