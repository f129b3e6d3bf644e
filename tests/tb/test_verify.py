"""The benches pass on good hardware: the Specs that users meet, on both simulators."""

import pytest
from macwright.gen.catalog import find_unit
from macwright.golden.errors import UsageError
from macwright.tb.verify import SimulationError, verify

BOTH = [
    ("mac_array", {}),
    ("mac_array", {"rows": 3, "cols": 5, "a_bits": 5, "a_signed": False, "b_bits": 3}),
    ("mac_array", {"rows": 1, "cols": 1, "a_bits": 16, "b_bits": 16}),
    ("mac_array", {"rows": 16, "cols": 4, "overflow": "saturate", "acc_bits": 12}),
    ("mac_array", {"rows": 6, "cols": 2, "k_max": 3, "input_reg": True}),
    ("mac_array", {"rows": 3, "cols": 2, "element": "mac", "b_signed": False, "input_reg": True}),
    ("mac_array", {"rows": 2, "cols": 3, "element": "carry_save", "a_bits": 5, "b_bits": 9}),
    ("mac_array", {"rows": 4, "cols": 3, "dataflow": "ws", "overflow": "saturate", "acc_bits": 18}),
    ("mac_array", {"rows": 2, "cols": 2, "dataflow": "ws", "element": "carry_save", "depth": 3}),
    ("mac_array", {"rows": 3, "cols": 2, "dataflow": "cube", "element": "mac", "a_signed": False}),
    ("mac_array", {"rows": 1, "cols": 1, "dataflow": "cube", "element": "carry_save", "depth": 1}),
    ("mac_array", {"rows": 2, "cols": 3, "dataflow": "tree", "depth": 5, "b_bits": 3, "b_signed": False}),
    ("mac_array", {"rows": 3, "cols": 1, "dataflow": "tree", "element": "bit_weight", "input_reg": True}),
    ("mac_array", {"rows": 3, "cols": 4, "dataflow": "broadcast", "element": "carry_save"}),
    (
        "mac_array",
        {"rows": 3, "cols": 4, "element": "mac", "recoding": "ent", "input_reg": True, "b_signed": False},
    ),
    ("mac_array", {"rows": 1, "cols": 2, "element": "carry_save", "recoding": "booth", "a_signed": False}),
    ("operator_pe", {"a_bits": 3, "acc_bits": 11, "overflow": "saturate"}),
    ("carry_save_pe", {"a_signed": False, "b_signed": False, "carry_every": 3, "pipeline": True}),
    ("mac_pe", {"a_bits": 2, "b_bits": 16, "a_signed": False, "b_signed": False, "input_reg": True}),
    ("mac_pe", {"a_bits": 16, "b_bits": 16, "recoding": "minimal_weight", "input_reg": True}),
    (
        "mac_array",
        {"rows": 3, "cols": 2, "dataflow": "broadcast", "element": "bit_serial_shared", "queue": 5},
    ),
    ("mac_array", {"rows": 2, "cols": 2, "dataflow": "broadcast", "element": "bit_serial"}),
    (
        "mac_array",
        {"rows": 2, "cols": 2, "dataflow": "tree", "element": "bit_serial_grouped", "b_bits": 3},
    ),
    (
        "mac_array",
        {"rows": 2, "cols": 1, "dataflow": "broadcast", "element": "bit_serial", "queue": 1}
        | {"a_bits": 5, "a_signed": False},
    ),
    ("bit_serial_pe", {"queue": 2}),
    ("bit_serial_pe", {"lanes": 3, "a_bits": 9, "b_bits": 2, "b_signed": False, "recoding": "ent"}),
    ("bit_serial_pe", {"a_bits": 2, "b_bits": 16, "a_signed": False, "recoding": "booth", "queue": 1}),
    ("bit_weight_pe", {"lanes": 16, "input_reg": True}),
    ("bit_weight_pe", {"lanes": 3, "a_bits": 5, "b_bits": 3, "a_signed": False, "reduction": "bit_weight"}),
    ("bit_weight_pe", {"a_bits": 16, "b_bits": 16, "pipeline": True, "acc_bits": 35, "overflow": "saturate"}),
    ("mixpe_array", {"rows": 3, "cols": 2, "group": 16}),
    ("mixpe_array", {"rows": 1, "cols": 1, "group": 1, "zero_point": False, "out_bits": 8}),
    (
        "mixpe_array",
        {"rows": 2, "cols": 3, "group": 7, "a_bits": 16, "b_bits": 8, "recoding": "bits"}
        | {"scale": "bf16", "shift_bits": 6, "frac": 12},
    ),
    (
        "mixpe_array",
        {"rows": 4, "cols": 2, "group": 6, "dataflow": "ws", "depth": 3, "element": "mac", "out_bits": 12},
    ),
    (
        "mixpe_array",
        {"rows": 2, "cols": 2, "group": 20, "dataflow": "ws", "a_signed": False, "b_bits": 2}
        | {"element": "operator", "scale": "fp16", "zero_point": False},
    ),
    ("mixpe_array", {"rows": 2, "cols": 7, "group": 11, "a_signed": False, "element": "mac"}),
    (
        "mixpe_array",
        {"rows": 3, "cols": 2, "group": 8, "recoding": "csd", "zero_point": False, "b_bits": 8},
    ),
    (
        "mixpe_array",
        {"rows": 2, "cols": 2, "group": 6, "recoding": "csd", "zero_point": False, "digits": 3}
        | {"dataflow": "ws", "depth": 3, "b_bits": 7, "a_signed": False},
    ),
    ("lut_tile", {"rows": 3, "cols": 2}),
    ("lut_tile", {"rows": 1, "cols": 1, "k": 2, "weight_bits": 1, "weight_kind": "odd", "pipeline": False}),
    (
        "lut_tile",
        {"rows": 2, "cols": 3, "k": 3, "depth": 2, "weight_bits": 3, "planes": 2, "weight_kind": "zero_point"}
        | {"activations": "int4", "symmetric": False},
    ),
    ("lut_tile", {"rows": 2, "cols": 2, "k": 5, "weight_bits": 8, "planes": 3, "activations": "int16"}),
    (
        "lut_tile",
        {"rows": 2, "cols": 2, "k": 6, "weight_bits": 2, "planes": 1, "table": "int8", "k_max": 7}
        | {"weight_kind": "zero_point"},
    ),
    ("requant", {"lanes": 2, "per": "channel", "rounding": "half_away", "pipeline": 2}),
    ("requant", {"lanes": 1, "in_bits": 48, "mult_bits": 31, "bias": True, "shift_bits": 7, "pipeline": 5}),
    (
        "requant",
        {"lanes": 2, "in_bits": 12, "residual": True, "residual_bits": 8, "residual_signed": False}
        | {"rounding": "half_even", "activation": "relu", "zero_point": True, "pipeline": 4},
    ),
    (
        "requant",
        {"lanes": 3, "in_bits": 9, "in_signed": False, "out_signed": False, "zero_point": True}
        | {"activation": "clamp", "rounding": "truncate", "shift_bits": 4, "pipeline": 3},
    ),
    ("requant", {"lanes": 1, "in_bits": 2, "out_bits": 16, "mult_bits": 8, "shift_bits": 1}),
    ("quantize", {"lanes": 2}),
    (
        "quantize",
        {"lanes": 1, "fmt": "fp16", "scale_format": "bf16", "out_bits": 16, "zero_point": True}
        | {"symmetric": True, "rounding": "half_up", "pipeline": 4},
    ),
    (
        "quantize",
        {"lanes": 3, "fmt": "fp32", "per": "channel", "out_bits": 2, "rounding": "half_away", "pipeline": 2}
        | {"symmetric": True},
    ),
    (
        "quantize",
        {"lanes": 2, "scale_format": "fp16", "per": "token", "out_signed": False, "rounding": "truncate"}
        | {"out_bits": 5, "pipeline": 3},
    ),
    ("quantize", {"lanes": 1, "scale_format": "bf16", "zero_point": True, "out_signed": False}),
    ("fma_pe", {}),
    ("fma_pe", {"a_format": "e4m3fn", "c_format": "fp16", "rounding": "stochastic", "pipeline": 5}),
    ("fp_add", {"a_format": "e2m1fn", "rounding": "toward_zero", "pipeline": 2}),
    (
        "fp_mul",
        {"a_format": "e8m0fnu", "b_format": "e4m3fn", "out_format": "e5m2", "overflow": "nan", "pipeline": 4},
    ),
    ("absmax", {"lanes": 3}),
    ("absmax", {"lanes": 1, "fmt": "fp32", "scale_format": "fp16", "out_bits": 16, "group": 5}),
    ("absmax", {"lanes": 2, "fmt": "fp16", "scale_format": "bf16", "out_bits": 2, "group": 30}),
    ("absmax", {"lanes": 4, "scale_format": "bf16", "out_bits": 10, "group": 1, "floor": 0x3728}),
]


