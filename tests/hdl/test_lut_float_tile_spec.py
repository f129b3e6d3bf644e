import numpy as np
import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.lut.lut_float_tile_spec import LutFloatTileSpec


@pytest.mark.parametrize(
    "assignments, message",
    [
        ({"planes": "5"}, "planes=5 is more than weights have with weight_bits=4: use planes=4 or less"),
        (
            {"activations": "bf16,fp16"},
            "activations=bf16,fp16 is not legal: activations is one of bf16, fp16",
        ),
        ({"activations": "int8"}, "activations=int8 is not legal"),
        (
            {"weight_kind": "zero_point"},
            "weight_kind=zero_point is not legal: weight_kind is one of signed, odd",
        ),
        ({"align_bits": "8"}, "align_bits=8 cuts the significand of 8 bits and its sign: use at least 9"),
        (
            {"acc_bits": "16"},
            "acc_bits=16 does not hold the sum of a beat, 17 bits: use at least 17, or fewer",
        ),
        (
            {"rows": "16", "depth": "8", "k": "6", "symmetric": "false"},
            "make tables of 123328 bits in all, and 65536 is the most: use a smaller depth or k, fewer rows",
        ),
        (
            {"cols": "256", "depth": "16", "k": "6", "weight_bits": "8"},
            "take selects of 196608 bits in all, and 65536 is the most: use a smaller depth, fewer columns",
        ),
    ],
)
def test_illegal_values_are_refused_in_a_sentence(assignments, message):
    with pytest.raises(UsageError, match=message):
        LutFloatTileSpec.parse(assignments)


def test_weights_are_checked_for_their_kind():
    signed, odd = LutFloatTileSpec(weight_bits=2), LutFloatTileSpec(weight_bits=2, weight_kind="odd")
    assert signed.check_b(np.array([[-2, 1]])).tolist() == [[-2, 1]]
    for spec, weight, message in (
        (signed, 2, r"w\[0, 0\] = 2 is outside -2..1"),
        (odd, 0, r"w\[0, 0\] = 0 is not an odd number from -3 to 3"),
    ):
        with pytest.raises(UsageError, match=message):
            spec.check_b(np.array([[weight]]))


def test_widths_follow_from_the_parameters():
    spec = LutFloatTileSpec()
    assert (spec.align_width, spec.table_spec.table_bits, spec.step.sum_bits) == (12, 14, 17)
    assert (spec.step.acc_bits, spec.step.exponent_bits) == (20, 9)
    # A later beat weighs more by its exponent: tables and sums are as wide as those of one plane.
    serial = LutFloatTileSpec(planes=1)
    assert serial.table_spec.word_bits == 14 and serial.step.sum_bits == 14 and serial.beats_per_step == 4
    # A sum that is wider than 20 bits makes the accumulator as wide.
    assert LutFloatTileSpec(weight_bits=8, depth=4).step.acc_bits == 23
    assert [LutFloatTileSpec(activations=name).align_width for name in ("fp16", "e4m3", "e5m2")] == [15, 8, 7]
