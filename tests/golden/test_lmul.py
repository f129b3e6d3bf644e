from fractions import Fraction

import numpy as np
import pytest
from float_oracle import search
from macwright.golden.errors import UsageError
from macwright.golden.float_arith import fp_mul
from macwright.golden.float_code import Randomness, from_float64, to_float64
from macwright.golden.float_format import PRESETS, find_format
from macwright.golden.lmul import default_offset, lmul_formula, lmul_integer, pam

FP32 = PRESETS["fp32"]
# Mean, mean absolute and largest absolute relative error over all pairs of mantissas, by mantissa bits:
# of the formula, of the integer addition and of PAM.
ERRORS = {
    1: ((0.319, 0.319, 0.500), (0.375, 0.375, 0.500), (-0.028, 0.028, 0.111)),
    2: ((0.086, 0.111, 0.250), (0.147, 0.147, 0.250), (-0.036, 0.036, 0.111)),
    3: ((-0.010, 0.069, 0.182), (0.049, 0.052, 0.125), (-0.038, 0.038, 0.111)),
    4: ((-0.022, 0.069, 0.201), (0.049, 0.051, 0.125), (-0.038, 0.038, 0.111)),
    5: ((-0.059, 0.073, 0.226), (0.004, 0.027, 0.073), (-0.038, 0.038, 0.111)),
    6: ((-0.061, 0.074, 0.230), (0.004, 0.027, 0.073), (-0.038, 0.038, 0.111)),
    7: ((-0.063, 0.075, 0.232), (0.004, 0.027, 0.073), (-0.038, 0.038, 0.111)),
    8: ((-0.063, 0.075, 0.233), (0.004, 0.027, 0.073), (-0.038, 0.038, 0.111)),
    9: ((-0.064, 0.076, 0.234), (0.004, 0.027, 0.073), (-0.038, 0.038, 0.111)),
    10: ((-0.064, 0.076, 0.234), (0.004, 0.027, 0.073), (-0.038, 0.038, 0.111)),
}


def pairs(fmt):
    codes = np.arange(1 << fmt.bits)
    return (grid.reshape(-1) for grid in np.meshgrid(codes, codes))


def of_all_mantissas(m):
    """Relative errors of the three, over all pairs of mantissas of numbers from 1 to 2."""
    fmt = find_format(f"e8m{m}")
    ones = np.arange(1 << m) + (fmt.bias << m)
    a, b = (grid.reshape(-1) for grid in np.meshgrid(ones, ones))
    exact = to_float64(a, fmt=fmt) * to_float64(b, fmt=fmt)
    formula = to_float64(lmul_formula(a, b, fmt=fmt, out_format=FP32), fmt=FP32)
    found = [formula] + [to_float64(f(a, b, fmt=fmt), fmt=fmt) for f in (lmul_integer, pam)]
    return tuple(values / exact - 1 for values in found)


@pytest.mark.parametrize("m", ERRORS)
def test_errors_over_all_mantissas(m):
    found = [(x.mean(), np.abs(x).mean(), np.abs(x).max()) for x in of_all_mantissas(m)]
    assert np.round(found, 3).tolist() == [list(row) for row in ERRORS[m]]


SMALL = ["e4m3fn", "e5m2", "e4m3", "e3m2fn", "e2m3fn", "e2m1fn", "e4m3fnuz", "e5m2fnuz", "e3m4"]


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("kind", ["formula", "integer", "pam"])
def test_every_pair(name, kind):
    fmt = PRESETS[name]
    a, b = pairs(fmt)
    if kind == "formula":
        codes = lmul_formula(a, b, fmt=fmt, out_format=fmt)
    else:
        codes = (pam if kind == "pam" else lmul_integer)(a, b, fmt=fmt)
    x, y = (to_float64(c, fmt=fmt) for c in (a, b))
    x, y = (np.where(np.abs(v) < fmt.min_normal, np.copysign(0, v), v) for v in (x, y))
    with np.errstate(invalid="ignore"):
        product = x * y
    (xm, xe), (ym, ye) = (np.frexp(np.where(np.isfinite(v), np.abs(v), 0)) for v in (x, y))
    s = 2 * xm + 2 * ym - 2 + (0 if kind == "pam" else 2.0 ** -default_offset(fmt.mantissa_bits))
    if kind == "formula":
        size = np.ldexp(1 + s, xe + ye - 2)
    else:
        size = np.ldexp(1 + s % 1, xe + ye - 2 + np.floor(s).astype(int))
        size = np.where(size < fmt.min_normal, 0, size)
    # Zeros, Inf and NaN are those of the product.
    exact = np.where(np.isfinite(product) & (product != 0), np.copysign(size, product), product)
    assert (codes == search(exact, fmt)).all()


@pytest.mark.parametrize("function", [lmul_integer, pam, lmul_formula])
def test_specials_are_those_of_a_product_of_flushed_operands(function):
    fmt = find_format("e5m2", subnormals="flush_in")
    a, b = pairs(fmt)
    product = fp_mul(a, b, a_format=fmt, b_format=fmt, out_format=fmt)
    more = {"out_format": fmt} if function is lmul_formula else {}
    codes = function(a, b, fmt=PRESETS["e5m2"], **more)
    values = [to_float64(c, fmt=fmt) for c in (a, b)]
    special = ~np.isfinite(values[0]) | ~np.isfinite(values[1]) | (values[0] == 0) | (values[1] == 0)
    assert special.any() and (codes[special] == product[special]).all()


