import numpy as np
import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.ternary.ternary_tile_spec import TernaryTileSpec


@pytest.mark.parametrize(
    "assignments, message",
    [
        ({"packing": "2in4"}, "packing=2in4 is not legal: packing is one of 1in2, 3in5, 4in7, 5in8"),
        ({"depth": "17"}, "depth=17 is not legal: depth is a whole number from 1 to 16"),
        ({"a_bits": "1"}, "a_bits=1 is not legal"),
        (
            {"packing": "4in7", "rows": "16", "depth": "16"},
            "rows=16 and depth=16 with packing=4in7 make tables of 102400 bits in all, and 65536 is the most",
        ),
    ],
)
def test_illegal_values_are_refused_in_a_sentence(assignments, message):
    with pytest.raises(UsageError, match=message):
        TernaryTileSpec.parse(assignments)


def test_weights_are_checked():
    assert TernaryTileSpec().check_b(np.array([[-1, 0, 1]])).tolist() == [[-1, 0, 1]]
    with pytest.raises(UsageError, match=r"w\[0, 0\] = 2 is not -1, 0 or 1"):
        TernaryTileSpec().check_b(np.array([[2]]))


@pytest.mark.parametrize(
    "packing, k_step, tables, entry_bits",
    [("1in2", 3, 2, 9), ("5in8", 15, 8, 9), ("3in5", 9, 3, 10), ("4in7", 12, 3, 10)],
)
def test_sizes_follow_from_the_packing(packing, k_step, tables, entry_bits):
    spec = TernaryTileSpec(packing=packing, depth=3, rows=2, cols=5)
    assert (spec.k_step, spec.row_spec.depth, spec.row_spec.word_bits) == (k_step, tables, entry_bits)
    assert spec.macs_per_cycle == 10 * k_step and spec.latency == 4


def test_the_sum_is_as_wide_as_the_worst_case():
    assert TernaryTileSpec(k_max=255).out_bits == 16 and TernaryTileSpec(k_max=256).out_bits == 17
    # 128 products of 255 are less than 2 ** 15, and of 128 they are just that.
    assert TernaryTileSpec(k_max=128, a_signed=False).out_bits == 16
