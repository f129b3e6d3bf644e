import numpy as np
import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.lut.lut_tile_spec import LutTileSpec


@pytest.mark.parametrize(
    "assignments, message",
    [
        ({"planes": "5"}, "planes=5 is more than weights have with weight_bits=4: use planes=4 or less"),
        ({"k": "7"}, "k=7 is not legal: k is a whole number from 1 to 6"),
        (
            {"rows": "16", "depth": "8", "k": "6", "symmetric": "false"},
            "make tables of 90112 bits in all, and 65536 is the most: use a smaller depth or k, fewer rows",
        ),
        (
            {"cols": "256", "depth": "16", "k": "6", "weight_bits": "8"},
            "take selects of 197376 bits in all, and 65536 is the most: use a smaller depth, fewer columns",
        ),
        ({"weight_bits": "9"}, "weight_bits=9 is not legal"),
        ({"activations": "int9"}, "activations=int9 is not legal: activations is one of int4, int8, int16"),
    ],
)
def test_illegal_values_are_refused_in_a_sentence(assignments, message):
    with pytest.raises(UsageError, match=message):
        LutTileSpec.parse(assignments)


def test_weights_are_checked_for_their_kind():
    signed, odd = LutTileSpec(weight_bits=2), LutTileSpec(weight_bits=2, weight_kind="odd")
    assert signed.check_b(np.array([[-2, 1]])).tolist() == [[-2, 1]]
    assert odd.check_b(np.array([[-3, 1]])).tolist() == [[-3, 1]]
    for spec, weight, message in (
        (signed, 2, r"w\[0, 0\] = 2 is outside -2..1"),
        (odd, 0, r"w\[0, 0\] = 0 is not an odd number from -3 to 3"),
        (LutTileSpec(weight_kind="zero_point"), 0, "zero points in a stream of their own"),
    ):
        with pytest.raises(UsageError, match=message):
            spec.check_b(np.array([[weight]]))


def test_widths_follow_from_the_parameters():
    assert LutTileSpec().table_bits == 10 and LutTileSpec(table="int8").table_bits == 8
    # A 4-bit weight in beats of one plane: the table is shifted by up to three places.
    assert LutTileSpec(planes=1).row_spec.word_bits == 13 and LutTileSpec(planes=1).beats_per_step == 4
    # Where what is added up is twice C, the sum has a bit more.
    assert LutTileSpec().acc_width == LutTileSpec().out_bits + 1
    assert LutTileSpec(weight_kind="odd").acc_width == LutTileSpec(weight_kind="odd").out_bits


def test_sums_sized_by_weights(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("w.npy", np.full((10, 3), -2))
    np.save("odd.npy", np.full((10, 3), -15))
    spec = LutTileSpec(acc_bits="from:w.npy")
    # From -2540 to 2560, and twice that in the elements.
    assert (spec.out_bits, spec.acc_width, spec.k_limit) == (13, 14, 10)
    assert LutTileSpec(acc_bits="from:odd.npy", weight_kind="odd").out_bits == 16
    assert LutTileSpec(acc_bits=40).out_bits == 39
    for fields, message in (
        ({"acc_bits": 20}, "acc_bits=20 cannot hold every sum of K=4096: use acc_bits=25, or a lower k_max"),
        ({"k_max": 9}, "both size the accumulator, and K of these weights is 10"),
        ({"table": "int8"}, "weights that are known and sums that are exact: use weight_kind=signed or odd"),
        ({"weight_bits": 1}, r"acc_bits=from:w.npy: w\[0, 0\] = -2 is outside -1..0.*use wider operands"),
    ):
        with pytest.raises(UsageError, match=message):
            LutTileSpec(**{"acc_bits": "from:w.npy"} | fields)
