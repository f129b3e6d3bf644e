"""Runs one bench in a simulator; called as `python -m macwright.tb.simulate JOB` in a process of its own.

A simulator that crashes or hangs takes only that process along, and the environment that it needs stays
inside.
"""

import json
import os
import shutil
import sys
from pathlib import Path

import cocotb_tools.config
from cocotb_tools.runner import get_runner

from ..gen.cache import build_folder, cache_root, content_key
from ..gen.lint import waiver_options
from ..gen.version import package_version


def main(job_file: str) -> None:
    """Build the simulation unless it is built already, and run it."""
    job = json.loads(Path(job_file).read_text())
    sim, top = job["sim"], job["top"]
    runner = get_runner(sim)
    build_args = []
    if sim == "verilator":
        # In many files the same headers would be read many times.
        build_args = ["-Wall", "--output-split", "0", *waiver_options()]
        # The bench takes most of the time, so that optimising costs more than it brings. Without the first
        # variable the makefile of the wheel names a precompiled header in a way that g++ does not read.
        os.environ["MAKEFLAGS"] = "CFG_CXXFLAGS_PCH_I=-include OPT_FAST=-O0 OPT_SLOW=-O0 OPT_GLOBAL=-O0"
        if shutil.which("ccache"):
            # Half of a build is Verilator's own runtime, the same every time.
            os.environ["MAKEFLAGS"] += " OBJCACHE=ccache"
            os.environ["CCACHE_DIR"] = str(cache_root() / "ccache")
        build_args += ["--trace"] if job["waves"] else []
    scratch = Path(job["report"]).parent
    source = Path(job["verilog"]).read_text()

    def build(folder: Path) -> None:
        # A copy under a name that stays, because the simulator remembers it.
        (folder / "design.v").write_text(source)
        runner.build(
            sources=[folder / "design.v"],
            hdl_toplevel=top,
            build_dir=folder,
            build_args=build_args,
            timescale=("1ns", "1ps"),
            waves=job["waves"],
            log_file=scratch / "build.log",
        )

    if job["waves"]:
        # A simulation with a waveform writes it where it was built, so it is not shared.
        folder = scratch / "build"
        folder.mkdir()
        build(folder)
    else:
        # The binary links to the libraries of this installation.
        installed = (str(cocotb_tools.config.libs_dir), sys.version, job["simulator"])
        key = content_key(source, top, sim, *build_args, str(package_version("cocotb")), *installed)
        with build_folder("sim", key) as (folder, complete):
            if not complete:
                build(folder)
    runner.test(
        hdl_toplevel=top,
        hdl_toplevel_lang="verilog",
        test_module="macwright.tb.bench",
        build_dir=folder,
        test_dir=scratch,
        # Benches raise BenchFailure: rewriting every assert of what they import is a third of a short run.
        extra_env={"MACWRIGHT_JOB": job_file, "COCOTB_REWRITE_ASSERTION_FILES": ""},
        timescale=("1ns", "1ps"),
        waves=job["waves"],
        log_file=scratch / "test.log",
    )


if __name__ == "__main__":
    main(sys.argv[1])
