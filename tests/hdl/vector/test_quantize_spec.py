"""The Specs of quantiser and maximum: refusals, promises, and widths in front of the shifter."""

import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.manifest import timing
from macwright.gen.verilog import make_verilog
from macwright.golden.errors import UsageError
from macwright.hdl.vector.absmax import AbsmaxSpec
from macwright.hdl.vector.quantize_spec import QuantizeSpec


@pytest.mark.parametrize(
    "spec, fields, message",
    [
        (
            QuantizeSpec,
            {"symmetric": True, "out_signed": False},
            "symmetric=true leaves out .* use out_signed=true, or symmetric=false",
        ),
        (QuantizeSpec, {"fmt": "fp8"}, "fmt=fp8 is not legal: fmt is one of bf16, fp16, fp32"),
        (QuantizeSpec, {"out_bits": 1}, "out_bits=1 is not legal: out_bits is a whole number from 2 to 16"),
        (AbsmaxSpec, {"floor": 0}, "floor=0 is not the code of a positive normal number of e8m7: use 128 to"),
        (
            AbsmaxSpec,
            {"fmt": "fp16", "floor": 168},
            "floor=168 is not .* of e5m10: use 1024 to 31743, or none",
        ),
        (AbsmaxSpec, {"group": 0}, "group=0 is not legal: group is a whole number from 1 to 1024"),
    ],
)
def test_refusals_are_sentences(spec, fields, message):
    with pytest.raises(UsageError, match=message):
        spec(**fields)


def test_promises_stand_in_manifest_and_header():
    assert timing(QuantizeSpec(lanes=2, pipeline=3)) == {"latency": 3, "elements_per_cycle": 2}
    spec = AbsmaxSpec(lanes=2, scale_format="bf16")
    assert timing(spec) == {"latency": 12, "elements_per_cycle": 2} and spec.interval == 10
    assert "//   latency: 12 cycles\n" in make_verilog(find_unit("absmax"), spec).text


def test_products_are_shifted_left_only_where_they_must_be():
    def headroom(**fields):
        return QuantizeSpec(**fields).headroom

    assert headroom() == headroom(fmt="fp32", out_bits=16) == headroom(fmt="fp16", scale_format="fp16") == 0
    # Sixteen bits of size, and the product of two bf16 significands of 1.0 has fifteen.
    assert headroom(scale_format="bf16", out_bits=16, out_signed=False) == 1
    # The smallest number of fp16 times a large bf16 power of two: one bit at the top of the result.
    assert headroom(fmt="fp16", scale_format="bf16", out_bits=16) == 7


def test_a_shared_multiplier_is_unpacked_once():
    unit = find_unit("quantize")
    shared, own = (
        make_verilog(unit, unit.spec(lanes=3, scale_format="bf16", per=per)).text
        for per in ("token", "channel")
    )
    assert ("mult_0_is_nan =" in shared, "mult_2_is_nan =" in shared) == (True, False)
    assert "mult_2_is_nan =" in own
