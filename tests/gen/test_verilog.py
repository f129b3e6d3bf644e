"""The emitted Verilog as a text: same bytes, plain names, clean under three tools, no decoys."""

import os
import re
import subprocess
import sys

import pytest
from macwright.gen.catalog import CATALOG, find_unit
from macwright.gen.emission import EmissionPlatform, VerilogPorts
from macwright.gen.lint import waiver_options
from macwright.gen.verilog import make_verilog
from macwright.gen.yosys import run_yosys
from macwright.golden.errors import UsageError
from macwright.tb.simulators import simulator_environment

SMALL = {
    "mac_array": {"rows": 3, "cols": 2},
    "mixpe_array": {"rows": 3, "cols": 2, "group": 8},
    "mixpe_float_array": {"rows": 16, "cols": 2, "group": 8},
    "lut_tile": {"rows": 2, "cols": 2},
    "lut_float_tile": {"rows": 1, "cols": 1, "k": 2, "out_format": "bf16"},
    "ternary_tile": {"rows": 2, "cols": 2, "depth": 2},
    "bitserial_tile": {"rows": 2, "cols": 2, "depth": 4},
    "requant": {"lanes": 2, "in_bits": 10, "mult_bits": 8},
    "quantize": {"lanes": 2, "scale_format": "bf16"},
    "absmax": {"lanes": 2, "scale_format": "bf16"},
    "activation": {"lanes": 2},
    "softmax": {"lanes": 2, "row_max": 8},
    "deferred_softmax": {"lanes": 2, "row_max": 8},
    "norm": {"lanes": 2, "row_max": 8},
    "attention": {"dim": 2, "lanes": 1, "length_max": 8},
    "shiftgelu": {"lanes": 1, "row_max": 8, "in_bits": 4, "one": 5, "n": 8, "step_bits": 31},
    "fma_pe": {"a_format": "e4m3fn"},
    "fma_array": {"rows": 16, "cols": 2},
    "fp_add": {"a_format": "e4m3fn"},
    "mx_dot": {"lanes": 2},
    "bfp_dot": {"lanes": 2, "block": 2},
    "nvfp4_dot": {"lanes": 2},
    "block_quantize": {"lanes": 2},
    "fp_dot": {"a_format": "e4m3", "lanes": 2},
    "fp_mul": {"a_format": "e4m3fn"},
}
#: Where a parameter matters, if not in the default Spec.
WHERE = {
    ("mac_array", "depth"): {"dataflow": "tree"},
    ("mac_array", "recoding"): {"element": "mac"},
    ("mac_array", "queue"): {"dataflow": "broadcast", "element": "bit_serial_shared"},
    ("mixpe_array", "depth"): {"dataflow": "ws"},
    ("mixpe_array", "frac"): {"scale": "fp16"},
    ("mixpe_float_array", "depth"): {"dataflow": "ws"},
    ("mixpe_float_array", "mult_bits"): {"scale_format": "dyadic"},
    ("mixpe_float_array", "shift_bits"): {"scale_format": "dyadic"},
    ("wide_fma_pe", "an_k"): {"normalise": "an"},
    ("wide_fma_pe", "an_lambda"): {"normalise": "an"},
    ("wide_fma_pe", "lmul_offset"): {"multiplier": "lmul_integer"},
    ("fma_array", "lmul_offset"): {"multiplier": "lmul_formula"},
    ("fma_array", "an_k"): {"normalise": "an"},
    ("fma_array", "an_lambda"): {"normalise": "an"},
    ("fma_array", "depth"): {"dataflow": "ws"},
    ("fma_pe", "random_bits"): {"rounding": "stochastic"},
    ("fp_add", "random_bits"): {"rounding": "stochastic"},
    ("fp_mul", "random_bits"): {"rounding": "stochastic"},
    ("fp_dot", "random_bits"): {"rounding": "stochastic"},
    ("mixpe_array", "digits"): {"recoding": "csd", "zero_point": False, "b_bits": 8},
    ("mixpe_float_array", "digits"): {"recoding": "csd", "zero_point": False, "b_bits": 8},
    ("weight_fma_pe", "digits"): {"recoding": "csd", "b_bits": 8},
    ("requant", "residual_bits"): {"residual": True},
    ("requant", "residual_signed"): {"residual": True},
    ("absmax", "floor"): {"fmt": "fp32"},
    ("activation", "method"): {"in_bits": 11},
    ("block_quantize", "bits"): {"element": "bfp"},
    ("block_quantize", "block"): {"element": "bfp"},
    ("mx_dot", "scale_low"): {"blocks": 2, "scale_high": 20},
    ("mx_dot", "scale_high"): {"blocks": 2},
    ("mx_dot", "acc_bits"): {"blocks": 2},
    ("nvfp4_dot", "acc_bits"): {"blocks": 2},
}
SPECS = [
    ("mac_array", {"rows": 3, "cols": 5, "a_bits": 5, "a_signed": False, "b_bits": 3}),
    ("mac_array", {"rows": 1, "cols": 1, "a_bits": 16, "b_bits": 16}),
    ("mac_array", {"rows": 5, "cols": 2, "overflow": "saturate", "acc_bits": 12, "input_reg": True}),
    ("mac_array", {"rows": 3, "cols": 2, "dataflow": "ws", "element": "carry_save"}),
    ("mac_array", {"rows": 2, "cols": 3, "dataflow": "cube", "element": "mac", "depth": 3}),
    ("mac_array", {"rows": 3, "cols": 1, "dataflow": "tree", "element": "bit_weight", "input_reg": True}),
    ("mac_array", {"rows": 1, "cols": 3, "dataflow": "broadcast", "element": "carry_save"}),
    ("mac_array", {"rows": 3, "cols": 2, "dataflow": "broadcast", "element": "bit_serial_shared"}),
    (
        "mac_array",
        {"rows": 2, "cols": 1, "dataflow": "broadcast", "element": "bit_serial", "queue": 1},
    ),
    (
        "mac_array",
        {"rows": 2, "cols": 2, "dataflow": "tree", "depth": 3, "element": "bit_serial_grouped"}
        | {"b_signed": False},
    ),
    ("bit_serial_pe", {"lanes": 2, "a_signed": False, "recoding": "ent"}),
    ("mixpe_array", {"rows": 3, "cols": 2, "group": 8}),
    (
        "mixpe_array",
        {"rows": 2, "cols": 1, "dataflow": "ws", "zero_point": False, "recoding": "bits", "scale": "bf16"},
    ),
    ("mixpe_array", {"rows": 1, "cols": 1, "group": 1, "element": "operator", "a_signed": False}),
    (
        "mixpe_array",
        {"rows": 2, "cols": 5, "group": 8, "recoding": "csd", "zero_point": False, "b_bits": 7}
        | {"a_signed": False, "element": "mac"},
    ),
    ("lut_tile", {"rows": 2, "cols": 3, "weight_bits": 3, "planes": 2}),
    ("lut_float_tile", {"rows": 2, "cols": 2, "weight_bits": 3, "planes": 2, "out_format": "bf16"}),
    ("lut_float_tile", {"rows": 1, "cols": 1, "k": 3, "weight_kind": "odd", "activations": "e4m3fnuz"}),
    ("bitserial_tile", {"rows": 2, "cols": 2, "depth": 4}),
    ("bitserial_tile", {"rows": 1, "cols": 2, "depth": 3, "planes": "xor"}),
    ("ternary_tile", {"rows": 2, "cols": 2, "depth": 1, "packing": "5in8", "a_signed": False}),
    ("ternary_tile", {"rows": 1, "cols": 3, "depth": 2, "packing": "3in5", "pipeline": False}),
    (
        "lut_tile",
        {"rows": 1, "cols": 1, "k": 3, "depth": 2, "weight_kind": "zero_point", "table": "int8"}
        | {"pipeline": False, "symmetric": False},
    ),
    ("mac_pe", {}),
    (
        "mac_pe",
        {"a_signed": False, "b_signed": False, "overflow": "saturate", "acc_bits": 17, "input_reg": True},
    ),
    ("requant", {"lanes": 1}),
    (
        "requant",
        {"lanes": 2, "in_signed": False, "out_signed": False, "pipeline": 3, "rounding": "half_away"},
    ),
    (
        "requant",
        {"lanes": 2, "per": "channel", "bias": True, "residual": True, "residual_bits": 8, "pipeline": 5}
        | {"rounding": "half_even", "zero_point": True, "activation": "clamp"},
    ),
    ("requant", {"lanes": 1, "in_bits": 2, "out_bits": 16, "activation": "relu", "rounding": "truncate"}),
    (
        "requant",
        {"lanes": 1, "shift_bits": 1, "out_signed": False, "rounding": "half_even", "residual": True},
    ),
    (
        "requant",
        {"lanes": 1, "residual": True, "activation": "relu", "zero_point": True, "out_signed": False}
        | {"residual_signed": False, "in_signed": False},
    ),
    ("activation", {"lanes": 2}),
    ("activation", {"lanes": 1, "function": "exp", "in_bits": 10, "out_signed": False, "in_fraction": 7}),
    ("activation", {"lanes": 1, "in_bits": 11, "in_fraction": 7, "out_bits": 11, "out_fraction": 7}),
    ("activation", {"lanes": 1, "in_bits": 11, "in_fraction": 0, "out_bits": 11, "out_fraction": 0}),
    ("activation", {"lanes": 1, "function": "sigmoid", "in_bits": 12, "out_bits": 12, "method": "linear"}),
    ("softmax", {"lanes": 2, "row_max": 8}),
    ("softmax", {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction_bits": 0, "pipeline": 3}),
    ("attention", {"dim": 4, "lanes": 2, "length_max": 8, "queries": 2, "window": 3}),
    ("attention", {"dim": 1, "lanes": 1, "length_max": 1, "bits": 2, "score_bits": 2, "fraction_bits": 0}),
    ("deferred_softmax", {"lanes": 2, "row_max": 8}),
    ("norm", {"lanes": 2, "row_max": 8}),
    ("norm", {"lanes": 1, "row_max": 1, "in_bits": 2, "kind": "rms", "fraction": 0, "pipeline": 3}),
    ("divide", {"lanes": 2, "dividend_bits": 7, "divisor_bits": 9, "step_bits": 3}),
    ("divide", {"form": "pipelined", "dividend_bits": 6, "divisor_bits": 4, "step_bits": 2}),
    ("divide", {"dividend_bits": 1, "divisor_bits": 1}),
    ("sqrt", {"lanes": 2, "bits": 9}),
    ("sqrt", {"form": "pipelined", "bits": 8, "step_bits": 3}),
    ("sqrt", {"bits": 1}),
    ("igelu", {"lanes": 2, "in_bits": 10, "pipeline": 2}),
    ("igelu", {"lanes": 1, "in_bits": 12, "b": 2562, "c": 7261468, "one": 444, "shift": 14}),
    ("shiftgelu", {"lanes": 2, "row_max": 3, "in_bits": 5, "one": 5, "step_bits": 31}),
    ("inverse", {"lanes": 2}),
    ("inverse", {"function": "rsqrt", "bits": 32, "index_bits": 7, "mantissa_bits": 12, "pipeline": 2}),
    ("quantize", {"lanes": 1}),
    ("quantize", {"lanes": 2, "per": "channel", "out_signed": False, "pipeline": 3, "rounding": "truncate"}),
    (
        "quantize",
        {"lanes": 2, "fmt": "fp16", "scale_format": "bf16", "out_bits": 16, "zero_point": True}
        | {"symmetric": True, "rounding": "half_up", "pipeline": 4},
    ),
    ("quantize", {"lanes": 1, "fmt": "fp32", "out_bits": 2, "per": "token", "rounding": "half_away"}),
    ("quantize", {"lanes": 1, "zero_point": True, "out_signed": False, "out_bits": 2, "pipeline": 2}),
    ("fma_pe", {"a_format": "fp16", "pipeline": 5}),
    (
        "fma_pe",
        {"a_format": "e4m3fn", "b_format": "e2m3fn", "c_format": "fp32", "out_format": "e5m2fnuz"}
        | {"rounding": "stochastic", "subnormals": "flush"},
    ),
    ("fp_dot", {"lanes": 3, "b_format": "e2m1fn", "out_format": "e5m2", "pipeline": 5}),
    ("mx_dot", {"lanes": 2, "b_element": "mxint8"}),
    ("mx_dot", {"lanes": 2, "a_element": "mxfp4_e2m1", "blocks": 3, "scale_low": -200, "scale_high": -190}),
    ("nvfp4_dot", {"lanes": 2}),
    ("nvfp4_dot", {"lanes": 1, "blocks": 1024, "tensor_scale": False}),
    ("bfp_dot", {"lanes": 3, "block": 9, "a_bits": 5, "b_bits": 12}),
    ("block_quantize", {"lanes": 1, "element": "mxfp8_e5m2", "rule": "ceiling"}),
    ("block_quantize", {"lanes": 2, "fmt": "fp32", "element": "bfp", "bits": 12, "block": 2}),
    ("fp_mul", {"b_format": "e2m1fn", "out_format": "e8m0fnu", "rounding": "toward_zero", "pipeline": 3}),
    ("fp_add", {"a_format": "e1m1", "out_format": "fp16", "adder": "ripple", "pipeline": 2}),
    ("weight_fma_pe", {"a_format": "fp16", "b_bits": 8, "acc_bits": 19}),
    ("wide_fma_pe", {"normalise": "an", "a_format": "e4m3fnuz", "b_format": "e8m0fnu"}),
    ("wide_fma_pe", {"multiplier": "lmul_formula", "lmul_offset": 9, "b_format": "e4m3fnuz"}),
    ("wide_fma_pe", {"multiplier": "pam", "a_format": "e3m0fn", "acc_bits": 4}),
    ("fma_array", {"rows": 2, "cols": 1, "a_format": "e5m2", "normalise": "none"}),
    ("fma_array", {"rows": 1, "cols": 2, "dataflow": "ws", "multiplier": "lmul_integer"}),
    ("fma_array", {"rows": 2, "cols": 2, "dataflow": "ws", "normalise": "an", "out_format": "fp16"}),
    ("mixpe_float_array", {"rows": 2, "cols": 2, "group": 8}),
    (
        "mixpe_float_array",
        {"rows": 1, "cols": 1, "microarchitecture": "terms", "b_bits": 3, "scale_format": "dyadic"},
    ),
    ("mixpe_float_array", {"rows": 2, "cols": 1, "group": 8, "dataflow": "ws", "depth": 2}),
    ("absmax", {"lanes": 1}),
    ("absmax", {"lanes": 3, "fmt": "fp32", "scale_format": "fp16", "out_bits": 16, "group": 1}),
    ("absmax", {"lanes": 2, "fmt": "fp16", "out_bits": 2, "group": 7, "floor": 0x3C00}),
    ("absmax", {"lanes": 2, "scale_format": "bf16", "out_bits": 10, "group": 1024}),
]


def build(name, fields, reset="sync"):
    unit = find_unit(name)
    return make_verilog(unit, unit.spec(**fields), reset)


def body(text):
    return re.sub(r"//.*", "", text)


def speechless(verilog, folder):
    """Fail unless three tools take the text without a word."""
    (folder / "design.v").write_text(verilog.text)
    lint = [
        "verilator_bin",
        "--lint-only",
        "-Wall",
        *waiver_options(),
        "--top-module",
        verilog.top,
        "design.v",
    ]
    done = subprocess.run(
        lint, cwd=folder, env=simulator_environment("verilator"), capture_output=True, text=True
    )
    assert done.returncode == 0 and "%Warning" not in done.stderr, done.stderr
    iverilog = ["iverilog", "-g2005", "-Wall", "-s", verilog.top, "-o", os.devnull, "design.v"]
    done = subprocess.run(iverilog, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    run_yosys(f"read_verilog design.v\nhierarchy -check -top {verilog.top}\nproc\ncheck -assert\n", folder)


@pytest.mark.parametrize("name, fields", SPECS)
def test_tools_have_nothing_to_say_and_names_are_plain(name, fields, tmp_path):
    verilog = build(name, fields)
    speechless(verilog, tmp_path)
    text = verilog.text
    assert "\\" not in text and "initial" not in body(text)
    assert not re.search(r"\breg\b[^;]*=", body(text))
    assert not re.search(r"/(home|tmp|root|usr)/|20\d\d-\d\d", text)
    assert "$" not in re.sub(r"\$(un)?signed", "", body(text))


@pytest.mark.parametrize("unit", CATALOG)
def test_tools_have_nothing_to_say_about_asynchronous_resets(unit, tmp_path):
    speechless(build(unit, SMALL.get(unit, {}), "async_low"), tmp_path)


def test_the_same_bytes_whatever_the_hash_seed():
    code = (
        "from macwright.gen.catalog import find_unit\nfrom macwright.gen.verilog import make_verilog\n"
        "import sys\nu = find_unit('mac_array')\n"
        "sys.stdout.write(make_verilog(u, u.spec(rows=5, cols=3)).text)"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "4242")
    }
    assert len(texts) == 1


def test_each_distinct_module_is_emitted_once():
    verilog = build("mac_array", {"rows": 8, "cols": 8})
    names = re.findall(r"^module (\w+)", verilog.text, re.MULTILINE)
    assert names == verilog.modules and len(set(names)) == len(names)
    assert sum("operator_pe" in name for name in names) == 1


def test_header_says_how_to_make_the_file_again():
    verilog = build("mac_array", {"rows": 3, "a_signed": False})
    assert "macwright generate mac_array -p a_signed=false -p rows=3\n" in verilog.text
    assert "latency: 9 cycles" in verilog.text and "32 bits, exact up to K = 65536" in verilog.text
    assert "s_axis_a_tdata: lane i is bits [8*i +: 8], unsigned, i = 0..2" in verilog.text


def test_asynchronous_reset_is_active_low_everywhere():
    verilog = build("mac_array", {"rows": 2, "cols": 2}, "async_low")
    assert verilog.top == "mac_array_rows_2_cols_2_async"
    assert "negedge rst_n" in verilog.text and not re.search(r"\brst\b", body(verilog.text))
    assert len(re.findall(r"negedge rst_n", verilog.text)) == len(re.findall(r"if \(!rst_n\)", verilog.text))


def alternatives(param, default):
    if param.kind is bool:
        return [not default]
    if param.choices:
        return [c for c in param.choices if c != default]
    if param.format:
        return ["e4m3fnuz", "e8m0fnu", "e1m1", "e0m3fn"]
    return [v for v in (param.low, param.low + 1, 20, param.high) if v != default and v is not None]


@pytest.mark.parametrize("unit, field", [(u, f) for u in CATALOG.values() for f in u.spec.params()], ids=str)
def test_every_parameter_changes_the_hardware(unit, field):
    base = SMALL.get(unit.name, {}) | WHERE.get((unit.name, field), {})
    reference = body(make_verilog(unit, unit.spec(**base), top="unit").text)
    refused = 0
    for value in alternatives(unit.spec.params()[field], unit.spec(**base).as_dict()[field]):
        try:
            spec = unit.spec(**base | {field: value})
        except UsageError:
            refused += 1
            continue
        if max(value if type(value) is int else 0, 0) > 64 and field in ("rows", "cols"):
            continue
        if body(make_verilog(unit, spec, top="unit").text) != reference:
            return
    if field == "overflow":
        return  # An element that cannot saturate wraps; `error` is a promise about K, kept at generation.
    if refused == len(alternatives(unit.spec.params()[field], unit.spec(**base).as_dict()[field])):
        return  # Not for this unit, and it says so: test_spec.py reads the sentences.
    pytest.fail(f"{field} changes nothing")


def corners(unit):
    """Every field at either end of its range, and all of them at their low ends."""
    low = {}
    for field, param in unit.spec.params().items():
        values = (
            [param.low, param.high] if param.kind is int else alternatives(param, unit.spec.defaults()[field])
        )
        for value in values:
            yield WHERE.get((unit.name, field), {}) | {field: value}
        if param.kind is int and not param.optional:
            low[field] = param.low
    yield low


@pytest.mark.parametrize("unit, fields", [(u, c) for u in CATALOG.values() for c in corners(u)], ids=str)
def test_every_corner_of_the_parameter_box_elaborates(unit, fields):
    try:
        spec = unit.spec(**SMALL.get(unit.name, {}) | fields)
    except UsageError:
        return  # A refusal is an answer; test_spec.py reads the sentences.
    # Up to RTLIL: what comes behind it is the same for all, and four times as long.
    platform = EmissionPlatform("unit", spec, "sync")
    platform.emit("unit", VerilogPorts(unit.build(spec)))
    assert platform.rtlil[-1].rstrip().endswith("end")
