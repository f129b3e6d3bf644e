"""`list`, `describe` and `generate`."""

from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from ..gen.catalog import CATALOG
from ..gen.deliverable import generate as make_deliverable
from ..gen.emission import RESETS
from ..gen.manifest import timing
from ..gen.ports import verilog_ports
from ..gen.verilog import consequences
from ..hdl.spec import as_text
from .common import (
    STDERR,
    STDOUT,
    assignments,
    json_option,
    params_option,
    print_json,
    progress,
    unit_and_spec,
    unit_argument,
)


@click.command("list")
@json_option
def list_units(as_json: bool) -> None:
    """List all units."""
    if as_json:
        print_json([{"unit": u.name, "summary": u.summary, "source": u.source} for u in CATALOG.values()])
        return
    table = Table("unit", "what it is", "source")
    for unit in CATALOG.values():
        table.add_row(unit.name, unit.summary, unit.source)
    STDOUT.print(table)


@click.command()
@unit_argument
@params_option
@json_option
def describe(unit: str, params: tuple[str, ...], as_json: bool) -> None:
    """Describe a unit: parameters, ports, timing."""
    entry, spec = unit_and_spec(unit, params)
    ports = [port for port, _ in verilog_ports(entry.build(spec))]
    if as_json:
        print_json(
            {
                "unit": entry.name,
                "summary": entry.summary,
                "source": entry.source,
                "parameters": [
                    {
                        "name": n,
                        "value": v,
                        "default": spec.defaults()[n],
                        "legal": p.legal,
                        "meaning": p.meaning,
                    }
                    for (n, p), v in zip(spec.params().items(), spec.as_dict().values(), strict=True)
                ],
                "ports": [
                    {
                        "name": p.name,
                        "direction": p.direction,
                        "width": p.width,
                        "layout": p.layout,
                        "meaning": p.doc,
                    }
                    for p in ports
                ],
                "timing": timing(spec),
            }
        )
        return
    STDOUT.print(f"[bold]{entry.name}[/bold]: {entry.summary}\nSource: {entry.source}\n")
    STDOUT.print(
        "\n".join(line.removeprefix("    ") for line in entry.component.__doc__.strip().splitlines()),
        markup=False,
    )
    table = Table("parameter", "value", "legal", "meaning")
    for name, param in spec.params().items():
        table.add_row(name, as_text(getattr(spec, name)), param.legal, param.meaning)
    STDOUT.print(table)
    table = Table("port", "direction", "bits", "meaning")
    for port in ports:
        table.add_row(
            port.name, port.direction, str(port.width), "; ".join(t for t in (port.doc, port.layout) if t)
        )
    STDOUT.print(table)
    STDOUT.print("\n".join(consequences(spec)), markup=False)


@click.command()
@unit_argument
@params_option
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), help="Folder to write; default: named after the module."
)
@click.option("--reset", type=click.Choice(RESETS), default="sync", show_default=True, help="Kind of reset.")
@click.option(
    "--family", multiple=True, metavar="NAME=V1,V2,...", help="Generate variants behind one module."
)
@click.option("--force", is_flag=True, help="Replace the output folder.")
@json_option
def generate(
    unit: str,
    params: tuple[str, ...],
    out: Path | None,
    reset: str,
    family: tuple[str, ...],
    force: bool,
    as_json: bool,
):
    """Generate a unit's Verilog with manifest, template and README."""
    variants = {name: values.split(",") for name, values in assignments(family, "--family").items()}
    with progress(f"generating {unit}"):
        made = make_deliverable(unit, assignments(params), out, reset=reset, family=variants, force=force)
    for caution in made.cautions:
        STDERR.print(f"[yellow]caution:[/yellow] {escape(caution)}")
    if as_json:
        print_json({"folder": str(made.folder), "module": made.top, "files": made.files})
        return
    STDOUT.print(f"module {made.top}")
    for name in made.files:
        STDOUT.print(f"  {made.folder / name}")


COMMANDS = (list_units, describe, generate)
