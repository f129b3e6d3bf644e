"""Floating-point Specs: refusals, promises, and windows that are wide enough for every mix of formats."""

import numpy as np
import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.manifest import timing
from macwright.gen.verilog import make_verilog
from macwright.golden.errors import UsageError
from macwright.golden.float_code import FINITE, Randomness, encode, from_words, unpack
from macwright.hdl.float.fma_pe import FmaPeSpec
from macwright.hdl.float.fp_dot import FpDotSpec
from macwright.hdl.float.fp_mul import FpMulSpec
from macwright.tb.units.fma_pe import OPERATION


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"a_format": "fp8"}, "a_format=fp8: 'fp8' is no float format: use fp32, .* or a split such as e6m9"),
        ({"c_format": "e9m2"}, "c_format=e9m2: exponent_bits=9 is not a width from 0 to 8 bits"),
        ({"a_format": 8}, "a_format=8 is not legal: a_format is one of fp32, .* or a split such as e6m9"),
        ({"out_format": "e4m3fn", "overflow": "inf"}, "overflow=inf: special=fn has no code for Inf"),
        (
            {"b_format": "e0m3fn", "subnormals": "flush"},
            "e0m3 with .*subnormals=flush has no number but zero",
        ),
        ({"random_bits": 4}, "random_bits=4 is for rounding=stochastic.*leave random_bits out"),
        ({"pipeline": 6}, "pipeline=6 is not legal: pipeline is a whole number from 1 to 5"),
    ],
)
def test_refusals_are_sentences(fields, message):
    with pytest.raises(UsageError, match=message):
        FmaPeSpec(**fields)


def test_a_sum_too_wide_to_be_exact_is_refused():
    message = "the exact sum of lanes=4 products of bf16 and bf16 has 525 bits, and 128 is the most"
    with pytest.raises(UsageError, match=message):
        FpDotSpec(a_format="bf16")
    assert (FpDotSpec().sum_bits, FpDotSpec(a_format="e5m2", lanes=32).sum_bits) == (39, 70)


def test_formats_that_are_not_given_follow_from_others():
    spec = FmaPeSpec(a_format="e4m3fn", c_format="fp16", overflow="saturate")
    assert [fmt.bits for fmt in spec.operands.values()] == [8, 8, 16]
    assert (spec.out.bits, spec.out.overflow) == (16, "saturate")
    assert FmaPeSpec(a_format="e5m2").out.bits == FpMulSpec(a_format="e5m2", b_format="fp32").out.bits == 8
    # Powers of two have nothing to flush.
    mixed = FpMulSpec(a_format="e8m0fnu", b_format="fp16", subnormals="flush").operands
    assert [fmt.subnormals for fmt in mixed.values()] == ["keep", "flush"]


def test_promises_stand_in_manifest_and_header():
    rates = {"macs_per_cycle": 1, "elements_per_cycle": 1}
    assert timing(FmaPeSpec(pipeline=3)) == {"latency": 3} | rates
    text = make_verilog(find_unit("fma_pe"), FmaPeSpec(a_format="e2m1fn", c_format="e4m3fn")).text
    assert "//   latency: 1 cycle" in text
    assert "operands of one result: a in e2m1fn, b in e2m1fn, c in e4m3fn" in text


@pytest.mark.parametrize("name, precision", [("bf16", 8), ("fp16", 11), ("fp32", 24)])
def test_one_format_takes_a_window_of_three_significands_and_four_bits(name, precision):
    spec = FmaPeSpec(a_format=name)
    assert (spec.window.width, spec.window.low, spec.headroom) == (3 * precision + 4, 2, 0)


def test_a_sum_of_few_exponents_is_exact_in_its_window():
    window = FmaPeSpec(a_format="e2m1fn", c_format="e2m1fn", out_format="fp32").window
    assert window.width < 20 and not window.zero_yields


def through_window(spec, fields) -> np.ndarray:
    """Return the sum as the window keeps it: whole numbers, and one bit for what is lost."""
    a, b, c = (unpack(fields[name], fmt) for name, fmt in spec.operands.items())
    window, codes = spec.window, []
    for i in range(len(fields["a"])):
        p, x = int(a.significand[i] * b.significand[i]), int(c.significand[i])
        p_low, x_low = int(a.exponent[i] + b.exponent[i]), int(c.exponent[i])
        leftmost = (p == 0 or x_low - p_low > window.leftmost) and not (window.zero_yields and x == 0)
        above = window.low + (window.leftmost if leftmost else x_low - p_low)
        low = (x_low - window.leftmost if leftmost else p_low) - window.low
        kept, lost = (x << above, 0) if above >= 0 else (x >> -above, int(x % (1 << -above) > 0))
        assert kept >> window.width == 0
        signs = int(a.sign[i] ^ b.sign[i]), int(c.sign[i])
        total = (p << window.low) + (kept if signs[0] == signs[1] else -kept - lost)
        sign = signs[int(total < 0)]
        size = total if total >= 0 else -total - lost
        sign = sign & (signs[0] & signs[1] if size == lost == 0 else 1)
        # One bit more for what is lost, and many below, for numbers with leading zeros.
        word = (size << 1 | lost) << 40
        codes.append((sign, low - 41, word >> 62, word % (1 << 62)))
    sign, low, high_word, low_word = (np.array(column, dtype=np.int64) for column in zip(*codes, strict=True))
    significand, cut, sticky = from_words(high_word, low_word)
    random = Randomness(fields["random"], spec.random_width) if spec.random_width else None
    return encode(
        sign, low + cut, significand, fmt=spec.out, rounding=spec.rounding, sticky=sticky, random=random
    )


FORMATS = ("bf16", "e5m10", "e4m3fn", "e5m2fnuz", "e2m1fn", "e3m2", "e8m0fnu", "e1m5fn", "e6m1", "e4m3b9")


@pytest.mark.parametrize("rounding", ["nearest_even", "toward_zero", "stochastic"])
def test_no_bit_is_missed_in_any_mix_of_formats(rounding):
    rng = np.random.default_rng(3)
    for _ in range(60):
        names = ("a_format", "b_format", "c_format", "out_format")
        spec = FmaPeSpec(
            **{name: str(rng.choice(FORMATS)) for name in names},
            rounding=rounding,
            subnormals=str(rng.choice(("keep", "flush_in", "flush_out", "flush"))),
        )
        fields = OPERATION.directed(spec, 300, rng)
        finite = np.all([unpack(fields[n], fmt).kind == FINITE for n, fmt in spec.operands.items()], axis=0)
        fields = {name: codes[finite] for name, codes in fields.items()}
        if spec.random_width:
            fields["random"] = rng.integers(0, 1 << spec.random_width, finite.sum())
        wrong = through_window(spec, fields) != OPERATION.expected(spec, fields)
        assert not wrong.any(), (spec, {name: codes[wrong][0] for name, codes in fields.items()})
