"""Division against Python's, and by 0."""

import numpy as np
import pytest
from macwright.golden.errors import UsageError
from macwright.golden.int_divide import int_divide


@pytest.mark.parametrize(
    "dividend_bits, divisor_bits", [(1, 1), (5, 3), (3, 5), (32, 32), (62, 31), (31, 62)]
)
def test_equal_to_divmod(dividend_bits, divisor_bits):
    rng = np.random.default_rng(dividend_bits)
    x = rng.integers(0, 1 << dividend_bits, 200) >> rng.integers(0, dividend_bits, 200)
    d = np.maximum(rng.integers(0, 1 << divisor_bits, 200) >> rng.integers(0, divisor_bits, 200), 1)
    found = int_divide(x, d, dividend_bits=dividend_bits, divisor_bits=divisor_bits)
    wanted = [divmod(a, b) for a, b in zip(x.tolist(), d.tolist(), strict=True)]
    assert list(zip(found.quotient.tolist(), found.remainder.tolist(), strict=True)) == wanted


def test_a_divisor_of_zero_fits_into_everything():
    found = int_divide([[0], [5], [255]], [0, 0], dividend_bits=8, divisor_bits=3)
    assert found.quotient.tolist() == [[255, 255]] * 3
    assert found.remainder.tolist() == [[0, 0], [5, 5], [7, 7]]
    assert int_divide(200, 0, dividend_bits=8, divisor_bits=9).remainder == 200


@pytest.mark.parametrize(
    "dividend, divisor, widths, message",
    [
        (256, 1, (8, 8), r"dividend\[\] = 256 is outside 0..255"),
        (1, [-1], (8, 8), r"divisor\[0\] = -1 is outside 0..255"),
        (1, 1, (63, 8), "dividend_bits=63 is not a width from 1 to 62"),
        (1, 1, (8, 0), "divisor_bits=0 is not a width from 1 to 62"),
    ],
)
def test_refusals_are_sentences(dividend, divisor, widths, message):
    with pytest.raises(UsageError, match=message):
        int_divide(dividend, divisor, dividend_bits=widths[0], divisor_bits=widths[1])
