"""Yosys in a child process with a time limit: an error or a hang there never takes the caller along."""

import os
import signal
import subprocess
import sys
from pathlib import Path

_CHILD = """
import sys
from pyosys import libyosys as ys
ys.run_pass("script " + sys.argv[1], ys.Design())
"""


class YosysError(RuntimeError):
    """Yosys refused a script, crashed or ran out of time; the message ends with its last words."""


def run_yosys(script: str, folder: Path, name: str = "yosys", time_limit: float = 600) -> str:
    """Run a Yosys script in `folder` and return its log; file names in the script are relative to it.

    The script is left as `<name>.ys` and the log as `<name>.log`. `time_limit` is in seconds.
    """
    (folder / f"{name}.ys").write_text(script)
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, f"{name}.ys"],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # so that ABC, which Yosys starts as a process of its own, ends with it
    )
    try:
        log, _ = child.communicate(timeout=time_limit)
    except subprocess.TimeoutExpired:
        raise YosysError(f"Yosys did not finish {name}.ys in {time_limit:g} s: give a larger limit") from None
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
    (folder / f"{name}.log").write_text(log)
    if child.returncode:
        errors = [line for line in log.splitlines() if "ERROR" in line] or log.splitlines()[-3:]
        raise YosysError(f"Yosys stopped in {name}.ys: {' '.join(errors).strip()}")
    return log