def spec_of(name, fields):
    return find_unit(name).spec(**fields)


@pytest.mark.parametrize("sim", ["icarus", "verilator"])
@pytest.mark.parametrize("name, fields", BOTH, ids=str)
def test_good_hardware_passes(name, fields, sim):
    record = verify(name, spec_of(name, fields), sim=sim)
    assert record["passed"], record["checks"][-1]
    assert len(record["verilog_sha256"]) == 64 and record["simulator"]["name"] == sim


def test_asynchronous_reset(tmp_path):
    record = verify(
        "mac_array", spec_of("mac_array", {"rows": 2, "cols": 2}), sim="icarus", reset="async_low"
    )
    assert record["passed"], record["checks"][-1]


def test_long_sums_and_many_stalls():
    record = verify("mac_array", spec_of("mac_array", {"rows": 2, "cols": 3, "k_max": 300}), level="full")
    assert record["passed"], record["checks"][-1]
    assert any("K=300" in check["name"] for check in record["checks"])


@pytest.mark.parametrize(
    "unit, fields",
    [
        ("mac_pe", {"a_bits": 6, "b_bits": 4, "a_signed": False}),
        ("mac_pe", {"a_bits": 5, "b_bits": 5, "overflow": "saturate", "acc_bits": 10}),
        ("mac_pe", {"a_bits": 4, "b_bits": 6, "overflow": "wrap", "acc_bits": 7, "input_reg": True}),
        ("mac_pe", {"a_bits": 4, "b_bits": 4, "recoding": "ent", "input_reg": True}),
        ("mac_pe", {"a_bits": 5, "b_bits": 3, "recoding": "ent", "b_signed": False}),
        ("mac_pe", {"a_bits": 4, "b_bits": 4, "recoding": "booth", "a_signed": False}),
        ("carry_save_pe", {"a_bits": 4, "b_bits": 4, "recoding": "ent", "a_signed": False, "pipeline": True}),
        ("carry_save_pe", {"a_bits": 5, "b_bits": 3, "recoding": "minimal_weight", "a_signed": False}),
        ("bit_weight_pe", {"lanes": 2, "a_bits": 5, "b_bits": 3, "recoding": "ent", "b_signed": False}),
        ("bit_weight_pe", {"lanes": 2, "a_bits": 4, "b_bits": 4, "overflow": "saturate", "acc_bits": 8}),
        ("bit_weight_pe", {"lanes": 3, "a_bits": 2, "b_bits": 3, "b_signed": False, "pipeline": True}),
    ],
    ids=str,
)
def test_every_pair_of_operands(unit, fields):
    record = verify(unit, spec_of(unit, fields), level="exhaustive", sim="icarus")
    assert record["passed"], record["checks"][-1]
    steps = record["checks"][-1]["cycles"]
    assert steps >= 2 << fields.get("lanes", 1) * (fields["a_bits"] + fields["b_bits"])


