"""Stimulus and expectation for `weight_fma_pe`: sums that cancel, grow, and meet what is no number."""

from collections.abc import Callable

import numpy as np

from ...golden.csd import round_to_digits
from ...golden.errors import UsageError
from ...golden.float_accumulate import acc_to_word, accumulate, no_sum, weight_product
from ...golden.float_arith import fp_add
from ...golden.float_terms import term_product
from ...golden.integer import int_range
from ...hdl.float.weight_fma_pe import WeightFmaPeSpec
from ..compiled import on_ports
from ..floats import ends, random_codes
from ..rtl import Rtl
from ..transaction import BenchFailure
from .mac_pe import enabled, starts

#: Enabled steps per level, besides the corners.
STEPS = {"quick": 400, "full": 4000}
#: Steps on the compiled RTL.
COMPILED = 200_000


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
    """Return activations and weights: exponents that walk, so that sums grow, shrink and are left behind.

    Every third product takes back the one before it, so that little or nothing is left.
    """
    fmt = spec.fmt
    largest = fmt.max_code >> fmt.mantissa_bits
    walk = np.abs((np.cumsum(rng.integers(-4, 5, steps)) + largest // 2) % (2 * largest) - largest)
    near = np.clip(walk + rng.integers(-12, 13, steps) * (rng.integers(0, 3, steps) == 0), 0, largest)
    a = near << fmt.mantissa_bits | rng.integers(0, 1 << fmt.mantissa_bits, steps)
    a |= rng.integers(0, 2, steps) << fmt.magnitude_bits
    b = allowed(spec, rng.integers(*int_range(spec.b_bits, True), steps, endpoint=True))
    back = np.flatnonzero(rng.integers(0, 3, steps - 1) == 0) + 1
    a[back] = a[back - 1] ^ 1 << fmt.magnitude_bits
    b[back] = b[back - 1]
    return a, b


def expected(spec: WeightFmaPeSpec, inputs: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return the accumulator in every cycle, before the edge that ends it, and whether it is defined."""
    moved = np.flatnonzero(inputs["en"])
    words = sums(spec, *(inputs[name][moved] for name in ("first", "a", "b")))
    shown = np.cumsum(inputs["en"]) - inputs["en"] - spec.latency
    return words[np.maximum(shown, 0)], shown >= 0


def sums(spec: WeightFmaPeSpec, first, a, b) -> np.ndarray:
    """Return the accumulator's word after every step; the first one starts a sum.

    All sums run at once, a step of each at a time.
    """
    begin = np.flatnonzero(first)
    length = np.diff(np.r_[begin, len(a)])
    words = np.zeros(len(a), np.int64)
    terms = spec.microarchitecture == "terms"
    if terms:
        products = term_product(a, b, fmt=spec.fmt, b_bits=spec.b_bits)
        formats = {f"{name}_format": spec.fmt for name in ("a", "b", "out")}
        held = np.zeros(len(begin), np.int64)
    else:
        products = weight_product(a, b, acc=spec.acc)
        held = no_sum(len(begin))
    for k in range(length.max()):
        here = np.flatnonzero(length > k)
        at = begin[here] + k
        if terms:
            held[here] = words[at] = fp_add(held[here], products[at], **formats)
            continue
        step = type(held)(*(part[here] for part in held)), type(held)(*(part[at] for part in products))
        after = accumulate(*step, acc_bits=spec.acc.acc_bits)
        words[at] = acc_to_word(after, acc=spec.acc)
        for part, new in zip(held, after, strict=True):
            part[here] = new
    return words


def check_exhaustible(spec: WeightFmaPeSpec) -> None:
    """Raise UsageError: what a step makes depends on the accumulator too."""
    raise UsageError(
        f"weight_fma_pe adds to an accumulator of {spec.acc_width} bits, too many to try them all: use "
        "--level full"
    )


def compiled_checks(spec: WeightFmaPeSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    rng = np.random.default_rng(1)
    long = starts(COMPILED, 64, rng), *operands(spec, COMPILED, rng)
    return {
        "all ends with all ends": lambda rtl: check_steps(spec, rtl, *corners(spec)),
        f"{COMPILED} steps": lambda rtl: check_steps(spec, rtl, *long),
    }


def check_steps(spec: WeightFmaPeSpec, rtl: Rtl, first, a, b) -> int:
    """Run sums on the compiled RTL; returns the steps, raises BenchFailure at a difference."""
    inputs = enabled(first, a, b)
    values, defined = expected(spec, inputs)
    found = rtl.clock(on_ports(spec, inputs))["acc"]
    wrong = np.flatnonzero((found != values) & defined)
    if len(wrong):
        t = wrong[0]
        raise BenchFailure(f"step {t}: the accumulator is {found[t]:#x} and should be {values[t]:#x}")
    return len(values)
