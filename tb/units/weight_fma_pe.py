"""Stimulus and expectation for `weight_fma_pe`: sums that cancel, grow, and meet what is no number."""

from collections.abc import Callable

import numpy as np

from ...golden.csd import round_to_digits
from ...golden.float_accumulate import weight_product
from ...golden.float_arith import fp_add
from ...golden.float_terms import term_product
from ...golden.integer import int_range
from ...hdl.float.weight_fma_pe import WeightFmaPeSpec
from ..floats import ends, random_codes
from ..rtl import Rtl
from ..wide_sums import (
    COMPILED,
    STEPS,
    check_steps,
    refuse_exhaustive,
    shown_sums,
    walking_codes,
    wide_sums,
)
from .mac_pe import enabled, starts


def sequences(
    spec: WeightFmaPeSpec, level: str, rng: np.random.Generator
) -> dict[str, dict[str, np.ndarray]]:
    """Return named input sequences, one row per cycle for each of `en`, `first`, `a` and `b`."""
    steps = STEPS[level]
    first = starts(steps, 40, rng)
    a, b = operands(spec, steps, rng)
    anything = random_codes(spec.fmt, steps, rng), b
    pairs = [x.reshape(-1, 2) for x in corners(spec)]
    some = rng.permutation(len(pairs[0]))[:steps]
    return {
        "ends with ends": enabled(*(x[some].reshape(-1) for x in pairs)),
        "random numbers, every cycle": enabled(first, a, b),
        "random codes, every cycle": enabled(first, *anything),
        "random, with pauses": {
            "en": np.r_[1, rng.integers(0, 2, steps - 1)],
            "first": first,
            "a": a,
            "b": b,
        },
    }


def allowed(spec: WeightFmaPeSpec, b: np.ndarray) -> np.ndarray:
    """Return weights with as few signed digits as the Spec wants."""
    return round_to_digits(b, bits=spec.b_bits, digits=spec.digit_limit) if spec.digit_limit else b


def corners(spec: WeightFmaPeSpec) -> tuple[np.ndarray, ...]:
    """Return first, a and b: every end of the format times every end of the weights, after every other a."""
    low, high = int_range(spec.b_bits, True)
    codes = ends(spec.fmt)
    before, a, b = (x.reshape(-1) for x in np.meshgrid(codes, codes, [low, -1, 0, 1, high], indexing="ij"))
    pairs = np.stack([before, a], axis=1).reshape(-1)
    b = allowed(spec, np.stack([np.ones_like(b), b], axis=1).reshape(-1))
    return np.arange(len(pairs)) % 2 == 0, pairs, b


def operands(spec: WeightFmaPeSpec, steps: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return activations and weights: exponents walk, and every third product takes back the one before."""
    fmt = spec.fmt
    a = walking_codes(fmt, steps, rng)
    b = allowed(spec, rng.integers(*int_range(spec.b_bits, True), steps, endpoint=True))
    back = np.flatnonzero(rng.integers(0, 3, steps - 1) == 0) + 1
    a[back] = a[back - 1] ^ 1 << fmt.magnitude_bits
    b[back] = b[back - 1]
    return a, b


def expected(spec: WeightFmaPeSpec, inputs: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the accumulator in every cycle, before the edge that ends it, and whether it is defined."""
    moved = np.flatnonzero(inputs["en"])
    words = sums(spec, *(inputs[name][moved] for name in ("first", "a", "b")))
    return shown_sums(words, inputs, spec.latency)


def sums(spec: WeightFmaPeSpec, first, a, b) -> np.ndarray:
    """Return the accumulator's word after every step; the first one starts a sum."""
    if spec.microarchitecture == "significand":
        return wide_sums(first, weight_product(a, b, acc=spec.acc), spec.acc)
    products = term_product(a, b, fmt=spec.fmt, b_bits=spec.b_bits)
    formats = {f"{name}_format": spec.fmt for name in ("a", "b", "out")}
    begin = np.flatnonzero(first)
    length = np.diff(np.r_[begin, len(a)])
    codes, held = np.zeros(len(a), np.int64), np.zeros(len(begin), np.int64)
    for k in range(length.max()):
        here = np.flatnonzero(length > k)
        at = begin[here] + k
        held[here] = codes[at] = fp_add(held[here], products[at], **formats)
    return codes


def check_exhaustible(spec: WeightFmaPeSpec) -> None:
    """Raise UsageError: what a step makes depends on the accumulator too."""
    refuse_exhaustive("weight_fma_pe", spec)


def compiled_checks(spec: WeightFmaPeSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    rng = np.random.default_rng(1)
    long = starts(COMPILED, 64, rng), *operands(spec, COMPILED, rng)
    return {
        "all ends with all ends": lambda rtl: check_steps(expected, spec, rtl, *corners(spec)),
        f"{COMPILED} steps": lambda rtl: check_steps(expected, spec, rtl, *long),
    }
