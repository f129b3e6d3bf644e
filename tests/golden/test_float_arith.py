import itertools
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from float_oracle import fraction_value, grid, search, to_odd
from macwright.golden.errors import UsageError
from macwright.golden.float_arith import fma, fp_add, fp_mul
from macwright.golden.float_code import Randomness, from_float64, to_float64
from macwright.golden.float_format import PRESETS, find_format

EIGHT_BITS = [name for name, fmt in PRESETS.items() if fmt.bits <= 8] + ["e3m3", "e2m5fn", "e6m1"]
SAMPLES = 200_000
MIXES = [
    ("bf16", "bf16", "bf16", "bf16"),
    ("fp16", "fp16", "fp16", "fp16"),
    ("e4m3fn", "e4m3fn", "fp16", "fp16"),
    ("bf16", "bf16", "fp32", "bf16"),
    ("e5m2", "e4m3", "bf16", "e3m4"),
    ("e2m1fn", "e8m0fnu", "fp16", "e6m9"),
    ("fp16", "bf16", "e5m2fnuz", "e4m3fnuz"),
]
FP32_MIXES = [("fp32",) * 4, ("bf16", "bf16", "fp32", "fp32"), ("e4m3fn", "fp32", "bf16", "fp32")]


def exact_product(a, b):
    with np.errstate(invalid="ignore"):
        return a * b


def rounded(exact, fmt, rounding="nearest_even"):
    """float64 numbers, exact or rounded to odd, to codes; fp32 by the processor's own conversion."""
    if fmt.bits <= 16:
        with np.errstate(invalid="ignore"):
            return search(exact, fmt, rounding)
    assert fmt == PRESETS["fp32"] and rounding == "nearest_even"
    with np.errstate(over="ignore"):
        codes = exact.astype(np.float32).view(np.uint32).astype(np.int64)
    return np.where(np.isnan(exact), fmt.nan_code, codes)


