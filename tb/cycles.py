"""How many cycles a matrix engine takes per product, counted on the compiled hardware.

An engine that works through digits is as fast as its data lets it be; here are the data to measure it with,
and the measurement: tiles back to back, everything included that costs cycles (rows that wait for each
other, the end of a tile, the drain).
"""

from collections.abc import Iterator

import numpy as np

from ..gen.verilog import Verilog
from ..golden.errors import UsageError
from ..golden.integer import int_range
from ..golden.recoding import nonzero_digits
from ..hdl.pe.serial_cell import skip_spec
from .rtl import Rtl
from .stimulus import normal_integers
from .tile import a_beats, b_beats

#: Standard deviations of the normal distributions, in steps of an 8-bit operand.
SIGMAS = (10, 20, 30, 40, 50)
#: Length of the tiles, and how many follow each other.
K, TILES = 512, 8


def workloads(spec, k: int, tiles: int, rng: np.random.Generator) -> Iterator[tuple[str, np.ndarray]]:
    """Return A operands of shape (tiles, rows, k) by name: normal, uniform, and all of the most digits."""
    shape = (tiles, spec.rows, k)
    for sigma in SIGMAS:
        yield f"normal, sigma {sigma}", normal_integers(rng, shape, spec.a_bits, spec.a_signed, sigma)
    low, high = int_range(spec.a_bits, spec.a_signed)
    yield "uniform", rng.integers(low, high, shape, endpoint=True)
    values = np.arange(low, high + 1)
    yield "worst case", np.full(shape, values[digit_counts(spec, values).argmax()])


def digit_counts(spec, values: np.ndarray) -> np.ndarray:
    """Return how many digits of each value a bit-serial element works through."""
    recoding = skip_spec(spec).recoding
    return nonzero_digits(values, bits=spec.a_bits, signed=spec.a_signed, recoding=recoding)


def measure_cycles(verilog: Verilog, spec, *, k: int = K, tiles: int = TILES, seed: int = 1) -> list[dict]:
    """Measure a matrix engine with bit-serial elements on every workload.

    Returns per workload its name, the `cycles` from the first beat to the last result of `tiles` tiles of
    length `k` back to back, filling and draining included, `cycles_per_mac`, which is that over the operands
    of A that a row and lane works through, and `digits_per_mac`, what the digits alone would take. Raises
    UsageError for a unit whose pace does not depend on the data.
    """
    if not hasattr(spec, "tile_beats") or spec.latency is not None:
        raise UsageError(
            "the pace of this unit does not depend on the data, macwright describe states it: cycles are "
            "counted for mac_array with element=bit_serial, bit_serial_shared or bit_serial_grouped"
        )
    rtl = Rtl(verilog)
    rng = np.random.default_rng(seed)
    found = []
    for name, a in workloads(spec, k, tiles, rng):
        cycles = run_cycles(rtl, spec, a, rng)
        found.append(
            {
                "workload": name,
                "cycles": cycles,
                "cycles_per_mac": round(cycles / (tiles * spec.tile_beats("a", k)), 4),
                "digits_per_mac": round(float(digit_counts(spec, a).mean()), 4),
            }
        )
    return found


def run_cycles(rtl: Rtl, spec, a: np.ndarray, rng: np.random.Generator) -> int:
    """Return the cycles that tiles A (tiles, rows, K), times random B, take back to back."""
    tiles, _, k = a.shape
    b = rng.integers(*int_range(spec.b_bits, spec.b_signed), (tiles, k, spec.cols), endpoint=True)
    inputs = {
        stream: {field: np.concatenate([tile[field] for tile in beats]) for field in ("data", "last")}
        for stream, beats in (("a", [a_beats(spec, x) for x in a]), ("b", [b_beats(spec, x) for x in b]))
    }
    _, cycles = rtl.stream(inputs, {"c": tiles * spec.rows})
    return cycles


def macs_per_cycle(verilog: Verilog, spec, sigma: float | None) -> float:
    """Return the products per cycle of a unit, over long tiles, on normal operands or uniform ones.

    Of units that are no multiply-accumulate engines it is their results.

    Where the pace does not depend on the data, that is what the Spec says.
    """
    if spec.latency is not None:
        return spec.macs_per_cycle if hasattr(spec, "macs_per_cycle") else spec.elements_per_cycle
    rng = np.random.default_rng(1)
    shape = (TILES, spec.rows, K)
    if sigma is None:
        a = rng.integers(*int_range(spec.a_bits, spec.a_signed), shape, endpoint=True)
    else:
        a = normal_integers(rng, shape, spec.a_bits, spec.a_signed, sigma)
    cycles = run_cycles(Rtl(verilog), spec, a, rng)
    return spec.macs_per_beat * TILES * spec.tile_beats("a", K) / cycles
