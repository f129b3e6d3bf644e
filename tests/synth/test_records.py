import pytest
from macwright.golden.errors import UsageError
from macwright.synth.records import join, unit_row


def test_join_merges_records_of_the_same_verilog():
    verified = {"verilog_sha256": "a" * 64, "passed": True}
    measured = {"verilog_sha256": "a" * 64, "area_um2": 3}
    assert join(verified, measured) == verified | measured


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ({"verilog_sha256": "b" * 64}, "speak of different Verilog, aaaaaaaaaaaa and bbbbbbbbbbbb"),
        ({"area_um2": 3}, "no verilog_sha256"),
        ({"verilog_sha256": "a" * 64, "passed": False}, "disagree about passed"),
    ],
)
def test_join_refuses(second, said):
    with pytest.raises(UsageError, match=said):
        join({"verilog_sha256": "a" * 64, "passed": True}, second)


def test_unit_row():
    rows = [{"name": "x", "v": 1}, {"name": "baseline (*)", "v": 2}]
    assert unit_row({"unit": "x", "rows": rows})["v"] == 1
