"""Yosys in a child process with a time limit: an error or a hang there never takes the caller along."""

import sys
from pathlib import Path

from .child import run_tool

_CHILD = """
import sys
from pyosys import libyosys as ys
ys.run_pass("script " + sys.argv[1], ys.Design())
"""


def run_yosys(script: str, folder: Path, name: str = "yosys", time_limit: float = 600) -> str:
    """Run a Yosys script in `folder` and return its log; file names in the script are relative to it.

    The script is left as `<name>.ys`. `time_limit` is in seconds. Raises ToolError.
    """
    (folder / f"{name}.ys").write_text(script)
    command = [sys.executable, "-c", _CHILD, f"{name}.ys"]
    return run_tool(command, folder, f"Yosys, running {name}.ys,", time_limit)
