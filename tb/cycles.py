"""How many cycles a matrix engine takes per operand of A, counted on the compiled hardware.

An engine that works through digits is as fast as its data lets it be; here are the data to measure it with,
and the measurement: tiles back to back, everything included that costs cycles (rows that wait for each
other, the end of a tile, the drain).
"""

from collections.abc import Iterator

import numpy as np

from ..golden.integer import int_range
from ..golden.recoding import nonzero_digits
from .beats import tile_beats
from .rtl import Rtl

#: Standard deviations of the normal distributions, in steps of an 8-bit operand.
SIGMAS = (10, 20, 30, 40, 50)


def normal_integers(sigma: float, shape, bits: int, signed: bool, rng: np.random.Generator) -> np.ndarray:
    """Return rounded normal numbers, clipped to the operand's range.

    sigma: in steps of an 8-bit operand; other widths are scaled alike. Unsigned operands are magnitudes.
    """
    values = np.rint(rng.normal(0, sigma * 2.0 ** (bits - 8), shape)).astype(np.int64)
    return np.clip(values if signed else np.abs(values), *int_range(bits, signed))


def workloads(spec, k: int, tiles: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """Return A operands of shape (tiles, rows, k) by name: normal, uniform, and all of the most digits."""
    shape = (tiles, spec.rows, k)
    for sigma in SIGMAS:
        yield f"normal, sigma {sigma}", normal_integers(sigma, shape, spec.a_bits, spec.a_signed, rng)
    low, high = int_range(spec.a_bits, spec.a_signed)
    yield "uniform", rng.integers(low, high, shape, endpoint=True)
    values = np.arange(low, high + 1)
    yield "worst case", np.full(shape, values[digit_costs(spec, values).argmax()])


def digit_costs(spec, values: np.ndarray) -> np.ndarray:
    """Return how many digits of each value are not zero; without a recoding every value counts as one."""
    if not hasattr(spec, "recoding"):
        return np.ones(values.shape, np.int64)
    return nonzero_digits(values, bits=spec.a_bits, signed=spec.a_signed, recoding=spec.recoding)


def measure_cycles(rtl: Rtl, spec, *, k: int = 512, tiles: int = 8, seed: int = 1) -> list[dict]:
    """Measure every workload; return per workload its name and cycles per operand of A and lane.

    `cycles_per_mac`: cycles from the first beat to the last result of `tiles` tiles back to back, filling and
    draining included, over K / depth operands per row, lane and tile. `digits_per_mac`: what the
    digits alone would take.
    """
    rng = np.random.default_rng(seed)
    b = rng.integers(*int_range(spec.b_bits, spec.b_signed), (tiles, k, spec.cols), endpoint=True)
    found = []
    for name, a in workloads(spec, k, tiles, rng):
        cycles = run_cycles(rtl, spec, a, b)
        operands = tiles * -(-k // getattr(spec, "depth", 1))
        found.append(
            {
                "workload": name,
                "cycles": cycles,
                "cycles_per_mac": round(cycles / operands, 4),
                "digits_per_mac": round(float(digit_costs(spec, a).mean()), 4),
            }
        )
    return found


def run_cycles(rtl: Rtl, spec, a: np.ndarray, b: np.ndarray) -> int:
    """Return the cycles that tiles A (tiles, rows, K) x B (tiles, K, cols) take back to back."""
    beats = [tile_beats(spec, *pair) for pair in zip(a, b, strict=True)]
    inputs = {
        stream: {field: np.concatenate([tile[side][field] for tile in beats]) for field in ("data", "last")}
        for side, stream in enumerate("ab")
    }
    limit = 1000 + 20 * (len(inputs["a"]["last"]) + len(a) * spec.rows)
    _, cycles = rtl.stream(inputs, {"c": len(a) * spec.rows}, limit)
    return cycles
