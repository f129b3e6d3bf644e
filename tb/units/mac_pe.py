"""Stimulus and expectation for multiply-accumulate elements, which move in lockstep under `en`.

Operands are (cycles, lanes) arrays; an element whose Spec has no `lanes` has one.
"""

from collections.abc import Callable

import numpy as np

from ...golden.int_gemm import dot_step
from ...golden.integer import int_range
from ...hdl.pe.mac_pe import MacPeSpec
from ..compiled import check_every_pair, check_operand_bits, lanes_of
from ..rtl import Rtl

#: Enabled steps per level, besides the corners.
STEPS = {"quick": 2000, "full": 50_000, "exhaustive": 50_000}


def sequences(spec: MacPeSpec, level: str, rng: np.random.Generator) -> dict[str, dict[str, np.ndarray]]:
    """Return named input sequences, one row per cycle for each of `en`, `first`, `a` and `b`."""
    a_low, a_high = int_range(spec.a_bits, spec.a_signed)
    b_low, b_high = int_range(spec.b_bits, spec.b_signed)
    steps, lanes = STEPS[level], lanes_of(spec)
    longest = min((spec.k_limit or 64 * lanes) // lanes, 64 if level == "quick" else 4096)
    corners = [(x, y) for x in (a_low, a_high, 0, 1) for y in (b_low, b_high, 0, 1)]
    corner_a, corner_b = np.repeat(np.array(corners), longest, axis=0).T[..., None].repeat(lanes, axis=-1)
    random_a = rng.integers(a_low, a_high + 1, (steps, lanes))
    random_b = rng.integers(b_low, b_high + 1, (steps, lanes))
    first = starts(steps, longest, rng)
    return {
        "corners, longest sums": enabled(np.arange(len(corner_a)) % longest == 0, corner_a, corner_b),
        "random, every cycle": enabled(first, random_a, random_b),
        "random, with pauses": {
            "en": np.r_[1, rng.integers(0, 2, steps - 1)],
            "first": first,
            "a": random_a,
            "b": random_b,
        },
    }


def starts(steps: int, longest: int, rng: np.random.Generator) -> np.ndarray:
    """Return `first` flags that begin sums of random lengths, none longer than `longest`."""
    lengths = rng.integers(1, min(longest, 40) + 1, steps)
    first = np.zeros(steps, int)
    positions = np.r_[0, np.cumsum(lengths)]
    first[positions[positions < steps]] = 1
    return first


def enabled(first, a, b) -> dict[str, np.ndarray]:
    """Return an input sequence without pauses."""
    return {"en": np.ones(len(a), int), "first": np.asarray(first, int), "a": a, "b": b}


def expected(spec: MacPeSpec, inputs: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the sum in every cycle, before the clock edge that ends it, and whether it is defined yet."""
    moved = np.flatnonzero(inputs["en"])
    sums = np.zeros(len(moved), np.int64)
    acc = 0
    rule = {"acc_bits": spec.acc_width, "signed": spec.acc_shape.signed, "overflow": spec.overflow}
    for i, cycle in enumerate(moved):
        acc = dot_step(acc, inputs["first"][cycle], inputs["a"][cycle], inputs["b"][cycle], **rule)
        sums[i] = acc
    # How many enabled steps lie before each cycle; the sum that shows is `latency` steps old.
    shown = np.cumsum(inputs["en"]) - inputs["en"] - spec.latency
    return sums[np.maximum(shown, 0)], shown >= 0


def check_exhaustible(spec: MacPeSpec) -> None:
    """Raise UsageError if there are too many combinations of operands to try them all."""
    check_operand_bits(spec)


def compiled_checks(spec: MacPeSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    if level != "exhaustive":
        return {}
    return {"every pair of operands, as new and as running sums": lambda rtl: check_every_pair(rtl, spec)}
