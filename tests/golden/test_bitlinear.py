"""BitLinear's rounding against its formulas, evaluated in fractions."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from float_oracle import fraction_value
from macwright.golden.bitlinear import (
    FLOOR,
    activation_floor,
    quantize_activations,
    quantize_weights,
    result_scale,
)
from macwright.golden.errors import UsageError
from macwright.golden.float_code import from_float64, to_float64
from macwright.golden.float_format import PRESETS
from macwright.golden.quantize import quantize_error
from macwright.golden.ternary import ternary_gemm

FORMATS = {name: PRESETS[name] for name in ("bf16", "fp16", "fp32")}
BF16, FP16, FP32 = FORMATS.values()


def fractions(codes, fmt):
    return [Fraction(float(value)) for value in np.ravel(to_float64(codes, fmt=fmt))]


def rounded(real, low, high):
    """Round to nearest, ties to even, as Python does for fractions; then clamp."""
    return max(low, min(high, round(real)))


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("spread", [0.0, 1.0, 6.0])
def test_trits_are_rounded_quotients(fmt, spread):
    rng = np.random.default_rng(int(spread))
    for n in (1, 2, 7, 200):
        w = from_float64(
            np.clip(rng.standard_normal(n) * 2.0 ** rng.normal(0, spread, n), -999, 999), fmt=fmt
        )
        exact = fractions(w, fmt)
        found = quantize_weights(w, fmt=fmt)
        assert found.mean == max(sum(map(abs, exact)) / n, FLOOR)
        assert found.trits.tolist() == [rounded(value / found.mean, -1, 1) for value in exact]


def test_half_the_mean_is_a_tie_and_rounds_to_zero():
    # The mean of 0.5, 1 and 1.5 is 1.
    w = from_float64(np.array([[0.5, -1.0, 1.5], [-0.5, 1.0, -1.5]]), fmt=BF16)
    found = quantize_weights(w, fmt=BF16)
    assert found.mean == 1 and found.trits.tolist() == [[0, -1, 1], [0, 1, -1]]
    # A little above it, with the mean held.
    w = from_float64(np.array([0.5 + 2.0**-8, 1.0, 1.5 - 2.0**-8]), fmt=FP32)
    assert quantize_weights(w, fmt=FP32).trits.tolist() == [1, 1, 1]


def test_ends_of_the_formats():
    for fmt in FORMATS.values():
        negative = 1 << fmt.magnitude_bits
        codes = [0, negative, 1, negative | 1, fmt.max_code, negative | fmt.max_code]
        found = quantize_weights(codes, fmt=fmt)
        assert found.trits.tolist() == [0, 0, 0, 0, 1, -1]
        assert found.mean == Fraction(fmt.max_value) / 3 + Fraction(float(to_float64(1, fmt=fmt))) / 3
        assert quantize_weights([0, negative, 1], fmt=FP32).mean == FLOOR
    tiny = from_float64(np.array([4e-6, 6e-6, -6e-6, 1e-30]), fmt=FP32)
    assert quantize_weights(tiny, fmt=FP32).trits.tolist() == [0, 1, -1, 0]


@pytest.mark.parametrize("scale", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_activations_are_rounded_products(fmt, scale):
    rng = np.random.default_rng(0)
    x = from_float64(rng.standard_normal((6, 20)) * 2.0 ** rng.integers(-3, 6, (6, 1)), fmt=fmt)
    x[0] = 0
    found = quantize_activations(x, fmt=fmt, scale_format=scale)
    for row, q, amax in zip(x, found.q, found.amax, strict=True):
        exact = fractions(row, fmt)
        lowest, largest = fractions([activation_floor(fmt), amax], fmt)
        assert largest == max(lowest, *map(abs, exact))
        mult = fraction_value(Fraction(127) / largest, scale)
        mult = Fraction(scale.max_value) if mult is None else mult
        assert q.tolist() == [rounded(value * mult, -128, 127) for value in exact]
    assert np.abs(found.q[1:]).max(axis=1).tolist() == [127] * 5


def test_the_floor_is_a_normal_number():
    for fmt, wanted in ((BF16, 1e-5), (FP32, 1e-5), (FP16, 2.0**-14)):
        assert abs(to_float64(activation_floor(fmt), fmt=fmt) / wanted - 1) < 2.0**-8


def test_what_is_no_number():
    one, inf, nan = 0x3F80, 0x7F80, 0x7FC0
    found = quantize_activations([[one, nan], [one, inf], [0, 0x8000]], fmt=BF16, scale_format=FP32)
    assert found.q.tolist() == [[127, 0], [0, 0], [0, 0]]
    scales = result_scale(found.amax, Fraction(1), fmt=BF16, scale_format=BF16)
    assert scales[1] == inf


@pytest.mark.parametrize("scale", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_scales_are_rounded_once(fmt, scale):
    rng = np.random.default_rng(0)
    amax = np.r_[1, fmt.max_code, activation_floor(fmt), rng.integers(1, fmt.max_code, 100)]
    for mean in (FLOOR, Fraction(127), Fraction(1, 3), Fraction(rng.integers(1, 1 << 62).item(), 3 << 70)):
        found = result_scale(amax, mean, fmt=fmt, scale_format=scale)
        for size, code in zip(fractions(amax, fmt), found, strict=True):
            wanted = fraction_value(size * mean / 127, scale)
            assert code == scale.inf_code if wanted is None else fractions(code, scale) == [wanted]
    assert result_scale(amax[0], mean, fmt=fmt, scale_format=scale).shape == ()


def test_a_layer_is_what_its_real_numbers_say():
    """Sums times their scale are x times w as quantised, to the error of quantising."""
    rng = np.random.default_rng(0)
    x = from_float64(rng.standard_normal((5, 64)), fmt=FP32)
    weights = quantize_weights(from_float64(rng.standard_normal((64, 8)), fmt=FP32), fmt=FP32)
    q, amax = quantize_activations(x, fmt=FP32, scale_format=FP32)
    scale = to_float64(result_scale(amax, weights.mean, fmt=FP32, scale_format=FP32), fmt=FP32)
    y = ternary_gemm(q, weights.trits) * scale[:, None]
    real = to_float64(x, fmt=FP32) @ (weights.trits * float(weights.mean))
    step = quantize_error(out_bits=8, scale_format=FP32) * scale[:, None]
    assert (np.abs(y - real) <= 1.001 * step * np.abs(weights.trits).sum(axis=0)).all()


def test_the_example_of_the_page():
    page = (Path(__file__).parents[2] / "docs" / "low_bits.md").read_text()
    found = {}
    exec(re.search(r"```python\n(.*?)```", page, re.DOTALL)[1], found)
    assert found["trits"].tolist() == [[1, 0], [-1, 1], [0, 1]] and found["q"].tolist() == [[32, -127, 64]]
    assert np.round(found["y"], 3).tolist() == [[1.252, -0.496]]
    assert found["codes"].tolist() == [[185, 166]]


def test_refusals():
    for message, call in {
        r"w\[1\] = 0x7fc0 is not the code of a finite number": lambda: quantize_weights(
            [0, 0x7FC0], fmt=BF16
        ),
        r"w\[0, 1\] = 0x7f80 is not": lambda: quantize_weights([[0, 0x7F80]], fmt=BF16),
        "the mean of nothing": lambda: quantize_weights(np.zeros((0, 3), int), fmt=BF16),
        r"codes\[0\] = 65536 is outside": lambda: quantize_weights([1 << 16], fmt=BF16),
        "the largest of nothing": lambda: quantize_activations(
            np.zeros((3, 0), int), fmt=BF16, scale_format=FP32
        ),
        "mean=0 is not a number above 0": lambda: result_scale(
            [0x3F80], Fraction(0), fmt=BF16, scale_format=FP32
        ),
    }.items():
        with pytest.raises(UsageError, match=message):
            call()
