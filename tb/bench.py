"""The cocotb test that every run loads: reads its job, runs the unit's scenarios, writes a report.

The job is a JSON file named by the environment variable MACWRIGHT_JOB.
"""

import importlib
import json
import os
import random
from pathlib import Path

import cocotb
import numpy as np
from cocotb.triggers import Timer

from ..gen.catalog import find_unit
from ..gen.ports import Port
from .harness import HALF_PERIOD_NS, Harness
from .pack import pack_ints, unpack_ints
from .transaction import BenchFailure


@cocotb.test()
async def bench(dut):
    """Run the job and leave its report beside it."""
    job = json.loads(Path(os.environ["MACWRIGHT_JOB"]).read_text())
    unit = find_unit(job["unit"])
    spec = unit.spec(**job["spec"])
    ports = [Port(**port) for port in job["ports"]]
    stimulus = importlib.import_module(f"macwright.tb.units.{job['unit']}")
    random.seed(job["seed"])
    rng = np.random.default_rng(job["seed"])
    checks = []
    try:
        if job["streams"]:
            latency = spec.latency if job["timing"] else None
            harness = Harness(dut, ports, job["streams"], job["reset"], latency)
            for scenario in stimulus.scenarios(spec, job["level"], rng):
                checks.append({"name": scenario.name, "passed": False})
                checks[-1]["cycles"] = await harness.run(scenario, job["seed"], job["timing"])
                checks[-1]["passed"] = True
        else:
            for name, inputs in stimulus.sequences(spec, job["level"], rng).items():
                checks.append({"name": name, "passed": False})
                checks[-1]["cycles"] = await lockstep(dut, ports, inputs, stimulus.expected(spec, inputs))
                checks[-1]["passed"] = True
    except BenchFailure as failure:
        checks[-1]["failure"] = str(failure)
    Path(job["report"]).write_text(json.dumps(checks))


async def lockstep(dut, ports: list[Port], inputs: dict, expected: dict) -> int:
    """Drive one value per cycle and compare every output in every cycle; returns the cycles."""
    by_name = {p.name: p for p in ports}
    columns = {
        getattr(dut, n): pack_ints(v.reshape(-1, by_name[n].lanes), by_name[n].lane_width)
        for n, v in inputs.items()
    }
    outputs = {name: getattr(dut, name) for name in expected}
    seen = {name: [] for name in expected}
    cycles = len(next(iter(inputs.values())))
    for cycle in range(cycles):
        dut.clk.value = 0
        for handle, values in columns.items():
            handle.value = values[cycle]
        await Timer(HALF_PERIOD_NS, "ns")
        for name, handle in outputs.items():
            value = handle.value
            seen[name].append(int(value) if value.is_resolvable else None)
        dut.clk.value = 1
        await Timer(HALF_PERIOD_NS, "ns")
    for name, (values, defined) in expected.items():
        for cycle in np.flatnonzero(defined):
            if seen[name][cycle] is None:
                raise BenchFailure(f"{name} has unknown bits in cycle {cycle}")
        port = by_name[name]
        found = unpack_ints([v or 0 for v in seen[name]], port.lanes, port.lane_width, port.signed)
        wrong = np.argwhere((found != values.reshape(cycles, -1)) & defined[:, None])
        if len(wrong):
            cycle, lane = (int(i) for i in wrong[0])
            given = ", ".join(f"{n}={v[cycle]}" for n, v in inputs.items())
            raise BenchFailure(
                f"{name} is {found[cycle, lane]} in cycle {cycle} and should be "
                f"{values.reshape(cycles, -1)[cycle, lane]} (inputs then: {given})"
            )
    return cycles
