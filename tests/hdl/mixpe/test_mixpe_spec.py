"""The Spec of mixpe_array: refusals, and what follows from the fields."""

import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.mixpe.mixpe_spec import MixpeArraySpec

CSD = {"recoding": "csd", "zero_point": False}


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"depth": 4}, "depth=4 is for dataflow=ws: leave depth out"),
        ({"dataflow": "ws", "group": 10, "depth": 4}, "group=10 is not a multiple of depth=4.*use group=12"),
        ({"element": "operator", "recoding": "bits"}, "recoding=bits is for elements made here"),
        ({"frac": 3}, "frac=3 is for float scales"),
        ({"scale": "fp16", "mult_bits": 8}, "mult_bits=8 is for scale=dyadic.*significand of 11 bits"),
        ({"digits": 2}, "digits=2 is for recoding=csd, and recoding=radix4 takes every weight: leave digits"),
        ({"recoding": "csd"}, "with zero_point=true a weight is .* use zero_point=false"),
        (CSD | {"digits": 3}, "digits=3 is more than weights of b_bits=4 have: use digits=2 or fewer"),
        (CSD | {"element": "operator"}, "recoding=csd is for elements made here"),
        (
            {"acc_bits": 18},
            "acc_bits=18 cannot hold the sum of 128 products.*use acc_bits=19 or more, or a shorter group",
        ),
    ],
)
def test_refusals_are_sentences(fields, message):
    with pytest.raises(UsageError, match=message):
        MixpeArraySpec(**fields)


def test_a_weight_of_two_bits_has_one_digit():
    assert MixpeArraySpec(**CSD, b_bits=2).digit_limit == 1
    assert not MixpeArraySpec(**CSD).flags_weights and MixpeArraySpec(**CSD, b_bits=8).flags_weights


def test_recentred_weights_need_no_wider_sums_than_signed_ones():
    spec = MixpeArraySpec()
    assert spec.core.b_signed and spec.core.acc_width == spec.sum_bits == 19


def test_groups_are_as_far_apart_as_sums_and_scales_take():
    spec = MixpeArraySpec(rows=4, cols=6, group=10)
    assert [spec.tile_cycles(k) for k in (1, 8, 10, 20, 21)] == [8, 8, 10, 20, 28]
