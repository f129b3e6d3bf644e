"""One row of a table: a design measured on a target under given conditions, or taken from the cache."""

import dataclasses
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..gen.manifest import sha256
from ..gen.verilog import Verilog
from ..gen.version import MACWRIGHT, package_version
from ..golden.errors import UsageError
from ..hdl.spec import Spec
from .asic import CORES, Design, at_clock, best, default_periods, pareto, sweep
from .cache import cached
from .fpga import check_place_and_route, measure_fpga
from .generic import count_gates
from .power import energy_per_mac_pj, power
from .script import flow_hash
from .targets import Target
from .timing import sta_version

#: Place and route seeds: enough for a median, few enough to wait for.
SEEDS = (1, 2, 3)


@dataclasses.dataclass(frozen=True)
class Conditions:
    """How designs are measured; designs that are compared share it.

    toggle_rate: transitions per net and cycle, 0 to 2, to assume for power; None simulates the unit's
    stimulus. sigma: of normally distributed operands, for 8-bit ones; None makes them uniform. periods: delay
    targets in ps, 50 to 100000. seeds: for place and route. time_limit: seconds for each run of a tool. k:
    steps of a tile for power, of engines that take a beat a step; None leaves it to `tb.stimulus`. clock_ps:
    the row is the smallest netlist that keeps this clock, at this clock; None: that of the smallest product
    of area and period, at its own.

    Raises UsageError if something is out of range, or means nothing on the target.
    """

    target: Target
    toggle_rate: float | None = None
    sigma: float | None = None
    periods: tuple[int, ...] | None = None
    seeds: tuple[int, ...] = SEEDS
    time_limit: float = 600
    k: int | None = None
    clock_ps: int | None = None

    def __post_init__(self):
        for name in ("toggle_rate", "sigma"):
            if getattr(self, name) is not None and not self.target.library:
                raise UsageError(
                    f"{name}={getattr(self, name)} is for power, which the target {self.target.name} does "
                    f"not give: leave it out, or use nangate45"
                )
        if self.toggle_rate is not None and not 0 <= self.toggle_rate <= 2:
            raise UsageError(
                f"toggle_rate={self.toggle_rate} is not from 0 to 2 transitions per net and cycle"
            )
        if self.sigma is not None and not 0 < self.sigma <= 128:
            raise UsageError(f"sigma={self.sigma} is not above 0 and up to 128, for operands of 8 bits")
        if self.periods is not None:
            wrong = [p for p in self.periods if not 50 <= p <= 100_000]
            if wrong or not self.periods:
                raise UsageError(f"periods={list(self.periods)} must be delay targets from 50 to 100000 ps")
        if not self.seeds or min(self.seeds) < 0:
            raise UsageError(f"seeds={list(self.seeds)} must be one or more whole numbers from 0")
        if not self.time_limit > 0:
            raise UsageError(f"time_limit={self.time_limit} is not above 0 s")
        if self.target.family:
            check_place_and_route(self.target.family)

    def with_sweep_for(self, design: Design) -> "Conditions":
        """Return the same conditions with the delay targets that suit a design, if none are given."""
        if not self.target.library or self.periods is not None:
            return self

        def run() -> dict[str, Any]:
            with tempfile.TemporaryDirectory(prefix="macwright-synth-") as folder:
                return {"periods": default_periods(design, Path(folder), self.time_limit)}

        tools = tool_versions(self.target)
        key = {"sweep for": sha256(design.text), "yosys": tools["yosys"], "flow": flow_hash()}
        return dataclasses.replace(self, periods=tuple(cached(key, run)["periods"]))

    @property
    def key(self) -> dict[str, Any]:
        """What a cached row depends on, besides the design."""
        library = self.target.library
        return {
            "target": self.target.name,
            "library": library.sha256 if library else None,
            "toggle_rate": self.toggle_rate,
            "sigma": self.sigma,
            "periods": sorted(set(self.periods)) if self.periods else None,
            "seeds": list(self.seeds),
            "tools": tool_versions(self.target),
            "flow": flow_hash(),
        } | {name: value for name in ("k", "clock_ps") if (value := getattr(self, name)) is not None}


def measured_row(
    design: Design,
    verilog: Verilog,
    spec: Spec,
    conditions: Conditions,
    progress: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Return the figures of a design: its name, the hash of its Verilog, and what the target gives.

    verilog: whose ports the design has; spec: what the stimulus is made for.
    """
    key = conditions.key | {
        "verilog": sha256(design.text),
        "top": design.top,
        "booth": design.booth,
        "spec": spec.as_dict(),
    }

    def run() -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="macwright-synth-") as folder:
            return _figures(design, verilog, spec, conditions, Path(folder), progress)

    return {"name": design.name, "verilog_sha256": key["verilog"]} | cached(key, run)


def unit_design(name: str, verilog: Verilog, booth: bool = False) -> Design:
    """Return generated Verilog as a design; a unit without registers has no clock."""
    clock = "clk" if "input  wire clk," in verilog.text else None
    return Design(name, verilog.text, verilog.top, clock, booth)


def tool_versions(target: Target) -> dict[str, str | None]:
    """Return the versions of the tools that a target needs, by name."""
    tools = {"macwright": MACWRIGHT, "yosys": package_version("pyosys")}
    if target.library:
        tools["opensta"] = sta_version()
    if target.family and target.family.tool:
        tools[target.family.tool] = package_version(target.family.package)
    return tools


def _figures(
    design: Design,
    verilog: Verilog,
    spec: Spec,
    conditions: Conditions,
    folder: Path,
    progress: Callable[[str], None],
) -> dict[str, Any]:
    target, limit = conditions.target, conditions.time_limit
    if target.family:
        reset = verilog.reset_port if verilog.uses_reset else None
        seeds = conditions.seeds
        return measure_fpga(design, verilog.ports, reset, target.family, seeds, folder, limit, progress)
    if not target.library:
        with CORES:
            return count_gates(design, folder, limit)
    points = sweep(design, target.library, sorted(set(conditions.periods)), folder, limit, progress)
    chosen = at_clock(points, conditions.clock_ps, design.name) if conditions.clock_ps else best(points)
    with CORES:
        used = power(
            design,
            verilog.ports,
            spec,
            target.library,
            folder / str(chosen["target_ps"]),
            chosen["period_ns"],
            conditions.toggle_rate,
            limit,
            conditions.sigma,
            verilog if design.text == verilog.text else None,
            conditions.k,
        )
    progress(f"{design.name}: {used['power_mw']:.3f} mW at {chosen['period_ns']:.3f} ns")
    macs = used.get("macs_per_cycle")
    if macs:
        used["energy_per_mac_pj"] = energy_per_mac_pj(used["power_mw"], chosen["period_ns"], macs)
        used["gmac_per_s"] = round(macs / chosen["period_ns"], 3)
        used["area_um2_per_mac"] = round(chosen["area_um2"] / macs, 3)
    return {"pareto": pareto(points), "best": chosen | used, "targets_ps": [p["target_ps"] for p in points]}
