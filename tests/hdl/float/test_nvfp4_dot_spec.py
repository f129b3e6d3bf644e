import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.float.nvfp4_dot import Nvfp4DotSpec


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"lanes": 3}, "lanes=3 does not divide a block of 16: use 1, 2, 4, 8 or 16"),
        (
            {"blocks": 9, "acc_bits": 50},
            r"acc_bits=50 .* blocks=9 blocks, in units of 2\^-20: use acc_bits=51",
        ),
        ({"acc_bits": 50}, "acc_bits=50 is the width of a sum in fixed point"),
    ],
)
def test_refusals_are_sentences(fields, message):
    with pytest.raises(UsageError, match=message):
        Nvfp4DotSpec(**fields)


def test_widths_and_cycles():
    spec = Nvfp4DotSpec(lanes=4)
    assert (spec.sum_bits, spec.block_format.acc_bits, spec.beats_per_block, spec.latency) == (13, 21, 4, 4)
    exact = Nvfp4DotSpec(blocks=1024, tensor_scale=False)
    assert (exact.fixed.bits, exact.fixed.fraction_bits, exact.latency) == (58, 20, 4)
