"""Stimulus for `igelu`: codes of every length, and around b, where the polynomial ends."""

from collections.abc import Callable

import numpy as np

from ...golden.ibert import igelu
from ...golden.integer import int_range
from ...hdl.vector.igelu import IgeluSpec
from ..lanes import LaneBench, lengths
from ..rtl import Rtl
from ..transaction import Scenario

#: Width of an integer up to which every code is a corner.
_FEW_BITS = 10


def bench(spec: IgeluSpec) -> LaneBench:
    """Return the bench of a Spec."""
    options = {"constants": spec.constants, "shift": spec.shift, "in_bits": spec.in_bits}
    corners = {"data": corner_codes(spec)}
    return LaneBench(spec, {"data": spec.x_shape}, lambda x: {"data": igelu(x["data"], **options)}, corners)


def corner_codes(spec: IgeluSpec) -> np.ndarray:
    """Return all codes if they are few, else the ends of every length and what is near b, of both signs."""
    low, high = int_range(spec.in_bits, True)
    if spec.in_bits <= _FEW_BITS:
        return np.arange(low, high + 1)
    sizes = np.concatenate([lengths(spec.in_bits), spec.b + np.arange(-2, 3)])
    found = np.unique(np.concatenate([sizes, -sizes]))
    return found[(found >= low) & (found <= high)]


def scenarios(spec: IgeluSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    return bench(spec).scenarios(level, rng)


def check_exhaustible(spec: IgeluSpec) -> None:
    """Raise UsageError if there are too many codes."""
    bench(spec).check_exhaustible()


def compiled_checks(spec: IgeluSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    return bench(spec).compiled_checks(level)
