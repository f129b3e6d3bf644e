"""Aligned activations, digits of weights and their sums, against rational arithmetic and plain float sums."""

import dataclasses
import math
from fractions import Fraction

import numpy as np
import pytest
from macwright.golden.errors import UsageError
from macwright.golden.float_code import from_float64, to_float64
from macwright.golden.float_format import find_format
from macwright.golden.lut_float_gemm import (
    StepFormat,
    align,
    lut_float_gemm,
    sums,
    weight_digits,
)
from macwright.golden.lut_gemm import weight_range

FORMATS = ("bf16", "fp16", "e5m2", "e4m3", "e4m3fn", "e5m2fnuz", "e4m3fnuz")
FP32 = find_format("fp32")


def step_of(name="bf16", **fields):
    fmt = find_format(name)
    defaults = {"align_bits": fmt.mantissa_bits + 5, "k_step": 4, "weight_kind": "signed", "planes": 4}
    return StepFormat(fmt=fmt, **(defaults | {"acc_bits": 40} | fields))


def product(a, w, step, weight_bits=4, out=FP32):
    return to_float64(lut_float_gemm(a, w, weight_bits=weight_bits, step=step, out_format=out), fmt=out)


def exact_values(a, fmt):
    """Codes as Fractions."""
    return np.vectorize(Fraction, otypes=[object])(to_float64(a, fmt=fmt))


def random_codes(fmt, size, rng):
    """Finite codes of every exponent."""
    codes = rng.integers(0, fmt.max_code + 1, size)
    return codes | (rng.integers(0, 2, size) & (codes > 0)) << fmt.magnitude_bits


@pytest.mark.parametrize("name", FORMATS)
def test_activations_are_rounded_to_units_of_the_largest(name):
    fmt = find_format(name)
    a = random_codes(fmt, (40, 8), np.random.default_rng(0))
    a[0] = 0
    a[1] = fmt.max_code | 1 << fmt.magnitude_bits
    for bits in (fmt.mantissa_bits + 2, fmt.mantissa_bits + 5, 20):
        found = align(a, fmt=fmt, align_bits=bits, k_step=4)
        values = exact_values(a, fmt).reshape(found.value.shape)
        assert found.value.shape == (40, 2, 4) and not found.nan.any()
        assert abs(found.value).max() < 1 << bits - 1
        for row, step, lane in np.ndindex(found.value.shape):
            unit = Fraction(2) ** int(found.field[row, step] - fmt.bias - bits + 2)
            exact = values[row, step, lane] / unit
            nearest = math.floor(abs(exact) + Fraction(1, 2)) * (1 if exact > 0 else -1)
            assert found.value[row, step, lane] == nearest


@pytest.mark.parametrize("kind", ["signed", "odd"])
@pytest.mark.parametrize("planes", [1, 2, 3])
def test_digits_put_together_are_the_weights(kind, planes):
    for bits in (1, 2, 4, 8):
        w = weight_range(bits, kind)[:, None]
        digits = weight_digits(w, weight_bits=bits, weight_kind=kind, planes=planes)
        assert (sum(digit << planes * beat for beat, digit in enumerate(digits)) == w).all()
        step = step_of(weight_kind=kind, planes=planes, beats=len(digits))
        largest = step.k_step * ((1 << step.align_bits - 1) - 1)
        for digit in digits:
            assert -1 << step.sum_bits - 1 <= digit.min() * largest
            assert digit.max() * largest < 1 << step.sum_bits - 1


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("kind, planes, beats", [("signed", 4, 1), ("signed", 1, 4), ("odd", 3, 2)])
def test_sums_are_within_the_bound(name, kind, planes, beats):
    fmt = find_format(name)
    step = step_of(name, weight_kind=kind, planes=planes, beats=beats, acc_bits=24)
    rng = np.random.default_rng(1)
    a = random_codes(fmt, (6, 21), rng)
    w = rng.choice(weight_range(4, kind), (21, 3))
    digits = weight_digits(w, weight_bits=4, weight_kind=kind, planes=planes)
    found = sums(a, digits, step)
    fields = align(a, fmt=fmt, align_bits=step.align_bits, k_step=4).field
    products = exact_values(a, fmt) @ w
    for i, j in np.ndindex(6, 3):
        bound = Fraction(0)
        for s, field in enumerate(fields[i]):
            top = Fraction(2) ** int(field - fmt.bias)
            bound += top * Fraction(2) ** (1 - step.align_bits) * int(abs(w[4 * s : 4 * s + 4, j]).sum())
            # The accumulator is below all that was added so far; so is the unit of its lowest bit.
            largest = Fraction(2) ** int(fields[i, : s + 1].max() - fmt.bias)
            bound += beats * Fraction(3, 2) * largest * 16 * 21 * Fraction(2) ** (3 - step.acc_bits)
        value = int(found.significand[i, j]) * Fraction(2) ** int(found.exponent[i, j] + step.unit)
        assert abs(value - products[i, j]) <= bound


