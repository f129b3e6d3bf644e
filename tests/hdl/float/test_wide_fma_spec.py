"""Specs of wide_fma_pe and fma_array: refusals, and what follows from the fields."""

import pytest
from macwright.golden.errors import UsageError
from macwright.hdl.float.fma_array_spec import FmaArraySpec
from macwright.hdl.float.wide_fma_pe import WideFmaPeSpec


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"an_k": 2}, "an_k=2 is for normalise=an, and normalise=exact has no groups: leave an_k out"),
        ({"normalise": "none", "an_lambda": 2}, "an_lambda=2 is for normalise=an, and normalise=none"),
        ({"acc_bits": 16}, "acc_bits=16 does not hold a product of 17 bits.*use at least 17"),
        ({"a_format": "fp32"}, "a_format=fp32 and b_format=fp32 have products of 49 bits, and 48 is the wid"),
        (
            {"normalise": "an", "an_k": 18},
            "an_k=18 and an_lambda=2 look at 20 bits.*acc_bits=20 with it: use groups of at most 19 bits",
        ),
        (
            {"lmul_offset": 4},
            "lmul_offset=4 is for multiplier=lmul_formula and lmul_integer, and multiplier=exact adds no",
        ),
        ({"multiplier": "pam", "lmul_offset": 4}, "multiplier=pam adds no offset: leave lmul_offset out"),
        (
            {"multiplier": "lmul_integer", "a_format": "e4m3", "b_format": "e5m2", "lmul_offset": 4},
            "multiplier=lmul_integer with a_format=e4m3 and b_format=e5m2: offset=4 is not from 0 to 3",
        ),
        (
            {"multiplier": "lmul_formula", "lmul_offset": 23, "acc_bits": 20},
            "acc_bits=20 does not hold a product of 26 bits",
        ),
        (
            {"multiplier": "lmul_integer", "a_format": "e3m0fn"},
            "a_format=e3m0fn and b_format=e3m0fn: L-Mul needs a mantissa bit.*use pam",
        ),
        (
            {"multiplier": "pam", "b_format": "e8m0fnu"},
            "b_format=e8m0fnu: exponent_bits=8 and has_zero=False: multiplication by addition needs",
        ),
        ({"multiplier": "approximate"}, "multiplier=approximate is not legal"),
        ({"a_format": "fp8"}, "a_format=fp8: 'fp8' is no float format"),
    ],
)
def test_refusals_are_sentences(fields, message):
    for spec in (WideFmaPeSpec, FmaArraySpec):
        with pytest.raises(UsageError, match=message):
            spec(**fields)


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"depth": 4}, "depth=4 is for dataflow=ws, and dataflow=os adds one product.*leave depth out"),
        ({"b_format": "e8m0fnu"}, "b_format=e8m0fnu has no zero to fill up a block of K with"),
    ],
)
def test_the_array_refuses_more(fields, message):
    with pytest.raises(UsageError, match=message):
        FmaArraySpec(**fields)


def test_widths_follow_from_formats():
    widths = {
        (a, b): (
            WideFmaPeSpec(a_format=a, b_format=b).acc.acc_bits,
            WideFmaPeSpec(a_format=a, b_format=b).acc_width,
        )
        for a, b in (("bf16", None), ("fp16", None), ("e4m3fn", None), ("fp16", "e5m2"))
    }
    assert widths == {
        ("bf16", None): (20, 32),
        ("fp16", None): (26, 35),
        ("e4m3fn", None): (20, 29),
        ("fp16", "e5m2"): (20, 29),
    }


def test_sums_of_mantissas_are_narrow():
    widths = {
        name: (spec.acc.product_bits, spec.acc.acc_bits)
        for name in ("exact", "lmul_formula", "lmul_integer", "pam")
        for spec in (WideFmaPeSpec(a_format="fp16", multiplier=name),)
    }
    assert widths == {"exact": (23, 26), "lmul_formula": (13, 20), "lmul_integer": (12, 20), "pam": (12, 20)}
    # As wide as no exact product can be.
    assert WideFmaPeSpec(a_format="fp32", multiplier="pam").acc.acc_bits == 28


def test_latency_and_beats():
    spec = FmaArraySpec(rows=3, cols=5, dataflow="ws", depth=2)
    assert (spec.latency, spec.a_lanes, spec.b_lanes, spec.macs_per_cycle) == (9, 2, 5, 10)
    assert [spec.tile_beats(name, 5) for name in "abc"] == [9, 6, 3] and spec.tile_cycles(5) == 9
    spec = FmaArraySpec(rows=3, cols=5)
    assert (spec.latency, spec.a_lanes, spec.macs_per_cycle, spec.tile_cycles(2)) == (7, 3, 15, 3)
