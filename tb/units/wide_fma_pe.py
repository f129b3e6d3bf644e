"""Stimulus and expectation for `wide_fma_pe`: sums that cancel, grow, and meet what is no number."""

from collections.abc import Callable

import numpy as np

from ...golden.wide_fma import float_product
from ...hdl.float.wide_fma_pe import WideFmaPeSpec
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

#: Bits of both operands up to which the compiled RTL makes every product: those of two 8-bit formats.
EVERY_PRODUCT_BITS = 16


def sequences(spec: WideFmaPeSpec, level: str, rng: np.random.Generator) -> dict[str, dict[str, np.ndarray]]:
    """Return named input sequences, one row per cycle for each of `en`, `first`, `a` and `b`."""
    steps = STEPS[level]
    first = starts(steps, 40, rng)
    a, b = operands(spec, steps, rng)
    anything = (random_codes(fmt, steps, rng) for fmt in spec.float_operands.values())
    return {
        "ends with ends": enabled(*corners(spec, rng)),
        "random numbers, every cycle": enabled(first, a, b),
        "random codes, every cycle": enabled(first, *anything),
        "random, with pauses": {
            "en": np.r_[1, rng.integers(0, 2, steps - 1)],
            "first": first,
            "a": a,
            "b": b,
        },
    }


def corners(spec: WideFmaPeSpec, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Return first, a and b: all ends of one format times all of the other, each after some other of them."""
    pairs = np.stack(np.meshgrid(*(ends(fmt) for fmt in spec.float_operands.values())), axis=-1).reshape(
        -1, 2
    )
    a, b = np.stack([rng.permutation(pairs), pairs], axis=1).reshape(-1, 2).T
    return np.arange(len(a)) % 2 == 0, a, b


def operands(spec: WideFmaPeSpec, steps: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return a, whose exponents walk, and b of about 1; some products take back the one before.

    Of those some miss it by the lowest bit of b, so that sums lose many bits and keep a few.
    """
    a_format, b_format = spec.float_operands.values()
    a = walking_codes(a_format, steps, rng)
    one = max(b_format.bias, 0) << b_format.mantissa_bits
    spread = 2 << b_format.mantissa_bits
    b = np.clip(one + rng.integers(-spread, spread, steps), 0, b_format.max_code)
    b |= (rng.integers(0, 2, steps) & b_format.signed) << b_format.magnitude_bits
    back = np.flatnonzero(rng.integers(0, 3, steps - 1) == 0) + 1
    a[back] = a[back - 1] ^ a_format.signed << a_format.magnitude_bits
    b[back] = b[back - 1] ^ rng.integers(0, 2, len(back))
    return a & ((1 << a_format.bits) - 1), b


def products(spec: WideFmaPeSpec) -> tuple[np.ndarray, ...]:
    """Return first, a and b: every code of one format times all of the other, each a sum of its own."""
    a, b = np.divmod(np.arange(1 << (spec.a_shape.width + spec.b_shape.width)), 1 << spec.b_shape.width)
    return np.ones(len(a), np.int64), a, b


def expected(spec: WideFmaPeSpec, inputs: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the accumulator in every cycle, before the edge that ends it, and whether it is defined."""
    moved = np.flatnonzero(inputs["en"])
    first, a, b = (inputs[name][moved] for name in ("first", "a", "b"))
    words = wide_sums(first, float_product(a, b, acc=spec.acc), spec.acc, spec.groups)
    return shown_sums(words, inputs, spec.latency)


def check_exhaustible(spec: WideFmaPeSpec) -> None:
    """Raise UsageError: what a step makes depends on the accumulator too."""
    refuse_exhaustive("wide_fma_pe", spec)


def compiled_checks(spec: WideFmaPeSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    rng = np.random.default_rng(1)
    long = starts(COMPILED, 64, rng), *operands(spec, COMPILED, rng)
    every = {}
    if spec.a_shape.width + spec.b_shape.width <= EVERY_PRODUCT_BITS:
        every["every product"] = lambda rtl: check_steps(expected, spec, rtl, *products(spec))
    return every | {
        "all ends with all ends": lambda rtl: check_steps(expected, spec, rtl, *corners(spec, rng)),
        f"{COMPILED} steps": lambda rtl: check_steps(expected, spec, rtl, *long),
    }
