"""Stimulus for `softmax`: rows of every length and shape, and corners around octaves."""

from collections.abc import Callable

import numpy as np

from ...golden.integer import int_range
from ...golden.softmax import softmax
from ...hdl.softmax.distance_exp import METHODS as TWO_PASSES
from ...hdl.softmax.row_exp import RowExpSpec
from ...hdl.softmax.softmax_spec import SoftmaxSpec
from ..rows import RowBench
from ..rtl import Rtl
from ..transaction import Scenario


class TwoPasses(RowBench):
    """Rows that are read twice before their first result, a beat a cycle."""

    def latencies(self, beats: int) -> dict[str, int]:
        """Return that of the Spec, which is that of the longest row, less a cycle for every beat below it."""
        return {"y": self.spec.latency - (self.spec.row_beats - beats)}


def bench(spec: SoftmaxSpec) -> RowBench:
    """Return the bench of rows."""
    kind = TwoPasses if spec.method in TWO_PASSES else RowBench
    return kind(spec, lambda x: softmax(x, method=spec.method, **options(spec)))


def options(spec: SoftmaxSpec) -> dict:
    """Return the options of the golden model."""
    names = {"in_bits": spec.in_bits}
    if spec.method in TWO_PASSES:
        return names | {"out_bits": spec.out_bits} | spec.frame.options
    if spec.method == "ita":
        top = (1 << spec.out_bits) - 1
        widths = {"octave_shift": spec.fraction_bits, "acc_bits": spec.frame.total_bits, "top": top}
        return names | widths | {"group": spec.lanes}
    names |= {"out_bits": spec.out_bits, "fraction_bits": spec.fraction_bits}
    if spec.method == "sole":
        return names | {"total_bits": spec.frame.total_bits, "group": spec.lanes}
    names |= {name: getattr(spec, name) for name in ("exp_bits", "lanes", "total_bits", "mantissa_bits")}
    return names | ({"index_bits": spec.index_bits} if spec.method == "base2" else {})


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
