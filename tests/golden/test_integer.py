import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from macwright.golden.accumulator import acc_bits_for, k_max_for, product_range
from macwright.golden.errors import UsageError
from macwright.golden.integer import check_odd, check_range, int_range, int_width, saturate, wrap

WIDTHS = st.integers(2, 16)
SIGNS = st.booleans()


@given(st.integers(1, 20), SIGNS, st.lists(st.integers(-(2**40), 2**40), min_size=1))
def test_wrap_is_congruent_and_in_range(bits, signed, values):
    wrapped = wrap(np.array(values), bits, signed)
    low, high = int_range(bits, signed)
    assert ((wrapped >= low) & (wrapped <= high)).all()
    assert ((wrapped - values) % (1 << bits) == 0).all()


@given(st.integers(1, 20), SIGNS, st.integers(-(2**40), 2**40))
def test_saturate_goes_to_the_nearest_end(bits, signed, value):
    low, high = int_range(bits, signed)
    assert saturate(value, bits, signed) == min(max(value, low), high)


@given(st.integers(1, 30), SIGNS)
def test_width_of_a_range_is_its_width(bits, signed):
    assert int_width(*int_range(bits, signed), signed) == bits


def test_width_of_an_unsigned_negative_is_refused():
    with pytest.raises(UsageError, match="cannot hold -1"):
        int_width(-1, 3, signed=False)


@given(st.integers(1, 5000), WIDTHS, WIDTHS, SIGNS, SIGNS)
def test_accumulator_width_is_exact(k, a_bits, b_bits, a_signed, b_signed):
    operands = (a_bits, b_bits, a_signed, b_signed)
    bits = acc_bits_for(k, *operands)
    assert k_max_for(bits, *operands) >= k
    assert k_max_for(bits - 1, *operands) < k


def test_int8_needs_sixteen_bits_for_one_product_and_not_one_more():
    assert acc_bits_for(1, 8, 8, True, True) == 16
    assert acc_bits_for(2, 8, 8, True, True) == 17
    assert acc_bits_for(65536, 8, 8, True, True) == 32
    assert product_range(8, 8, True, False) == (-128 * 255, 127 * 255)


@pytest.mark.parametrize(
    "values, message", [([1, 200], r"x\[1\] = 200 is outside -128..127"), ([0.5], "float64")]
)
def test_operands_out_of_range_are_named(values, message):
    with pytest.raises(UsageError, match=message):
        check_range("x", values, 8, True)


def test_sums_of_planes_of_ones_are_odd():
    assert check_odd("x", [-7, -1, 7], 3).tolist() == [-7, -1, 7]
    for values, message in (
        ([1, 2], r"x\[1\] = 2 is not an odd number from -7 to 7, as sums of 3 planes of \+-1 are"),
        ([-8], r"x\[0\] = -8 is not an odd number"),
        ([9], r"x\[0\] = 9 is outside -8..7"),
    ):
        with pytest.raises(UsageError, match=message):
            check_odd("x", values, 3)
