import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.float.mx_dot import MxDotSpec


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"lanes": 5}, "lanes=5 does not divide a block of 32: use 1, 2, 4, 8, 16 or 32"),
        ({"lanes": 33}, "lanes=33 is not legal: lanes is a whole number from 1 to 32"),
        ({"a_element": "mxfp5"}, "a_element=mxfp5 is not legal: a_element is one of mxfp8_e5m2, mxfp8_e4m3"),
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
