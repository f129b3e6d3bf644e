import numpy as np
import pytest
from amaranth.hdl import Module, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from macwright.golden.base2_softmax import exp2_table
from macwright.golden.errors import UsageError
from macwright.golden.softermax import exp2_chords, softermax_reciprocal
from macwright.hdl.arith.largest import largest_of
from macwright.hdl.arith.logic_table import table_word
from macwright.hdl.softmax.chord_reciprocal import ChordReciprocal, ChordReciprocalSpec
from macwright.hdl.softmax.exp_lane import ExpLane, ExpLaneSpec
from macwright.hdl.softmax.softmax_spec import SoftmaxSpec
from proof import prove


@pytest.mark.parametrize(
    "assignments, message",
    [
        ({"lanes": "65"}, "lanes=65 is not legal: lanes is a whole number from 1 to 64"),
        (
            {"in_bits": "4", "fraction_bits": "4"},
            "fraction_bits=4 leaves no octave to codes with in_bits=4: use fraction_bits=3 or less",
        ),
        (
            {"method": "softermax", "mantissa_bits": "3", "out_bits": "3"},
            "mantissa_bits=3 is too narrow for method=softermax, .*: use mantissa_bits=4 or more",
        ),
        (
            {"out_bits": "10"},
            "mantissa_bits=9 is narrower than results with out_bits=10: use mantissa_bits=10 or more",
        ),
    ],
)
def test_illegal_values_are_refused_in_a_sentence(assignments, message):
    with pytest.raises(UsageError, match=message):
        SoftmaxSpec.parse(assignments)


@pytest.mark.parametrize("lanes, row_max", [(1, 1), (4, 16), (3, 100), (16, 65536)])
def test_the_total_holds_the_longest_row(lanes, row_max):
    spec = SoftmaxSpec(lanes=lanes, row_max=row_max)
    largest = spec.row_beats * lanes * 255
    assert spec.row_beats * lanes >= row_max
    assert largest >> spec.total_bits == 0 and largest >> spec.total_bits - 1 == 1


class Largest(wiring.Component):
    def __init__(self, spec):
        self.spec = spec
        self.port_docs = {f"x{k}": "a number" for k in range(spec)} | {"o": "the largest"}
        super().__init__({f"x{k}": In(signed(spec)) for k in range(spec)} | {"o": Out(signed(spec))})

    def elaborate(self, platform):
        m = Module()
        m.d.comb += self.o.eq(largest_of(m, [getattr(self, f"x{k}") for k in range(self.spec)]))
        return m


def test_the_largest_is_none_of_the_smaller():
    cases = []
    for count in (1, 2, 3, 5):
        inputs = [f"$signed(x{k})" for k in range(count)]
        at_least = " && ".join(f"$signed(o) >= {x}" for x in inputs)
        one_of = " || ".join(f"$signed(o) == {x}" for x in inputs)
        cases.append((Largest(count), f"{at_least} && ({one_of})"))
    prove(cases)


@pytest.mark.parametrize("in_bits, fraction_bits, exp_bits", [(8, 5, 8), (4, 0, 5), (5, 4, 12), (6, 2, 2)])
def test_an_exponential_is_its_table_shifted(in_bits, fraction_bits, exp_bits):
    spec = ExpLaneSpec(in_bits=in_bits, fraction_bits=fraction_bits, exp_bits=exp_bits)
    table = table_word(exp2_table(fraction_bits=fraction_bits, exp_bits=exp_bits), exp_bits)
    distance = f"(($signed(top) <<< {fraction_bits}) - $signed(x) + 32'sd0)"
    entry = f"(({table} >> ({distance} & {(1 << fraction_bits) - 1}) * {exp_bits}) & {(1 << exp_bits) - 1})"
    prove([(ExpLane(spec), f"{distance} < 0 || e == {entry} >> ({distance} >>> {fraction_bits})")])


@pytest.mark.parametrize("in_bits, fraction_bits, exp_bits", [(8, 5, 8), (4, 0, 5), (5, 1, 4), (6, 5, 9)])
def test_an_exponential_by_chords_is_its_table_shifted(in_bits, fraction_bits, exp_bits):
    widths = {"fraction_bits": fraction_bits, "exp_bits": exp_bits}
    table = table_word([int(p) for p in exp2_chords(**widths)], exp_bits)
    mask = (1 << fraction_bits) - 1
    distance = f"(($signed(top) <<< {fraction_bits}) - $signed(x) + 32'sd0)"
    entry = f"(({table} >> (x & {mask}) * {exp_bits}) & {(1 << exp_bits) - 1})"
    rule = f"{distance} < 0 || e == {entry} >> (({distance} + {mask}) >>> {fraction_bits})"
    prove([(ExpLane(ExpLaneSpec(in_bits=in_bits, method="softermax", **widths)), rule)])


@pytest.mark.parametrize("bits, mantissa_bits", [(2, 4), (6, 5), (7, 8)])
def test_reciprocals_by_chords_are_those_of_the_golden_model(bits, mantissa_bits):
    """Every integer: what is asked of the hardware is a table of all."""
    x = np.arange(1 << bits)
    scale = softermax_reciprocal(x, mantissa_bits=mantissa_bits)
    spec = ChordReciprocalSpec(bits=bits, mantissa_bits=mantissa_bits)
    rules = [
        f"{name} == (({table_word(values.tolist(), width)} >> x * {width}) & {(1 << width) - 1})"
        for name, values, width in (
            ("mantissa", scale.mantissa, spec.factor_bits),
            ("shift", scale.shift, spec.shift_bits),
        )
    ]
    prove([(ChordReciprocal(spec), " && ".join(rules))])
