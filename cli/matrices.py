"""`run` and `pack`: matrices from files."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import click
import numpy as np

from ..golden.errors import UsageError
from ..golden.npy import load_array, load_weights
from ..tb.gemm import RtlGemm, check_product
from ..tb.packed import packed_weights
from ..tb.tile import check_matrix_engine
from ..tb.verify import stimulus_module
from .common import STDOUT, json_option, params_option, print_json, progress, unit_and_spec, unit_argument


def b_option(meaning: str):
    """Return the option --b, which names the file of the weights."""
    return click.option("--b", "b_file", type=click.Path(path_type=Path), required=True, help=meaning)


@click.command()
@unit_argument
@params_option
@click.option(
    "--a", "a_file", type=click.Path(path_type=Path), required=True, help="A, (M, K) integers, .npy."
)
@b_option("B, (K, N) integers, .npy; .npz with its scales.")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="File for C = A x B, .npy.")
@json_option
def run(unit, params, a_file, b_file, out, as_json) -> None:
    """Multiply matrices of any size on the compiled Verilog, and compare with the golden model."""
    _, spec = unit_and_spec(unit, params)
    check_matrix_engine(unit, spec)
    a = load_array(a_file)
    b, scales = load_weights(b_file, tuple(getattr(spec, "scale_fields", ())))
    _check_new(out)
    check_product(spec, a, b, scales)
    with progress(f"compiling {unit}") as say:
        engine = RtlGemm(unit, spec, say)
        c = engine(a, b, lambda share: say(f"multiplying, {share:.0%}"), scales)
    expected = stimulus_module(unit).product(spec, a, b, scales)
    differ = int((c != expected).sum())
    if not differ:
        _save(out, lambda file: np.save(file, c))
    facts = {
        "shape": list(c.shape),
        "cycles": engine.cycles,
        "different_from_golden": differ,
        "file": str(out),
    }
    if as_json:
        print_json(facts)
    elif differ:
        STDOUT.print(f"{differ} of {c.size} elements differ from the golden model: nothing written")
    else:
        STDOUT.print(f"{out}: {c.shape[0]} x {c.shape[1]}, {engine.cycles} cycles, equal to the golden model")
    if differ:
        sys.exit(1)


@click.command()
@unit_argument
@params_option
@b_option("B, (K, N) integers, .npy.")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="File for the beats, .npz.")
@json_option
def pack(unit, params, b_file, out, as_json) -> None:
    """Turn weights into the beats of stream b, as a memory in front of the engine holds them."""
    _, spec = unit_and_spec(unit, params)
    check_matrix_engine(unit, spec)
    _check_new(out)
    fields = packed_weights(unit, spec, load_array(b_file))
    _save(out, lambda file: np.savez(file, **fields))
    tiles, beats, size = fields["tdata"].shape
    facts = {"tiles": tiles, "beats_per_tile": beats, "bytes_per_beat": size, "file": str(out)}
    if as_json:
        print_json(facts)
    else:
        STDOUT.print(f"{out}: {tiles} tiles of {beats} beats of {size} bytes, fields {', '.join(fields)}")


def _check_new(path: Path) -> None:
    if path.exists():
        raise UsageError(f"{path} exists: give another file for the result")
    if not path.parent.is_dir():
        raise UsageError(f"the folder {path.parent} does not exist: make it, or give another file")


def _save(path: Path, write: Callable[[BinaryIO], None]) -> None:
    try:
        with open(path, "wb") as file:
            write(file)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}: give another file") from None


COMMANDS = (run, pack)
