"""The shortest clock period of a mapped netlist, by OpenSTA."""

import re
import shutil
from pathlib import Path

from ..gen.child import ToolError, run_tool
from ..golden.errors import UsageError
from .liberty import Library
from .script import tcl

#: Load on every output, for mapping and for timing, in fF.
LOAD_FF = 10.0

# A strong inverter behind a slow edge has a negative delay.
_IOPATH = re.compile(r"(\w+) \((-?[\d.]*)::-?[\d.]*\)(?: \((-?[\d.]*)::-?[\d.]*\))?\)")


def find_sta() -> str:
    """Return the OpenSTA binary. Raises UsageError that says how to get it."""
    path = shutil.which("sta")
    if path is None:
        raise UsageError(
            "timing and power need OpenSTA's binary `sta`, which is not on PATH: apt-get install opensta"
        )
    return path


def sta_version() -> str:
    """Return the version of OpenSTA."""
    return run_tool([find_sta(), "-version"], Path("."), "sta", 60).split()[0]


def plain_netlist(text: str) -> str:
    """Return a netlist without the word `signed`, which OpenSTA 2.0.17 refuses in declarations."""
    return re.sub(r"(?m)^(\s*(?:input|output|inout|wire)) signed ", r"\1 ", text)


def constraints_tcl(library: Library, top: str, clock: str | None, period_ns: float) -> str:
    """Return the Tcl that loads `netlist.v` and constrains it; it prints the worst slack."""
    return tcl(
        "timing.tcl",
        top=top,
        library="../library.lib",
        netlist="netlist.v",
        clock=clock or "",
        period=period_ns,
        driver=library.driver,
        load=LOAD_FF * library.femtofarad,
    )


def clock_period(folder: Path, library: Library, top: str, clock: str | None, time_limit: float) -> float:
    """Return the shortest period, in ns, of `netlist.v` in `folder`, over all paths in, out and between.

    The period is what remains of a generous one after its slack; with an ideal clock every path ends one
    period after it starts, so that one run is enough.
    """
    generous = 1000.0
    (folder / "timing.tcl").write_text(constraints_tcl(library, top, clock, generous))
    log = run_tool([find_sta(), "-no_init", "-no_splash", "-exit", "timing.tcl"], folder, "sta", time_limit)
    found = re.search(r"worst_slack (-?[\d.]+(?:e[-+]?\d+)?)", log)
    if found is None or re.search(r"(?m)^Error", log):
        errors = [line for line in log.splitlines() if line.startswith("Error")] or ["it reported no slack"]
        raise ToolError(f"sta stopped in timing.tcl: {errors[0]}")
    return round(generous - float(found[1]), 4)


def cell_delays(
    folder: Path, library: Library, top: str, clock: str | None, time_limit: float
) -> dict[tuple[str, str], float]:
    """Return the delay, in ps, from inputs to each output of each cell: the mean over inputs and edges.

    Keys are (cell, output pin). The delays are those that OpenSTA writes as SDF.
    """
    commands = constraints_tcl(library, top, clock, 1000.0) + "write_sdf -digits 5 delays.sdf\n"
    (folder / "delays.tcl").write_text(commands)
    run_tool([find_sta(), "-no_init", "-no_splash", "-exit", "delays.tcl"], folder, "sta", time_limit)
    try:
        text = (folder / "delays.sdf").read_text()
    except OSError:
        raise ToolError("sta wrote no delays.sdf") from None
    found: dict[tuple[str, str], list[float]] = {}
    cell = ""
    for line in text.splitlines():
        words = line.split()
        if words and words[0] == "(INSTANCE":
            cell = words[1].rstrip(")")
        elif "(IOPATH" in line:
            path = _IOPATH.search(line)
            if path:
                found.setdefault((cell, path[1]), []).extend(1e3 * float(t) for t in path.groups()[1:] if t)
    return {key: sum(times) / len(times) for key, times in found.items() if times}
