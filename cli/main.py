"""The `macwright` command: finds the subcommand, turns mistakes into one sentence and an exit code."""

import sys
from collections.abc import Callable

import click
from rich.console import Console
from rich.markup import escape

from ..gen.child import ToolError
from ..gen.version import MACWRIGHT
from ..golden.errors import UsageError
from . import generation, matrices, measurement, verification


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(MACWRIGHT, prog_name="macwright")
def cli() -> None:
    """Generate, prove and measure low-precision arithmetic engines.

    Exit codes: 0 success, 1 a failed check or tool, 2 wrong use.
    """


for module in (generation, verification, matrices, measurement):
    for command in module.COMMANDS:
        cli.add_command(command)


def main() -> None:
    """Run the command line."""
    guarded(lambda: cli.main(standalone_mode=False))


def guarded(action: Callable[[], object]) -> None:
    """Run `action`; a mistake of the user ends in one sentence and exit code 2, a failed tool in 1."""
    try:
        action()
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except UsageError as error:
        _complain(error)
        sys.exit(2)
    except ToolError as error:
        _complain(error)
        sys.exit(1)
    except OSError as error:
        _complain(
            f"{error.filename or 'a file'}: {error.strerror or error}: check the path and its permissions"
        )
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):
        sys.exit(130)


def _complain(error: Exception | str) -> None:
    Console(stderr=True, soft_wrap=True).print(f"[red]error:[/red] {escape(str(error))}", highlight=False)
