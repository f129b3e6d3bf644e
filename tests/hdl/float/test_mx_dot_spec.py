import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.float.mx_dot import MxDotSpec


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"lanes": 5}, "lanes=5 does not divide a block of 32: use 1, 2, 4, 8, 16 or 32"),
        ({"lanes": 33}, "lanes=33 is not legal: lanes is a whole number from 1 to 32"),
        ({"a_element": "mxfp5"}, "a_element=mxfp5 is not legal: a_element is one of mxfp8_e5m2, mxfp8_e4m3"),
        (
            {"blocks": 64, "acc_bits": 47, "scale_high": -1, "scale_low": -1},
            r"acc_bits=47 cannot hold the exact sum of blocks=64 blocks, in units of 2\^-19: use acc_bits=48",
        ),
        (
            {"acc_bits": 40},
            "acc_bits=40 is the width of a sum in fixed point, and with blocks=none blocks are",
        ),
        (
            {"blocks": 4, "scale_low": 3},
            "scale_low=3 is above scale_high=0: make it as low as that, or lower",
        ),
        (
            {"blocks": 4, "scale_low": -100, "scale_high": 100},
            "blocks=4: their exact sum has 244 bits, and 192 is the most: use fewer blocks, scales nearer to",
        ),
    ],
)
def test_refusals_are_sentences(fields, message):
    with pytest.raises(UsageError, match=message):
        MxDotSpec(**fields)


def test_sums_of_a_block_have_the_exact_widths():
    widths = {"mxfp8_e5m2": 70, "mxfp8_e4m3": 42, "mxfp6_e3m2": 24, "mxfp6_e2m3": 18, "mxfp4_e2m1": 14}
    for element, bits in (widths | {"mxint8": 21}).items():
        assert MxDotSpec(a_element=element, b_element=element).sum_bits == bits
    assert MxDotSpec(a_element="mxint8", b_element="mxfp4_e2m1").sum_bits == 17


def test_a_sum_in_fixed_point_is_as_wide_as_is_exact_or_wider():
    spec = MxDotSpec(blocks=64, scale_low=-3, scale_high=2)
    assert (spec.fixed.bits, spec.fixed.fraction_bits, spec.latency) == (42 + 6 + 5, 18 + 3, 4)
    assert MxDotSpec(blocks=64, acc_bits=60).fixed.bits == 60
    assert MxDotSpec().fixed is None and MxDotSpec().latency == 3
    assert MxDotSpec(scale_low=-3).suffix() == "_scale_low_m3"