def operands(formats, count, seed):
    """Codes a, b, c: random, cancelling, small integers that tie, products around the smallest numbers."""
    rng = np.random.default_rng(seed)
    a_format, b_format, c_format, out_format = formats
    a, b, c = (rng.integers(0, 1 << fmt.bits, count) for fmt in (a_format, b_format, c_format))
    quarter = count // 4
    cancel, tie, small = (slice(i * quarter, (i + 1) * quarter) for i in range(3))
    # Operands near one keep the product in everyone's range.
    for codes, fmt in ((a, a_format), (b, b_format)):
        spread = max(1, 1 << min(fmt.magnitude_bits - 1, fmt.mantissa_bits + 2))
        one = from_float64(1.0, fmt=fmt)
        sign = rng.integers(0, 1 + fmt.signed, 3 * quarter) << fmt.magnitude_bits
        near = one + rng.integers(-spread, spread, 3 * quarter)
        codes[: 3 * quarter] = np.clip(near, 0, fmt.max_code) | sign
    carry = slice(quarter, quarter + quarter // 2)  # among the ties: just below a power of two
    a[carry] |= (1 << a_format.mantissa_bits) - 1
    b[carry] = from_float64(1.0, fmt=b_format)
    product = exact_product(to_float64(a, fmt=a_format), to_float64(b, fmt=b_format))
    back = from_float64(-product[cancel], fmt=c_format)
    c[cancel] = np.clip(back + rng.integers(-1, 2, quarter), 0, (1 << c_format.bits) - 1)
    # An addend around half a unit of the product, as the result has it.
    shift = 2.0 ** -(out_format.mantissa_bits + rng.integers(0, 3, quarter))
    c[tie] = from_float64(product[tie] * shift, fmt=c_format)
    # Both terms at the lower end of the result: a is divided down to it, c is a few of its smallest steps.
    unit = 2.0 ** (out_format.min_exponent - out_format.mantissa_bits)
    target = unit * rng.integers(1, 4 << out_format.mantissa_bits, quarter) / 4
    target[::2] = out_format.min_normal + unit * rng.integers(-8, 8, target[::2].size) / 4
    divisor = np.where(
        np.isfinite(product[small]) & (product[small] != 0), to_float64(b[small], fmt=b_format), 1
    )
    a[small] = from_float64(np.abs(target / divisor), fmt=a_format)
    steps = rng.integers(-4, 5, quarter) if c_format.signed else rng.integers(0, 5, quarter)
    c[small] = from_float64(steps * unit / 2, fmt=c_format)
    return a, b, c


@pytest.mark.parametrize("name", EIGHT_BITS)
@pytest.mark.parametrize("rounding", ["nearest_even", "toward_zero"])
def test_every_product_and_sum_of_a_small_format(name, rounding):
    # Products of such numbers are exact in float64.
    fmt = find_format(name)
    out = fmt if fmt.signed or rounding == "nearest_even" else PRESETS["bf16"]
    codes = np.arange(1 << fmt.bits)
    values = to_float64(codes, fmt=fmt)
    a, b = codes[:, None], codes[None, :]
    formats = {"a_format": fmt, "b_format": fmt, "out_format": out, "rounding": rounding}
    product = exact_product(values[:, None], values[None, :])
    assert (fp_mul(a, b, **formats) == rounded(product, out, rounding)).all()
    total = to_odd(values[:, None], values[None, :])
    assert (fp_add(a, b, **formats) == rounded(total, out, rounding)).all()


@pytest.mark.parametrize("a_name, b_name", [*itertools.product(("e4m3fn", "e5m2", "e2m1fn"), repeat=2)])
@pytest.mark.parametrize("out_name", ["fp16", "bf16", "e4m3"])
def test_every_product_and_sum_of_mixed_formats(a_name, b_name, out_name):
    a_format, b_format, out = PRESETS[a_name], PRESETS[b_name], PRESETS[out_name]
    a, b = np.arange(1 << a_format.bits)[:, None], np.arange(1 << b_format.bits)[None, :]
    formats = {"a_format": a_format, "b_format": b_format, "out_format": out}
    x, y = to_float64(a, fmt=a_format), to_float64(b, fmt=b_format)
    assert (fp_mul(a, b, **formats) == rounded(exact_product(x, y), out)).all()
    assert (fp_add(a, b, **formats) == rounded(to_odd(x, y), out)).all()


@pytest.mark.parametrize("name", ["e4m3", "e5m2", "e3m3"])
def test_every_product_and_sum_is_that_of_apytypes(name):
    apytypes = pytest.importorskip("apytypes")
    fmt = find_format(name)
    codes = np.arange(1 << fmt.bits)
    a, b = (grid_of.reshape(-1) for grid_of in np.meshgrid(codes, codes))
    x, y = (
        apytypes.APyFloatArray.from_bits(c.tolist(), fmt.exponent_bits, fmt.mantissa_bits) for c in (a, b)
    )
    formats = {"a_format": fmt, "b_format": fmt, "out_format": fmt}
    for ours, theirs in ((fp_mul(a, b, **formats), x * y), (fp_add(a, b, **formats), x + y)):
        values, expected = to_float64(ours, fmt=fmt), theirs.to_numpy()
        assert np.array_equal(values, expected, equal_nan=True)


def test_bf16_products_are_those_of_ml_dtypes():
    fmt = PRESETS["bf16"]
    a, b = np.random.default_rng(3).integers(0, 1 << 16, (2, SAMPLES)).astype(np.uint16)
    with np.errstate(all="ignore"):
        theirs = a.view(ml_dtypes.bfloat16) * b.view(ml_dtypes.bfloat16)
    number = ~np.isnan(theirs)
    ours = fp_mul(a, b, a_format=fmt, b_format=fmt, out_format=fmt)
    assert (ours[number] == theirs[number].view(np.uint16)).all() and (ours[~number] == 0x7FC0).all()


@pytest.mark.parametrize("names", MIXES + FP32_MIXES, ids="-".join)
def test_fused_multiply_add(names):
    formats = [PRESETS.get(name) or find_format(name) for name in names]
    a, b, c = operands(formats, SAMPLES, seed=7)
    keys = dict(zip(("a_format", "b_format", "c_format", "out_format"), formats, strict=True))
    x, y, z = (to_float64(codes, fmt=fmt) for codes, fmt in zip((a, b, c), formats, strict=False))
    exact = to_odd(exact_product(x, y), z)
    result = fma(a, b, c, **keys)
    assert (result == rounded(exact, formats[3])).all()
    if formats[3].bits <= 16:
        truncated = fma(a, b, c, **keys, rounding="toward_zero")
        assert (truncated == rounded(exact, formats[3], "toward_zero")).all()


@pytest.mark.parametrize("names", MIXES + FP32_MIXES, ids="-".join)
@pytest.mark.parametrize("rounding", ["nearest_even", "toward_zero"])
def test_fused_multiply_add_in_fractions(names, rounding):
    formats = [PRESETS.get(name) or find_format(name) for name in names]
    a, b, c = operands(formats, 2000, seed=11)
    keys = dict(zip(("a_format", "b_format", "c_format", "out_format"), formats, strict=True))
    x, y, z = (to_float64(codes, fmt=fmt) for codes, fmt in zip((a, b, c), formats, strict=False))
    finite = np.isfinite(x) & np.isfinite(y) & np.isfinite(z)
    result = to_float64(fma(a, b, c, **keys, rounding=rounding), fmt=formats[3])
    largest, overflow = formats[3].max_value, formats[3].overflow
    for i in np.flatnonzero(finite):
        exact = Fraction(x[i]) * Fraction(y[i]) + Fraction(z[i])
        value = fraction_value(exact, formats[3], rounding)
        if value is None:
            assert {"inf": np.isinf, "nan": np.isnan}[overflow](result[i]) and abs(exact) > largest
        else:
            assert result[i] == value, (a[i], b[i], c[i])


def test_signs_of_zeros():
    fmt = PRESETS["e4m3"]
    zero, minus_zero, one, minus_one, tiny = 0, 0x80, 0x38, 0xB8, 1
    keys = {"a_format": fmt, "b_format": fmt, "out_format": fmt}
    for a, b, expected in [
        (zero, zero, zero),
        (zero, minus_zero, zero),
        (minus_zero, minus_zero, minus_zero),
        (one, minus_one, zero),
    ]:
        assert fp_add(a, b, **keys) == expected
        assert fp_add(a, b, **keys, rounding="toward_zero") == expected
    assert fp_mul(minus_one, zero, **keys) == minus_zero
    assert fp_mul(tiny, tiny | 0x80, **keys) == minus_zero  # rounds to zero, keeps its sign
    assert fma(minus_one, zero, minus_zero, c_format=fmt, **keys) == minus_zero
    assert fma(one, one, minus_one, c_format=fmt, **keys) == zero
    fnuz = PRESETS["e4m3fnuz"]
    assert fp_mul(0x80 | 0x40, 0, a_format=fnuz, b_format=fnuz, out_format=fnuz) == 0


def test_inf_and_nan():
    fmt, to = PRESETS["e5m2"], PRESETS["e4m3fn"]
    inf, minus_inf, nan, one, zero = 0x7C, 0xFC, 0x7F, 0x3C, 0x80
    keys = {"a_format": fmt, "b_format": fmt, "c_format": fmt}
    for a, b, c, expected in [
        (inf, one, one, inf),
        (inf, minus_inf, one, minus_inf),
        (inf, zero, one, 0x7E),
        (inf, zero, nan, 0x7E),
        (one, one, minus_inf, minus_inf),
        (inf, one, minus_inf, 0x7E),
        (inf, one, inf, inf),
        (one, nan | 0x80, one, 0x7E),
        (0x7B, 0x7B, minus_inf, minus_inf),  # a finite product, however large, is no Inf
    ]:
        assert fma(a, b, c, out_format=fmt, **keys) == expected
        saturated = fma(a, b, c, out_format=find_format("e5m2", overflow="saturate"), **keys)
        assert saturated == {inf: 0x7B, minus_inf: 0xFB}.get(expected, expected)
        assert fma(a, b, c, out_format=to, **keys) == 0x7F
    flushed = find_format("e5m2", subnormals="flush_in")
    assert fp_mul(inf, 1, a_format=fmt, b_format=flushed, out_format=fmt) == 0x7E


@pytest.mark.parametrize("subnormals", ["flush_in", "flush_out", "flush"])
def test_flushing_is_keeping_between_flushed_operands_and_results(subnormals):
    fmt, plain = find_format("e4m3", subnormals=subnormals), PRESETS["e4m3"]
    codes = np.arange(256)

    def flush(values):
        return np.where((values & 0x7F) < 8, values & 0x80, values)

    read = flush(codes) if subnormals != "flush_out" else codes
    for function in (fp_mul, fp_add):
        ours = function(codes[:, None], codes, a_format=fmt, b_format=fmt, out_format=fmt)
        expected = function(read[:, None], read, a_format=plain, b_format=plain, out_format=plain)
        assert (ours == (expected if subnormals == "flush_in" else flush(expected))).all()


def test_stochastic_sums_go_up_as_often_as_the_fraction_says():
    fmt, out = PRESETS["fp16"], PRESETS["e4m3fn"]
    rng = np.random.default_rng(4)
    a, b, c = (from_float64(rng.normal(size=300), fmt=fmt) for _ in range(3))
    exact = to_float64(a, fmt=fmt) * to_float64(b, fmt=fmt) + to_float64(c, fmt=fmt)
    low = search(exact, out, "toward_zero") & 0x7F
    steps = grid(out)
    fraction = (np.abs(exact) - steps[low]) / (steps[low + 1] - steps[low])
    random = Randomness(np.arange(256)[:, None], 8)
    keys = {"a_format": fmt, "b_format": fmt, "c_format": fmt, "out_format": out}
    codes = fma(a, b, c, **keys, rounding="stochastic", random=random)
    assert codes.shape == (256, 300)
    assert (((codes & 0x7F) - low).sum(axis=0) == np.floor(fraction * 256)).all()


def test_shapes_broadcast_and_codes_are_checked():
    fmt = PRESETS["e4m3"]
    keys = {"a_format": fmt, "b_format": fmt, "out_format": fmt}
    assert fp_mul(np.zeros((3, 1), int), np.zeros(4, int), **keys).shape == (3, 4)
    assert fp_mul(0x38, 0x38, **keys).shape == ()
    with pytest.raises(UsageError, match=r"c\[1\] = 300 is outside 0..255"):
        fma(0, 0, [1, 300], c_format=fmt, **keys)
    with pytest.raises(UsageError, match="needs random"):
        fp_add(0, 0, **keys, rounding="stochastic")
