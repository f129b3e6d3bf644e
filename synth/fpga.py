"""FPGA families: cells of the unit from Yosys, clock from place and route by nextpnr."""

import importlib.util
import json
import os
import statistics
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from filelock import FileLock

from ..gen.cache import cache_root
from ..gen.child import ToolError, run_tool
from ..gen.ports import Port
from ..gen.version import package_version
from ..gen.yosys import run_yosys
from ..golden.errors import UsageError
from .asic import CORES, Design
from .harness import make_harness
from .script import script
from .targets import FpgaFamily

#: A frequency in MHz that no block reaches, so that nextpnr tries as hard as it can.
GOAL_MHZ = 500


def check_place_and_route(family: FpgaFamily) -> None:
    """Raise UsageError if the family's place and route tool is not installed."""
    if family.tool and importlib.util.find_spec(family.package.replace("-", "_")) is None:
        raise UsageError(
            f"Fmax needs {family.tool} from the Python package {family.package}, which is not installed: "
            "pip install 'macwright[fpga]'"
        )


def measure_fpga(
    design: Design,
    ports: list[Port],
    reset: str | None,
    family: FpgaFamily,
    seeds: Sequence[int],
    folder: Path,
    time_limit: float,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    """Return the unit's resources and, if the family is placed and routed, its clock over the seeds.

    LUT, FF, DSP, BRAM and carry cells are those of the unit alone; Fmax is that of the unit between the
    registers of the harness, whose size is what `placed` has beyond the unit.
    """
    (folder / "design.v").write_text(design.text)
    with CORES:
        run_yosys(
            script("fpga_count.ys", top=design.top, synth=family.synth_unit or family.synth),
            folder,
            "count",
            time_limit,
        )
    cells = json.loads((folder / "counts.json").read_text())["design"]["num_cells_by_type"]
    figures: dict[str, Any] = {
        kind: _count(cells, getattr(family, kind), ("ALU",) if kind == "carry" else ())
        for kind in ("lut", "ff", "dsp", "bram", "carry")
    }
    if not family.tool:
        return figures
    (folder / "harness.v").write_text(make_harness(design.top, ports, design.clock, reset))
    (folder / "pins").write_text(family.pins)
    _compile(family, folder, time_limit)
    with CORES:
        run_yosys(script("fpga_place.ys", synth=family.synth), folder, "place", time_limit)

    def one(seed: int) -> dict[str, Any]:
        with CORES:
            report = place_and_route(family, seed, folder, time_limit)
        progress(f"{design.name}: seed {seed} gives {_fmax(report):.1f} MHz")
        return report

    with ThreadPoolExecutor() as pool:
        reports = list(pool.map(one, seeds))
    clocks = [_fmax(report) for report in reports]
    return figures | {
        "fmax_mhz": round(max(clocks), 2),
        "fmax_median_mhz": round(statistics.median(clocks), 2),
        "fmax_by_seed_mhz": {str(s): round(f, 2) for s, f in zip(seeds, clocks, strict=True)},
        "placed": {n: u["used"] for n, u in reports[0]["utilization"].items() if u["used"]},
    }


def place_and_route(family: FpgaFamily, seed: int, folder: Path, time_limit: float) -> dict[str, Any]:
    """Run nextpnr on `placed.json` in `folder` and return its report."""
    # File names are relative because the tool sees nothing but the folder it is started in.
    options = [*family.device, "--json", "placed.json", "--report", f"report{seed}.json"]
    options += ["--seed", str(seed), "--freq", str(GOAL_MHZ), "--timing-allow-fail", "--quiet"]
    if family.pins_option:
        options += ["--vopt", f"{family.pins_option}=pins"]
    _run(family, options, folder, time_limit)
    try:
        return json.loads((folder / f"report{seed}.json").read_text())
    except (OSError, ValueError):
        raise ToolError(f"{family.tool} ended without a report") from None


def _run(family: FpgaFamily, options: list[str], folder: Path, time_limit: float) -> None:
    module = family.package.replace("-", "_")
    entry = f"_run_{family.tool.replace('-', '_')}_argv"
    run_tool(
        [sys.executable, "-c", f"from {module} import {entry} as run; run()", *options],
        folder,
        family.tool,
        time_limit,
        {"YOWASP_CACHE_DIR": str(_tool_cache())},
    )


def _compile(family: FpgaFamily, folder: Path, time_limit: float) -> None:
    """Let one process translate the tool to machine code: a second one would read half of the result."""
    ready = _tool_cache() / f"{family.tool}-{package_version(family.package)}.ready"
    with CORES, FileLock(f"{ready}.lock"):
        if not ready.exists():
            _run(family, ["--version"], folder, time_limit)
            ready.touch()


def _tool_cache() -> Path:
    path = Path(os.environ.get("YOWASP_CACHE_DIR") or cache_root() / "yowasp")
    path.mkdir(parents=True, exist_ok=True)
    return path


def _fmax(report: dict[str, Any]) -> float:
    clocks = [clock["achieved"] for clock in report["fmax"].values()]
    if not clocks:
        raise ToolError("nextpnr reported no clock: the unit has no path between registers")
    return min(clocks)


def _count(cells: dict[str, int], beginnings: tuple[str, ...], exact: tuple[str, ...]) -> int:
    """Count cells whose name is a beginning followed by digits or capitals of a variant."""
    names = {name.lstrip("\\"): n for name, n in cells.items()}
    if exact and "ALU" in beginnings:
        return names.get("ALU", 0)
    return sum(n for name, n in names.items() if name.startswith(beginnings))
