"""The golden quantiser against fractions, and the multiplier of a row against its definition."""

from fractions import Fraction
from math import floor, isinf, isnan

import numpy as np
import pytest
from float_oracle import fraction_value
from hypothesis import given, settings
from hypothesis import strategies as st
from macwright.golden.errors import UsageError
from macwright.golden.float_code import from_float64, to_float64
from macwright.golden.float_format import PRESETS
from macwright.golden.quantize import (
    absmax,
    check_floor,
    floor_code,
    multiplier,
    quant_range,
    quantize,
    quantize_error,
    undefined,
)
from macwright.golden.requant import ROUNDINGS

FORMATS = ("bf16", "fp16", "fp32")
BF16, FP16, FP32 = (PRESETS[name] for name in FORMATS)


def rounded(real: Fraction, rounding: str) -> int:
    low = floor(real)
    rest = real - low
    if rounding == "truncate":
        return low
    if rest != Fraction(1, 2):
        return low + (rest > Fraction(1, 2))
    return {"half_up": low + 1, "half_even": low + (low & 1), "half_away": low + (real > 0)}[rounding]


def defined_by_fractions(x: float, r: float, zero_point: int, low: int, high: int, rounding: str) -> int:
    if isnan(x) or isnan(r) or (isinf(x) and r == 0) or (isinf(r) and x == 0):
        total = 0
    elif isinf(x) or isinf(r):
        return high if (x > 0) == (r > 0) else low
    else:
        total = rounded(Fraction(x) * Fraction(r), rounding)
    return max(low, min(high, total + zero_point))


codes = st.integers(0, (1 << 32) - 1)


@settings(max_examples=600, deadline=None)
@given(
    st.sampled_from(FORMATS),
    st.sampled_from(FORMATS),
    codes,
    codes,
    st.integers(-20, 20),
    st.integers(2, 16),
    st.booleans(),
    st.booleans(),
    st.sampled_from(ROUNDINGS),
    st.integers(0, 65535),
)
def test_equal_to_fractions(fmt, scale, x, r, near, out_bits, signed, symmetric, rounding, zero_point):
    fmt, scale = PRESETS[fmt], PRESETS[scale]
    x, r = x >> (32 - fmt.bits), r >> (32 - scale.bits)
    # Half of the multipliers bring x near the range, or to a tie, where results differ.
    value = to_float64(x, fmt=fmt)
    if near > 0 and value and np.isfinite(value):
        with np.errstate(over="ignore"):
            r = int(from_float64((near + 0.5) / value, fmt=scale))
    symmetric &= signed
    low, high = quant_range(out_bits, signed, symmetric)
    zero_point = low + zero_point % (high - low + 1)
    for given_point in (None, zero_point):
        found = quantize(
            x,
            r,
            fmt=fmt,
            scale_format=scale,
            zero_point=given_point,
            out_bits=out_bits,
            out_signed=signed,
            symmetric=symmetric,
            rounding=rounding,
        )
        wanted = defined_by_fractions(
            float(value), float(to_float64(r, fmt=scale)), given_point or 0, low, high, rounding
        )
        assert found == wanted and found.shape == ()


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("fmt", [BF16, FP16], ids=["bf16", "fp16"])
def test_every_code_under_many_scales(fmt, rounding):
    """Products of such narrow numbers are exact in float64."""
    x = np.arange(1 << 16)
    rng = np.random.default_rng(0)
    r = np.r_[from_float64(2.0 ** np.arange(-30, 31, 3), fmt=fmt), rng.integers(0, 1 << 16, 20)]
    product = to_float64(x, fmt=fmt)[:, None]
    with np.errstate(invalid="ignore"):
        product = product * to_float64(r, fmt=fmt)
    steps = {
        "truncate": np.floor,
        "half_even": np.rint,
        "half_away": lambda v: np.trunc(v + np.copysign(0.5, v)),
        "half_up": lambda v: np.floor(v + 0.5),
    }
    # Adding one half is exact in float64 only where the number is neither tiny nor beyond the range.
    product = np.clip(product, -1000, 1000)
    safe = np.where(np.abs(product) < 2.0**-30, np.copysign(2.0**-30, product) * (product != 0), product)
    wanted = np.clip(np.nan_to_num(steps[rounding](safe)), -8, 7)
    found = quantize(x[:, None], r, fmt=fmt, scale_format=fmt, out_bits=4, rounding=rounding)
    assert (found == wanted).all()
    assert (undefined(x[:, None], r, fmt=fmt, scale_format=fmt) == np.isnan(product)).all()


