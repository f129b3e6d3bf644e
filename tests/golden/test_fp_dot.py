from fractions import Fraction

import numpy as np
import pytest
from float_oracle import fraction_value
from hypothesis import given, settings
from hypothesis import strategies as st
from macwright.golden.errors import UsageError
from macwright.golden.fixed_point import Fixed, largest_value, round_fixed, to_fixed, unit_exponent
from macwright.golden.float_arith import fp_mul
from macwright.golden.float_code import Randomness, to_float64
from macwright.golden.float_format import PRESETS, find_format
from macwright.golden.fp_dot import check_dot_bits, dot_bits, dot_fraction_bits, exact_dot, fp_dot

FP32 = PRESETS["fp32"]
MIXES = [
    ("e4m3fn", "e4m3fn", "fp16"),
    ("e5m2", "e4m3fn", "bf16"),
    ("e5m2", "e5m2", "fp32"),
    ("e2m1fn", "e2m3fn", "e4m3fn"),
    ("e4m3fnuz", "e5m2fnuz", "fp32"),
    ("fp16", "bf16", "fp32"),
    ("fp32", "fp32", "fp32"),
    ("e8m0fnu", "e2m1fn", "bf16"),
]


def exact_sum(a, b, a_format, b_format):
    x, y = to_float64(a, fmt=a_format), to_float64(b, fmt=b_format)
    return sum(Fraction(float(p)) * Fraction(float(q)) for p, q in zip(x, y, strict=True))


def finite_codes(rng, fmt, count):
    return rng.integers(0, fmt.max_code + 1, count) | (
        rng.integers(0, 1 + fmt.signed, count) << fmt.magnitude_bits if fmt.special != "fnuz" else 0
    )


