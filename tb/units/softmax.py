"""Stimulus for `softmax`: rows of every length and shape, and corners around octaves."""

from collections.abc import Callable

import numpy as np

from ...golden.integer import int_range
from ...golden.softmax import softmax
from ...hdl.softmax.row_exp import RowExpSpec
from ...hdl.softmax.softmax_spec import SoftmaxSpec
from ..rows import RowBench
from ..rtl import Rtl
from ..transaction import Scenario


def bench(spec: SoftmaxSpec) -> RowBench:
    """Return the bench of rows."""
    names = ("fraction_bits", "exp_bits", "lanes", "in_bits", "total_bits", "out_bits", "mantissa_bits")
    names += ("index_bits",) * (spec.method == "base2")
    options = {name: getattr(spec, name) for name in names}
    return RowBench(spec, lambda x: softmax(x, method=spec.method, **options))


def scenarios(spec: SoftmaxSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    return bench(spec).scenarios(level, rng, corners(spec, bench(spec).longest, rng))


def corners(spec: RowExpSpec, longest: int, rng: np.random.Generator) -> list:
    """Return rows without codes, of one and two, of equal codes, and around octaves; up to `longest`."""
    low, high = int_range(spec.in_bits, True)
    octave = 1 << spec.fraction_bits
    rows = [[], [low], [high], [low, high], [], [high, low], [0], [low] * longest, [high] * longest]
    rows += [[code] for code in (-1, 1, octave - 1, octave, -octave, -octave - 1) if low <= code <= high]
    rows += [np.linspace(low, high, longest).astype(int), np.linspace(high, low, longest).astype(int)]
    return [*rows, rng.permutation([high] + [low] * (longest - 1)), []]


def check_exhaustible(spec: SoftmaxSpec) -> None:
    """Raise UsageError if there are too many pairs of codes, or a row holds no pair."""
    bench(spec).check_exhaustible()


def compiled_checks(spec: SoftmaxSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    return bench(spec).compiled_checks(level)
