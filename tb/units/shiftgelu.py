"""Stimulus for `shiftgelu`: rows of every length and shape, and maxima of every kind."""

from collections.abc import Callable

import numpy as np

from ...golden.integer import int_range
from ...golden.ivit_exp import shiftgelu
from ...hdl.vector.shiftgelu import ShiftgeluSpec
from ..rows import RowBench
from ..rtl import Rtl
from ..transaction import Scenario


def bench(spec: ShiftgeluSpec) -> RowBench:
    """Return the bench of rows."""
    options = {name: getattr(spec, name) for name in ("one", "n", "in_bits", "out_bits")}
    return RowBench(spec, lambda x: shiftgelu(x, **options))


def scenarios(spec: ShiftgeluSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    return bench(spec).scenarios(level, rng, corners(spec))


def corners(spec: ShiftgeluSpec) -> list:
    """Return empty rows, rows of one code, ramps, and rows of which all codes are below 0."""
    low, high = int_range(spec.in_bits, True)
    longest = bench(spec).longest
    rows = [[], [low], [high], [0], [low, high], [], [high, low], [-1, low], [0, -1]]
    rows += [[code] * longest for code in (low, high, 0)]
    ramp = np.linspace(low, high, longest).astype(int)
    return [*rows, ramp, ramp[::-1], np.minimum(ramp, -1), np.minimum(ramp[::-1], low // 2), []]


def check_exhaustible(spec: ShiftgeluSpec) -> None:
    """Raise UsageError if there are too many pairs of codes, or a row holds no pair."""
    bench(spec).check_exhaustible()


def compiled_checks(spec: ShiftgeluSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    return bench(spec).compiled_checks(level)
