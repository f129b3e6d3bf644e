"""Standard cells: map a design for a sweep of delay targets, and keep what is worth keeping."""

import dataclasses
import json
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ..gen.yosys import run_yosys
from ..golden.errors import UsageError
from .liberty import Library
from .script import script
from .timing import LOAD_FF, clock_period, plain_netlist

#: Delay targets in ps by size: from so many gates before mapping, those targets. Below the first target that
#: a design can keep, further ones give the same netlist again; above 3000 ps it no longer shrinks.
PERIODS = {
    0: (200, 400, 700, 900, 1100, 1300, 1600, 2000, 2400, 3000),
    8_000: (400, 900, 1300, 1600, 2000, 2400),
    25_000: (400, 1300, 2400),
}

# Both rows of a table are measured at the same time, but never more tools run than there are cores.
CORES = threading.BoundedSemaphore(os.cpu_count() or 1)


@dataclasses.dataclass(frozen=True)
class Design:
    """A row of a table before it is measured: its name, Verilog, outermost module and clock port.

    booth: whether Yosys makes its `*` with Booth's recoding.
    """

    name: str
    text: str
    top: str
    clock: str | None
    booth: bool = False


def default_periods(design: Design, folder: Path, time_limit: float) -> tuple[int, ...]:
    """Return the delay targets, in ps, for a design of this size; runs Yosys to find the size."""
    (folder / "design.v").write_text(design.text)
    with CORES:
        run_yosys(script("size.ys", top=design.top), folder, "size", time_limit)
    gates = json.loads((folder / "counts.json").read_text())["design"]["num_cells"]
    return PERIODS[max(least for least in PERIODS if gates >= least)]


def sweep(
    design: Design,
    library: Library,
    periods: Sequence[int],
    folder: Path,
    time_limit: float,
    progress: Callable[[str], None],
) -> list[dict[str, Any]]:
    """Map a design once for every delay target (ps) and return a point for each, in the order of targets.

    The netlist of a point stays in `folder/<target_ps>`. `time_limit` is in seconds for every tool run.
    """
    (folder / "design.v").write_text(design.text)
    shutil.copyfile(library.path, folder / "library.lib")
    with CORES:
        run_yosys(
            script("prepare.ys", top=design.top, booth="-booth" if design.booth else ""),
            folder,
            "prepare",
            time_limit,
        )

    def one(period_ps: int) -> dict[str, Any]:
        with CORES:
            point = map_design(design, library, period_ps, folder, time_limit)
        progress(
            f"{design.name}: {period_ps} ps gives {point['period_ns']:.3f} ns, {point['area_um2']:.0f} um2"
        )
        return point

    with ThreadPoolExecutor() as pool:
        return list(pool.map(one, sorted(set(periods))))


def map_design(
    design: Design, library: Library, period_ps: int, folder: Path, time_limit: float
) -> dict[str, Any]:
    """Map a prepared design for one delay target and return its area and period."""
    work = folder / str(period_ps)
    work.mkdir(exist_ok=True)
    (work / "map.abc").write_text(script("map.abc", period_ps=period_ps))
    (work / "constraints.abc").write_text(
        script("constraints.abc", driving_cell=library.driver, load_ff=LOAD_FF)
    )
    run_yosys(script("map.ys", period_ps=period_ps), work, "map", time_limit)
    (work / "netlist.v").write_text(plain_netlist((work / "netlist.v").read_text()))
    totals = json.loads((work / "area.json").read_text())["design"]
    area = float(totals.get("area", 0.0))
    cells = totals["num_cells_by_type"]
    return {
        "target_ps": period_ps,
        "period_ns": clock_period(work, library, design.top, design.clock, time_limit),
        "area_um2": round(area, 3),
        "gate_equivalents": round(area / library.cells[library.nand2].area, 1),
        "flip_flops": sum(n for name, n in cells.items() if library.cells[name.lstrip("\\")].ff),
        "cells": int(totals["num_cells"]),
    }


def pareto(points: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the points that no other beats in area and in period, fastest first."""
    kept: list[dict[str, Any]] = []
    for point in sorted(points, key=lambda p: (p["period_ns"], p["area_um2"])):
        if not kept or point["area_um2"] < kept[-1]["area_um2"]:
            kept.append(point)
    return kept


def best(points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the point with the smallest product of area and period."""
    return min(points, key=lambda p: (p["area_um2"] * p["period_ns"], p["target_ps"]))


def at_clock(points: Sequence[dict[str, Any]], clock_ps: int, name: str) -> dict[str, Any]:
    """Return the smallest point that keeps a clock, with that clock as its period.

    Raises UsageError if none does.
    """
    kept = [point for point in points if point["period_ns"] * 1000 <= clock_ps]
    if not kept:
        fastest = min(point["period_ns"] for point in points)
        raise UsageError(
            f"clock_ps={clock_ps} is too short for {name}, whose fastest netlist takes {fastest:.3f} ns"
        )
    point = min(kept, key=lambda p: (p["area_um2"], p["target_ps"]))
    return point | {"period_ns": clock_ps / 1000, "slack_ns": round(clock_ps / 1000 - point["period_ns"], 4)}
