"""The element with lanes: the sums on which the published hardware is wrong, and what is refused."""

import numpy as np
import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.golden.errors import UsageError
from macwright.hdl.pe.bit_weight_pe import BitWeightPeSpec
from macwright.tb.rtl import Rtl


@pytest.mark.parametrize("reduction", ["flat", "bit_weight"])
def test_sixteen_equal_products_where_the_published_opt2_overflows(reduction):
    spec = BitWeightPeSpec(lanes=16, k_max=16, reduction=reduction)
    rtl = Rtl(make_verilog(find_unit("bit_weight_pe"), spec))
    a = np.repeat([[-128], [-2], [-127], [-126], [-8], [127]], 16, axis=1)
    a = np.vstack([a, np.zeros((1, 16), int)])
    steps = {"en": np.ones(len(a)), "first": np.ones(len(a)), "a": a, "b": np.full_like(a, -128)}
    assert rtl.clock(steps)["acc"][1:].tolist() == [262144, 4096, 260096, 258048, 16384, -260096]


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"lanes": 17}, "lanes=17 is not legal: lanes is a whole number from 1 to 16"),
        (
            {"k_max": 3},
            "k_max=3 is less than a step adds with lanes=4: use k_max=4 or more, or a lower value of lanes",
        ),
        ({"lanes": 16, "acc_bits": 19}, "acc_bits=19 cannot hold the sum of 16 products.*use acc_bits=20"),
        ({"lanes": 16, "acc_bits": 20, "k_max": 32}, "sum of 32 products.*use acc_bits=21"),
    ],
)
def test_a_step_that_can_overflow_an_exact_sum_is_refused(fields, message):
    with pytest.raises(UsageError, match=message):
        BitWeightPeSpec(**fields)


@pytest.mark.parametrize("more, latency", [({}, 1), ({"input_reg": True}, 2), ({"pipeline": True}, 2)])
def test_the_spec_knows_its_timing_and_how_many_products_fit(more, latency):
    spec = BitWeightPeSpec(lanes=16, acc_bits=20, **more)
    assert (spec.latency, spec.macs_per_cycle, spec.k_limit) == (latency, 16, 31)
