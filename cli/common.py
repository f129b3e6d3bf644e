"""What several subcommands share: Spec arguments, JSON, progress."""

import contextlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import click
from rich.console import Console
from rich.markup import escape

from ..gen.catalog import Unit, find_unit
from ..golden.errors import UsageError
from ..hdl.spec import Spec

#: For people; machines read standard output with --json.
STDOUT = Console(soft_wrap=True, highlight=False)
STDERR = Console(stderr=True, soft_wrap=True, highlight=False)

unit_argument = click.argument("unit")
params_option = click.option("-p", "params", multiple=True, metavar="NAME=VALUE", help="Set a parameter.")


def time_limit_option(seconds: int, what: str):
    """Return the option --time-limit, with its default and what it limits."""
    return click.option(
        "--time-limit",
        type=click.FloatRange(0, min_open=True),
        default=seconds,
        show_default=True,
        help=f"Seconds for {what}.",
    )


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")


def assignments(params: tuple[str, ...], option: str = "-p") -> dict[str, str]:
    """Return NAME=VALUE arguments by name; a repeated or malformed one raises UsageError."""
    found: dict[str, str] = {}
    for text in params:
        name, equals, value = text.partition("=")
        if not equals or not name or not value:
            raise UsageError(f"{option} {text} is not NAME=VALUE, for example {option} rows=4")
        if name in found:
            raise UsageError(f"{option} {name} is given twice: {found[name]} and {value}")
        found[name] = value
    return found


def unit_and_spec(unit: str, params: tuple[str, ...]) -> tuple[Unit, Spec]:
    """Return the unit called `unit` and its Spec with `params`."""
    entry = find_unit(unit)
    return entry, entry.spec.parse(assignments(params))


def print_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    click.echo(json.dumps(value, indent=1))


@contextlib.contextmanager
def progress(text: str) -> Iterator[Callable[[str], None]]:
    """Show a line that says what is going on; yields a function that changes it.

    Where nobody watches, in a log, lines that differ in numbers only are printed once.
    """
    if STDERR.is_terminal:
        with STDERR.status(text) as status:
            yield lambda message: status.update(escape(message))
        return
    said = set()

    def say(message: str) -> None:
        if (kind := re.sub(r"\d+", "", message)) not in said:
            said.add(kind)
            STDERR.print(message, markup=False)

    yield say
