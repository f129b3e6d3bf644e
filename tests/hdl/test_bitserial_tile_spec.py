import numpy as np
import pytest
from macwright.golden.bit_serial_gemm import bit_serial_bits
from macwright.golden.errors import UsageError
from macwright.hdl.bitserial.bitserial_tile_spec import BitserialTileSpec


@pytest.mark.parametrize(
    "assignments, message",
    [
        ({"w_bits": "17"}, "w_bits=17 is not legal: w_bits is a whole number from 1 to 16"),
        ({"depth": "0"}, "depth=0 is not legal"),
        ({"planes": "or"}, "planes=or is not legal: planes is one of and, xor"),
    ],
)
def test_illegal_values_are_refused_in_a_sentence(assignments, message):
    with pytest.raises(UsageError, match=message):
        BitserialTileSpec.parse(assignments)


def test_weights_are_checked():
    assert BitserialTileSpec(w_bits=2).check_b(np.array([[-2, 1]])).tolist() == [[-2, 1]]
    with pytest.raises(UsageError, match=r"b\[0, 0\] = 2 is outside -2..1"):
        BitserialTileSpec(w_bits=2).check_b(np.array([[2]]))
    with pytest.raises(UsageError, match="planes=xor multiplies odd numbers.*use planes=and"):
        BitserialTileSpec(planes="xor").check_b(np.array([[1]]))


@pytest.mark.parametrize("w_kind", ["signed", "unsigned"])
@pytest.mark.parametrize("a_kind", ["signed", "unsigned"])
def test_a_sum_holds_every_kind(w_kind, a_kind):
    for k in (1, 3, 4096):
        spec = BitserialTileSpec(w_bits=3, a_bits=5, k_max=k)
        needed = bit_serial_bits(k, w_bits=3, a_bits=5, w_kind=w_kind, a_kind=a_kind)
        # Without a sign there is a bit less.
        assert spec.out_bits >= needed + (w_kind == a_kind == "unsigned")


def test_time_follows_from_the_widths():
    spec = BitserialTileSpec(rows=2, cols=3, depth=4, w_bits=2, a_bits=3)
    assert spec.tile_beats("b", 9) == 2 * 3 * 3 and spec.tile_beats("c", 9) == 2
    assert spec.macs_per_cycle == 2 * 3 * 4 / 6 and spec.most_shifts == 3 and spec.latency == 3
