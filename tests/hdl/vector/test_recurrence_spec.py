"""What `divide` and `sqrt` refuse, and what they promise."""

import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.vector.divide import DivideSpec
from macwright.hdl.vector.sqrt import SqrtSpec


@pytest.mark.parametrize(
    "spec, fields, message",
    [
        (
            DivideSpec,
            {"dividend_bits": 8, "step_bits": 9},
            "step_bits=9 is more than the 8 bits of the result",
        ),
        (
            SqrtSpec,
            {"bits": 9, "step_bits": 6},
            "step_bits=6 is more than the 5 bits.* use step_bits=5 or less",
        ),
        (DivideSpec, {"divisor_bits": 33}, "divisor_bits=33 is not legal: .* from 1 to 32"),
        (SqrtSpec, {"form": "table"}, "form=table is not legal: form is one of serial, pipelined"),
    ],
)
def test_refusals_are_sentences(spec, fields, message):
    with pytest.raises(UsageError, match=message):
        spec(**fields)


def test_cycles_follow_from_bits_and_form():
    serial = DivideSpec(dividend_bits=10, step_bits=3, lanes=2)
    assert (serial.latency, serial.interval, serial.elements_per_cycle) == (4, 4, 0.5)
    pipelined = SqrtSpec(bits=15, step_bits=3, form="pipelined")
    assert (pipelined.latency, pipelined.interval, pipelined.elements_per_cycle) == (3, 1, 1)
    assert SqrtSpec(bits=15, step_bits=8).interval == 1
