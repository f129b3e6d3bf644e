"""What an attention head refuses, and that its sums hold what they must."""

import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.attention.attention_spec import AttentionSpec


@pytest.mark.parametrize(
    "assignments, message",
    [
        ({"dim": "24"}, "lanes=16 does not divide dim=24, and a vector is whole beats: use lanes=12"),
        ({"dim": "7", "lanes": "2"}, "lanes=2 does not divide dim=7, .*: use lanes=1"),
        ({"out_lanes": "3"}, "out_lanes=3 does not divide dim=64, .*: use out_lanes=2"),
        (
            {"score_bits": "5"},
            "fraction_bits=5 leaves no octave to scores with score_bits=5: use fraction_bits=4 or less",
        ),
        ({"window": "0"}, "window=0 is not legal: window is a whole number from 1 to 65536, or none"),
        (
            {"queries": "16", "dim": "256"},
            "queries=16 make sums of 114688 bits in all, and 65536 is the most",
        ),
    ],
)
def test_illegal_values_are_refused_in_a_sentence(assignments, message):
    with pytest.raises(UsageError, match=message):
        AttentionSpec.parse(assignments)


@pytest.mark.parametrize("length, bits, exp_bits", [(1, 2, 2), (64, 8, 8), (4096, 8, 8), (65536, 8, 12)])
def test_sums_hold_the_longest_row(length, bits, exp_bits):
    spec = AttentionSpec(length_max=length, bits=bits, exp_bits=exp_bits)
    total = length * ((1 << exp_bits) - 1)
    assert total >> spec.row_exp.total_bits == 0
    assert -total << bits - 1 >= -1 << spec.acc_bits - 1


def test_rows_that_follow_each_other_without_a_wait():
    assert AttentionSpec(dim=16).smooth_length == 20
    assert AttentionSpec(dim=64, lanes=16, out_lanes=4).smooth_length == 6
    assert AttentionSpec(dim=16, queries=4).smooth_length == 74