def test_edges_by_name():
    one, inf, nan, tiny = 0x3F80, 0x7F80, 0x7FC0, 0x0001
    sign = 0x8000

    def q(x, r=one, **options):
        return quantize(x, r, fmt=BF16, scale_format=BF16, **options).tolist()

    assert q([0, sign, inf, inf | sign, nan]) == [0, 0, 127, -128, 0]
    assert q([inf | sign, 0xC700], symmetric=True) == [-127, -127]
    assert q([inf, nan], out_signed=False, zero_point=200) == [255, 200]
    assert q([inf], 0) == q([0], inf) == q([inf], sign, zero_point=0) == [0]
    assert q([tiny], 0x7F00) == [0] and q([tiny | sign], 0x7F00, rounding="truncate") == [-1]
    # A subnormal number of fp16 under a large multiplier is a large number.
    assert quantize(1, 0x7F00, fmt=FP16, scale_format=BF16, out_bits=16) == 32767
    assert quantize(1, 0x4D00, fmt=FP16, scale_format=BF16, out_bits=16) == 8
    assert q([0x3FC0], one | sign) == [-2]
    assert q([sign | 0x3F00], rounding="half_away") == [-1]


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("scale", FORMATS)
@pytest.mark.parametrize("out_bits", [2, 4, 8, 10, 16])
def test_multipliers_are_rounded_once(fmt, scale, out_bits):
    fmt, scale = PRESETS[fmt], PRESETS[scale]
    rng = np.random.default_rng(0)
    exponents = np.arange(1, fmt.max_code >> fmt.mantissa_bits) << fmt.mantissa_bits
    amax = np.r_[1, fmt.max_code, exponents, rng.integers(1, fmt.max_code, 300)]
    found = multiplier(amax, fmt=fmt, scale_format=scale, out_bits=out_bits)
    qmax = (1 << (out_bits - 1)) - 1
    for a, code in zip(amax, found, strict=True):
        wanted = fraction_value(Fraction(qmax) / Fraction(float(to_float64(a, fmt=fmt))), scale)
        wanted = Fraction(scale.max_value) if wanted is None else wanted
        assert Fraction(float(to_float64(code, fmt=scale))) == wanted
    assert multiplier(fmt.inf_code, fmt=fmt, scale_format=scale, out_bits=out_bits) == 0


def test_a_tie_between_two_multipliers_goes_to_the_even_one():
    # 511 has nine bits, a significand of bf16 has eight.
    assert to_float64(multiplier(0x3F80, fmt=BF16, scale_format=BF16, out_bits=10), fmt=BF16) == 512


def test_the_largest_of_a_row():
    rows = [[0x3F80, 0xC000, 0x0001], [0x7FC0, 0xFFFF, 0x8000], [0x3F80, 0xFF80, 0x7FC0], [0x0001, 0, 0]]
    assert absmax(rows, fmt=BF16).tolist() == [0x4000, 0x0080, 0x7F80, 0x0080]
    floor = floor_code(1e-5, fmt=BF16)
    assert absmax(rows, fmt=BF16, floor=floor).tolist() == [0x4000, floor, 0x7F80, floor]
    assert abs(to_float64(floor, fmt=BF16) - 1e-5) < 1e-5 * 2.0**-8
    assert check_floor(None, fmt=FP16) == 0x0400


@pytest.mark.parametrize("rounding", ROUNDINGS)
@pytest.mark.parametrize("scale", FORMATS)
@pytest.mark.parametrize("out_bits", [2, 8, 12])
def test_the_error_stays_below_its_bound_and_comes_near(scale, out_bits, rounding):
    scale = PRESETS[scale]
    rng = np.random.default_rng(0)
    x = from_float64(rng.uniform(1, 2, 200)[:, None] * np.r_[1.0, rng.uniform(-1, 1, 300)], fmt=FP32)
    amax = absmax(x, fmt=FP32)
    mult = multiplier(amax, fmt=FP32, scale_format=scale, out_bits=out_bits)
    q = quantize(x, mult[:, None], fmt=FP32, scale_format=scale, out_bits=out_bits, rounding=rounding)
    qmax = (1 << (out_bits - 1)) - 1
    error = np.abs(q - to_float64(x, fmt=FP32) * qmax / to_float64(amax, fmt=FP32)[:, None]).max()
    bound = quantize_error(out_bits=out_bits, scale_format=scale, rounding=rounding)
    assert 0.6 * bound < error <= bound + 1e-9


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: quantize(0, 0, fmt=BF16, scale_format=BF16, out_bits=17), "out_bits=17 is not a width"),
        (
            lambda: quantize(0, 0, fmt=BF16, scale_format=BF16, out_bits=1),
            "out_bits=1 leaves no number",
        ),
        (lambda: quantize(1 << 16, 0, fmt=BF16, scale_format=BF16), r"codes\[\] = 65536 is outside"),
        (lambda: quantize(0, 0, fmt=BF16, scale_format=BF16, zero_point=128), "zero_point.* is outside"),
        (lambda: quantize(0, 0, fmt=BF16, scale_format=BF16, rounding="up"), "rounding='up' is not one of"),
        (lambda: quant_range(8, False, True), "symmetric=true leaves out .* use out_signed=true"),
        (lambda: multiplier([0x3F80, 0], fmt=BF16, scale_format=BF16), r"amax\[1\] = 0x0 is not the code"),
        (lambda: multiplier(0x7FC0, fmt=BF16, scale_format=BF16), "is not the code of a number above 0"),
        (lambda: absmax(5, fmt=BF16), "the largest of nothing is not defined"),
        (
            lambda: floor_code(1e-5, fmt=FP16),
            "floor=168 is not the code of a positive normal number",
        ),
        (lambda: check_floor(0x7F80, fmt=BF16), "use 128 to 32639, or none"),
    ],
)
def test_refusals_are_sentences(call, message):
    with pytest.raises(UsageError, match=message):
        call()
