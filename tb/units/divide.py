"""Stimulus for `divide`: ends of every length by ends of every length, and quotients that just miss."""

from collections.abc import Callable

import numpy as np

from ...golden.int_divide import int_divide
from ...hdl.vector.divide import DivideSpec
from ..lanes import Columns, LaneBench, lengths
from ..rtl import Rtl
from ..transaction import Scenario

#: Corners of a bench: more take a simulator long where a division has many cycles.
_MOST = 240


def bench(spec: DivideSpec) -> LaneBench:
    """Return the bench of a Spec."""
    widths = {"dividend_bits": spec.dividend_bits, "divisor_bits": spec.divisor_bits}
    return LaneBench(spec, spec.shapes, lambda x: int_divide(**x, **widths)._asdict(), corners(spec))


def corners(spec: DivideSpec) -> Columns:
    """Return dividends one below, at and above a multiple of the divisor, and divisors of 0."""
    rng = np.random.default_rng(1)
    ends = np.array([0, 1, (1 << spec.dividend_bits) - 1])
    dividend, divisor = np.meshgrid(lengths(spec.dividend_bits), lengths(spec.divisor_bits))
    dividend, divisor = dividend.ravel(), divisor.ravel()
    chosen = rng.permutation(len(dividend))[:_MOST]
    dividend, divisor = dividend[chosen], divisor[chosen]
    multiple = dividend // np.maximum(divisor, 1) * divisor + rng.integers(-1, 2, len(divisor))
    dividend = np.where(rng.random(len(dividend)) < 0.6, multiple, dividend)
    dividend = np.concatenate([np.clip(dividend, 0, ends[-1]), ends])
    return {"dividend": dividend, "divisor": np.append(divisor, [0, 0, 0])}


def scenarios(spec: DivideSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    return bench(spec).scenarios(level, rng)


def check_exhaustible(spec: DivideSpec) -> None:
    """Raise UsageError if there are too many pairs of operands."""
    bench(spec).check_exhaustible()


def compiled_checks(spec: DivideSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    return bench(spec).compiled_checks(level)
