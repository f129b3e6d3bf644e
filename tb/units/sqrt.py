"""Stimulus for `sqrt`: squares, and their neighbours."""

from collections.abc import Callable

import numpy as np

from ...golden.int_sqrt import int_sqrt
from ...hdl.vector.sqrt import SqrtSpec
from ..lanes import Columns, LaneBench, lengths
from ..rtl import Rtl
from ..transaction import Scenario


def bench(spec: SqrtSpec) -> LaneBench:
    """Return the bench of a Spec."""

    def golden(x: Columns) -> Columns:
        root = int_sqrt(x["radicand"], bits=spec.bits)
        return {"root": root, "remainder": x["radicand"] - root * root}

    return LaneBench(spec, spec.shapes, golden, corners(spec))


def corners(spec: SqrtSpec) -> Columns:
    """Return the ends of every length, squares, and numbers one below and above them."""
    roots = lengths((spec.bits + 1) // 2)
    squares = np.concatenate([roots**2 + k for k in (-1, 0, 1)])
    found = np.unique(np.concatenate([squares, lengths(spec.bits)]))
    return {"radicand": found[(found >= 0) & (found < 1 << spec.bits)]}


def scenarios(spec: SqrtSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    return bench(spec).scenarios(level, rng)


def check_exhaustible(spec: SqrtSpec) -> None:
    """Raise UsageError if there are too many integers."""
    bench(spec).check_exhaustible()


def compiled_checks(spec: SqrtSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    return bench(spec).compiled_checks(level)