def test_sums_of_one_size_are_exact_in_any_order_of_beats():
    rng = np.random.default_rng(2)
    values, w = rng.integers(-128, 128, (5, 37)), rng.integers(-8, 8, (37, 6))
    for name in ("bf16", "fp16"):
        fmt = find_format(name)
        a = from_float64(values.astype(float), fmt=fmt)
        for k_step, planes in ((1, 4), (4, 2), (6, 1), (37, 3)):
            step = step_of(name, align_bits=18, k_step=k_step, planes=planes, beats=-(-4 // planes))
            assert (product(a, w, step) == values @ w).all()


@pytest.mark.parametrize("name", FORMATS)
def test_zeros_and_ends_of_the_range(name):
    fmt = find_format(name)
    minus = 1 << fmt.magnitude_bits
    step = step_of(name)
    one = fmt.bias << fmt.mantissa_bits
    smallest, largest = to_float64(np.array([1, fmt.max_code]), fmt=fmt)
    for row, w, expected in (
        ([0, 0, 0, 0, 0], [1, -8, 7, 0, 3], 0),
        ([1], [3], 3 * smallest),
        ([1 | minus, 0], [-8, 7], 8 * smallest),
        ([1, 1 | minus], [1, 1], 0),
        ([fmt.max_code], [1], largest),
        ([fmt.max_code | minus], [7], -7 * largest),
        ([fmt.max_code, fmt.max_code | minus, 0, 0, one], [7, 7, 0, 0, -1], -1),
        ([one, 0, 0, 0, 1], [0, 1, 1, 1, 1], smallest),
    ):
        found = product(np.array([row]), np.array(w)[:, None], step)
        # fp32 has no room for all of bf16's largest numbers times a weight.
        assert found == (expected if abs(expected) < 2.0**128 else np.inf * expected), (row, w)
        assert not np.signbit(found).any() or expected < 0
    if fmt.special != "fnuz":
        assert product(np.array([[minus, minus]]), np.array([[-8], [7]]), step) == 0


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_no_number_makes_its_row_nan(name):
    fmt = find_format(name)
    bad = [fmt.nan_code] + ([fmt.inf_code, fmt.inf_code | 1 << fmt.magnitude_bits] if fmt.inf_code else [])
    for code in bad:
        a = np.full((2, 9), fmt.bias << fmt.mantissa_bits)
        a[1, 2] = code
        found = product(a, np.zeros((9, 3), int) + [0, 1, -1], step_of(name))
        assert found[0].tolist() == [0, 9, -9] and np.isnan(found[1]).all()


def test_results_too_large_for_their_format():
    a, w = from_float64(np.array([[60000.0, 8000.0]]), fmt=find_format("bf16")), np.array([[1, -1], [1, -1]])
    assert product(a, w, step_of(), out=find_format("fp16")).tolist() == [[np.inf, -np.inf]]


def test_narrow_weights_have_fewer_beats_and_the_same_sums():
    rng = np.random.default_rng(3)
    a, w = rng.integers(0x3F00, 0x4000, (3, 11)), rng.integers(-2, 2, (11, 4))
    serial = step_of(planes=1, beats=4)
    assert (product(a, w, serial, weight_bits=2) == product(a, w, serial)).all()
    assert len(weight_digits(w, weight_bits=2, weight_kind="signed", planes=1)) == 2


def test_weights_of_zero_and_serial_planes_leave_the_accumulator_alone():
    # 2 ** -100 next to 1 survives only if steps whose weights are 0 add nothing, and align nothing.
    a = from_float64(np.array([[2.0**-100, 0, 0, 0, 1.0, 3.0, 0, 0]]), fmt=find_format("bf16"))
    w = np.array([[1, 0, 0, 0, 0, 0, 0, 0]]).T
    for planes in (1, 2, 4):
        step = step_of(planes=planes, beats=4 // planes, acc_bits=24)
        assert product(a, w, step) == 2.0**-100


def test_errors_are_below_those_of_the_activations_format():
    """Sums of 512 products: what aligning loses is less than what the format of activations has lost."""
    rng = np.random.default_rng(4)
    values, w = rng.normal(size=(32, 512)), rng.integers(-8, 8, (512, 16))
    for name in ("bf16", "fp16", "e5m2", "e4m3fn"):
        fmt = find_format(name)
        a = from_float64(values, fmt=fmt)
        exact = to_float64(a, fmt=fmt) @ w
        step = step_of(name, k_step=16, acc_bits=24)
        error = np.sqrt(np.mean((product(a, w, step) - exact) ** 2))
        assert error < np.sqrt(np.mean((values @ w - exact) ** 2)) / 4
        fp32 = np.zeros(exact.shape, np.float32)
        for k in range(512):
            fp32 += (to_float64(a[:, k], fmt=fmt).astype(np.float32))[:, None] * w[k].astype(np.float32)
        # With nothing cut off on aligning, what is left is the accumulator: as good as fp32 and its 24 bits.
        whole = dataclasses.replace(step, align_bits=26, acc_bits=48)
        assert np.abs(product(a, w, whole) - exact).max() <= 2 * np.abs(fp32 - exact).max() + 2e-5


def test_refusals():
    a, w = np.zeros((2, 4), int), np.zeros((4, 3), int)
    for message, call in {
        "align_bits=8 cuts the significand of 8 bits and its sign: use at least 9": lambda: step_of(
            align_bits=8
        ),
        "acc_bits=16 does not hold the sum of a beat, 17 bits: use at least 17": lambda: step_of(acc_bits=16),
        "weight_kind='zero_point' is not one of signed, odd": lambda: step_of(weight_kind="zero_point"),
        "a format with signs and a zero": lambda: step_of("e8m0fnu"),
        r"a is \(2, 4\) and w is \(3, 3\)": lambda: product(a, w[:3], step_of()),
        r"w\[0, 0\] = 8 is outside -8..7": lambda: product(a, w + 8, step_of()),
        r"a\[0, 0\] = 65536 is outside": lambda: product(a + 65536, w, step_of()),
        "weight_bits=5 is more than the 4 bits": lambda: product(a, w, step_of(), weight_bits=5),
    }.items():
        with pytest.raises(UsageError, match=message):
            call()
