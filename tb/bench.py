"""The cocotb test that every run loads: reads its job, runs the unit's scenarios, writes a report.

The job is a JSON file named by the environment variable MACWRIGHT_JOB.
"""

import importlib
import json
import os
import pickle
import random
from pathlib import Path

import cocotb
import numpy as np
from cocotb.triggers import Timer

from ..gen.ports import Port
from .compiled import element_sum, on_ports
from .harness import HALF_PERIOD_NS, Harness
from .pack import pack_ints, unpack_ints
from .transaction import BenchFailure


@cocotb.test()
async def bench(dut):
    """Run the job and leave its report beside it."""
    job = json.loads(Path(os.environ["MACWRIGHT_JOB"]).read_text())
    spec = pickle.loads(Path(job["spec"]).read_bytes())
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
                checks[-1]["cycles"] = await lockstep(
                    dut, ports, spec, inputs, stimulus.expected(spec, inputs)
                )
                checks[-1]["passed"] = True
    except BenchFailure as failure:
        checks[-1]["failure"] = str(failure)
    Path(job["report"]).write_text(json.dumps(checks))


async def lockstep(dut, ports: list[Port], spec, inputs: dict, expected: tuple) -> int:
    """Drive one row of values per cycle and compare the element's sum in every cycle; returns the cycles."""
    by_name = {p.name: p for p in ports}
    columns = {
        getattr(dut, n): pack_ints(v.reshape(-1, by_name[n].lanes), by_name[n].lane_width)
        for n, v in on_ports(spec, inputs).items()
    }
    outputs = {p.name: getattr(dut, p.name) for p in ports if p.direction == "output"}
    values, defined = expected
    seen = {name: [] for name in outputs}
    for cycle in range(len(values)):
        dut.clk.value = 0
        for handle, column in columns.items():
            handle.value = column[cycle]
        await Timer(HALF_PERIOD_NS, "ns")
        for name, handle in outputs.items():
            value = handle.value
            if defined[cycle] and not value.is_resolvable:
                raise BenchFailure(f"{name} has unknown bits in cycle {cycle}")
            seen[name].append(int(value) if value.is_resolvable else 0)
        dut.clk.value = 1
        await Timer(HALF_PERIOD_NS, "ns")
    shown = {n: unpack_ints(v, 1, by_name[n].width, by_name[n].signed)[:, 0] for n, v in seen.items()}
    found = element_sum(spec, shown)
    wrong = np.flatnonzero((found != values) & defined)
    if len(wrong):
        cycle = int(wrong[0])
        given = ", ".join(f"{n}={v[cycle]}" for n, v in inputs.items())
        raise BenchFailure(
            f"the sum is {found[cycle]} in cycle {cycle} and should be {values[cycle]} (inputs then: {given})"
        )
    return len(values)
