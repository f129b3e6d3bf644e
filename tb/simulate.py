"""Runs one bench in a simulator; called as `python -m macwright.tb.simulate JOB` in a process of its own.

A simulator that crashes or hangs takes only that process along, and the environment that it needs stays
inside.
"""

import json
import sys
from pathlib import Path

from cocotb_tools.runner import get_runner

from ..gen.cache import build_folder, content_key
from ..gen.lint import waiver_options
from ..gen.version import package_version


def main(job_file: str) -> None:
    """Build the simulation unless it is built already, and run it."""
    job = json.loads(Path(job_file).read_text())
    sim, top = job["sim"], job["top"]
    runner = get_runner(sim)
    build_args = ["-g2005"] if sim == "icarus" else ["-Wall", *waiver_options()]
    if sim == "verilator" and job["waves"]:
        build_args.append("--trace")
    source = Path(job["verilog"])
    key = content_key(source.read_text(), top, sim, str(job["waves"]), str(package_version("cocotb")))
    with build_folder("sim", key) as (folder, complete):
        if not complete:
            # A copy whose name does not change, because the simulator remembers it.
            (folder / "design.v").write_text(source.read_text())
            runner.build(
                sources=[folder / "design.v"],
                hdl_toplevel=top,
                build_dir=folder,
                build_args=build_args,
                timescale=("1ns", "1ps"),
                waves=job["waves"],
                log_file=folder / "build.log",
            )
    runner.test(
        hdl_toplevel=top,
        hdl_toplevel_lang="verilog",
        test_module="macwright.tb.bench",
        build_dir=folder,
        test_dir=Path(job["report"]).parent,
        extra_env={"MACWRIGHT_JOB": job_file},
        timescale=("1ns", "1ps"),
        waves=job["waves"],
        log_file=Path(job["report"]).parent / "test.log",
    )


if __name__ == "__main__":
    main(sys.argv[1])
