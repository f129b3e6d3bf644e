"""i-GELU of I-BERT and ITA: the published vector, the formula, the error against the real function."""

from fractions import Fraction
from math import erf

import numpy as np
import pytest
from macwright.golden.errors import UsageError
from macwright.golden.ibert import RELU_ERROR, GeluConstants, ibert_gelu_constants, igelu, igelu_error
from macwright.golden.requant import requant

#: Of the released hardware at a scale of 1/32; its constants are rounded, I-BERT's are rounded down.
ITA = GeluConstants(b=-80, c=-7091, one=-7091)
ROW = np.array([-60, -31, -5, 0, 7, 20, 33, 40])


def gelu(x):
    return np.array([v * (1 + erf(v / 2**0.5)) / 2 for v in x])


def test_published_vector():
    raw = igelu(ROW, constants=ITA, shift=0, in_bits=8)
    assert raw.tolist() == [24000, 74431, 28125, 0, -61971, -211640, -395109, -503280]
    y = requant(raw, 74, 20, in_bits=26, mult_bits=8)
    assert y.tolist() == [2, 5, 2, 0, -4, -15, -28, -36]


def test_every_code_of_eight_bits_is_near_gelu():
    """0.0182 is what the polynomial errs; a step of the result is 1/32, and counts downwards."""
    x = np.arange(-128, 128)
    raw = igelu(x, constants=ITA, shift=0, in_bits=8)
    one = 1 / 32 * 0.2888 / 2 / 2 / 32**2
    assert np.abs(-raw * one - gelu(x / 32)).max() < 0.0184
    y = requant(raw, 74, 20, in_bits=26, mult_bits=8)
    assert np.abs(-y / 32 - gelu(x / 32)).max() <= 0.0315


def test_equal_to_its_formula():
    constants, shift = ibert_gelu_constants(Fraction(1, 4096)), 14
    b, c, one = constants
    x = np.r_[-(1 << 31), -20000, -10249, -1, 0, 1, 777, 10247, 10248, 20000, (1 << 31) - 1]
    wanted = []
    for code in x.tolist():
        size = min(abs(code), -b) + b
        sign = (code > 0) - (code < 0)
        wanted.append(code * (((sign * (size * size + c)) >> shift) + one))
    assert igelu(x, constants=constants).tolist() == wanted


@pytest.mark.parametrize("steps, shift, bound", [(1 << 12, 14, 0.0184), (1 << 10, 14, 0.023), (32, 0, 0.04)])
def test_errors_as_measured_before(steps, shift, bound):
    x = np.linspace(-4 * steps, 4 * steps, 1001).astype(np.int64)
    y = igelu(x, constants=ibert_gelu_constants(Fraction(1, steps), shift=shift), shift=shift)
    scale = 1 / steps * 0.2888 / (steps * 1.4142) ** 2 * 2**shift / 2
    assert np.abs(-y * scale - gelu(x / steps)).max() < bound


@pytest.mark.parametrize(
    "steps, shift, bounds", [(8, 0, (0.036, 0.04)), (32, 0, (0.016, 0.017)), (4096, 14, (0.018, 0.0182))]
)
def test_the_error_of_constants(steps, shift, bounds):
    constants = ibert_gelu_constants(Fraction(1, steps), shift=shift)
    assert bounds[0] < igelu_error(constants=constants, shift=shift, in_bits=24) < bounds[1]


def test_the_error_of_constants_without_steps():
    assert igelu_error(constants=ibert_gelu_constants(Fraction(1, 64)), in_bits=8) > RELU_ERROR


def test_the_released_shift_ruins_scales_of_eight_bits():
    x = np.arange(-127, 128)
    s = Fraction(4, 127)
    y = igelu(x, constants=ibert_gelu_constants(s), in_bits=8)
    scale = float(s) * 0.2888 * (float(s) / 1.4142) ** 2 * 2**14 / 2
    assert np.abs(-y * scale - gelu(x * float(s))).max() > 5


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: igelu([1], constants=GeluConstants(1, -1, -1)), "b=1, c=-1 and one=-1 must be at most 0"),
        (
            lambda: igelu([1], constants=ibert_gelu_constants(2.0**-24)),
            "need more than 62 bits: use a larger",
        ),
        (lambda: igelu([128], constants=ITA, in_bits=8), r"x\[0\] = 128 is outside"),
        (lambda: ibert_gelu_constants(-1.0), "scale=-1.0 is not a number above 0"),
        (lambda: ibert_gelu_constants(1.0, shift=32), "shift=32 is out of range: use 0 to 31"),
    ],
)
def test_refusals_are_sentences(call, message):
    with pytest.raises(UsageError, match=message):
        call()
