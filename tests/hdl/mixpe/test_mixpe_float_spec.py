"""The Spec of mixpe_float_array: refusals, and what follows from the fields."""

import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.mixpe.mixpe_float_spec import MixpeFloatArraySpec


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"mult_bits": 8}, "mult_bits=8 is for scale_format=dyadic, and a scale in bf16 has its own widths"),
        (
            {"scale_format": "fp16", "shift_bits": 5},
            "shift_bits=5 is for scale_format=dyadic",
        ),
        ({"microarchitecture": "terms", "sum_format": "fp32"}, "sum_format=fp32 differs from a_format=bf16"),
        ({"depth": 4}, "depth=4 is for dataflow=ws"),
        ({"dataflow": "ws", "depth": 3, "group": 8}, "group=8 is not a multiple of depth=3"),
        ({"dataflow": "ws", "depth": 1, "rows": 1}, "depth=1 with rows=1 .* adder takes two: use depth=2"),
        ({"recoding": "csd"}, "recoding=csd limits the signed digits .* use zero_point=false"),
        ({"acc_bits": 12, "b_bits": 8}, "acc_bits=12 does not hold a product of 16 bits"),
    ],
)
def test_refusals_are_sentences(fields, message):
    with pytest.raises(UsageError, match=message):
        MixpeFloatArraySpec(**fields)


def test_the_column_of_sums_is_not_counted():
    spec = MixpeFloatArraySpec(rows=3, cols=5)
    assert spec.core.cols == 6 and spec.b_lanes == 5 and spec.macs_per_cycle == 15
    spec = MixpeFloatArraySpec(rows=3, cols=5, dataflow="ws", depth=2)
    assert spec.core.cols == 6 and spec.b_lanes == 5 and spec.macs_per_cycle == 10


def test_a_zero_point_costs_two_cycles_of_latency_and_its_step_of_terms_one():
    def latency(**fields):
        return MixpeFloatArraySpec(**fields).latency

    assert latency() == latency(zero_point=False) + 2
    assert latency(microarchitecture="terms") == latency(microarchitecture="terms", zero_point=False) + 1
