"""The baselines compute what the golden model says; otherwise no comparison with them means anything."""

import dataclasses
import shutil

import pytest
from macwright.gen.catalog import CATALOG, find_unit
from macwright.gen.verilog import make_verilog
from macwright.hdl.array.mac_array import MacArraySpec
from macwright.synth.baseline import make_baseline
from macwright.tb.verify import verify

needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="needs iverilog")

SPECS = [
    ("mac_pe", {"a_bits": 4, "b_bits": 4, "k_max": 16}),
    (
        "mac_pe",
        {"a_bits": 4, "b_bits": 3, "a_signed": False, "b_signed": False, "acc_bits": 8}
        | {"overflow": "saturate", "input_reg": True},
    ),
    ("mac_pe", {"a_bits": 4, "b_bits": 4, "acc_bits": 4, "overflow": "saturate"}),
    ("mac_pe", {"a_bits": 2, "b_bits": 4, "a_signed": False, "acc_bits": 5, "overflow": "wrap"}),
    ("bit_weight_pe", {"lanes": 16, "a_bits": 4, "b_bits": 4, "k_max": 64, "input_reg": True}),
    ("bit_weight_pe", {"lanes": 3, "a_bits": 2, "b_bits": 5, "acc_bits": 8, "overflow": "saturate"}),
    ("operator_pe", {"lanes": 2, "b_signed": False}),
    ("carry_save_pe", {"a_bits": 5}),
    ("mac_array", {"rows": 2, "cols": 3, "a_bits": 4, "b_bits": 3, "k_max": 64}),
    (
        "mac_array",
        {"rows": 3, "cols": 2, "a_signed": False, "acc_bits": 18, "overflow": "saturate", "input_reg": True},
    ),
    ("mac_array", {"rows": 1, "cols": 1, "acc_bits": 6, "overflow": "wrap"}),
    ("mac_array", {"rows": 3, "cols": 2, "dataflow": "tree", "depth": 3}),
    ("mac_array", {"rows": 3, "cols": 2, "dataflow": "ws"}),
    (
        "mac_array",
        {"rows": 1, "cols": 3, "dataflow": "ws", "depth": 1, "acc_bits": 17, "overflow": "saturate"},
    ),
    ("mixpe_array", {"rows": 3, "cols": 2, "group": 5}),
    (
        "mixpe_array",
        {"rows": 2, "cols": 3, "group": 4, "zero_point": False, "a_signed": False, "a_bits": 5}
        | {"scale": "fp16", "frac": 9, "out_bits": 12},
    ),
    ("mixpe_array", {"rows": 3, "cols": 2, "dataflow": "ws", "depth": 2, "group": 6, "scale": "bf16"}),
    ("lut_tile", {"rows": 3, "cols": 2, "depth": 2, "weight_bits": 3, "planes": 2}),
    ("lut_tile", {"rows": 1, "cols": 3, "k": 3, "weight_kind": "odd", "weight_bits": 1, "symmetric": False}),
    (
        "lut_tile",
        {"rows": 2, "cols": 2, "k": 2, "weight_kind": "zero_point", "weight_bits": 2, "table": "int8"}
        | {"activations": "int16", "symmetric": False},
    ),
    ("lut_float_tile", {"rows": 2, "cols": 2, "weight_bits": 3, "planes": 2, "out_format": "fp16"}),
    (
        "lut_float_tile",
        {"rows": 1, "cols": 1, "k": 2, "depth": 3, "weight_bits": 2, "weight_kind": "odd"}
        | {"symmetric": False, "activations": "e5m2fnuz"},
    ),
    ("ternary_tile", {"rows": 3, "cols": 2, "depth": 2}),
    ("ternary_tile", {"rows": 1, "cols": 2, "depth": 2, "packing": "5in8", "a_signed": False}),
    ("ternary_tile", {"rows": 2, "cols": 1, "depth": 3, "packing": "3in5", "a_bits": 5}),
    ("bitserial_tile", {"rows": 2, "cols": 1, "depth": 3, "w_bits": 2, "a_bits": 2}),
    ("bitserial_tile", {"rows": 1, "cols": 2, "depth": 2, "w_bits": 1, "a_bits": 2, "planes": "xor"}),
    ("bit_serial_pe", {"lanes": 3, "a_bits": 5, "a_signed": False}),
    ("requant", {"lanes": 2, "in_bits": 9, "rounding": "half_away", "out_signed": False}),
    (
        "requant",
        {
            "lanes": 2,
            "in_bits": 6,
            "residual": True,
            "residual_bits": 4,
            "residual_signed": False,
            "bias": True,
        }
        | {"rounding": "half_even", "per": "channel", "activation": "relu", "pipeline": 4},
    ),
    (
        "requant",
        {"lanes": 1, "in_bits": 5, "in_signed": False, "zero_point": True, "activation": "clamp"}
        | {"rounding": "truncate", "pipeline": 2},
    ),
    ("activation", {"lanes": 2}),
    ("activation", {"lanes": 1, "function": "exp", "in_bits": 5, "in_signed": False, "out_bits": 11}),
    ("activation", {"lanes": 1, "function": "sigmoid", "in_bits": 11, "in_fraction": 7, "out_fraction": 7}),
    ("softmax", {"lanes": 4, "row_max": 12}),
    ("softmax", {"lanes": 1, "row_max": 2, "in_bits": 5, "fraction_bits": 1, "out_bits": 9, "pipeline": 3}),
    ("norm", {"lanes": 3, "row_max": 12, "eps": 3}),
    ("norm", {"lanes": 1, "row_max": 2, "in_bits": 5, "kind": "rms", "out_bits": 9, "pipeline": 3}),
    ("divide", {"lanes": 2, "dividend_bits": 7, "divisor_bits": 4, "step_bits": 2}),
    ("divide", {"dividend_bits": 4, "divisor_bits": 6, "form": "pipelined"}),
    ("sqrt", {"lanes": 2, "bits": 9}),
    ("sqrt", {"bits": 16, "step_bits": 8}),
    ("igelu", {"lanes": 2}),
    ("igelu", {"lanes": 1, "in_bits": 16, "b": 2562, "c": 7261468, "one": 444, "shift": 14, "pipeline": 2}),
    ("deferred_softmax", {"lanes": 3, "row_max": 9}),
    ("deferred_softmax", {"lanes": 1, "row_max": 5, "method": "softermax", "mantissa_bits": 4}),
    ("softmax", {"lanes": 2, "row_max": 8, "method": "softermax", "exp_bits": 11, "mantissa_bits": 12}),
    ("attention", {"dim": 4, "lanes": 2, "length_max": 20, "queries": 2, "causal": True, "window": 5}),
    ("attention", {"dim": 2, "lanes": 2, "length_max": 3, "bits": 4, "score_bits": 6, "out_lanes": 2}),
    ("shiftgelu", {"lanes": 2, "row_max": 6, "in_bits": 6, "one": 5, "step_bits": 31}),
    ("inverse", {"lanes": 2, "bits": 9, "index_bits": 3}),
    ("inverse", {"function": "rsqrt", "bits": 12, "pipeline": 2}),
    ("quantize", {"lanes": 2}),
    (
        "quantize",
        {"lanes": 1, "fmt": "fp16", "scale_format": "bf16", "out_bits": 16, "zero_point": True}
        | {"symmetric": True, "rounding": "half_up", "pipeline": 3},
    ),
    (
        "quantize",
        {"lanes": 2, "fmt": "fp32", "out_bits": 5, "out_signed": False, "per": "token", "pipeline": 2}
        | {"rounding": "truncate"},
    ),
    ("quantize", {"lanes": 2, "scale_format": "fp16", "per": "channel", "rounding": "half_away"}),
    ("fma_pe", {}),
    (
        "fma_pe",
        {"a_format": "e4m3fnuz", "b_format": "e2m1fn", "c_format": "fp16", "rounding": "stochastic"}
        | {"subnormals": "flush", "pipeline": 3},
    ),
    ("fp_mul", {"a_format": "e8m0fnu", "b_format": "e4m3fn", "out_format": "e5m2", "pipeline": 2}),
    ("fp_dot", {"lanes": 3, "a_format": "e3m2fn", "b_format": "e4m3", "out_format": "e4m3fn", "pipeline": 2}),
    ("fp_dot", {"a_format": "e4m3fnuz", "subnormals": "flush", "rounding": "stochastic"}),
    ("mx_dot", {"lanes": 4, "b_element": "mxfp6_e3m2"}),
    ("mx_dot", {"lanes": 2, "a_element": "mxint8", "b_element": "mxfp8_e5m2"}),
    ("mx_dot", {"lanes": 16, "a_element": "mxfp4_e2m1", "blocks": 7, "scale_low": -250, "scale_high": -220}),
    ("nvfp4_dot", {"lanes": 8}),
    ("nvfp4_dot", {"lanes": 16, "blocks": 5}),
    ("bfp_dot", {"a_bits": 7, "b_bits": 4, "block": 12, "lanes": 4}),
    ("block_quantize", {"lanes": 4, "rule": "ceiling"}),
    ("block_quantize", {"lanes": 3, "fmt": "fp32", "element": "bfp", "bits": 12, "block": 9}),
    ("fp_add", {"a_format": "e2m1fn", "out_format": "e8m0fnu", "rounding": "toward_zero"}),
    ("weight_fma_pe", {}),
    ("weight_fma_pe", {"a_format": "fp16", "b_bits": 2, "acc_bits": 32}),
    ("weight_fma_pe", {"b_bits": 7, "recoding": "csd", "digits": 3}),
    ("weight_fma_pe", {"microarchitecture": "terms", "a_format": "fp16", "b_bits": 3}),
    ("wide_fma_pe", {"a_format": "e4m3fn", "b_format": "bf16"}),
    ("wide_fma_pe", {"normalise": "an", "an_k": 2, "an_lambda": 3, "acc_bits": 17}),
    ("wide_fma_pe", {"multiplier": "lmul_formula", "lmul_offset": 5, "a_format": "e4m3fn"}),
    (
        "wide_fma_pe",
        {"multiplier": "lmul_integer", "lmul_offset": 0, "a_format": "e4m3fnuz", "b_format": "e5m2"},
    ),
    ("wide_fma_pe", {"multiplier": "pam", "a_format": "e3m0fn", "b_format": "e2m1fn"}),
    ("fma_array", {"rows": 3, "cols": 2, "normalise": "an"}),
    ("fma_array", {"rows": 1, "cols": 1, "dataflow": "ws", "multiplier": "lmul_integer"}),
    (
        "fma_array",
        {"rows": 2, "cols": 1, "dataflow": "ws", "depth": 2, "normalise": "an", "out_format": "bf16"},
    ),
    ("mixpe_float_array", {"rows": 3, "cols": 2, "group": 4}),
    (
        "mixpe_float_array",
        {"rows": 1, "cols": 2, "group": 3, "microarchitecture": "terms", "b_bits": 2, "out_format": "fp16"}
        | {"scale_format": "dyadic"},
    ),
    (
        "mixpe_float_array",
        {"rows": 2, "cols": 1, "group": 4, "dataflow": "ws", "depth": 2},
    ),
    ("absmax", {"lanes": 3}),
    ("absmax", {"lanes": 1, "fmt": "fp16", "scale_format": "bf16", "out_bits": 10, "group": 3}),
    ("absmax", {"lanes": 2, "fmt": "fp32", "scale_format": "fp16", "out_bits": 16, "floor": 1000000000}),
]


@needs_icarus
@pytest.mark.parametrize("name, fields", SPECS, ids=str)
def test_the_bench_of_the_unit_passes_on_the_baseline(name, fields):
    """Its results, not its timing, which is its own affair."""
    unit = find_unit(name)
    spec = unit.spec(**fields)
    plain = make_baseline(spec)
    verilog = dataclasses.replace(make_verilog(unit, spec), top=plain.top, text=plain.text)
    record = verify(name, spec, sim="icarus", verilog=verilog, timing=False)
    assert record["passed"], record["checks"][-1]


def test_every_unit_has_a_baseline_with_its_own_ports():
    for name, unit in CATALOG.items():
        spec = unit.spec()
        baseline = make_baseline(spec)
        for path in unit.build(spec).signature.members:
            assert path in baseline.text or f"axis_{path}_t" in baseline.text, name


def test_parameters_stand_in_the_text():
    small = make_baseline(MacArraySpec(rows=2, cols=3, a_bits=4, overflow="wrap", acc_bits=9))
    assert "parameter ROWS = 2" in small.text and "parameter ACC_BITS = 9" in small.text
    assert "`include" not in small.text
