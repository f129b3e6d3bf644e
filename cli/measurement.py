"""`synth`, `reproduce` and `doctor`."""

import json
import sys
from pathlib import Path

import click
from rich.table import Column, Table

from ..golden.errors import UsageError
from ..synth.doctor import examine
from ..synth.measure import measure
from ..synth.study import find_study, study_names
from ..synth.study import reproduce as run_study
from ..synth.study_plot import check_plots
from ..synth.study_table import study_page, study_tables
from ..synth.table import table
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
@click.option(
    "--target",
    default="nangate45",
    show_default=True,
    help="generic, nangate45, liberty=PATH, ice40, ecp5, gowin or xilinx.",
)
@click.option("--toggle-rate", type=float, help="Assume this many transitions per net and cycle for power.")
@click.option("--sigma", type=float, help="Operands for power: normal with this sigma, for 8 bits.")
@click.option("--periods", metavar="PS,PS,...", help="Delay targets of the sweep, in ps.")
@click.option("--seeds", metavar="N,N,...", help="Seeds of place and route.")
@click.option("--no-baseline", is_flag=True, help="Leave out the same function written with *.")
@time_limit_option(600, "each run of a tool")
@json_option
def synth(unit, params, target, toggle_rate, sigma, periods, seeds, no_baseline, time_limit, as_json) -> None:
    """Measure a unit's area, clock and power beside a baseline."""
    entry, spec = unit_and_spec(unit, params)
    options = {"seeds": _numbers("--seeds", seeds)} if seeds else {}
    with progress(f"measuring {entry.module_name(spec)} on {target}") as say:
        record = measure(
            unit,
            spec,
            target,
            baseline=not no_baseline,
            toggle_rate=toggle_rate,
            sigma=sigma,
            periods=_numbers("--periods", periods) if periods else None,
            time_limit=time_limit,
            progress=say,
            **options,
        )
    if as_json:
        print_json(record)
    else:
        STDOUT.print(table(record))


def _numbers(option: str, text: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise UsageError(
            f"{option} {text} must be whole numbers with commas between, for example 500,1000"
        ) from None


@click.command()
@json_option
def doctor(as_json: bool) -> None:
    """Say what is installed, what is missing, what each is for and how to get it."""
    tools = examine()
    if as_json:
        print_json(tools)
    else:
        shown = Table(Column("tool", overflow="fold"), "version", "for", "how to get it")
        for tool in tools:
            version = tool["version"] or "[red]missing[/red]"
            shown.add_row(
                tool["name"],
                version,
                tool["purpose"],
                "" if tool["version"] else tool["install"].replace("[", r"\["),
            )
        STDOUT.print(shown)
    if any(tool["required"] and not tool["version"] for tool in tools):
        sys.exit(1)


@click.command(epilog=f"Studies: {', '.join(study_names())}.")
@click.argument("study")
@click.option("-o", "--out", type=click.Path(path_type=Path), help="Folder for STUDY.json and STUDY.md.")
@click.option("--picture", is_flag=True, help="Write STUDY.svg to that folder too.")
@json_option
def reproduce(study, out, picture, as_json) -> None:
    """Measure a comparison again, with the published figures beside."""
    found = find_study(study)
    if out is not None and not out.is_dir():
        raise UsageError(f"the folder {out} does not exist: make it, or give another one with --out")
    if picture:
        if out is None:
            raise UsageError("--picture needs a folder to write to: give one with --out")
        check_plots()
    with progress(f"reproducing {study}; the first time takes some minutes, then it is cached") as say:
        record = run_study(study, say)
    if out is not None:
        (out / f"{study}.json").write_text(json.dumps(record, indent=1) + "\n")
        (out / f"{study}.md").write_text(study_page(record))
    if picture:
        found.plot(record, out / f"{study}.svg")
    if as_json:
        print_json(record)
        return
    for shown in study_tables(record):
        STDOUT.print(shown)
    for name in (("json", "md") if out is not None else ()) + (("svg",) if picture else ()):
        STDOUT.print(f"written: {out / study}.{name}")


COMMANDS = (synth, reproduce, doctor)