@pytest.mark.parametrize("rounding", ["half_up", "half_even", "half_away", "truncate"])
def test_every_integer_under_every_shift(rounding):
    fields = {"lanes": 1, "in_bits": 7, "mult_bits": 8, "out_bits": 4, "rounding": rounding}
    record = verify("requant", spec_of("requant", fields), level="exhaustive", sim="icarus")
    assert record["passed"], record["checks"][-1]
    assert record["checks"][-1]["cycles"] >= 64 * 128


@pytest.mark.parametrize(
    "unit, fields",
    [
        ("quantize", {"scale_format": "bf16", "out_bits": 4}),
        ("quantize", {"fmt": "fp16", "scale_format": "fp16", "out_bits": 3, "rounding": "truncate"}),
        ("absmax", {"scale_format": "bf16", "out_bits": 10}),
        ("absmax", {"fmt": "fp16", "scale_format": "fp16", "out_bits": 4}),
    ],
    ids=str,
)
def test_every_number_of_a_format(unit, fields):
    record = verify(unit, spec_of(unit, fields | {"lanes": 1}), level="exhaustive", sim="icarus")
    assert record["passed"], record["checks"][-1]
    assert record["checks"][-1]["cycles"] >= 1 << 16


@pytest.mark.parametrize("unit", ["fp_add", "fp_mul"])
def test_every_pair_of_floats(unit):
    record = verify(unit, spec_of(unit, {"a_format": "e4m3fn"}), level="exhaustive", sim="icarus")
    assert record["passed"], record["checks"][-1]
    assert record["checks"][-1]["cycles"] > 1 << 16


