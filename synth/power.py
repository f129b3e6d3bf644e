"""Power of a mapped netlist at a given clock, from what its own stimulus switches."""

import re
from pathlib import Path
from typing import Any

import numpy as np

from ..gen.child import ToolError, run_tool
from ..gen.ports import Port
from ..gen.verilog import Verilog
from ..hdl.spec import Spec
from ..tb.rtl import Rtl
from ..tb.stimulus import handshaken, stimulus
from .asic import Design
from .gatenet import GateNetlist
from .gatesim import LANES, Activity, simulate
from .liberty import Library
from .script import tcl
from .timing import cell_delays, constraints_tcl, find_sta

#: Cycles that are counted in each of the 64 runs, and cycles before them.
CYCLES = 16
WARM_UP = 20

_NUMBER = r"(-?\d\.\d+e[-+]\d+)"
_INSTANCE = re.compile(rf"(?m)^ *{_NUMBER} +{_NUMBER} +{_NUMBER} +{_NUMBER} +(\S+)$")


def power(
    design: Design,
    ports: list[Port],
    spec: Spec,
    library: Library,
    folder: Path,
    period_ns: float,
    toggle_rate: float | None,
    time_limit: float,
    sigma: float | None = None,
    unit: Verilog | None = None,
    k: int | None = None,
) -> dict[str, Any]:
    """Return the power, in mW, of the netlist in `folder` at a clock of `period_ns`.

    With a `toggle_rate` (transitions per net and cycle) that rate is assumed for every net; else the
    stimulus of the unit, with normal operands of `sigma` if given, is simulated on the netlist. The clock is
    ideal: the clock tree is not included. unit: the Verilog that was mapped, if it is a unit's own; a unit
    whose pace depends on the data needs it, because its beats wait. k: steps of a tile (`stimulus`).
    `macs_per_cycle` are those of the
    simulated cycles: of the beats that were taken, or what the Spec says.
    """
    macs = getattr(spec, "macs_per_cycle", None)
    netlist = GateNetlist(folder / "netlist.json", design.top, library)
    if toggle_rate is not None:
        activity = Activity(np.full(netlist.size, toggle_rate), np.full(netlist.size, 0.5))
        basis = f"assumed toggle rate {toggle_rate:g}"
    else:
        by_pin = cell_delays(folder, library, design.top, design.clock, time_limit)
        delays = {net: by_pin[cell, pin] for cell, outs in netlist.cells.items() for pin, net in outs}
        activity, _ = simulate(
            netlist, random_words(ports, spec, sigma, unit, k), WARM_UP + settling(spec), delays
        )
        operands = "random full-range" if sigma is None else f"normal, sigma {sigma:g},"
        basis = f"simulated: {LANES} runs of {CYCLES} cycles, {operands} operands"
        if hasattr(spec, "macs_per_beat"):
            stream = next(name for name in netlist.ports if re.fullmatch("s_axis_ab?_tready", name))
            (ready,) = netlist.ports[stream]
            macs = round(spec.macs_per_beat * float(activity.duty[ready]), 3)
    return power_of_activity(design, netlist, activity, library, folder, period_ns, time_limit) | {
        "activity": basis,
        "macs_per_cycle": macs,
    }


def settling(spec: Spec) -> int:
    """Return the cycles after which a unit that started empty works at full rate.

    Where the latency depends on the data, it takes until the queue is full, at four cycles a beat.
    """
    latency = getattr(spec, "latency", 0)
    if latency is None:
        latency = 2 * spec.slots
    return 2 * latency + getattr(spec, "rows", 0)


def random_words(
    ports: list[Port],
    spec: Spec,
    sigma: float | None = None,
    unit: Verilog | None = None,
    k: int | None = None,
) -> dict[str, np.ndarray]:
    """Return the unit's stimulus for 64 seeds (0 to 63), one in every bit of uint64 words."""
    cycles = WARM_UP + settling(spec) + CYCLES
    waits = unit is not None and getattr(spec, "latency", 0) is None
    rtl = Rtl(unit) if waits else None
    words: dict[str, np.ndarray] = {}
    for lane in range(LANES):
        made = (
            handshaken(rtl, spec, cycles, lane, sigma, k)
            if rtl
            else stimulus(ports, spec, cycles, lane, sigma, k)
        )
        for name, bits in made.items():
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
    """Return the power, in mW, for given transitions on every net.

    OpenSTA 2.0.17 takes activities at inputs and registers and propagates them through gates as if nets
    were independent; it overwrites what is set on a gate. So transitions go in at inputs and registers, and
    the dynamic power that it reports for a gate is scaled by the ratio of the transitions wanted at the
    gate's output to those that it propagated there.

    It charges the energy of a rise and of a fall for every single transition, so internal power of data is
    halved; that of a register without data activity, its clock, is taken as it is. Both were found with
    single cells and agree with the library's tables (tests/synth/test_power.py).
    """
    commands = []
    for name, nets in netlist.ports.items():
        if name == design.clock or netlist.directions[name] != "input":
            continue
        for i, net in enumerate(nets):
            port = f"{name}[{i}]" if len(nets) > 1 else name
            commands.append(
                f"set_power_activity -input_ports [get_ports {{{port}}}] "
                f"-activity {activity.transitions[net]:.6g} -duty {activity.duty[net]:.6g}"
            )
    for name in sorted(netlist.registers):
        for pin, net in netlist.cells[name]:
            commands.append(
                f"::sta::set_power_pin_activity [get_pins {{{name}/{pin}}}] "
                f"{activity.transitions[net]:.6g} {activity.duty[net]:.6g}"
            )
    (folder / "activity.tcl").write_text("\n".join(commands) + "\n")
    lines = constraints_tcl(library, design.top, design.clock, period_ns) + tcl(
        "power.tcl", activity="activity.tcl"
    )
    (folder / "power.tcl").write_text(lines)
    log = run_tool([find_sta(), "-no_init", "-no_splash", "-exit", "power.tcl"], folder, "sta", time_limit)
    reports = [
        {m[5]: tuple(float(m[i]) * 1e3 for i in range(1, 4)) for m in _INSTANCE.finditer(section)}
        for section in re.findall(r"(?s)begin \w+\n(.*?)\nend", log)
    ]
    if len(reports) != 3 or any(report.keys() != netlist.cells.keys() for report in reports):
        errors = [line for line in log.splitlines() if line.startswith("Error")] or ["cells are missing"]
        raise ToolError(f"sta reported no usable power: {errors[0]}")
    internal = switching = leakage = 0.0
    for name, outputs in netlist.cells.items():
        seen, unit, idle = (report[name] for report in reports)
        wanted = max((float(activity.transitions[net]) for _, net in outputs), default=0.0)
        leakage += seen[2]
        switching += unit[1] * wanted
        if name in netlist.registers:
            internal += idle[0] + (unit[0] - idle[0]) / 2 * wanted
        else:
            propagated = seen[1] / unit[1] if unit[1] > 0 else 0.0
            internal += (seen[0] / propagated if propagated > 0 else unit[0]) / 2 * wanted
    return {
        "power_mw": round(internal + switching + leakage, 5),
        "internal_mw": round(internal, 5),
        "switching_mw": round(switching, 5),
        "leakage_mw": round(leakage, 5),
    }


def energy_per_mac_pj(power_mw: float, period_ns: float, macs_per_cycle: float) -> float:
    """Return the energy of one multiply-accumulate in pJ: 1 mW for 1 ns is 1 pJ."""
    return round(power_mw * period_ns / macs_per_cycle, 5)