def test_pam_is_exact_with_powers_of_two_and_at_most_a_ninth_too_small():
    fmt = PRESETS["bf16"]
    rng = np.random.default_rng(1)
    a = rng.integers(64 << 7, 190 << 7, 50_000)
    b = rng.integers(64, 190, 50_000) << 7
    assert (pam(a, b, fmt=fmt) == fp_mul(a, b, a_format=fmt, b_format=fmt, out_format=fmt)).all()
    _, _, relative = of_all_mantissas(6)
    assert relative.max() == 0 and Fraction(relative.min()).limit_denominator(1000) == Fraction(-1, 9)
    half = from_float64(1.5, fmt=fmt)
    assert to_float64(pam(half, half, fmt=fmt), fmt=fmt) == 2.0  # of 2.25


@pytest.mark.parametrize(
    ("name", "subtracted"),
    [("fp32", 0x3F780000), ("bf16", 0x3F78), ("fp16", 0x3BC0), ("e4m3fn", 0x37), ("e5m2", 0x3B)],
)
def test_the_integer_form_is_one_subtraction_from_the_sum_of_the_codes(name, subtracted):
    fmt = PRESETS[name]
    rng = np.random.default_rng(2)
    one = fmt.bias << fmt.mantissa_bits
    a, b = (rng.integers(one - (one >> 2), one + (one >> 2), 10_000) for _ in range(2))
    assert (lmul_integer(a, b, fmt=fmt) == a + b - subtracted).all()


def test_offsets():
    assert [default_offset(m) for m in range(1, 8)] == [1, 2, 3, 3, 4, 4, 4]
    fmt = PRESETS["e4m3fn"]
    one = 0x38
    for offset in range(4):
        assert lmul_integer(one, one, fmt=fmt, offset=offset) == one + (8 >> offset)
    for offset in (0, 3, 9, 23):
        code = lmul_formula(one, one, fmt=fmt, out_format=FP32, offset=offset)
        assert to_float64(code, fmt=FP32) == 1 + 2.0**-offset


def test_the_two_meanings_part_where_mantissas_carry():
    fmt = PRESETS["bf16"]
    x = from_float64(1.75, fmt=fmt)
    assert to_float64(lmul_formula(x, x, fmt=fmt, out_format=fmt), fmt=fmt) == 1 + 0.75 + 0.75 + 0.0625
    assert to_float64(lmul_integer(x, x, fmt=fmt), fmt=fmt) == 2 * (1 + 0.5 + 0.0625)
    x = from_float64(1.25, fmt=fmt)
    assert lmul_formula(x, x, fmt=fmt, out_format=fmt) == lmul_integer(x, x, fmt=fmt)


def test_the_formula_is_rounded_as_asked():
    fmt = PRESETS["e5m2"]
    x, y = from_float64([1.75, 1.5], fmt=fmt)  # 1 + 3/4 + 1/2 + 1/4 = 2.5; with an offset of 2^-3, 2.375
    both = {"fmt": fmt, "out_format": fmt, "offset": 3}
    assert to_float64(lmul_formula(x, y, **both), fmt=fmt) == 2.5
    assert to_float64(lmul_formula(x, y, **both, rounding="toward_zero"), fmt=fmt) == 2
    draws = Randomness(np.array([0, 255]), 8)
    codes = lmul_formula([x, x], y, **both, rounding="stochastic", random=draws)
    assert to_float64(codes, fmt=fmt).tolist() == [2, 2.5]


def test_refusals():
    fmt = PRESETS["e4m3fn"]
    with pytest.raises(UsageError, match="offset=4 is not from 0 to 3"):
        lmul_integer(1, 1, fmt=fmt, offset=4)
    with pytest.raises(UsageError, match="offset=24 is not from 0 to 23"):
        lmul_formula(1, 1, fmt=fmt, out_format=fmt, offset=24)
    with pytest.raises(UsageError, match="L-Mul needs a mantissa bit"):
        lmul_integer(1, 1, fmt=find_format("e5m0", special="none"))
    with pytest.raises(UsageError, match="has_zero=False: multiplication by addition"):
        pam(1, 1, fmt=PRESETS["e8m0fnu"])
    with pytest.raises(UsageError, match="exponent_bits=0 "):
        pam(1, 1, fmt=find_format("e0m7", special="none"))
    with pytest.raises(UsageError, match="outside 0..255"):
        pam(256, 1, fmt=fmt)
    with pytest.raises(UsageError, match="rounding='up'"):
        lmul_formula(1, 1, fmt=fmt, out_format=fmt, rounding="up")


def test_without_mantissa_pam_is_exact():
    fmt = find_format("e5m0", special="none")
    a, b = pairs(fmt)
    normal = (to_float64(a, fmt=fmt) != 0) & (to_float64(b, fmt=fmt) != 0)
    product = fp_mul(a, b, a_format=fmt, b_format=fmt, out_format=find_format("e5m0", special="none"))
    exact = np.abs(to_float64(a, fmt=fmt) * to_float64(b, fmt=fmt))
    inside = normal & (exact >= fmt.min_normal)
    assert (pam(a, b, fmt=fmt)[inside] == product[inside]).all()
