"""The published softmaxes: what they refuse and warn of, their exponentials, and their timing."""

import numpy as np
import pytest
from macwright.golden.errors import UsageError
from macwright.golden.ita_softmax import ita_octaves
from macwright.golden.softmax import softmax
from macwright.golden.sole import octaves as sole_octaves
from macwright.hdl.arith.logic_table import table_word
from macwright.hdl.softmax.distance_exp import DistanceExp, DistanceExpSpec
from macwright.hdl.softmax.row_octaves import Octaves, OctavesSpec
from macwright.hdl.softmax.softmax_spec import METHODS, SoftmaxSpec
from macwright.tb.units.softmax import options
from proof import prove


@pytest.mark.parametrize(
    "fields, message",
    [
        (
            {"method": "ita", "exp_bits": 9},
            "exp_bits=9 means nothing with method=ita: use exp_bits=8, or method=base2",
        ),
        (
            {"scale": 3},
            "scale=3 means nothing with method=base2: use scale=1, or method=shiftmax",
        ),
        (
            {"method": "ibert", "variant": "tvm"},
            "variant=tvm means nothing with method=ibert: use variant=ivit, or method=shiftmax",
        ),
        ({"method": "sole", "pipeline": 3}, "pipeline=3 is more registers than method=sole has places for"),
        ({"method": "sole", "in_bits": 4}, "fraction_bits=5 leaves no octave to codes with in_bits=4"),
        (
            {"method": "ita", "out_bits": 9},
            "out_bits=9 is more than the 8 bits that results of method=ita have",
        ),
        ({"method": "shiftmax", "out_bits": 1}, "out_bits=1 leaves nothing but the sign to results of"),
        (
            {"method": "ibert", "in_bits": 11},
            "in_bits=11 makes a table of 2048 exponentials a lane .*=10 or less",
        ),
        (
            {"method": "shiftmax", "scale": 2, "scale_shift": 0},
            r"scale=2 / 2\*\*0 makes errors of 0.21 of a probability with method=shiftmax, and 0.04 is usual",
        ),
        (
            {"method": "ibert", "scale": 4, "scale_shift": 0},
            r"scale=4 / 2\*\*0 is out of range of method=ibert: ln2=1, b=0 and c=0 are no constants",
        ),
        (
            {"method": "shiftmax", "scale_shift": 16},
            r"scale=1 / 2\*\*16 is out of range of method=shiftmax: one=65536 and n=15 make exp\(0\) =",
        ),
        (
            {"method": "shiftmax", "variant": "tvm", "row_max": 4096},
            r"row_max=4096 makes sums of up to 4563402752, and variant=tvm wraps above 2\*\*31 - 1: use "
            "row_max=1920 or less, a larger scale, or variant=ivit",
        ),
        ({"method": "ita", "lanes": 64, "in_bits": 12, "row_max": 1 << 17}, "row_max=131072 is not legal"),
    ],
)
def test_refusals_are_sentences(fields, message):
    with pytest.raises(UsageError, match=message):
        SoftmaxSpec(**fields)


def test_scales_that_a_method_was_not_made_for_are_warned_of():
    assert all(SoftmaxSpec(method=method).cautions == () for method in METHODS)
    (coarse,) = SoftmaxSpec(method="shiftmax", scale=1, scale_shift=1).cautions
    assert "the largest error of a probability beside one other is 0.06, and at most 0.04" in coarse
    (fine, long) = SoftmaxSpec(method="shiftmax", scale_shift=13).cautions
    assert "is 0.12" in fine and "sums end in rows of more than 7 large codes" in long
    # The polynomial of a fine scale is nothing but better.
    assert SoftmaxSpec(method="ibert", scale_shift=14).cautions == ()


@pytest.mark.parametrize("in_bits, fraction_bits", [(8, 5), (8, 0), (5, 3), (6, 5)])
def test_octaves_are_those_of_the_golden_models(in_bits, fraction_bits):
    cases = []
    for method, found in (("ita", ita_octaves), ("sole", sole_octaves)):
        for bits in (4, 5):
            codes = np.minimum(found(np.arange(1 << in_bits), fraction_bits), (1 << bits) - 1)
            table = table_word(codes.tolist(), bits)
            spec = OctavesSpec(method=method, in_bits=in_bits, fraction_bits=fraction_bits, bits=bits)
            distance = "($signed(top) - $signed(x) + 32'sd0)"
            rule = f"{distance} < 0 || octaves == (({table} >> {distance} * {bits}) & {(1 << bits) - 1})"
            cases.append((Octaves(spec), rule))
    prove(cases)


def test_every_8_bit_exponential_is_that_of_the_golden_model():
    cases = []
    for fields in (
        {"method": "shiftmax"},
        {"method": "shiftmax", "variant": "tvm"},
        {"method": "shiftmax", "scale": 3, "scale_shift": 7},
        {"method": "ibert"},
        {"method": "ibert", "scale_shift": 2},
    ):
        spec = DistanceExpSpec(**fields)
        table = table_word(spec.table, spec.exp_bits)
        mask = (1 << spec.exp_bits) - 1
        cases.append((DistanceExp(spec), f"e == (({table} >> distance * {spec.exp_bits}) & {mask})"))
    prove(cases)


@pytest.mark.parametrize("scale, scale_shift", [(1, 4), (3, 6), (302521, 18)])
def test_results_fit_the_port(scale, scale_shift):
    """The largest: of a row of one code. At the last scale I-BERT's maximum is a power of two."""
    for method in ("shiftmax", "ibert"):
        for out_bits in (2, 8, 16):
            fields = {"method": method, "scale": scale, "scale_shift": scale_shift, "out_bits": out_bits}
            spec = SoftmaxSpec(**fields)
            (y,) = softmax([0], method=method, **options(spec))
            assert int(y).bit_length() == spec.y_shape.width


def test_latency_follows_from_the_division():
    by_steps = [SoftmaxSpec(method="ita", step_bits=bits).latency for bits in (1, 8, 32)]
    assert by_steps == [16, 9, 9]
    assert SoftmaxSpec(method="sole").latency == SoftmaxSpec().latency == 8
    assert SoftmaxSpec(method="shiftmax", step_bits=12, row_max=8).latency == 12
    assert SoftmaxSpec(method="shiftmax", step_bits=12, row_max=80).latency == 21
