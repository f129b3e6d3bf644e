"""Stimulus for `norm`: rows of every length and shape, without any spread, and with one that stands out."""

from collections.abc import Callable

import numpy as np

from ...golden.integer import int_range
from ...golden.norm import ibert_layernorm, ivit_layernorm, norm
from ...hdl.vector.norm_spec import NormSpec
from ..rows import RowBench
from ..rtl import Rtl
from ..transaction import Scenario


def bench(spec: NormSpec) -> RowBench:
    """Return the bench of rows."""
    if spec.divides:
        return RowBench(spec, published(spec), waits=True)
    names = ("kind", "fraction", "in_bits", "out_bits", "eps", "index_bits", "mantissa_bits")
    options = {name: getattr(spec, name) for name in names}
    return RowBench(spec, lambda x: norm(x, **options))


def published(spec: NormSpec) -> Callable[[np.ndarray], np.ndarray]:
    """Return the published norm that a Spec has hardware of."""
    if spec.method == "ibert":
        return lambda x: ibert_layernorm(x, in_bits=spec.in_bits)
    variant = "tvm" if spec.method == "ivit_tvm" else "ivit"
    return lambda x: ivit_layernorm(x, in_bits=spec.in_bits, variant=variant)


def scenarios(spec: NormSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    return bench(spec).scenarios(level, rng, corners(spec, rng))


def corners(spec: NormSpec, rng: np.random.Generator) -> list:
    """Return empty rows, constant ones, the largest sums, one number that stands out, and ramps."""
    low, high = int_range(spec.in_bits, True)
    longest = bench(spec).longest
    rows = [[], [low], [high], [0], [0, 0], [low, high], [], [high, low], [0, 1], [-1, -1, 0]]
    # Halves between two integers, whose even one is the mean as published: a remainder of half the length.
    rows += [[-2, -1], [-1, 0], [-2, -2, -1, -1]]
    # While one beat waits to be divided, the longest row comes, and fills the memory.
    rows += [[low]]
    rows += [[code] * longest for code in (low, high, 0, 1)]
    rows += [[low, high] * longest, np.linspace(low, high, longest).astype(int)]
    spikes = [[code] + [0] * (longest - 1) for code in (low, high, 1)]
    spikes += [[high] + [low] * (longest - 1), [low] + [high] * (longest - 1)]
    return [*rows, *(rng.permutation(row) for row in spikes), []]


def check_exhaustible(spec: NormSpec) -> None:
    """Raise UsageError if there are too many pairs of integers, or a row holds no pair."""
    bench(spec).check_exhaustible()


def compiled_checks(spec: NormSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    return bench(spec).compiled_checks(level)
