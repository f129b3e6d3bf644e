import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.float.bfp_dot import BfpDotSpec


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"lanes": 5}, "lanes=5 does not divide a block of 32: use 1, 2, 4, 8, 16 or 32"),
        ({"block": 4}, "lanes=8 does not divide a block of 4"),
        ({"block": 1}, "lanes=8 does not divide a block of 1: use 1$"),
        ({"a_bits": 3}, "a_bits=3 is not legal: a_bits is a whole number from 4 to 16"),
        ({"b_bits": 17}, "b_bits=17 is not legal"),
        ({"block": 0}, "block=0 is not legal"),
    ],
)
def test_refusals_are_sentences(fields, message):
    with pytest.raises(UsageError, match=message):
        BfpDotSpec(**fields)


def test_the_sum_of_a_block_is_exact():
    # 32 products of -128 x -128 are 2^19, which needs 21 bits, signed.
    assert BfpDotSpec().sum_bits == 21
    assert BfpDotSpec(a_bits=16, b_bits=16, block=1024).sum_bits == 42
    spec = BfpDotSpec(block=12, lanes=3)
    assert (spec.beats_per_block, spec.macs_per_cycle, spec.latency) == (4, 3, 3)
