"""The emitted Verilog as a text: same bytes, plain names, clean under three tools, no decoys."""

import functools
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
from units import entries, fields_of


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


@pytest.mark.parametrize("name, fields", entries("LINTED"))
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
    speechless(build(unit, fields_of(unit, "SMALL"), "async_low"), tmp_path)


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


@functools.lru_cache(maxsize=4)
def hardware(unit, spec):
    return body(make_verilog(unit, spec, top="unit").text)


@pytest.mark.parametrize("unit, field", [(u, f) for u in CATALOG.values() for f in u.spec.params()], ids=str)
def test_every_parameter_changes_the_hardware(unit, field):
    base = fields_of(unit.name, "SMALL") | fields_of(unit.name, "WHERE").get(field, {})
    reference = hardware(unit, unit.spec(**base))
    refused = 0
    for value in alternatives(unit.spec.params()[field], unit.spec(**base).as_dict()[field]):
        try:
            spec = unit.spec(**base | {field: value})
        except UsageError:
            refused += 1
            continue
        if max(value if type(value) is int else 0, 0) > 64 and field in ("rows", "cols"):
            continue
        if hardware(unit, spec) != reference:
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
            yield fields_of(unit.name, "WHERE").get(field, {}) | {field: value}
        if param.kind is int and not param.optional:
            low[field] = param.low
    yield low


@pytest.mark.parametrize("unit, fields", [(u, c) for u in CATALOG.values() for c in corners(u)], ids=str)
def test_every_corner_of_the_parameter_box_elaborates(unit, fields):
    try:
        spec = unit.spec(**fields_of(unit.name, "SMALL") | fields)
    except UsageError:
        return  # A refusal is an answer; test_spec.py reads the sentences.
    # Up to RTLIL: what comes behind it is the same for all, and four times as long.
    platform = EmissionPlatform("unit", spec, "sync")
    platform.emit("unit", VerilogPorts(unit.build(spec)))
    assert platform.rtlil[-1].rstrip().endswith("end")
