"""The benches pass on good hardware: every listed Spec on Icarus, one of each unit on Verilator.

A Verilator build takes as long as ten Icarus runs, so that the other Specs meet it in `make prove`.
"""

import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.golden.errors import UsageError
from macwright.tb.rtl import Rtl
from macwright.tb.verify import SimulationError, stimulus_module, verify
from units import entries


def spec_of(name, fields):
    return find_unit(name).spec(**fields)


#: The first Spec of each unit, and one of each dataflow of the arrays.
ON_VERILATOR = {
    (name, fields.get("dataflow")): (name, fields) for name, fields in reversed(entries("BENCH"))
}.values()


@pytest.mark.parametrize(
    "name, fields, sim",
    [(*case, "icarus") for case in entries("BENCH")] + [(*case, "verilator") for case in ON_VERILATOR],
    ids=str,
)
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
    assert steps_of_every_input(unit, fields) >= 2 << fields.get("lanes", 1) * (
        fields["a_bits"] + fields["b_bits"]
    )


def steps_of_every_input(unit, fields):
    """Try every input on the compiled RTL, and nothing else: that the whole level does is tried once."""
    spec = spec_of(unit, fields)
    *_, check = stimulus_module(unit).compiled_checks(spec, "exhaustive").values()
    return check(Rtl(make_verilog(find_unit(unit), spec)))


def test_an_exhaustive_run_of_an_element():
    spec = spec_of("mac_pe", {"a_bits": 4, "b_bits": 3, "overflow": "saturate", "acc_bits": 8})
    record = verify("mac_pe", spec, level="exhaustive", sim="icarus")
    assert record["passed"], record["checks"][-1]
    assert record["checks"][-1]["cycles"] >= 2 << 7


@pytest.mark.parametrize("rounding", ["half_up", "half_even", "half_away", "truncate"])
def test_every_integer_under_every_shift(rounding):
    fields = {"lanes": 1, "in_bits": 7, "mult_bits": 8, "out_bits": 4, "rounding": rounding}
    assert steps_of_every_input("requant", fields) >= 64 * 128


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
    assert steps_of_every_input(unit, fields | {"lanes": 1}) >= 1 << 16


@pytest.mark.parametrize(
    "unit, fields",
    [
        ("divide", {"dividend_bits": 7, "divisor_bits": 5, "step_bits": 2}),
        ("divide", {"dividend_bits": 4, "divisor_bits": 8, "form": "pipelined"}),
        ("sqrt", {"bits": 12, "step_bits": 4}),
    ],
    ids=str,
)
def test_every_division_and_root(unit, fields):
    assert steps_of_every_input(unit, fields) >= 1 << 12


@pytest.mark.parametrize("unit", ["fp_add", "fp_mul"])
def test_every_pair_of_floats(unit):
    assert steps_of_every_input(unit, {"a_format": "e4m3fn"}) > 1 << 16


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
        ("divide", {}, {"level": "exhaustive"}, "not dividend of 16 bits and divisor of 16 bits: use full"),
        ("sqrt", {}, {"level": "exhaustive"}, "of 20 bits in all, not radicand of 32 bits: use full"),
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
