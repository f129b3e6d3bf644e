"""The Spec of a requantiser: refusals, promises, and widths behind the product."""

import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.manifest import timing
from macwright.gen.verilog import make_verilog
from macwright.golden.errors import UsageError
from macwright.hdl.vector.requant_spec import RequantSpec


@pytest.mark.parametrize(
    "fields, message",
    [
        (
            {"residual_bits": 8},
            "residual_bits=8 and residual_signed=true describe a second .*set residual=true",
        ),
        ({"residual_signed": False}, "residual_signed=false describe a second branch"),
        ({"activation": "relu", "out_signed": False}, "activation=relu does nothing .*use activation=none"),
        ({"mult_bits": 32}, "mult_bits=32 is not legal: mult_bits is a whole number from 8 to 31"),
        ({"rounding": "up"}, "rounding=up is not legal: rounding is one of half_up, half_even"),
    ],
)
def test_refusals_are_sentences(fields, message):
    with pytest.raises(UsageError, match=message):
        RequantSpec(**fields)


def test_promises_stand_in_manifest_and_header():
    spec = RequantSpec(lanes=2, in_bits=8, mult_bits=8, pipeline=3)
    assert timing(spec) == {"latency": 3, "elements_per_cycle": 2}
    text = make_verilog(find_unit("requant"), spec).text
    assert "//   latency: 3 cycles\n//   peak: 2 results per cycle\n" in text


def test_a_branch_is_as_wide_as_its_sum_needs():
    def widths(**fields):
        return [branch.result_bits for branch in RequantSpec(**fields).branches.values()]

    assert widths() == [8]
    assert widths(zero_point=True) == [9]
    assert widths(activation="relu") == [7]
    # The main product has 48 bits, the residual's 24: nothing above 25 bits can come back into range.
    assert widths(residual=True, residual_bits=8) == [25, 24]
    # A product that is narrower than the result needs no saturation.
    assert widths(in_bits=2, mult_bits=8, out_bits=16) == [10]


def test_shared_parameters_are_recoded_and_delayed_once():
    unit = find_unit("requant")
    shared, own = (
        make_verilog(unit, unit.spec(lanes=3, in_bits=12, mult_bits=8, pipeline=5, per=per)).text
        for per in ("tensor", "channel")
    )
    assert (shared.count("coder_0 ("), shared.count("coder_2 (")) == (1, 0)
    assert (own.count("coder_2 ("), own.count("shift_delay_2 (")) == (1, 1)