def test_a_waveform_is_kept(tmp_path):
    spec = spec_of("mac_pe", {"a_bits": 2, "b_bits": 2, "k_max": 4})
    verify("mac_pe", spec, sim="icarus", waves=tmp_path / "icarus.fst")
    verify("mac_pe", spec, sim="verilator", waves=tmp_path / "verilator.vcd")
    assert (tmp_path / "icarus.fst").stat().st_size > 100
    assert (tmp_path / "verilator.vcd").read_text().count("$var") > 4
    with pytest.raises(UsageError, match="icarus.fst exists: name another file"):
        verify("mac_pe", spec, sim="icarus", waves=tmp_path / "icarus.fst")


@pytest.mark.parametrize(
    "name, fields, kwargs, message",
    [
        ("mac_pe", {}, {"sim": "vcs"}, "sim='vcs' is not one of verilator, icarus"),
        ("mac_pe", {}, {"level": "deep"}, "level='deep' is not one of quick, full, exhaustive"),
        ("mac_pe", {"a_bits": 16, "b_bits": 16}, {"level": "exhaustive"}, "32 input bits.*use --level full"),
        ("requant", {"in_bits": 13}, {"level": "exhaustive"}, "in_bits=13 is too wide.*use in_bits=12"),
        ("fma_pe", {}, {"level": "exhaustive"}, "a of 16 and b of 16 and c of 16 bits are 48 input bits"),
        ("bit_weight_pe", {}, {"level": "exhaustive"}, "in lanes=4 are 64 input bits"),
        ("quantize", {"fmt": "fp32"}, {"level": "exhaustive"}, "fmt=fp32 has too many.* use bf16 or fp16"),
        ("absmax", {"fmt": "fp32"}, {"level": "exhaustive"}, "fmt=fp32 has too many.* use bf16 or fp16"),
        (
            "mac_array",
            {},
            {"level": "exhaustive"},
            "too many inputs.*macwright verify operator_pe --level exhaustive",
        ),
    ],
)
def test_wrong_requests(name, fields, kwargs, message):
    with pytest.raises(UsageError, match=message):
        verify(name, spec_of(name, fields), **kwargs)


def test_a_missing_simulator_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageError, match="Icarus Verilog is not installed: apt-get install iverilog"):
        verify("mac_pe", spec_of("mac_pe", {}), sim="icarus")
    with pytest.raises(UsageError, match="Verilator needs make: apt-get install make"):
        verify("mac_pe", spec_of("mac_pe", {}), sim="verilator")


def test_a_simulator_that_hangs_is_stopped():
    with pytest.raises(SimulationError, match="icarus did not finish in 0.01 s"):
        verify("mac_pe", spec_of("mac_pe", {}), sim="icarus", time_limit=0.01)
