"""What a deliverable says about itself, as JSON: Spec, ports, timing, files, tools, licence."""

import dataclasses
import hashlib
from typing import Any

from ..hdl.spec import Spec
from .catalog import Unit
from .verilog import Verilog, command_line
from .version import MACWRIGHT, package_version

#: Tools whose version can change the bytes of a deliverable.
TOOLS = ("amaranth", "pyosys")


def sha256(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def timing(spec: Spec) -> dict[str, Any]:
    """Return what a Spec promises about time, in cycles, and MACs or results per cycle."""
    facts = {"latency": spec.latency}
    facts |= {
        rate: getattr(spec, rate) for rate in ("macs_per_cycle", "elements_per_cycle") if hasattr(spec, rate)
    }
    if hasattr(spec, "k_limit"):
        facts |= {"acc_bits": spec.acc_width, "k_limit": spec.k_limit}
    if spec.weights:
        facts |= {"acc_bits": spec.acc_width, "exact_for": spec.weights.facts}
    return facts


def unit_manifest(unit: Unit, spec: Spec, verilog: Verilog, files: dict[str, str]) -> dict[str, Any]:
    """Return the manifest of one module; `files` maps file names to their text."""
    return {
        "manifest_version": 1,
        "unit": unit.name,
        "module": verilog.top,
        "summary": unit.summary,
        "source": unit.source,
        "licence": "Apache-2.0",
        "macwright": MACWRIGHT,
        "command": command_line(unit, spec, verilog.reset),
        "spec": spec.as_dict(),
        "defaults": spec.defaults(),
        "timing": timing(spec),
        "clock": {"port": "clk", "edge": "rising", "domain": "sync"},
        "reset": {"port": verilog.reset_port, "kind": verilog.reset} if verilog.uses_reset else None,
        "ports": [dataclasses.asdict(p) | {"layout": p.layout} for p in verilog.ports],
        "streams": {name: "in" if into else "out" for name, into in verilog.streams.items()},
        "interface": unit.build(spec).metadata.as_json()["interface"],
        "modules": verilog.modules,
        "files": {name: sha256(text) for name, text in files.items()},
        "tools": {tool: package_version(tool) for tool in TOOLS},
    } | (
        ({"tables": spec.tables} if hasattr(spec, "tables") else {})
        | ({"cautions": list(spec.cautions)} if spec.cautions else {})
    )


def family_manifest(
    unit: Unit, top: str, command: str, family: dict[str, list[str]], files: dict[str, str]
) -> dict[str, Any]:
    """Return the manifest of a family's wrapper module, without its variants."""
    return {
        "manifest_version": 1,
        "unit": unit.name,
        "module": top,
        "summary": unit.summary,
        "source": unit.source,
        "licence": "Apache-2.0",
        "macwright": MACWRIGHT,
        "command": command,
        "parameters": {name.upper(): values for name, values in family.items()},
        "files": {name: sha256(text) for name, text in files.items()},
        "tools": {tool: package_version(tool) for tool in TOOLS},
    }
