"""What the digit-serial units refuse, and what they say of themselves."""

import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import consequences
from macwright.golden.errors import UsageError


@pytest.mark.parametrize("name", ["serial_array", "bit_serial_pe"])
@pytest.mark.parametrize(
    "fields, message",
    [
        ({"overflow": "saturate", "acc_bits": 20}, "overflow=saturate is not possible in carry-save form"),
        ({"input_reg": True}, "input_reg=true changes nothing in a digit-serial element"),
        ({"queue": 0}, "queue=0 is not legal"),
    ],
    ids=str,
)
def test_refusals_are_sentences(name, fields, message):
    with pytest.raises(UsageError, match=message):
        find_unit(name).spec(**fields)


def test_a_beat_must_fit_an_exact_sum():
    with pytest.raises(UsageError, match="k_max=3 is less than a beat adds with lanes=4"):
        find_unit("bit_serial_pe").spec(lanes=4, k_max=3)


def test_timing_depends_on_the_data():
    spec = find_unit("bit_serial_pe").spec(lanes=2)
    assert spec.latency is None and spec.macs_per_cycle == 0.5
    assert consequences(spec)[:2] == [
        "latency: depends on the data",
        "at least 0.5 multiply-accumulate per cycle, more where digits are zero",
    ]
