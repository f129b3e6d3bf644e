"""Stimulus for `deferred_softmax`: the rows of `softmax`, whose exponentials and scales are two streams."""

from collections.abc import Callable

import numpy as np

from ...golden.base2_softmax import base2_exp
from ...golden.reciprocal import reciprocal
from ...golden.softermax import softermax_exp, softermax_reciprocal
from ...hdl.softmax.deferred_softmax import EXP_LATENCY, DeferredSoftmaxSpec
from ..rows import RowBench
from ..rtl import Rtl
from ..transaction import Beats, Scenario
from .softmax import corners


class DeferredBench(RowBench):
    """The bench of rows with two streams of results."""

    def outputs(self, x: np.ndarray, flags: Beats) -> dict[str, Beats]:
        """Return the exponentials and the scales of rows x (rows, N)."""
        spec = self.spec
        row = self.golden(x)
        if spec.method == "softermax":
            scale = softermax_reciprocal(row.total, mantissa_bits=spec.mantissa_bits)
        else:
            widths = {"bits": spec.total_bits, "mantissa_bits": spec.mantissa_bits}
            scale = reciprocal(row.total, index_bits=spec.index_bits, **widths)
        # Of a beat all have the same maximum, and without codes it is the lowest one.
        tops = row.octaves[:, :: spec.lanes] if x.shape[1] else row.top[:, None]
        return {
            "e": {"data": self.in_beats(row.exps)[0], "top": tops.reshape(-1), **flags},
            "r": {"mantissa": scale.mantissa, "shift": scale.shift, "top": row.top},
        }

    def latencies(self, beats: int) -> dict[str, int]:
        """Return that of the first exponentials, which follow the first beat and not the last."""
        return {"e": EXP_LATENCY - (beats - 1)}


def bench(spec: DeferredSoftmaxSpec) -> DeferredBench:
    """Return the bench of rows."""
    names = ("fraction_bits", "exp_bits", "lanes", "in_bits", "total_bits")
    options = {name: getattr(spec, name) for name in names}
    exps = softermax_exp if spec.method == "softermax" else base2_exp
    return DeferredBench(spec, lambda x: exps(x, **options))


def scenarios(spec: DeferredSoftmaxSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    return bench(spec).scenarios(level, rng, corners(spec, bench(spec).longest, rng))


def check_exhaustible(spec: DeferredSoftmaxSpec) -> None:
    """Raise UsageError if there are too many pairs of codes, or a row holds no pair."""
    bench(spec).check_exhaustible()


def compiled_checks(spec: DeferredSoftmaxSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    return bench(spec).compiled_checks(level)
