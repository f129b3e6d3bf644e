"""Measures one unit on one target, beside its baseline, and returns a record."""

import shlex
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from ..gen.catalog import find_unit
from ..gen.verilog import make_verilog
from ..hdl.spec import Spec
from .asic import Design
from .baseline import baseline_spec, make_baseline
from .fpga import GOAL_MHZ
from .row import SEEDS, Conditions, measured_row, tool_versions, unit_design
from .targets import Target, find_target
from .timing import LOAD_FF

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
    sigma: float | None = None,
    periods: Sequence[int] | None = None,
    seeds: Sequence[int] = SEEDS,
    time_limit: float = 600,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Measure a unit, and the same function written with `*`, on a target; return a JSON-able record.

    target: `generic`, `nangate45`, `liberty=PATH`, `ice40`, `ecp5`, `gowin` or `xilinx`. The other options
    are those of `Conditions`; periods None: a list by size of the design. progress: told what is done.

    The same call gives the same record: it holds no date, duration or path. Figures are cached.
    Raises UsageError for a wrong request or a tool that is not installed, ToolError for a tool that
    fails.
    """
    entry = find_unit(unit)
    asked = Conditions(
        find_target(target),
        toggle_rate,
        sigma,
        None if periods is None else tuple(periods),
        tuple(seeds),
        time_limit,
    )
    found = asked.target
    verilog = make_verilog(entry, spec)
    designs = [unit_design(unit, verilog)]
    if baseline:
        plain = make_baseline(spec)
        designs.append(Design(BASELINE, plain.text, plain.top, "clk"))
        if found.library:
            designs.append(Design(BOOTH_BASELINE, plain.text, plain.top, "clk", booth=True))
    # All rows get the targets that suit the unit: another sweep would be another measurement.
    conditions = asked.with_sweep_for(designs[0])

    def row(design: Design) -> dict[str, Any]:
        # A baseline takes operands as they are, and so its stimulus is not recoded either.
        alike = spec if design is designs[0] else baseline_spec(spec)
        ports = verilog if alike == spec else make_verilog(entry, alike)
        return measured_row(design, ports, alike, conditions, progress or (lambda _: None))

    with ThreadPoolExecutor() as pool:
        rows = list(pool.map(row, designs))
    return {
        "unit": unit,
        "spec": spec.as_dict(),
        "command": _command(unit, spec, asked, baseline),
        "target": {"name": found.name} | (found.library.facts() if found.library else {}),
        "tools": tool_versions(found),
        "constraints": constraints(found),
        "macs_per_cycle": getattr(spec, "macs_per_cycle", None),
        "verilog_sha256": rows[0]["verilog_sha256"],
        "rows": rows,
    }


def constraints(target: Target) -> dict[str, Any]:
    """Return what every measurement on a target takes for granted."""
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


def _command(unit: str, spec: Spec, asked: Conditions, baseline: bool) -> str:
    words = ["macwright synth", unit, spec.arguments(), f"--target {shlex.quote(asked.target.name)}"]
    words += [f"--toggle-rate {asked.toggle_rate:g}"] if asked.toggle_rate is not None else []
    words += [f"--sigma {asked.sigma:g}"] if asked.sigma is not None else []
    words += [f"--periods {','.join(map(str, asked.periods))}"] if asked.periods else []
    if asked.target.family and asked.seeds != SEEDS:
        words += [f"--seeds {','.join(map(str, asked.seeds))}"]
    words += [] if baseline else ["--no-baseline"]
    return " ".join(word for word in words if word)
