"""`verify` and `cycles`."""

import sys
from pathlib import Path

import click
from rich.table import Table

from ..gen.emission import RESETS
from ..gen.verilog import make_verilog
from ..tb.cycles import TILES, K, measure_cycles
from ..tb.simulators import SIMULATORS
from ..tb.verify import LEVELS
from ..tb.verify import verify as run_bench
from .common import (
    STDOUT,
    json_option,
    params_option,
    print_json,
    progress,
    time_limit_option,
    unit_and_spec,
    unit_argument,
)


@click.command()
@unit_argument
@params_option
@click.option("--reset", type=click.Choice(RESETS), default="sync", show_default=True, help="Kind of reset.")
@click.option(
    "--sim", type=click.Choice(SIMULATORS), default="verilator", show_default=True, help="Simulator."
)
@click.option(
    "--level", type=click.Choice(LEVELS), default="quick", show_default=True, help="How much to try."
)
@click.option(
    "--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of all random choices."
)
@click.option("--waves", type=click.Path(path_type=Path), help="File that gets the waveform.")
@time_limit_option(900, "the simulation")
@json_option
def verify(unit, params, reset, sim, level, seed, waves, time_limit, as_json) -> None:
    """Prove a unit's Verilog against its golden model."""
    entry, spec = unit_and_spec(unit, params)
    with progress(f"verifying {entry.module_name(spec)}") as say:
        record = run_bench(
            unit,
            spec,
            sim=sim,
            level=level,
            seed=seed,
            waves=waves,
            reset=reset,
            time_limit=time_limit,
            progress=say,
        )
    if as_json:
        print_json(record)
    else:
        for check in record["checks"]:
            mark = "[green]ok[/green]    " if check["passed"] else "[red]FAILED[/red]"
            STDOUT.print(
                f"{mark} {check['name']}" + (f" ({check['cycles']} cycles)" if check["passed"] else "")
            )
            if not check["passed"]:
                STDOUT.print(f"       {check['failure']}", markup=False)
        if "cycles" in record:
            STDOUT.print(cycles_table(record["cycles"]))
        verdict = f"{record['module']} on {sim}, level {level}, seed {seed}: "
        STDOUT.print(verdict + ("all checks passed" if record["passed"] else "FAILED"))
        if not record["passed"]:
            STDOUT.print(f"spec: {spec}\nsee it happen: {record['reproduce']}", markup=False)
        if waves:
            STDOUT.print(f"waveform: {waves}")
    if not record["passed"]:
        sys.exit(1)


@click.command()
@unit_argument
@params_option
@json_option
def cycles(unit, params, as_json) -> None:
    """Count the cycles per product of an engine whose pace depends on the data."""
    entry, spec = unit_and_spec(unit, params)
    with progress(f"compiling {entry.module_name(spec)} and counting cycles"):
        found = measure_cycles(make_verilog(entry, spec), spec)
    if as_json:
        print_json(found)
    else:
        STDOUT.print(cycles_table(found))


def cycles_table(found: list[dict]) -> Table:
    """Return the cycles of every workload as a table."""
    shown = Table(title=f"cycles per operand of A, row and lane; {TILES} tiles of K = {K} back to back")
    shown.add_column("operands of A", no_wrap=True)
    for heading in ("cycles", "measured", "digits alone"):
        shown.add_column(heading, justify="right")
    for row in found:
        figures = (f"{row[name]:.3f}" for name in ("cycles_per_mac", "digits_per_mac"))
        shown.add_row(row["workload"], str(row["cycles"]), *figures)
    return shown


COMMANDS = (verify, cycles)
