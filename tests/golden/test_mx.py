from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from float_oracle import fraction_value
from hypothesis import given, settings
from hypothesis import strategies as st
from macwright.golden.block_scale import Blocks
from macwright.golden.block_sum import FixedAccumulator
from macwright.golden.errors import UsageError
from macwright.golden.float_code import NAN, encode, from_float64, to_float64
from macwright.golden.float_format import PRESETS
from macwright.golden.mx import (
    ELEMENTS,
    exact_accumulator,
    from_mx,
    mx_block_sums,
    mx_dot,
    mx_dot_bits,
    to_mx,
)

FP32, BF16 = PRESETS["fp32"], PRESETS["bf16"]
WIDTHS = {
    "mxfp8_e5m2": 70,
    "mxfp8_e4m3": 42,
    "mxfp6_e3m2": 24,
    "mxfp6_e2m3": 18,
    "mxfp4_e2m1": 14,
    "mxint8": 21,
}
LARGEST = {"mxfp8_e5m2": 57344, "mxfp8_e4m3": 448, "mxfp6_e3m2": 28, "mxfp6_e2m3": 7.5, "mxfp4_e2m1": 6}
LARGEST |= {"mxint8": 127 / 64}
TYPES = {
    "mxfp8_e5m2": ml_dtypes.float8_e5m2,
    "mxfp8_e4m3": ml_dtypes.float8_e4m3fn,
    "mxfp6_e3m2": ml_dtypes.float6_e3m2fn,
    "mxfp6_e2m3": ml_dtypes.float6_e2m3fn,
    "mxfp4_e2m1": ml_dtypes.float4_e2m1fn,
}
every_element = pytest.mark.parametrize("element", ELEMENTS)


def fp32(values):
    return np.asarray(values, np.float32).view(np.uint32).astype(np.int64)


def numbers(blocks, element):
    """Values of blocks as float64, which holds all of them exactly."""
    sign, exponent, significand, kind = from_mx(blocks, element=element)
    values = np.ldexp(significand.astype(float), exponent.astype(np.int32)) * (1 - 2 * sign)
    return np.where(kind == NAN, np.nan, np.where(kind == 1, np.inf * (1 - 2 * sign), values))


def reference(values, element, rule):
    """The conversion in float64, where dividing by a power of two is exact; ml_dtypes rounds."""
    top = np.abs(values).max(axis=-1, keepdims=True)
    fraction, exponent = np.frexp(top)
    emax = int(np.floor(np.log2(LARGEST[element])))
    scale = np.where(top == 0, -127, exponent - 1 - emax)
    if rule == "ceiling":
        scale = scale + (np.ldexp(top, -scale) > LARGEST[element])
    scale = np.clip(scale, -127, 127)
    quotient = np.clip(np.ldexp(values, -scale), -LARGEST[element], LARGEST[element])
    if element == "mxint8":
        return scale[..., 0] + 127, np.rint(quotient * 64).astype(np.int64) & 255
    return scale[..., 0] + 127, quotient.astype(TYPES[element]).view(np.uint8).astype(np.int64)


