"""Runs a tool in a child process with a time limit and turns what goes wrong into one sentence."""

import os
import signal
import subprocess
from pathlib import Path


class ToolError(RuntimeError):
    """A tool refused its input, crashed or ran out of time; the message ends with its last words."""


class ToolTimeout(ToolError):
    """A tool ran out of time."""


def run_tool(
    command: list[str], folder: Path, name: str, time_limit: float, env: dict[str, str] | None = None
) -> str:
    """Run `command` in `folder` and return what it printed; `name` is what the tool is called in errors.

    time_limit: seconds, after which the tool and its children are killed. env: variables beside those of
    this process. Raises ToolError, ToolTimeout if it was the time.
    """
    child = subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env=os.environ | (env or {}),
        start_new_session=True,
    )
    try:
        log, _ = child.communicate(timeout=time_limit)
    except subprocess.TimeoutExpired:
        raise ToolTimeout(f"{name} did not finish in {time_limit:g} s: give a larger time limit") from None
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
    if child.returncode:
        raise ToolError(f"{name} stopped: {last_words(log, child.returncode)}")
    return log


def last_words(log: str, code: int) -> str:
    """Return the lines of a log that say why the tool stopped, or its exit code if it said nothing."""
    if code < 0:
        return f"it was ended by {signal.Signals(-code).name}"
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    errors = [line for line in lines if "error" in line.lower() and " 0 errors" not in line]
    said = (errors or lines)[-2:]
    return " ".join(said) if said else f"it ended with code {code} and no message"
