"""Measures one unit on one target, beside its baseline, and returns a record."""

import shlex
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ..gen.catalog import find_unit
from ..gen.manifest import sha256
from ..gen.verilog import Verilog, make_verilog
from ..gen.version import MACWRIGHT, package_version
from ..golden.errors import UsageError
from ..hdl.spec import Spec
from .asic import CORES, Design, best, default_periods, pareto, sweep
from .baseline import baseline_spec, make_baseline
from .cache import cached
from .fpga import GOAL_MHZ, check_place_and_route, measure_fpga
from .generic import count_gates
from .power import energy_per_mac_pj, power
from .script import flow_hash
from .targets import Target, find_target
from .timing import LOAD_FF, sta_version

#: Place and route seeds: enough for a median, few enough to wait for.
SEEDS = (1, 2, 3)
BASELINE = "baseline (*)"
#: The same Verilog with Yosys's `-booth`, which makes the smaller multiplier of standard cells.
BOOTH_BASELINE = "same, -booth"


def measure(
    unit: str,
    spec: Spec,
    target: str,
    *,
    baseline: bool = True,
    toggle_rate: float | None = None,
    periods: Sequence[int] | None = None,
    seeds: Sequence[int] = SEEDS,
    time_limit: float = 600,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Measure a unit, and the same function written with `*`, on a target; return a JSON-able record.

    target: `generic`, `nangate45`, `liberty=PATH`, `ice40`, `ecp5`, `gowin` or `xilinx`.
    toggle_rate: transitions per net and cycle, 0 to 2, to assume for power; None simulates the unit's
    stimulus. periods: delay targets of the sweep in ps, 50 to 100000; None: a list by size of the design.
    seeds: for place and route. time_limit: seconds for each run of a tool. progress: told what is done.

    The same call gives the same record: it holds no date, duration or path. Figures are cached.
    Raises UsageError for a wrong request or a tool that is not installed, ToolError or YosysError for a
    tool that fails.
    """
    entry = find_unit(unit)
    found = find_target(target)
    _check(found, toggle_rate, periods, seeds, time_limit)
    verilog = make_verilog(entry, spec)
    clock = "clk" if "input  wire clk," in verilog.text else None
    designs = [Design(unit, verilog.text, verilog.top, clock)]
    plain = make_baseline(unit, spec) if baseline else None
    if plain:
        designs.append(Design(BASELINE, plain.text, plain.top, "clk"))
        if found.library:
            designs.append(Design(BOOTH_BASELINE, plain.text, plain.top, "clk", booth=True))
    tools = _tools(found)
    if found.library and periods is None:
        # Both rows get the targets that suit the unit: another sweep would be another measurement.
        targets = _sweep_for(designs[0], tools, time_limit)
    else:
        targets = sorted(set(periods)) if periods else None
    options = {
        "toggle_rate": toggle_rate,
        "periods": targets,
        "seeds": list(seeds),
    }

    def row(design: Design) -> dict[str, Any]:
        alike = spec if design is designs[0] else baseline_spec(spec)
        key = {
            "verilog": sha256(design.text),
            "top": design.top,
            "booth": design.booth,
            "spec": alike.as_dict(),
            "target": found.name,
            "library": found.library.sha256 if found.library else None,
            "options": options,
            "tools": tools,
            "flow": flow_hash(),
        }

        def run() -> dict[str, Any]:
            with tempfile.TemporaryDirectory(prefix="macwright-synth-") as folder:
                return _figures(
                    design,
                    verilog if alike == spec else make_verilog(entry, alike),
                    alike,
                    found,
                    options,
                    Path(folder),
                    time_limit,
                    progress or (lambda _: None),
                )

        return {"name": design.name, "verilog_sha256": key["verilog"]} | cached(key, run)

    with ThreadPoolExecutor() as pool:
        rows = list(pool.map(row, designs))
    return {
        "unit": unit,
        "spec": spec.as_dict(),
        "command": _command(unit, spec, found, toggle_rate, periods, seeds, baseline),
        "target": {"name": found.name} | (found.library.facts() if found.library else {}),
        "tools": tools,
        "constraints": _constraints(found),
        "macs_per_cycle": getattr(spec, "macs_per_cycle", None),
        "verilog_sha256": rows[0]["verilog_sha256"],
        "rows": rows,
    }


def _sweep_for(design: Design, tools: dict[str, str | None], time_limit: float) -> list[int]:
    def run() -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="macwright-synth-") as folder:
            return {"periods": default_periods(design, Path(folder), time_limit)}

    key = {"sweep for": sha256(design.text), "yosys": tools["yosys"], "flow": flow_hash()}
    return list(cached(key, run)["periods"])


def _figures(
    design: Design,
    verilog: Verilog,
    spec: Spec,
    target: Target,
    options: dict[str, Any],
    folder: Path,
    time_limit: float,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    if target.family:
        reset = verilog.reset_port if verilog.uses_reset else None
        return measure_fpga(
            design, verilog.ports, reset, target.family, options["seeds"], folder, time_limit, progress
        )
    if not target.library:
        with CORES:
            return count_gates(design, folder, time_limit)
    points = sweep(design, target.library, options["periods"], folder, time_limit, progress)
    chosen = best(points)
    with CORES:
        used = power(
            design,
            verilog.ports,
            spec,
            target.library,
            folder / str(chosen["target_ps"]),
            chosen["period_ns"],
            options["toggle_rate"],
            time_limit,
        )
    progress(f"{design.name}: {used['power_mw']:.3f} mW at {chosen['period_ns']:.3f} ns")
    macs = getattr(spec, "macs_per_cycle", None)
    if macs:
        used["energy_per_mac_pj"] = energy_per_mac_pj(used["power_mw"], chosen["period_ns"], macs)
        used["gmac_per_s"] = round(macs / chosen["period_ns"], 3)
        used["area_um2_per_mac"] = round(chosen["area_um2"] / macs, 3)
    return {"pareto": pareto(points), "best": chosen | used, "targets_ps": [p["target_ps"] for p in points]}


def _check(
    target: Target,
    toggle_rate: float | None,
    periods: Sequence[int] | None,
    seeds: Sequence[int],
    time_limit: float,
) -> None:
    if toggle_rate is not None and not target.library:
        raise UsageError(
            f"toggle_rate={toggle_rate} is for power, which the target {target.name} does not give"
        )
    if toggle_rate is not None and not 0 <= toggle_rate <= 2:
        raise UsageError(f"toggle_rate={toggle_rate} is not from 0 to 2 transitions per net and cycle")
    if periods is not None:
        wrong = [p for p in periods if not 50 <= p <= 100_000]
        if wrong or not periods:
            raise UsageError(f"periods={list(periods)} must be delay targets from 50 to 100000 ps")
    if not seeds or min(seeds) < 0:
        raise UsageError(f"seeds={list(seeds)} must be one or more whole numbers from 0")
    if not time_limit > 0:
        raise UsageError(f"time_limit={time_limit} is not above 0 s")
    if target.family:
        check_place_and_route(target.family)


def _tools(target: Target) -> dict[str, str | None]:
    tools = {"macwright": MACWRIGHT, "yosys": package_version("pyosys")}
    if target.library:
        tools["opensta"] = sta_version()
    if target.family and target.family.tool:
        tools[target.family.tool] = package_version(target.family.package)
    return tools


def _constraints(target: Target) -> dict[str, Any]:
    if target.library:
        return {
            "driving_cell": target.library.driver,
            "output_load_ff": LOAD_FF,
            "external_delay_ns": 0,
            "clock": "ideal; input, output and register paths all take at most one period",
            "wires": "no wire load",
        }
    if target.family and target.family.tool:
        return {
            "device": " ".join(target.family.device),
            "goal_mhz": GOAL_MHZ,
            "harness": "shift registers on every port; its cells are in `placed`, not in lut and ff",
        }
    return {}


def _command(
    unit: str,
    spec: Spec,
    target: Target,
    toggle_rate: float | None,
    periods: Sequence[int] | None,
    seeds: Sequence[int],
    baseline: bool,
) -> str:
    words = ["macwright synth", unit, spec.arguments(), f"--target {shlex.quote(target.name)}"]
    words += [f"--toggle-rate {toggle_rate:g}"] if toggle_rate is not None else []
    words += [f"--periods {','.join(map(str, periods))}"] if periods else []
    words += [f"--seeds {','.join(map(str, seeds))}"] if target.family and tuple(seeds) != SEEDS else []
    words += [] if baseline else ["--no-baseline"]
    return " ".join(word for word in words if word)
