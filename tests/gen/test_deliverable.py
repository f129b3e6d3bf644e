import hashlib
import json
import subprocess

import pytest
from macwright.gen.deliverable import generate
from macwright.golden.errors import UsageError
from macwright.tb.simulators import simulator_environment

SMALL = {"rows": "2", "cols": "3"}


def test_a_deliverable_describes_itself(tmp_path):
    made = generate("mac_array", SMALL, tmp_path / "out")
    manifest = json.loads((made.folder / "manifest.json").read_text())
    assert sorted(made.files) == sorted(p.name for p in made.folder.iterdir())
    for name, digest in manifest["files"].items():
        assert hashlib.sha256((made.folder / name).read_bytes()).hexdigest() == digest
    assert manifest["module"] == made.top and manifest["spec"]["rows"] == 2
    assert manifest["timing"] == {"latency": 4, "macs_per_cycle": 6, "acc_bits": 32, "k_limit": 65536}
    assert manifest["interface"]["members"]["a"]["type"] == "interface"
    assert {p["name"]: p["width"] for p in manifest["ports"]}["m_axis_c_tdata"] == 96
    assert manifest["licence"] == "Apache-2.0" and manifest["tools"]["pyosys"]
    assert "`macwright verify mac_array -p rows=2 -p cols=3`" in (made.folder / "README.md").read_text()


def test_the_template_elaborates(tmp_path):
    made = generate("mac_array", SMALL, tmp_path / "out")
    template = (made.folder / f"{made.top}_template.vh").read_text()
    (made.folder / "user.v").write_text(
        f"module user(input wire clk, input wire rst);\n{template}endmodule\n"
    )
    command = ["iverilog", "-g2005", "-s", "user", "-o", "/dev/null", "user.v", f"{made.top}.v"]
    assert subprocess.run(command, cwd=made.folder, capture_output=True).returncode == 0


def test_two_generations_are_the_same_bytes(tmp_path):
    first, second = (generate("mac_pe", {}, tmp_path / name) for name in ("a", "b"))
    for name in first.files:
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes()


def test_a_family_is_one_module_with_parameters(tmp_path):
    made = generate("mac_array", {}, tmp_path / "out", family={"rows": ["2", "3"], "cols": ["1", "2"]})
    sources = [f for f in made.files if f.endswith(".v")]
    assert made.top == "mac_array_family" and len(sources) == 5
    for rows, cols in ((2, 1), (3, 2)):
        top = f"-P{made.top}.ROWS={rows}", f"-P{made.top}.COLS={cols}"
        command = ["iverilog", "-g2005", "-Wall", "-s", made.top, *top, "-o", "/dev/null", *sources]
        done = subprocess.run(command, cwd=made.folder, capture_output=True, text=True)
        assert done.returncode == 0 and not done.stderr
    environment = simulator_environment("verilator")
    for simulator in (
        ["iverilog", "-g2005", "-s", made.top, f"-P{made.top}.ROWS=9", "-o", "/dev/null", *sources],
        ["verilator_bin", "--lint-only", "--top-module", made.top, "-GROWS=9", *sources],
    ):
        done = subprocess.run(simulator, cwd=made.folder, env=environment, capture_output=True, text=True)
        assert (
            done.returncode
            and f"{made.top}_was_not_generated_for_these_parameters" in done.stdout + done.stderr
        )


def test_a_family_over_names_and_flags(tmp_path):
    made = generate(
        "mac_pe",
        {"acc_bits": "20"},
        tmp_path / "out",
        family={"overflow": ["wrap", "saturate"], "a_signed": ["0", "1"]},
    )
    sources = [f for f in made.files if f.endswith(".v")]
    command = ["iverilog", "-g2005", "-Wall", "-s", made.top, "-o", "/dev/null", *sources]
    assert subprocess.run(command, cwd=made.folder).returncode == 0


@pytest.mark.parametrize(
    "kwargs, message",
    [
        ({"family": {"rosw": ["1"]}}, "there is no parameter 'rosw': did you mean 'rows'"),
        ({"family": {"rows": ["1"]}}, "rows is given by -p and by --family"),
        ({"family": {"a_bits": ["4", "4"]}}, "lists a value twice"),
        ({"family": {"a_bits": ["4", "99"]}}, "a_bits=99 is not legal"),
        ({"reset": "none"}, "reset='none' is not one of sync, async_low"),
    ],
)
def test_wrong_requests_write_nothing(kwargs, message, tmp_path):
    with pytest.raises(UsageError, match=message):
        generate("mac_array", SMALL, tmp_path / "out", **kwargs)
    assert not list(tmp_path.iterdir())


def test_force_replaces_only_what_macwright_wrote(tmp_path, monkeypatch):
    made = generate("mac_pe", {}, tmp_path / "out")
    generate("operator_pe", {}, tmp_path / "out", force=True)
    assert not (tmp_path / "out" / "mac_pe.v").exists()
    (made.folder / "thesis.txt").write_text("precious")
    for out in (tmp_path / "out", "."):
        monkeypatch.chdir(tmp_path / "out")
        with pytest.raises(UsageError, match="--force replaces only its own folders"):
            generate("mac_pe", {}, out, force=True)
    assert (tmp_path / "out" / "thesis.txt").read_text() == "precious"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_the_current_folder_and_the_default_folder(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    made = generate("mac_pe", {"a_bits": "3"})
    assert made.folder.name == "mac_pe_a_bits_3" and (made.folder / "manifest.json").exists()
    assert [p.name for p in (tmp_path / "here").iterdir()] == ["mac_pe_a_bits_3"]


def test_existing_output_is_kept(tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("precious")
    with pytest.raises(UsageError, match="is not empty: give another folder, or --force"):
        generate("mac_pe", {}, tmp_path / "out")
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine"]


def test_output_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is a file: give a folder"):
        generate("mac_pe", {}, tmp_path / "file")
    with pytest.raises(UsageError, match="give another output folder"):
        generate("mac_pe", {}, tmp_path / "file" / "below")
