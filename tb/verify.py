"""Proves one Spec: generates its Verilog, runs the unit's bench on it, and says what was found."""

import dataclasses
import importlib
import json
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..gen.cache import cache_root
from ..gen.catalog import Unit, find_unit
from ..gen.child import ToolError, ToolTimeout, run_tool
from ..gen.manifest import sha256
from ..gen.verilog import Verilog, make_verilog, reset_option
from ..gen.version import MACWRIGHT, package_version
from ..golden.errors import UsageError
from ..hdl.spec import Spec
from .cycles import measure_cycles
from .rtl import Rtl
from .simulators import simulator_environment
from .transaction import BenchFailure

LEVELS = ("quick", "full", "exhaustive")
#: The kind of waveform that a simulator writes.
WAVES = {"verilator": ".vcd", "icarus": ".fst"}


class SimulationError(ToolError):
    """A simulator refused the design, crashed or ran out of time."""


def verify(
    unit: str,
    spec: Spec,
    *,
    sim: str = "verilator",
    level: str = "quick",
    seed: int = 1,
    waves: Path | None = None,
    reset: str = "sync",
    time_limit: float = 900,
    verilog: Verilog | None = None,
    timing: bool = True,
    compiled: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Run a unit's bench and return a record: what was checked, on which Verilog, with which result.

    sim: `verilator` or `icarus`. level: `quick`, `full` or `exhaustive`. seed: of all random choices.
    waves: file that gets the waveform (FST or VCD). time_limit: seconds for the simulation. verilog: other
    Verilog with the same ports, to be judged by the same bench; timing: whether to hold it to the Spec's
    latency and throughput; compiled: whether levels above `quick` also try the compiled RTL, which no
    simulator changes. With it, the record of a matrix engine whose pace depends on the data has its
    `cycles` (`measure_cycles`). Raises UsageError on a wrong request, SimulationError if the simulator
    failed.
    """
    entry = find_unit(unit)
    environment = simulator_environment(sim)
    if level not in LEVELS:
        raise UsageError(f"level={level!r} is not one of {', '.join(LEVELS)}")
    if level == "exhaustive":
        stimulus_module(unit).check_exhaustible(spec)
    if seed < 0:
        raise UsageError(f"seed={seed} is negative: use 0 or more")
    if not time_limit > 0:
        raise UsageError(f"time_limit={time_limit} is not above 0 s")
    if waves:
        _check_waves(waves, sim)
    cache_root()
    progress(f"generating {entry.module_name(spec)}")
    verilog = verilog or make_verilog(entry, spec, reset)
    with tempfile.TemporaryDirectory(prefix="macwright-verify-") as scratch:
        folder = Path(scratch)
        (folder / "design.v").write_text(verilog.text)
        # As it is, not as text: weights that size an accumulator need not be read again.
        (folder / "spec.pickle").write_bytes(pickle.dumps(spec))
        job = {
            "unit": unit,
            "spec": str(folder / "spec.pickle"),
            "verilog": str(folder / "design.v"),
            "top": verilog.top,
            "ports": [dataclasses.asdict(p) for p in verilog.ports],
            "streams": verilog.streams,
            "reset": reset,
            "sim": sim,
            "simulator": str(simulator_version(sim)),
            "level": level,
            "seed": seed,
            "waves": waves is not None,
            "timing": timing,
            "report": str(folder / "report.json"),
        }
        progress(f"simulating with {sim}")
        checks = _simulate(job, folder, environment, time_limit)
        if compiled and level != "quick" and all(check["passed"] for check in checks):
            checks += _compiled_checks(unit, spec, level, verilog, progress)
        if waves:
            _keep_waves(folder, waves)
    passed = bool(checks) and all(check["passed"] for check in checks)
    speed = {}
    if passed and compiled and level != "quick" and hasattr(spec, "tile_beats") and spec.latency is None:
        progress("counting cycles")
        speed = {"cycles": measure_cycles(verilog, spec)}
    return {
        "unit": unit,
        "module": verilog.top,
        "spec": spec.as_dict(),
        "verilog_sha256": sha256(verilog.text),
        "macwright": MACWRIGHT,
        "simulator": {"name": sim, "version": simulator_version(sim), "cocotb": package_version("cocotb")},
        "level": level,
        "seed": seed,
        "passed": passed,
        "checks": checks,
        **speed,
        "reproduce": reproduce_command(entry, spec, sim, level, seed, reset),
    }


def stimulus_module(unit: str):
    """Return the module `tb/units/<unit>.py`."""
    return importlib.import_module(f"macwright.tb.units.{unit}")


def _compiled_checks(
    unit: str, spec: Spec, level: str, verilog: Verilog, progress: Callable[[str], None]
) -> list[dict]:
    """Run the checks of `tb/units/<unit>.py` that need the compiled RTL."""
    checks = []
    for name, check in stimulus_module(unit).compiled_checks(spec, level).items():
        progress(name)
        checks.append({"name": name, "passed": False})
        try:
            checks[-1]["cycles"] = check(Rtl(verilog, progress))
            checks[-1]["passed"] = True
        except BenchFailure as failure:
            checks[-1]["failure"] = str(failure)
    return checks


def reproduce_command(unit: Unit, spec: Spec, sim: str, level: str, seed: int, reset: str = "sync") -> str:
    """Return the command that runs the same bench again and keeps the waveform."""
    arguments = f"macwright verify {unit.name} {spec.arguments()}{reset_option(reset)}"
    options = f"--sim {sim} --level {level} --seed {seed} --waves {unit.name}{WAVES[sim]}"
    return " ".join(f"{arguments} {options}".split())


def _check_waves(waves: Path, sim: str) -> None:
    if waves.exists():
        raise UsageError(f"{waves} exists: name another file for the waveform")
    if waves.suffix != WAVES[sim]:
        raise UsageError(
            f"{sim} writes {WAVES[sim]} files, not {waves.name}: name it {waves.stem}{WAVES[sim]}"
        )
    if not waves.parent.is_dir():
        raise UsageError(f"the folder {waves.parent} does not exist: make it, or name another file")


def simulator_version(sim: str) -> str | None:
    """Return the version of a simulator."""
    if sim == "verilator":
        return package_version("verilator")
    banner = subprocess.run(["iverilog", "-V"], capture_output=True, text=True).stdout
    return banner.split()[3] if banner else None


def _simulate(job: dict, folder: Path, environment: dict[str, str], time_limit: float) -> list[dict]:
    (folder / "job.json").write_text(json.dumps(job))
    command = [sys.executable, "-m", "macwright.tb.simulate", str(folder / "job.json")]
    said = ""
    try:
        said = run_tool(command, folder, job["sim"], time_limit, environment)
    except ToolTimeout:
        raise SimulationError(
            f"{job['sim']} did not finish in {time_limit:g} s: use a lower level or a larger --time-limit"
        ) from None
    except ToolError as error:
        said = str(error)
    report = Path(job["report"])
    if not report.exists():
        raise SimulationError(
            f"{job['sim']} failed before the bench had a result: {_last_words(folder, said)}: "
            "try the other simulator, and macwright doctor"
        )
    return json.loads(report.read_text())


def _last_words(folder: Path, said: str) -> str:
    """Return the line that says best what went wrong, of what the run said and of its logs."""
    logs = [folder / name for name in ("test.log", "build.log")]
    lines = [line for log in logs if log.exists() for line in log.read_text(errors="replace").splitlines()]
    lines += said.splitlines()
    lines = [line.strip() for line in lines if line.strip()]
    telling = [line for line in lines if any(sign in line for sign in ("%Warning-", "%Error", "rror:"))]
    return (telling or lines or ["it left no message"])[0 if telling else -1]


def _keep_waves(folder: Path, waves: Path) -> None:
    found = [*folder.glob("**/*.fst"), *folder.glob("**/*.vcd")]
    if not found:
        raise SimulationError("the simulator wrote no waveform")
    shutil.copy(found[0], waves)
