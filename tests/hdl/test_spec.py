import dataclasses

import pytest
from macwright.gen.catalog import CATALOG
from macwright.golden.errors import UsageError
from macwright.hdl.array.mac_array import MacArraySpec
from macwright.hdl.float.weight_fma_pe import WeightFmaPeSpec
from macwright.hdl.pe.mac_pe import MacPeSpec


@pytest.mark.parametrize("unit", CATALOG.values(), ids=str)
def test_defaults_are_legal_and_the_repr_round_trips(unit):
    spec = unit.spec()
    assert eval(repr(spec), {type(spec).__name__: type(spec)}) == spec
    assert hash(spec) == hash(unit.spec())
    assert unit.module_name(spec) == unit.name


@pytest.mark.parametrize("unit", CATALOG.values(), ids=str)
def test_every_parameter_says_what_it_means(unit):
    for name, param in unit.spec.params().items():
        assert param.meaning and param.legal, name


@pytest.mark.parametrize(
    "assignments, message",
    [
        ({"rows": "0"}, "rows=0 is not legal: rows is a whole number from 1 to 256"),
        ({"rows": "257"}, "rows=257 is not legal"),
        ({"rows": "eight"}, "rows=eight is not legal"),
        ({"rows": "8.0"}, "rows=8.0 is not legal"),
        ({"a_signed": "maybe"}, "a_signed=maybe is not legal: a_signed is true or false"),
        ({"overflow": "clip"}, "overflow=clip is not legal: overflow is one of error, wrap, saturate"),
        ({"row": "8"}, "there is no parameter 'row': did you mean 'rows'?"),
        ({"zzz": "8"}, "there is no parameter 'zzz': there are a_bits"),
        ({"acc_bits": "12"}, "acc_bits=12 cannot hold the sum of 1 products.*use acc_bits=16 or more"),
        ({"acc_bits": "20", "k_max": "100"}, "sum of 100 products.*1638400: use acc_bits=22"),
        ({"acc_bits": "20", "k_max": "9", "overflow": "wrap"}, "leave k_max out"),
        ({"k_max": "0"}, "k_max=0 is not legal.*or none"),
        ({"depth": "4"}, "depth=4 is for dataflow=tree, cube, ws.*leave depth out"),
        ({"depth": "32", "dataflow": "tree"}, "depth=32 is too deep.*goes up to 16"),
        (
            {"dataflow": "tree", "k_max": "3"},
            "k_max=3 is less than a step adds with depth=4: use k_max=4",
        ),
        ({"dataflow": "ws", "input_reg": "true"}, "input_reg=true is what dataflow=ws does anyway"),
        ({"element": "bit_weight"}, "element=bit_weight does not fit dataflow=os: .* use dataflow=tree, or"),
        ({"element": "carry_save", "overflow": "saturate"}, "saturate is not possible in carry-save form"),
    ],
)
def test_illegal_values_are_refused_in_a_sentence(assignments, message):
    with pytest.raises(UsageError, match=message):
        MacArraySpec.parse(assignments)


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"a_format": "fp16", "b_bits": 8, "acc_bits": 18}, "product of 19 bits.*use at least 19"),
        ({"microarchitecture": "terms", "recoding": "bits"}, "recoding=bits is for microarch.*out"),
        ({"digits": 2}, "digits=2 is for recoding=csd, and recoding=radix4 takes every weight"),
        ({"recoding": "csd", "digits": 3}, "digits=3 is more than weights of b_bits=4 have: use digits=2"),
        ({"microarchitecture": "terms", "acc_bits": 20}, "acc_bits=20 is for microarch.*leave acc_bits out"),
    ],
)
def test_accumulators_of_floats_are_refused_in_a_sentence(fields, message):
    with pytest.raises(UsageError, match=message):
        WeightFmaPeSpec(**fields)


def test_types_are_strict():
    with pytest.raises(UsageError, match="rows=True"):
        MacArraySpec(rows=True)
    with pytest.raises(UsageError, match="a_signed=1"):
        MacArraySpec(a_signed=1)


def test_specs_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        MacPeSpec().a_bits = 4


def test_text_and_arguments_round_trip():
    spec = MacArraySpec.parse({"rows": "3", "a_signed": "no", "acc_bits": "0x18", "overflow": "wrap"})
    assert spec == MacArraySpec(rows=3, a_signed=False, acc_bits=24, overflow="wrap")
    assert spec.arguments() == "-p a_signed=false -p acc_bits=24 -p overflow=wrap -p rows=3"
    assert spec.suffix() == "_a_signed_0_acc_bits_24_overflow_wrap_rows_3"


def test_the_name_of_a_module_stays_below_what_simulators_take():
    fields = {"a_bits": 16, "b_bits": 16, "a_signed": False, "b_signed": False, "input_reg": True}
    names = {
        MacArraySpec(**fields, acc_bits=32, overflow="wrap", dataflow="tree", rows=rows).suffix()
        for rows in range(1, 9)
    }
    assert len(names) == 8 and all(len(name) < 91 for name in names)


@pytest.mark.parametrize(
    "fields, width, limit",
    [
        ({}, 32, 65536),
        ({"k_max": 1}, 16, 1),
        ({"k_max": 1, "a_signed": False, "b_signed": False}, 16, 1),
        ({"k_max": 3, "a_bits": 2, "b_bits": 2, "a_signed": False, "b_signed": False}, 5, 3),
        ({"acc_bits": 20}, 20, 31),
        ({"acc_bits": 12, "overflow": "saturate"}, 12, None),
    ],
)
def test_accumulator_is_sized_by_the_exact_worst_case(fields, width, limit):
    spec = MacPeSpec(**fields)
    assert (spec.acc_width, spec.k_limit) == (width, limit)
