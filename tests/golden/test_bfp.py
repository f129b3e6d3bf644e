from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from macwright.golden.bfp import bfp_dot, bfp_dot_bits, from_bfp, to_bfp
from macwright.golden.block_scale import Blocks
from macwright.golden.block_sum import FixedAccumulator
from macwright.golden.errors import UsageError
from macwright.golden.float_code import encode, from_float64, to_float64
from macwright.golden.float_format import PRESETS
from macwright.golden.mx import to_mx

FP32, BF16 = PRESETS["fp32"], PRESETS["bf16"]
ROUND = {
    "half_even": lambda x: round(x),
    "half_up": lambda x: (2 * x + 1) // 2,
    "half_away": lambda x: (2 * abs(x) + 1) // 2 * (1 if x >= 0 else -1),
    "truncate": lambda x: x // 1,
}


def random_codes(seed, shape, fmt):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal(shape) * 2.0 ** rng.integers(-6, 6, shape)
    values[..., :3] = rng.integers(-9, 10, (*shape[:-1], 3)) / 2  # ties
    return from_float64(values, fmt=fmt)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32),
    st.integers(4, 16),
    st.integers(1, 40),
    st.sampled_from(["floor", "ceiling"]),
    st.sampled_from(list(ROUND)),
    st.sampled_from(["fp32", "bf16"]),
)
def test_conversion(seed, bits, block, rule, rounding, source):
    fmt = PRESETS[source]
    codes = random_codes(seed, (2, 3 * block), fmt) if block > 1 else random_codes(seed, (2, 4), fmt)
    got = to_bfp(codes, fmt=fmt, bits=bits, block=block, rule=rule, rounding=rounding)
    high = 2 ** (bits - 1) - 1
    values = to_float64(codes, fmt=fmt).reshape(-1, block)
    for row, q, scale in zip(values, got.elements.reshape(-1, block), got.scales.reshape(-1), strict=True):
        numbers = [Fraction(float(x)) for x in row]
        top = max(abs(x) for x in numbers)
        e = -127
        while (
            top >= Fraction(2) ** (e + 1) if rule == "floor" else top > high * Fraction(2) ** (e + 2 - bits)
        ):
            e += 1
        assert scale == e + 127
        step = Fraction(2) ** (e + 2 - bits)
        assert q.tolist() == [min(max(ROUND[rounding](x / step), -high), high) for x in numbers]


@pytest.mark.parametrize("rule", ["floor", "ceiling"])
def test_eight_bits_in_blocks_of_32_are_mxint8(rule):
    codes = random_codes(1, (20, 64), FP32)
    ours, mx = to_bfp(codes, fmt=FP32, rule=rule), to_mx(codes, fmt=FP32, element="mxint8", rule=rule)
    assert (ours.elements & 255 == mx.elements).all() and (ours.scales == mx.scales).all()


def test_numbers_of_sixteen_bits_survive():
    codes = from_float64(np.array([1.0, -0.5, 127 / 64, 2.0**-14, 0, -(2.0**-14)]), fmt=FP32)
    blocks = to_bfp(codes, fmt=FP32, bits=16, block=6)
    assert (encode(*from_bfp(blocks, bits=16, block=6), fmt=FP32) == codes).all()


def test_special_blocks():
    rows = from_float64(np.array([[np.inf, 1], [1, np.nan], [0, -0.0]]), fmt=BF16)
    blocks = to_bfp(rows, fmt=BF16, bits=4, block=2)
    assert blocks.scales[:, 0].tolist() == [255, 255, 0] and not blocks.elements.any()
    values = to_float64(encode(*from_bfp(blocks, bits=4, block=2), fmt=FP32), fmt=FP32)
    assert np.isnan(values[:2]).all() and (values[2] == 0).all()
    total = bfp_dot(blocks, blocks, a_bits=4, b_bits=4, block=2)
    assert total.tolist() == [FP32.nan_code, FP32.nan_code, 0]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32), st.integers(4, 16), st.integers(4, 16), st.integers(1, 20))
def test_dot_products(seed, a_bits, b_bits, block):
    rng = np.random.default_rng(seed)
    sides = []
    for bits in (a_bits, b_bits):
        q = rng.integers(-(1 << (bits - 1)), 1 << (bits - 1), 3 * block)
        sides.append(Blocks(q, rng.integers(120, 135, 3)))
    a, b = sides
    unit = Fraction(2) ** (4 - a_bits - b_bits - 254)
    scales = [unit * 2 ** int(s) for s in a.scales + b.scales]
    sums = (a.elements * b.elements).reshape(3, block).sum(axis=1)
    exact = sum(int(s) * scale for s, scale in zip(sums, scales, strict=True))
    sizes = {"a_bits": a_bits, "b_bits": b_bits, "block": block}
    wide = FixedAccumulator(bits=120, fraction_bits=60)
    # fp32 of an integer of 53 bits and a power of two: float64 holds it, and rounds nothing.
    assert abs(exact.numerator) < 2**53
    assert bfp_dot(a, b, **sizes, accumulator=wide) == from_float64(float(exact), fmt=FP32)
    total = np.float32(0)
    for s, scale in zip(sums, scales, strict=True):
        total = np.float32(total + np.float32(float(int(s) * scale)))
    assert bfp_dot(a, b, **sizes) == int(total.view(np.uint32))


@pytest.mark.parametrize(
    ("block", "a_bits", "b_bits", "bits"), [(32, 8, 8, 21), (64, 4, 4, 14), (1, 16, 4, 20)]
)
def test_the_largest_sums_reach_the_exact_width(block, a_bits, b_bits, bits):
    assert bfp_dot_bits(block, a_bits, b_bits) == bits
    assert (block << (a_bits + b_bits - 2)).bit_length() + 1 == bits
    a, b = (Blocks(np.full(block, -(1 << (w - 1))), [127]) for w in (a_bits, b_bits))
    total = bfp_dot(a, b, a_bits=a_bits, b_bits=b_bits, block=block)
    assert to_float64(total, fmt=FP32) == 4 * block  # each is -2


def test_refusals():
    codes = np.zeros(8, int)
    for bits in (3, 17):
        with pytest.raises(UsageError, match=f"bits={bits} "):
            to_bfp(codes, fmt=FP32, bits=bits, block=8)
    with pytest.raises(UsageError, match="block=0 is not a number of elements"):
        to_bfp(codes, fmt=FP32, block=0)
    with pytest.raises(UsageError, match="blocks of 5, pad it"):
        to_bfp(codes, fmt=FP32, block=5)
    with pytest.raises(UsageError, match="rounding='up' is not one of half_up"):
        to_bfp(codes, fmt=FP32, block=8, rounding="up")
    with pytest.raises(UsageError, match=r"elements\[0\] = 8 is outside -8..7"):
        from_bfp(Blocks(np.full(8, 8), [127]), bits=4, block=8)
