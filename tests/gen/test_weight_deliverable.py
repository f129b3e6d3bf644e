"""Deliverables of engines sized by weights: what they say about them, the same bytes, families."""

import json

import numpy as np
import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.deliverable import generate
from macwright.gen.verilog import make_verilog
from macwright.golden.errors import UsageError
from macwright.hdl.array.mac_array import MacArraySpec
from macwright.synth.baseline import make_baseline

WEIGHTS = np.random.default_rng(0).integers(-8, 8, (20, 7))
SMALL = {"rows": "2", "cols": "2", "acc_bits": "from:w.npy"}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.save("w.npy", WEIGHTS)


def test_header_and_manifest_say_for_which_weights_sums_are_exact():
    made = generate("mac_array", SMALL)
    width = MacArraySpec.parse(SMALL).acc_width
    assert made.top == f"mac_array_acc_bits_{width}w_rows_2_cols_2"
    manifest = json.loads((made.folder / "manifest.json").read_text())
    exact_for = manifest["timing"]["exact_for"]
    assert manifest["timing"]["acc_bits"] == width and (exact_for["k"], exact_for["n"]) == WEIGHTS.shape
    assert manifest["spec"]["acc_bits"] == "from:w.npy"
    assert manifest["command"] == "macwright generate mac_array -p acc_bits=from:w.npy -p rows=2 -p cols=2"
    header = " ".join((made.folder / f"{made.top}.v").read_text().replace("//", "").split())
    promise = (
        f"accumulator: {width} bits, exact for these weights: K = 20, N = 7, sha256 {exact_for['sha256']}"
    )
    assert promise in header and manifest["command"] in header


def test_the_same_content_gives_the_same_bytes_and_no_path_of_the_machine(tmp_path):
    made = generate("mac_array", SMALL, "one")
    np.save("w.npy", np.asfortranarray(WEIGHTS.astype(np.int8)))
    generate("mac_array", SMALL, "two")
    for name in made.files:
        text = (tmp_path / "one" / name).read_bytes()
        assert text == (tmp_path / "two" / name).read_bytes() and str(tmp_path).encode() not in text


def test_the_hardware_is_that_of_the_same_width_given_as_a_number():
    by_weights = MacArraySpec.parse(SMALL)
    by_number = MacArraySpec(rows=2, cols=2, acc_bits=by_weights.acc_width, overflow="wrap")
    unit = find_unit("mac_array")
    one, other = (
        make_verilog(unit, spec, top="engine").text.split("SPDX")[1] for spec in (by_weights, by_number)
    )
    assert one.replace(f"_acc_bits_{by_weights.acc_width}", "") == other
    assert make_baseline(by_weights).text == make_baseline(by_number).text


def test_a_family_of_weights_is_told_apart_by_width():
    np.save("wide.npy", 10 * WEIGHTS)
    widths = [MacArraySpec.parse(SMALL | {"acc_bits": f"from:{n}.npy"}).acc_width for n in ("w", "wide")]
    small = {"rows": "2", "cols": "2"}
    made = generate("mac_array", small, "out", family={"acc_bits": ["from:w.npy", "from:wide.npy"]})
    wrapper = (made.folder / f"{made.top}.v").read_text()
    assert all(f"(ACC_BITS == {width})" in wrapper for width in widths)
    assert "--family acc_bits=from:w.npy,from:wide.npy" in wrapper and "npy" not in made.top
    np.save("same.npy", WEIGHTS[::-1])
    with pytest.raises(
        UsageError, match="from:w.npy and acc_bits=from:same.npy.*are both ACC_BITS == .* leave one out"
    ):
        generate("mac_array", small, "no", family={"acc_bits": ["from:w.npy", "from:same.npy"]})


def test_a_long_path_stays_in_one_piece():
    name = "a_long_name_for_weights_" * 6 + ".npy"
    np.save(name, WEIGHTS)
    made = generate("mac_array", SMALL | {"acc_bits": f"from:{name}"})
    assert f"acc_bits=from:{name}" in (made.folder / f"{made.top}.v").read_text()
