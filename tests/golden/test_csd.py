import numpy as np
import pytest
from macwright.golden.csd import check_digits, coded_digits, kept_digits, most_digits, round_to_digits
from macwright.golden.errors import UsageError


def signed_sums(bits, digits):
    """Every sum of at most `digits` signed powers of two, by brute force."""
    powers = [1 << k for k in range(bits)]
    sums = {0}
    for _ in range(digits):
        sums |= {s + sign * p for s in sums for p in powers for sign in (1, -1)}
    return sums


@pytest.mark.parametrize("bits, digits", [(2, 1), (4, 1), (4, 2), (8, 1), (8, 2), (8, 3)])
def test_rounding_finds_the_nearest_sum_of_signed_powers_of_two(bits, digits):
    every = np.arange(-(1 << bits - 1), 1 << bits - 1)
    legal = np.array(sorted(signed_sums(bits, digits) & set(every.tolist())))
    found = round_to_digits(every, bits=bits, digits=digits)
    assert set(found.tolist()) <= set(legal.tolist())
    assert (np.abs(found - every) == np.abs(legal[:, None] - every).min(axis=0)).all()
    assert (check_digits("w", found, bits=bits, digits=digits) == found).all()
    assert (found[np.isin(every, legal)] == every[np.isin(every, legal)]).all()


def test_ties_go_towards_zero_and_real_weights_are_clipped():
    assert round_to_digits([6, -6, 3, -3, 99.0, -99.0, 1.4], bits=4, digits=1).tolist() == [
        *(4, -4, 2, -2),
        *(4, -8, 1),
    ]


def test_the_highest_digits_are_kept():
    every = np.arange(-128, 128)
    assert (kept_digits(every, bits=8, digits=most_digits(8)) == every).all()
    two = kept_digits(every, bits=8, digits=2)
    assert two[128 + 85] == 80 and two[128 + 127] == 127 and two[128 - 75] == -80
    assert kept_digits([7, 6, 3, -3], bits=4, digits=1).tolist() == [8, 8, 4, -4]
    assert np.abs(two - every).max() <= 10
    legal = round_to_digits(every, bits=8, digits=2)
    assert (kept_digits(legal, bits=8, digits=2) == legal).all()


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: check_digits("b", [[1, 5], [2, 85]], bits=8, digits=2),
            r"b\[1, 1\] = 85 has 4 signed digits, and digits=2 is the limit: round the weights",
        ),
        (lambda: check_digits("b", [9], bits=4, digits=2), "9 is outside -8..7"),
        (lambda: round_to_digits([np.nan]), "not finite"),
    ],
)
def test_wrong_use(call, message):
    with pytest.raises(UsageError, match=message):
        call()


@pytest.mark.parametrize("bits, digits", [(2, 1), (4, 1), (4, 2), (8, 2), (8, 4)])
def test_coded_digits_are_the_digits_that_are_kept(bits, digits):
    every = np.arange(-(1 << bits - 1), 1 << bits - 1)
    size = 2 + max(1, (bits - 1).bit_length())
    words = coded_digits(every, bits=bits, digits=digits)
    total = 0
    for _ in range(digits):
        total += (words & 1) * (1 - (words & 2)) << (words >> 2 & (1 << size - 2) - 1)
        words = words >> size
    assert (words == 0).all() and (total == kept_digits(every, bits=bits, digits=digits)).all()
