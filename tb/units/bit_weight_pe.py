"""Stimulus and expectation for the element that sums several products a step.

It is driven as any multiply-accumulate element is; what is added are the operands whose recoded digits all
take the same extreme at once, in every lane, where a compressor that is one bit too narrow overflows.
"""

import numpy as np

from ...golden.integer import int_range
from ...hdl.pe.bit_weight_pe import BitWeightPeSpec
from . import mac_pe
from .mac_pe import check_exhaustible, compiled_checks, expected

__all__ = ["check_exhaustible", "compiled_checks", "expected", "sequences"]

#: Values of A that are tried in all lanes at once; a wider A takes as many, its ends and -2 included.
VALUES = 256


def sequences(
    spec: BitWeightPeSpec, level: str, rng: np.random.Generator
) -> dict[str, dict[str, np.ndarray]]:
    """Return named input sequences, one row per cycle for each of `en`, `first`, `a` and `b`."""
    return mac_pe.sequences(spec, level, rng) | {"the same extremes in all lanes": extremes(spec)}


def extremes(spec: BitWeightPeSpec) -> dict[str, np.ndarray]:
    """Return every A (or 256 of them) times the lowest and the highest B, alike in all lanes, as new sums."""
    low, high = int_range(spec.a_bits, spec.a_signed)
    middle = max(low, -VALUES // 2)
    values = np.unique(np.r_[low, middle : min(middle + VALUES, high), high])
    a, b = np.array([(x, y) for y in int_range(spec.b_bits, spec.b_signed) for x in values]).T
    a, b = (np.repeat(x[:, None], spec.lanes, axis=1) for x in (a, b))
    return mac_pe.enabled(np.ones(len(a)), a, b)
