import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.float.block_quantize import BlockQuantizeSpec


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"lanes": 5}, "lanes=5 does not divide a block of 32: use 1, 2, 4, 8, 16 or 32"),
        ({"bits": 6}, "bits=6 is for element=bfp, and element=mxfp8_e4m3 has its own: leave it out"),
        ({"block": 16, "element": "mxint8"}, "block=16 is for element=bfp, and element=mxint8 has its own"),
        ({"fmt": "fp16"}, "fmt=fp16 is not legal: fmt is one of bf16, fp32"),
        ({"element": "nvfp4"}, "element=nvfp4 is not legal: element is one of mxfp8_e5m2"),
    ],
)
def test_refusals_are_sentences(fields, message):
    with pytest.raises(UsageError, match=message):
        BlockQuantizeSpec(**fields)


def test_sizes():
    spec = BlockQuantizeSpec(element="bfp", bits=5, block=12, lanes=3)
    assert (spec.beats_per_block, spec.elements_per_cycle, spec.latency, spec.lane.width) == (4, 3, 4, 5)
    assert BlockQuantizeSpec(element="mxfp6_e2m3").lane.width == 6
