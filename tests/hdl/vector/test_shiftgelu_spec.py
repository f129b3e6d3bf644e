"""What `shiftgelu` refuses and warns of, and its timing."""

import pytest
from macwright.golden.errors import UsageError
from macwright.golden.ivit_exp import shiftgelu_error, shiftgelu_exponentials
from macwright.hdl.vector.shiftgelu import ShiftgeluSpec


@pytest.mark.parametrize(
    "fields, message",
    [
        (
            {"one": 300},
            r"one=300 and n=23 make exp\(0\) = one << n, which must be from 1 to 2\*\*31 - 1: use",
        ),
        (
            {"n": 3},
            r"one=19 and n=3 with in_bits=8 err by 1\.\d+ in rows up to 4, where 0.35 is usual: exponentia",
        ),
        ({"one": 38, "n": 25}, "err by 0.87 in rows up to 4.* few bits; use a larger n, or a smaller n"),
        ({"in_bits": 11}, "in_bits=11 is not legal"),
    ],
)
def test_refusals_are_sentences(fields, message):
    with pytest.raises(UsageError, match=message):
        ShiftgeluSpec(**fields)


def test_rows_that_exponentials_do_not_reach_across_are_warned_of():
    assert ShiftgeluSpec(one=10).cautions == ()
    (caution,) = ShiftgeluSpec(one=5).cautions
    assert "the largest error is 7.40 in rows whose maximum is the largest code" in caution


def test_errors_as_measured_before():
    assert shiftgelu_error(one=19) == pytest.approx(0.243, abs=0.001)
    # The published n leaves the factor few bits.
    assert shiftgelu_error(one=19, n=17) < 0.04
    # A maximum of 9, and one of 12, with 1/8 per code.
    assert shiftgelu_error(one=5, largest=32) < 0.1 < 4 < shiftgelu_error(one=5, largest=76)


def test_exponentials_are_those_of_the_golden_model():
    a, b = shiftgelu_exponentials(one=10)
    assert (len(a), len(b), a[0], b[128]) == (256, 256, 10 << 23, 10 << 23)
    assert (
        max(b) == (1 << 31) - 1 and list(a) == sorted(a, reverse=True) and list(b) == sorted(b, reverse=True)
    )


def test_latency_follows_from_the_division():
    assert ShiftgeluSpec(step_bits=31).latency == 8 and ShiftgeluSpec(step_bits=1).latency == 38
