"""What the digit-serial units refuse, and what they say of themselves."""

import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import consequences
from macwright.golden.errors import UsageError

ARRAY = {"dataflow": "broadcast", "element": "bit_serial_shared"}


@pytest.mark.parametrize("name, base", [("mac_array", ARRAY), ("bit_serial_pe", {})], ids=str)
@pytest.mark.parametrize(
    "fields, message",
    [
        ({"overflow": "saturate", "acc_bits": 20}, "overflow=saturate is not possible in carry-save form"),
        ({"input_reg": True}, "input_reg=true changes nothing in a digit-serial element"),
        ({"queue": 0}, "queue=0 is not legal"),
    ],
    ids=str,
)
def test_refusals_are_sentences(name, base, fields, message):
    with pytest.raises(UsageError, match=message):
        find_unit(name).spec(**base | fields)


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"element": "bit_serial", "dataflow": "os"}, "only broadcast lets rows go at their own pace; use"),
        ({"element": "bit_serial_grouped"}, "which only tree brings; use dataflow=tree"),
        ({"queue": 4}, "queue=4 is for bit-serial elements.*element=operator keeps step: leave queue out"),
    ],
    ids=str,
)
def test_combinations_without_sense_are_refused(fields, message):
    with pytest.raises(UsageError, match=message):
        find_unit("mac_array").spec(**fields)


def test_a_beat_must_fit_an_exact_sum():
    with pytest.raises(UsageError, match="k_max=3 is less than a step adds with lanes=4: use k_max=4"):
        find_unit("bit_serial_pe").spec(lanes=4, k_max=3)


def test_timing_depends_on_the_data():
    spec = find_unit("bit_serial_pe").spec(lanes=2)
    assert spec.latency is None and spec.macs_per_cycle == 0.5
    assert consequences(spec)[:2] == [
        "latency: depends on the data",
        "at least 0.5 multiply-accumulate per cycle, more where digits are zero",
    ]
