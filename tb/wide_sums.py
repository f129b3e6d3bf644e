"""Running sums of float elements with wide accumulators, for their benches."""

from collections.abc import Callable

import numpy as np

from ..golden.errors import UsageError
from ..golden.float_accumulate import Accumulator, WideFormat, acc_to_word, accumulate, no_sum
from ..golden.float_format import FloatFormat
from .compiled import on_ports
from .rtl import Rtl
from .transaction import BenchFailure
from .units.mac_pe import enabled

#: Enabled steps per level, besides the corners.
STEPS = {"quick": 400, "full": 4000}
#: Steps on the compiled RTL.
COMPILED = 200_000


def wide_sums(
    first, products: Accumulator, acc: WideFormat, groups: tuple[int, ...] | None = None
) -> np.ndarray:
    """Return the accumulator's word after every step; the first one starts a sum.

    All sums run at once, a step of each at a time.
    """
    begin = np.flatnonzero(first)
    length = np.diff(np.r_[begin, len(first)])
    words = np.zeros(len(first), np.int64)
    held = no_sum(len(begin))
    for k in range(length.max()):
        here = np.flatnonzero(length > k)
        at = begin[here] + k
        step = Accumulator(*(part[here] for part in held)), Accumulator(*(part[at] for part in products))
        after = accumulate(*step, acc_bits=acc.acc_bits, groups=groups)
        words[at] = acc_to_word(after, acc=acc)
        for part, new in zip(held, after, strict=True):
            part[here] = new
    return words


def walking_codes(fmt: FloatFormat, steps: int, rng: np.random.Generator) -> np.ndarray:
    """Return codes whose exponents walk up and down, so that sums grow, shrink and are left behind."""
    largest = fmt.max_code >> fmt.mantissa_bits
    walk = np.abs((np.cumsum(rng.integers(-4, 5, steps)) + largest // 2) % (2 * largest) - largest)
    near = np.clip(walk + rng.integers(-12, 13, steps) * (rng.integers(0, 3, steps) == 0), 0, largest)
    codes = near << fmt.mantissa_bits | rng.integers(0, 1 << fmt.mantissa_bits, steps)
    return codes | rng.integers(0, 2, steps) << fmt.magnitude_bits


def shown_sums(words: np.ndarray, inputs: dict[str, np.ndarray], latency: int):
    """Return what an element shows in every cycle, before the edge that ends it, and whether it is defined.

    words: the accumulator after every enabled step.
    """
    shown = np.cumsum(inputs["en"]) - inputs["en"] - latency
    return words[np.maximum(shown, 0)], shown >= 0


def check_steps(expected: Callable, spec, rtl: Rtl, first, a, b) -> int:
    """Run sums on the compiled RTL; returns the steps, raises BenchFailure at a difference.

    expected: of a unit's bench.
    """
    inputs = enabled(first, a, b)
    values, defined = expected(spec, inputs)
    found = rtl.clock(on_ports(spec, inputs))["acc"]
    wrong = np.flatnonzero((found != values) & defined)
    if len(wrong):
        t = wrong[0]
        raise BenchFailure(f"step {t}: the accumulator is {found[t]:#x} and should be {values[t]:#x}")
    return len(values)


def refuse_exhaustive(unit: str, spec) -> None:
    """Raise UsageError: what a step makes depends on the accumulator too."""
    raise UsageError(
        f"{unit} adds to an accumulator of {spec.acc_width} bits, too many to try them all: use --level full"
    )
