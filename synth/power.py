"""Power of a mapped netlist at a given clock, from what its own stimulus switches."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from ..gen.ports import Port
from ..hdl.spec import Spec
from ..tb.stimulus import stimulus
from .asic import Design
from .child import ToolError, run_tool
from .gatesim import LANES, Activity, GateNetlist, simulate
from .liberty import Library
from .script import tcl
from .timing import constraints_tcl, find_sta

#: Cycles that are counted in each of the 64 runs, and cycles before them.
CYCLES = 32
WARM_UP = 20

_NUMBER = r"(-?\d\.\d+e[-+]\d+)"
_INSTANCE = re.compile(rf"(?m)^ *{_NUMBER} +{_NUMBER} +{_NUMBER} +{_NUMBER} +(\S+)$")
_TOTAL = re.compile(rf"(?m)^Total +{_NUMBER} +{_NUMBER} +{_NUMBER} +{_NUMBER}")


def power(
    design: Design,
    ports: list[Port],
    spec: Spec,
    library: Library,
    folder: Path,
    period_ns: float,
    toggle_rate: float | None,
    time_limit: float,
) -> dict[str, Any]:
    """Return the power, in mW, of the netlist in `folder` at a clock of `period_ns`.

    With a `toggle_rate` (transitions per net and cycle) that rate is assumed for every net; else the
    stimulus of the unit is simulated on the netlist. The clock is ideal: the clock tree is not included.
    """
    if toggle_rate is not None:
        log = _run_sta(design, library, folder, period_ns, time_limit, activity="", rate=toggle_rate)
        found = _TOTAL.search(log)
        if found is None:
            raise ToolError("sta reported no power in power.tcl")
        internal, switching, leakage, _ = (float(x) * 1e3 for x in found.groups())
        return _figures(internal, switching, leakage, f"assumed toggle rate {toggle_rate:g}")
    netlist = GateNetlist(folder / "netlist.json", design.top, library)
    activity, _ = simulate(netlist, random_words(ports, spec), WARM_UP + settling(spec))
    return power_of_activity(design, netlist, activity, library, folder, period_ns, time_limit)


def settling(spec: Spec) -> int:
    """Return the cycles after which a unit that started empty works at full rate."""
    return 2 * getattr(spec, "latency", 0) + getattr(spec, "rows", 0)


def random_words(ports: list[Port], spec: Spec) -> dict[str, np.ndarray]:
    """Return the unit's stimulus for 64 seeds (0 to 63), one in every bit of uint64 words."""
    cycles = WARM_UP + settling(spec) + CYCLES
    words: dict[str, np.ndarray] = {}
    for lane in range(LANES):
        for name, bits in stimulus(ports, spec, cycles, seed=lane).items():
            words.setdefault(name, np.zeros(bits.shape, np.uint64))
            words[name] |= bits.astype(np.uint64) << np.uint64(lane)
    return words


def power_of_activity(
    design: Design,
    netlist: GateNetlist,
    activity: Activity,
    library: Library,
    folder: Path,
    period_ns: float,
    time_limit: float,
) -> dict[str, Any]:
    """Return the power for measured activity.

    OpenSTA 2.0.17 takes activities at inputs and registers and propagates them through gates as if nets
    were independent; it overwrites what is set on a gate. So the measured transitions go in at inputs and
    registers, and the dynamic power that it reports for a gate is scaled by the ratio of the transitions
    measured at the gate's output to those that it propagated there.
    """
    commands = []
    for name, nets in netlist.ports.items():
        if name == design.clock:
            continue
        for i, net in enumerate(nets):
            port = f"{name}[{i}]" if len(nets) > 1 else name
            commands.append(
                f"set_power_activity -input_ports [get_ports {{{port}}}] "
                f"-activity {activity.transitions[net]:.6g} -duty {activity.duty[net]:.6g}"
            )
    for name in sorted(netlist.registers):
        for pin, net in netlist.outputs[name]:
            commands.append(
                f"::sta::set_power_pin_activity [get_pins {{{name}/{pin}}}] "
                f"{activity.transitions[net]:.6g} {activity.duty[net]:.6g}"
            )
    (folder / "activity.tcl").write_text("\n".join(commands) + "\n")
    log = _run_sta(design, library, folder, period_ns, time_limit, activity="activity.tcl", rate=0)
    measured, unit = (
        {m[5]: tuple(float(m[i]) for i in range(1, 4)) for m in _INSTANCE.finditer(section)}
        for section in re.findall(r"(?s)begin \w+\n(.*?)\nend", log)
    )
    if measured.keys() != netlist.outputs.keys():
        raise ToolError(f"sta reported the power of {len(measured)} of {len(netlist.outputs)} cells")
    internal = switching = leakage = 0.0
    for name, (cell_internal, cell_switching, cell_leakage) in measured.items():
        leakage += cell_leakage
        scale = 1.0
        full = unit[name][1]
        if name not in netlist.registers and full > 0:
            transitions = sum(activity.transitions[net] for _, net in netlist.outputs[name])
            propagated = cell_switching / full
            if propagated > 0:
                scale = transitions / propagated
            else:
                cell_internal, cell_switching = (x * transitions for x in unit[name][:2])
        internal += cell_internal * scale
        switching += cell_switching * scale
    basis = f"simulated: {LANES} runs of {CYCLES} cycles, random full-range operands, unit delays"
    return _figures(internal * 1e3, switching * 1e3, leakage * 1e3, basis)


def _run_sta(
    design: Design, library: Library, folder: Path, period_ns: float, time_limit: float, **values: object
) -> str:
    script = constraints_tcl(library, design.top, design.clock, period_ns)
    script += tcl("power.tcl", **values)
    (folder / "power.tcl").write_text(script)
    log = run_tool([find_sta(), "-no_init", "-no_splash", "-exit", "power.tcl"], folder, "sta", time_limit)
    errors = [line for line in log.splitlines() if line.startswith("Error")]
    if errors:
        raise ToolError(f"sta stopped in power.tcl: {errors[0]}")
    return log


def _figures(internal: float, switching: float, leakage: float, basis: str) -> dict[str, Any]:
    return {
        "power_mw": round(float(internal + switching + leakage), 5),
        "internal_mw": round(float(internal), 5),
        "switching_mw": round(float(switching), 5),
        "leakage_mw": round(float(leakage), 5),
        "activity": basis,
    }


def energy_per_mac_pj(power_mw: float, period_ns: float, macs_per_cycle: int) -> float:
    """Return the energy of one multiply-accumulate in pJ: 1 mW for 1 ns is 1 pJ."""
    return round(power_mw * period_ns / macs_per_cycle, 5)