def some_blocks(seed, rows=200):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((rows, 32)) * 2.0 ** rng.integers(-20, 20, (rows, 1))
    values[: rows // 4] *= 2.0 ** rng.integers(-12, 12, (rows // 4, 32))
    values[rows // 4 : rows // 2] = rng.integers(-40, 41, (rows // 4, 32))  # ties
    values[-3:] = [[0] * 32, [2.0**-149] * 32, [3.38e38] * 32]
    return values.astype(np.float32).astype(np.float64)


@every_element
@pytest.mark.parametrize("rule", ["floor", "ceiling"])
@pytest.mark.parametrize("source", ["fp32", "bf16"])
def test_conversion(element, rule, source):
    fmt = PRESETS[source]
    codes = from_float64(some_blocks(3), fmt=fmt)
    scales, elements = reference(to_float64(codes, fmt=fmt), element, rule)
    got = to_mx(codes, fmt=fmt, element=element, rule=rule)
    assert (got.scales[:, 0] == scales).all()
    assert (got.elements == elements).all()


def test_a_block_just_below_a_power_of_two_is_clamped_by_floor_alone():
    codes = fp32([957.0] + [0.0] * 31)
    floor = to_mx(codes, fmt=FP32, element="mxfp8_e4m3")
    assert floor.scales == [128] and numbers(floor, "mxfp8_e4m3")[0] == 896
    ceiling = to_mx(codes, fmt=FP32, element="mxfp8_e4m3", rule="ceiling")
    assert ceiling.scales == [129] and numbers(ceiling, "mxfp8_e4m3")[0] == 960
    codes = fp32([127.9999] + [0.0] * 31)
    assert numbers(to_mx(codes, fmt=FP32, element="mxfp8_e5m2"), "mxfp8_e5m2")[0] == 112


@every_element
def test_the_ceiling_rule_never_clamps_and_is_not_larger_than_needed(element):
    values = some_blocks(4)[:-1]
    blocks = to_mx(fp32(values), fmt=FP32, element=element, rule="ceiling")
    top, scale = np.abs(values).max(axis=-1), np.ldexp(1.0, blocks.scales[:, 0] - 127)
    assert (top <= scale * LARGEST[element]).all()
    assert ((top > scale / 2 * LARGEST[element]) | (blocks.scales[:, 0] == 0)).all()


@every_element
def test_special_blocks(element):
    normal = np.ones(32)
    rows = np.stack([normal, normal, normal, 0 * normal, -0.0 * normal])
    rows[1, 5], rows[2, 6] = np.inf, np.nan
    blocks = to_mx(fp32(rows), fmt=FP32, element=element)
    assert (blocks.scales[1:3] == 255).all() and (blocks.elements[1:3] == 0).all()
    assert (blocks.scales[3:] == 0).all()
    values = numbers(blocks, element)
    assert np.isnan(values[1:3]).all() and (values[[0, 3, 4]] == rows[[0, 3, 4]]).all()
    if element != "mxint8":
        assert np.signbit(values[4]).all() and not np.signbit(values[3]).any()
    total = mx_dot(blocks, blocks, a_element=element, b_element=element)
    assert total.tolist() == [fp32(32.0), FP32.nan_code, FP32.nan_code, 0, 0]


@every_element
def test_what_comes_from_blocks_goes_back_and_fits_fp32(element):
    """Floor is idempotent: the largest number of a block of a format has the exponent emax."""
    blocks = to_mx(fp32(some_blocks(5)[:-2]), fmt=FP32, element=element)
    codes = encode(*from_mx(blocks, element=element), fmt=FP32)
    assert (to_float64(codes, fmt=FP32) == numbers(blocks, element)).all()
    again = to_mx(codes, fmt=FP32, element=element)
    assert (numbers(again, element) == numbers(blocks, element)).all()


@every_element
def test_scales_at_their_ends(element):
    ones = from_float64(1.0, fmt=ELEMENTS[element]) if ELEMENTS[element] else 64
    elements = np.full((3, 32), ones)
    blocks = Blocks(elements, np.array([[0], [254], [255]]))
    values = numbers(blocks, element)
    assert (values[0] == 2.0**-127).all() and (values[1] == 2.0**127).all() and np.isnan(values[2]).all()
    options = {"a_element": element, "b_element": element}
    sums, exponent = mx_block_sums(blocks, blocks, **options)
    unit = 2 * (exponent[0, 0] + 254) // 2
    assert exponent[:, 0].tolist() == [unit - 254, unit + 254, unit] and sums.kind[:, 0].tolist() == [0, 0, 2]
    assert mx_dot(blocks, blocks, **options).tolist() == [0, FP32.inf_code, FP32.nan_code]
    # The bias of one scale takes the other's place: 2^-127 * 2^127 * 32.
    mixed = mx_dot(Blocks(elements[0], [0]), Blocks(elements[0], [254]), **options)
    assert mixed == fp32(32.0)


@every_element
def test_the_largest_sums_reach_the_exact_width(element):
    bits = WIDTHS[element]
    assert mx_dot_bits(element, element) == bits
    fmt = ELEMENTS[element]
    most, least = (fmt.max_code, fmt.max_code | 1 << fmt.magnitude_bits) if fmt else (128, 127)
    a = Blocks(np.full(32, most), [127])
    for code in (most, least):
        sums, _ = mx_block_sums(a, Blocks(np.full(32, code), [127]), a_element=element, b_element=element)
        total = int(sums.value[0])
        assert -(1 << (bits - 1)) <= total < 1 << (bits - 1)
        if code == most:
            assert total.bit_length() + 1 == bits


@every_element
def test_every_number_below_2_to_the_128_is_one_of_fp32(element):
    codes = np.arange(1 << (ELEMENTS[element].bits if ELEMENTS[element] else 8))
    codes = np.resize(codes, -(-len(codes) // 32) * 32)
    for scale in (0, 1, 127, 254):
        blocks = Blocks(codes, np.full(len(codes) // 32, scale))
        values = numbers(blocks, element)
        fits = ~(np.abs(values) >= 2.0**128) | np.isinf(values)
        back = to_float64(encode(*from_mx(blocks, element=element), fmt=FP32), fmt=FP32)
        assert np.array_equal(back[fits], values[fits], equal_nan=True) and np.isinf(back[~fits]).all()


def test_every_product_of_mxfp4():
    x = np.arange(16)
    values = to_float64(x, fmt=PRESETS["e2m1fn"])
    a, b = (np.zeros((16, 16, 32), np.int64) for _ in range(2))
    a[..., 0], b[..., 0] = x[:, None], x
    scales = np.full((16, 16, 1), 127)
    y = mx_dot(Blocks(a, scales), Blocks(b, scales), a_element="mxfp4_e2m1", b_element="mxfp4_e2m1")
    assert (to_float64(y, fmt=FP32) == values[:, None] * values).all()


def exact(a, b, a_element, b_element):
    """Sums of blocks as Fractions."""
    x, y = numbers(a, a_element).reshape(-1, 32), numbers(b, b_element).reshape(-1, 32)
    return [
        sum(Fraction(float(p)) * Fraction(float(q)) for p, q in zip(*pair, strict=True))
        for pair in zip(x, y, strict=True)
    ]


def rounded_to_fp32(x):
    return np.float32(float(fraction_value(x, FP32)))


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32), st.sampled_from(list(ELEMENTS)), st.sampled_from(list(ELEMENTS)))
def test_dot_products(seed, a_element, b_element):
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((2, 96)) * 2.0 ** rng.integers(-4, 4, (2, 96))
    a, b = (
        to_mx(fp32(v), fmt=FP32, element=name) for v, name in zip(values, (a_element, b_element), strict=True)
    )
    options = {"a_element": a_element, "b_element": b_element}
    sums = exact(a, b, a_element, b_element)
    value, exponent = mx_block_sums(a, b, **options)
    assert [
        Fraction(int(v)) * Fraction(2) ** int(e) for v, e in zip(value.value, exponent, strict=True)
    ] == sums
    # The processor's own fp32 adds, from the first block to the last, what was rounded before.
    rounded = [rounded_to_fp32(x) for x in sums]
    total = rounded[0]
    for x in rounded[1:]:
        total = np.float32(total + x)
    assert mx_dot(a, b, **options) == fp32(total)
    wide = FixedAccumulator(bits=600, fraction_bits=400)
    assert mx_dot(a, b, **options, accumulator=wide) == fp32(rounded_to_fp32(sum(sums)))


def test_a_fixed_accumulator_rounds_down_and_saturates_after_every_block():
    element = {"a_element": "mxint8", "b_element": "mxint8"}
    elements = np.zeros((4, 32), np.int64)
    elements[:, 0] = [64, 192, 64, 192]  # 1, -1, 1, -1
    one = Blocks(np.tile([64] + [0] * 31, 4), np.full(4, 127))
    scales = np.array([127 - 3, 127 - 3, 127 + 3, 127 + 1])  # 1/8 - 1/8 + 8 - 2
    a = Blocks(elements.reshape(-1), scales)

    def total(**sizes):
        return to_float64(mx_dot(a, one, **element, accumulator=FixedAccumulator(**sizes)), fmt=FP32)

    assert total(bits=8, fraction_bits=3) == 6
    assert total(bits=8, fraction_bits=2) == 5.75  # 0 - 1/4 + 8 - 2
    assert total(bits=3, fraction_bits=0) == 1  # 0 - 1 + 8 is 3, the largest; 3 - 2


@every_element
@pytest.mark.parametrize("low, high", [(0, 0), (-9, 4), (70, 75)])
def test_the_exact_accumulator_holds_the_largest_sums_and_the_smallest_numbers(element, low, high):
    blocks, pair = 5, {"a_element": element, "b_element": element}
    exact = exact_accumulator(blocks, **pair, scale_low=low, scale_high=high)
    fmt = ELEMENTS[element]
    most, smallest, minus = (fmt.max_code, 1, 1 << fmt.magnitude_bits) if fmt else (128, 1, 0)
    negative = most | minus if fmt else 127
    scales = np.full(blocks, (254 + high) // 2), np.full(blocks, 254 + high - (254 + high) // 2)
    a = Blocks(np.full(32 * blocks, most), scales[0])
    for code in (most, negative):
        b = Blocks(np.full(32 * blocks, code), scales[1])
        sums, exponent = mx_block_sums(a, b, **pair)
        total = fp32(np.ldexp(float(sum(int(v) for v in sums.value)), int(exponent[0])))
        assert mx_dot(a, b, **pair, accumulator=exact) == total
        narrow = FixedAccumulator(bits=exact.bits - 1, fraction_bits=exact.fraction_bits)
        assert code != most or mx_dot(a, b, **pair, accumulator=narrow) != total
    # The smallest product stands in the lowest bit.
    scales = [(254 + low) // 2], [254 + low - (254 + low) // 2]
    a, b = (Blocks(np.r_[smallest, np.zeros(31, int)], x) for x in scales)
    assert mx_dot(a, b, **pair, accumulator=exact) == fp32(2.0**-exact.fraction_bits)


def test_infinities_and_nan_of_elements():
    one, inf, minus_inf, nan = 0x3C, 0x7C, 0xFC, 0x7E
    b = Blocks(np.full(64, one), np.array([127, 127]))
    wide = FixedAccumulator(bits=200, fraction_bits=100)
    for first, second, result in (
        (one, inf, FP32.inf_code),
        (minus_inf, one, FP32.inf_code | 1 << 31),
        (minus_inf, inf, FP32.nan_code),
        (nan, one, FP32.nan_code),
        (inf, nan, FP32.nan_code),
    ):
        elements = np.zeros(64, np.int64)
        elements[3], elements[40] = first, second
        a = Blocks(elements, np.array([127, 127]))
        for accumulator in ("fp32", wide):
            assert (
                mx_dot(a, b, a_element="mxfp8_e5m2", b_element="mxfp8_e5m2", accumulator=accumulator)
                == result
            )


def test_operands_broadcast():
    a, b = (to_mx(fp32(some_blocks(seed, 8)[:5]), fmt=FP32, element="mxfp4_e2m1") for seed in (1, 2))
    options = {"a_element": "mxfp4_e2m1", "b_element": "mxfp4_e2m1"}
    matrix = mx_dot(Blocks(a.elements[:, None], a.scales[:, None]), b, **options)
    assert matrix.shape == (5, 5) and (np.diag(matrix) == mx_dot(a, b, **options)).all()


def test_refusals():
    blocks = Blocks(np.zeros(64, np.int64), np.array([127, 127]))
    both = {"a_element": "mxint8", "b_element": "mxint8"}
    with pytest.raises(UsageError, match=r"x is \(33,\): .* whole blocks of 32, pad it with zeros"):
        to_mx(np.zeros(33, int), fmt=FP32, element="mxint8")
    with pytest.raises(UsageError, match="element='mxfp5' is not one of mxfp8_e5m2"):
        to_mx(np.zeros(32, int), fmt=FP32, element="mxfp5")
    with pytest.raises(UsageError, match="rule='round' is not one of floor, ceiling"):
        to_mx(np.zeros(32, int), fmt=FP32, element="mxint8", rule="round")
    with pytest.raises(UsageError, match=r"scales are \(1,\) for elements \(64,\): .* makes \(2,\)"):
        mx_dot(blocks._replace(scales=[127]), blocks, **both)
    with pytest.raises(UsageError, match=r"scales\[1\] = 256 is outside 0..255"):
        mx_dot(blocks._replace(scales=[127, 256]), blocks, **both)
    with pytest.raises(UsageError, match=r"elements\[0\] = 64 is outside 0..63"):
        from_mx(Blocks(np.full(32, 64), [127]), element="mxfp6_e2m3")
    with pytest.raises(UsageError, match=r"a is \(64,\) and b is \(32,\)"):
        mx_dot(blocks, Blocks(np.zeros(32, np.int64), [0]), **both)
    with pytest.raises(UsageError, match="accumulator='fp16' is neither 'fp32' nor a FixedAccumulator"):
        mx_dot(blocks, blocks, **both, accumulator="fp16")
    with pytest.raises(UsageError, match="blocks=0 is not a number of blocks"):
        exact_accumulator(0, **both)
    with pytest.raises(UsageError, match="scale_low=1 is above scale_high=0"):
        exact_accumulator(1, **both, scale_low=1)
    with pytest.raises(UsageError, match="bits=0 is not a width from 1 to 1024 bits"):
        FixedAccumulator(bits=0, fraction_bits=0)