@pytest.mark.parametrize("fmt", PRESETS.values(), ids=PRESETS)
def test_fixed_point_holds_every_number(fmt):
    codes = np.arange(1 << fmt.bits) if fmt.bits <= 16 else np.arange(0, 1 << 32, 2_000_003)
    fixed = to_fixed(codes, fmt=fmt)
    values = to_float64(codes, fmt=fmt)
    finite = np.isfinite(values)
    assert ((fixed.kind == 0) == finite).all() and (fixed.value[~finite] == 0).all()
    unit = Fraction(2) ** unit_exponent(fmt)
    some = np.flatnonzero(finite)[:: max(1, len(codes) // 1000)]
    assert all(Fraction(int(fixed.value[i])) * unit == Fraction(float(values[i])) for i in some)
    assert largest_value(fmt) * unit == Fraction(fmt.max_value)


@pytest.mark.parametrize("mix", MIXES, ids="-".join)
def test_sums_are_exact_and_rounded_once(mix):
    a_format, b_format, out = (PRESETS[name] for name in mix)
    rng = np.random.default_rng(1)
    a, b = finite_codes(rng, a_format, (60, 9)), finite_codes(rng, b_format, (60, 9))
    if a_format.signed:
        a[:20, 4:8] = a[:20, :4] ^ (1 << a_format.magnitude_bits if a_format.special != "fnuz" else 0)
        b[:20, 4:8] = b[:20, :4]  # cancels
    formats = {"a_format": a_format, "b_format": b_format}
    total = exact_dot(a, b, **formats)
    codes = fp_dot(a, b, **formats, out_format=out)
    unit = Fraction(1, 2) ** dot_fraction_bits(a_format, b_format)
    for row in range(len(a)):
        exact = exact_sum(a[row], b[row], a_format, b_format)
        assert int(total.value[row]) * unit == exact
        wanted = fraction_value(exact, out)
        if wanted is None:
            assert codes[row] & ~(1 << out.magnitude_bits) == (out.inf_code or out.nan_code)
        else:
            assert Fraction(float(to_float64(codes[row], fmt=out))) == wanted


@settings(deadline=None, max_examples=40)
@given(st.permutations(range(12)), st.integers(0, 2**32), st.sampled_from(MIXES))
def test_the_order_of_the_terms_does_not_matter(order, seed, mix):
    a_format, b_format, out = (PRESETS[name] for name in mix)
    rng = np.random.default_rng(seed)
    a, b = (rng.integers(0, 1 << fmt.bits, 12) for fmt in (a_format, b_format))
    formats = {"a_format": a_format, "b_format": b_format, "out_format": out}
    assert fp_dot(a, b, **formats) == fp_dot(a[order], b[order], **formats)


@pytest.mark.parametrize("name", ["e4m3fn", "e5m2", "e3m2fn", "e2m1fn", "e4m3fnuz"])
def test_one_term_is_the_product(name):
    fmt = PRESETS[name]
    a, b = np.meshgrid(np.arange(1 << fmt.bits), np.arange(1 << fmt.bits))
    formats = {"a_format": fmt, "b_format": fmt, "out_format": PRESETS["bf16"]}
    product = fp_mul(a, b, **formats)
    nothing = (to_fixed(a, fmt=fmt).value == 0) | (to_fixed(b, fmt=fmt).value == 0)
    product = np.where(nothing & (product == 0x8000), 0, product)
    assert (fp_dot(a[..., None], b[..., None], **formats) == product).all()


def test_widths_are_those_that_the_largest_sums_need():
    for name, bits in (("e5m2", 70), ("e4m3fn", 42), ("e3m2fn", 24), ("e2m3fn", 18), ("e2m1fn", 14)):
        fmt = PRESETS[name]
        assert dot_bits(32, fmt, fmt) == bits
        most = np.full(32, fmt.max_code)
        up = exact_dot(most, most, a_format=fmt, b_format=fmt)
        down = exact_dot(most, most | 1 << fmt.magnitude_bits, a_format=fmt, b_format=fmt)
        assert int(up.value).bit_length() + 1 == bits and down.value == -up.value


def test_specials():
    fmt = PRESETS["e5m2"]
    zero, minus_zero, one, inf, minus_inf, nan = 0, 0x80, 0x3C, 0x7C, 0xFC, 0x7E
    for terms, result in (
        ([(inf, one), (one, one)], 0x7F800000),
        ([(inf, 0xBC), (one, one)], 0xFF800000),
        ([(inf, one), (inf, one)], 0x7F800000),
        ([(inf, one), (minus_inf, one)], FP32.nan_code),
        ([(inf, zero), (one, one)], FP32.nan_code),
        ([(minus_zero, inf), (one, one)], FP32.nan_code),
        ([(nan, zero), (one, one)], FP32.nan_code),
        ([(inf, one), (nan, one)], FP32.nan_code),
        ([(minus_zero, one), (minus_zero, one)], 0),
        ([(one, one), (0xBC, one)], 0),
    ):
        a, b = np.transpose(terms)
        assert fp_dot(a, b, a_format=fmt, b_format=fmt, out_format=FP32) == result


def test_specials_beside_sums_of_python_integers():
    one, inf = 0x3F800000, FP32.inf_code
    wide = {"a_format": FP32, "b_format": FP32, "out_format": FP32}
    assert fp_dot([one, inf], [one, 0], **wide) == FP32.nan_code
    assert fp_dot([[one, inf]] * 2, [[one, one], [one, one | 1 << 31]], **wide).tolist() == [
        inf,
        inf | 1 << 31,
    ]


def test_a_sum_that_rounds_to_zero_keeps_its_sign():
    fmt = PRESETS["e5m2"]
    assert fp_dot([0x81], [1], a_format=fmt, b_format=fmt, out_format=PRESETS["e4m3fn"]) == 0x80


def test_directed_and_stochastic_rounding_of_wide_sums():
    fmt, out = PRESETS["e5m2"], PRESETS["fp16"]
    # 256 * 256 is beyond fp16, toward zero its largest number.
    both = {"a_format": fmt, "b_format": fmt, "out_format": out}
    assert fp_dot([0x5C], [0x5C], **both, rounding="toward_zero") == out.max_code
    draws = Randomness(np.array([0, 2**16 - 1]), 16)
    one, tiny = 0x3C, 0x01
    # 1 + 2^-16: a 64th of a unit in the last place.
    codes = fp_dot([[one, 0x18]] * 2, [[one, 0x20]] * 2, **both, rounding="stochastic", random=draws)
    assert codes.tolist() == [0x3C00, 0x3C01]
    assert fp_dot([one, tiny], [one, tiny], **both) == 0x3C00


def test_wide_integers_keep_what_decides_a_tie():
    value = np.array([(1 << 100) + (1 << 76) + 1, (1 << 100) + (1 << 76), -(1 << 100)], object)
    nothing = np.zeros(3, np.int64)
    codes = round_fixed(Fixed(value, nothing, nothing), -100, fmt=FP32)
    assert codes.tolist() == [0x3F800001, 0x3F800000, 0xBF800000]


def test_refusals():
    fmt = PRESETS["e4m3fn"]
    both = {"a_format": fmt, "b_format": fmt}
    check_dot_bits(42, 32, fmt, fmt)
    with pytest.raises(UsageError, match=r"acc_bits=41 .* 32 products of e4m3 .* use acc_bits=42 or more"):
        check_dot_bits(41, 32, fmt, fmt)
    with pytest.raises(UsageError, match=r"a is \(3,\) and b is \(4,\): .* make them equal"):
        exact_dot([1] * 3, [1] * 4, **both)
    with pytest.raises(UsageError, match=r"a is \(\) .* make them equal"):
        exact_dot(1, 1, **both)
    with pytest.raises(UsageError, match="n=0 is not a number of products"):
        exact_dot(np.zeros((2, 0), int), np.zeros((2, 0), int), **both)
    with pytest.raises(UsageError, match="outside 0..255"):
        exact_dot([256], [1], **both)
    with pytest.raises(UsageError, match="rounding='up'"):
        fp_dot([1], [1], **both, out_format=fmt, rounding="up")


def test_a_custom_format():
    fmt = find_format("e3m3", special="none")
    assert dot_bits(4, fmt, fmt) == int(4 * (fmt.max_value * 2**5) ** 2).bit_length() + 1
