"""The command line as a user meets it: what it prints, what it refuses, with which exit code."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from macwright.golden.lut_gemm import pack_selects
from macwright.synth import studies


def macwright(*arguments, cwd=None, env=None):
    command = [sys.executable, "-c", "from macwright.cli.main import main; main()", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)


def test_list_and_describe():
    assert "mac_array" in macwright("list").stdout
    units = json.loads(macwright("list", "--json").stdout)
    assert {"mac_array", "mac_pe"} <= {u["unit"] for u in units}
    shown = macwright("describe", "mac_array", "-p", "rows=3").stdout
    assert "s_axis_a_tdata" in shown and "latency: 9 cycles" in shown
    facts = json.loads(macwright("describe", "mac_pe", "--json").stdout)
    assert facts["timing"]["latency"] == 1
    assert facts["parameters"][0]["legal"] == "a whole number from 2 to 16 (bits)"


def test_generate(tmp_path):
    done = macwright(
        "generate", "mac_array", "-p", "rows=2", "-p", "cols=2", "-o", tmp_path / "out", "--json"
    )
    made = json.loads(done.stdout)
    assert made["module"] == "mac_array_rows_2_cols_2" and "manifest.json" in made["files"]
    done = macwright(
        "generate", "mac_pe", "-o", tmp_path / "family", "--family", "a_bits=4,8", "--reset", "async_low"
    )
    assert done.returncode == 0 and "mac_pe_family_async" in done.stdout


def test_generate_warns_of_coarse_scales(tmp_path):
    coarse = ("-p", "b=21", "-p", "c=444", "-p", "one=444")
    done = macwright("generate", "igelu", "-p", "lanes=1", *coarse, "-o", tmp_path / "out")
    assert done.returncode == 0 and "caution: the largest error from -4 to 4 is 0.038" in done.stderr
    assert "caution: the largest error" in macwright("describe", "igelu", *coarse).stdout


def test_verify():
    done = macwright("verify", "mac_pe", "-p", "a_bits=3", "--sim", "icarus", "--seed", "5")
    assert done.returncode == 0 and "all checks passed" in done.stdout
    record = json.loads(macwright("verify", "mac_pe", "--sim", "icarus", "--json").stdout)
    assert record["passed"] and record["level"] == "quick"


def test_run_multiplies_matrices(tmp_path):
    rng = np.random.default_rng(0)
    a, b = rng.integers(-128, 128, (100, 37)), rng.integers(-128, 128, (37, 53))
    np.save(tmp_path / "a.npy", a)
    np.save(tmp_path / "b.npy", b)
    arguments = (
        "run",
        "mac_array",
        "-p",
        "rows=4",
        "-p",
        "cols=3",
        "--a",
        "a.npy",
        "--b",
        "b.npy",
        "-o",
        "c.npy",
    )
    done = macwright(*arguments, cwd=tmp_path)
    assert done.returncode == 0 and "equal to the golden model" in done.stdout
    assert (np.load(tmp_path / "c.npy") == a @ b).all()
    done = macwright(*arguments, cwd=tmp_path)
    assert done.returncode == 2 and "c.npy exists" in done.stderr


def test_doctor():
    tools = json.loads(macwright("doctor", "--json").stdout)
    assert {t["name"]: t["version"] for t in tools}["pyosys"] == "0.70"
    missing = macwright("doctor", env={"PATH": "/nowhere", "COLUMNS": "200"})
    assert missing.returncode == 1 and "apt-get install g++" in missing.stdout


REFUSED = [
    (("describe", "mac_aray"), "there is no unit 'mac_aray': did you mean 'mac_array'?"),
    (("describe", "mac_array", "-p", "row=3"), "did you mean 'rows'?"),
    (("describe", "mac_array", "-p", "rows"), "-p rows is not NAME=VALUE"),
    (("describe", "mac_array", "-p", "rows=1", "-p", "rows=2"), "-p rows is given twice: 1 and 2"),
    (("describe", "mac_array", "-p", "rows=0"), "rows=0 is not legal: rows is a whole number from 1 to 256"),
    (("generate", "mac_array", "-p", "acc_bits=12", "-o", "out"), "use acc_bits=16 or more"),
    (("generate", "mac_array", "-o", "taken"), "taken is a file: give a folder"),
    (("verify", "mac_pe", "--seed", "-1"), "-1 is not in the range"),
    (("verify", "mac_pe", "--time-limit", "0"), "0.0 is not in the range"),
    (("generate", "mac_pe", "--family", "a_bits"), "--family a_bits is not NAME=VALUE"),
    (("generate", "mac_pe", "--family", "a_bits=4,0x4"), "lists a value twice"),
    (
        ("run", "mac_array", "--a", "empty.npy", "--b", "empty.npy", "-o", "c.npy"),
        "empty.npy is not a .npy file",
    ),
    (("run", "mac_array", "--a", "big.npy", "--b", "big.npy", "-o", "no/c.npy"), "folder no does not exist"),
    (("verify", "mac_pe", "--sim", "icarus", "--waves", "no/x.fst"), "folder no does not exist"),
    (("verify", "mac_pe", "--sim", "icarus", "--waves", "x.vcd"), "name it x.fst"),
    (("generate", "mac_array", "-o", "out", "--reset", "hard"), "'hard' is not one of 'sync', 'async_low'"),
    (("verify", "mac_array", "--level", "exhaustive"), "too many inputs"),
    (("verify", "mac_pe", "--waves", "taken"), "taken exists: name another file"),
    (
        ("run", "mac_array", "--a", "no.npy", "--b", "no.npy", "-o", "c.npy"),
        "no.npy does not exist: give a .npy file",
    ),
    (
        ("run", "mac_array", "--a", "taken", "--b", "taken", "-o", "c.npy"),
        "taken is not a .npy file of numbers",
    ),
    (
        ("run", "mac_array", "--a", "big.npy", "--b", "big.npy", "-o", "c.npy"),
        "a[0, 0] = 300 is outside -128..127",
    ),
    (("synth", "mac_pe", "--target", "nangate4"), "did you mean 'nangate45'"),
    (("synth", "mac_pe", "--periods", "fast"), "--periods fast must be whole numbers"),
    (("synth", "mac_pe", "--target", "liberty=no.lib"), "no.lib"),
    (("synth", "mac_pe", "--target", "liberty=taken"), "taken"),
    (("nonsense",), "No such command 'nonsense'"),
]


@pytest.mark.parametrize(
    "arguments, sentence", REFUSED, ids=lambda v: " ".join(v)[:50] if isinstance(v, tuple) else ""
)
def test_mistakes_end_in_a_sentence(arguments, sentence, tmp_path):
    (tmp_path / "empty.npy").write_bytes(b"")
    (tmp_path / "taken").write_text("not what it should be")
    np.save(tmp_path / "big.npy", np.full((2, 2), 300))
    before = sorted(p.name for p in tmp_path.iterdir())
    done = macwright(*arguments, cwd=tmp_path)
    assert sentence in " ".join(done.stderr.split())
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_an_unwritable_cache_is_named():
    done = macwright(
        "verify", "mac_pe", "--sim", "icarus", env=os.environ | {"MACWRIGHT_CACHE": "/proc/none"}
    )
    assert done.returncode == 2 and "set MACWRIGHT_CACHE to one that can" in " ".join(done.stderr.split())


def test_an_interrupt_leaves_no_simulator_behind():
    command = [sys.executable, "-c", "from macwright.cli.main import main; main()", "verify", "mac_array"]
    # Whoever runs the tests in the background of a shell has interrupts ignored.
    child = subprocess.Popen(
        [*command, "--sim", "icarus", "--level", "full"],
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    simulators = []
    for _ in range(200):
        time.sleep(0.1)
        simulators = subprocess.run(
            ["pgrep", "-P", str(child.pid)], capture_output=True, text=True
        ).stdout.split()
        if simulators:
            break
    child.send_signal(signal.SIGINT)
    assert child.wait(20) == 130
    assert simulators and not any(Path(f"/proc/{pid}").exists() for pid in simulators)


def test_cycles_and_studies_refuse_in_a_sentence(tmp_path):
    refused = macwright("cycles", "mac_array")
    assert refused.returncode == 2 and "does not depend on the data" in refused.stderr
    refused = macwright("reproduce", "opd")
    assert refused.returncode == 2 and "did you mean 'opt'?" in refused.stderr
    refused = macwright("reproduce", "opt", "--picture")
    assert refused.returncode == 2 and "--picture needs a folder to write to" in refused.stderr
    refused = macwright("reproduce", "opt", "-o", tmp_path / "none")
    assert refused.returncode == 2 and "does not exist: make it, or give another one" in refused.stderr
    # Every file of synth/studies is offered: the list, which terminals fold, is not kept here as well.
    folder = Path(studies.__file__).parent
    names = sorted(file.stem.replace("_", "-") for file in folder.glob("*.py") if file.stem != "__init__")
    shown = " ".join(macwright("reproduce", "--help").stdout.split()).replace("- ", "-")
    assert f"Studies: {', '.join(names)}." in shown


def test_cycles_of_an_engine_that_skips_digits():
    spec = ["-p", "rows=1", "-p", "cols=1", "-p", "dataflow=broadcast", "-p", "element=bit_serial_shared"]
    found = json.loads(macwright("cycles", "mac_array", *spec, "--json").stdout)
    assert [row["workload"] for row in found][-2:] == ["uniform", "worst case"]
    assert found[-1]["cycles_per_mac"] == max(row["cycles_per_mac"] for row in found)


def test_an_accumulator_sized_by_weights(tmp_path):
    weights = np.random.default_rng(0).integers(-8, 8, (12, 5))
    np.save(tmp_path / "w.npy", weights)
    np.save(tmp_path / "a.npy", np.full((3, 12), -128))
    sized = ("mac_array", "-p", "acc_bits=from:w.npy", "-p", "rows=2", "-p", "cols=2")
    done = macwright("describe", *sized, "--json", cwd=tmp_path)
    timing = json.loads(done.stdout)["timing"]
    assert timing["exact_for"]["k"] == timing["k_limit"] == 12 and timing["exact_for"]["n"] == 5
    done = macwright("verify", *sized, "--sim", "icarus", cwd=tmp_path)
    assert done.returncode == 0 and "both ends of all 5 columns of weights" in done.stdout
    done = macwright("run", *sized, "--a", "a.npy", "--b", "w.npy", "-o", "c.npy", cwd=tmp_path)
    assert done.returncode == 0 and (np.load(tmp_path / "c.npy") == -128 * weights.sum(axis=0)).all()


def test_packed_weights_are_the_bits_of_the_stream(tmp_path):
    weights = np.random.default_rng(0).integers(-2, 2, (10, 5))
    np.save(tmp_path / "w.npy", weights)
    lut = ("lut_tile", "-p", "cols=2", "-p", "weight_bits=2", "--b", "w.npy", "-o", "lut.npz")
    done = macwright("pack", *lut, cwd=tmp_path)
    assert done.returncode == 0 and "3 tiles of 3 beats of 2 bytes, fields tdata, ttop" in done.stdout
    packed = np.load(tmp_path / "lut.npz")
    bits = np.unpackbits(packed["tdata"][0], axis=1, bitorder="little").reshape(3, 2, 2, 4)
    selects = pack_selects(weights[:, :2], k=4, weight_bits=2, planes=2)
    assert (bits @ (1 << np.arange(4)) == selects).all()
    assert packed["tlast"][:, :, 0].tolist() == [[0, 0, 1]] * 3
    done = macwright("pack", "mac_array", "-p", "cols=2", "--b", "w.npy", "-o", "mac.npz", cwd=tmp_path)
    assert (np.load(tmp_path / "mac.npz")["tdata"].view(np.int8)[2, :, 0] == weights[:, 4]).all()
    for arguments, message in (
        (lut, "lut.npz exists: give another file"),
        (("requant", "--b", "w.npy", "-o", "r.npz"), "requant is not a matrix engine"),
        (("lut_tile", "-p", "weight_bits=1", "--b", "w.npy", "-o", "x.npz"), "= 1 is outside -1..0"),
        (("lut_tile", "--b", "w.npy", "-o", "no/x.npz"), "the folder no does not exist"),
    ):
        done = macwright("pack", *arguments, cwd=tmp_path)
        assert done.returncode == 2 and message in done.stderr


def test_weights_that_cannot_be_read_write_nothing(tmp_path):
    done = macwright("generate", "mac_array", "-p", "acc_bits=from:w.npy", cwd=tmp_path)
    assert done.returncode == 2 and done.stderr.count("error:") == 1
    assert "acc_bits=from:w.npy: w.npy does not exist: give a .npy file" in done.stderr
    assert not list(tmp_path.iterdir())
