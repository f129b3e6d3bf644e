"""Stimulus for `fma_array`: tiles of every length, sums that cancel, no numbers, stalls."""

from collections.abc import Callable

import numpy as np

from ...golden.errors import UsageError
from ...golden.float_format import FloatFormat
from ...golden.fma_gemm import fma_gemm
from ...hdl.float.fma_array_spec import FmaArraySpec
from ..compiled import check_transactions
from ..floats import ends, random_codes
from ..rtl import Rtl
from ..tile import a_beats, b_beats, last_of
from ..transaction import Scenario, Transaction
from .mac_array import one_sided_last, with_status

#: Longest tile that a level drives through the cocotb bench.
K_LIMIT = {"quick": 40, "full": 1000}


def scenarios(spec: FmaArraySpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    step, longest = spec.k_step, K_LIMIT[level]
    tempting = {1, 2, step + 1, longest} | {(spec.rows + n) * step for n in (-1, 0, 1)}
    lengths = sorted(k for k in tempting if 1 <= k <= longest)
    repeats = 1 if level == "quick" else 8

    def tiles(count: int) -> list[Transaction]:
        return [random_tile(spec, int(rng.choice(lengths)), rng) for _ in range(count)]

    found = [
        Scenario("every length, back to back", [random_tile(spec, k, rng) for k in lengths for _ in "ab"]),
        Scenario("codes of every kind", [any_tile(spec, k, rng) for k in lengths[:4] * 2]),
        *(
            Scenario(
                f"last on {side} only",
                [one_sided_last(tiles(1)[0], side), *tiles(2)],
                status={"last_mismatch": 1},
            )
            for side in ("b" if spec.streams_rows else "ab")
        ),
        # The long tile ends alone in the array: its result must come without anyone asking for it.
        Scenario("c is ready only when valid", [*tiles(3), random_tile(spec, longest, rng)], patient=True),
    ]
    found += [Scenario(f"stalls on {stream}", tiles(4), {stream: 0.6}) for stream in "abc"]
    for i in range(repeats):
        stalls = {stream: float(rng.choice([0.1, 0.5, 0.9])) for stream in "abc"}
        found.append(Scenario(f"stalls everywhere, {i}", tiles(6), stalls))
        abort = int(rng.integers(1, 4 * spec.rows + 2 * spec.cols + 10))
        found.append(Scenario(f"reset after {abort} cycles", tiles(5), {"c": 0.2}, abort=abort))
    return [with_status(scenario) for scenario in found]


def random_tile(spec: FmaArraySpec, k: int, rng: np.random.Generator) -> Transaction:
    """Return a tile of numbers of about one size, of which some products are taken back, or nearly."""
    a_format, b_format = spec.float_operands.values()
    a, b = numbers(a_format, (spec.rows, k), rng), numbers(b_format, (k, spec.cols), rng)
    back = np.flatnonzero(rng.integers(0, 4, k - 1) == 0) + 1
    a[:, back] = a[:, back - 1] ^ a_format.signed << a_format.magnitude_bits
    b[back] = b[back - 1] ^ rng.integers(0, 2, (len(back), 1))
    return tile(spec, f"random tile, K={k}", a, b)


def any_tile(spec: FmaArraySpec, k: int, rng: np.random.Generator) -> Transaction:
    """Return a tile of numbers and a few codes of any kind, all of row 0 the ends of the format."""
    operands = []
    for fmt, size in zip(spec.float_operands.values(), ((spec.rows, k), (k, spec.cols)), strict=True):
        anything = random_codes(fmt, size[0] * size[1], rng).reshape(size)
        # Without what is no number in most places, little else would be seen.
        operands.append(np.where(rng.integers(0, 8, size) == 0, anything, numbers(fmt, size, rng)))
    operands[0][0] = rng.choice(ends(spec.float_operands["a"]), k)
    return tile(spec, f"tile of any codes, K={k}", *operands)


def numbers(fmt: FloatFormat, size: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Return codes of numbers of both signs about 1, as far as the format has them."""
    one = max(fmt.bias, 0) << fmt.mantissa_bits
    spread = 3 << fmt.mantissa_bits
    code = np.clip(one + rng.integers(-spread, spread, size), 0, fmt.max_code)
    # With `fnuz` the negative zero is none.
    signs = rng.integers(0, 2, size) & fmt.signed & (code > 0)
    return code | signs << fmt.magnitude_bits


def tile(spec: FmaArraySpec, name: str, a, b) -> Transaction:
    """Return the transaction of A (rows, K) and B (K, cols)."""
    return Transaction(
        name,
        {"a": a_beats(spec, a), "b": b_beats(spec, b)},
        {"c": {"data": product(spec, a, b), "last": last_of(spec.rows)}},
        spec.tile_cycles(a.shape[1]),
        # With ws rows of A come one by one, and the first of the last block completes a row of C.
        beats_after={"a": spec.rows - 1} if spec.streams_rows else {},
    )


def product(spec: FmaArraySpec, a, b, scales: None = None) -> np.ndarray:
    """Return C of any A (M, K) and B (K, N) from the golden model."""
    block = spec.k_step if spec.streams_rows else None
    return fma_gemm(a, b, acc=spec.acc, out_format=spec.out, block=block)


def check_exhaustible(spec: FmaArraySpec) -> None:
    """Raise UsageError: an array has too many inputs to try them all."""
    raise UsageError("fma_array has too many inputs for --level exhaustive: use full")


def compiled_checks(spec: FmaArraySpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name: long tiles."""
    rng = np.random.default_rng(1)
    return {
        "random tiles, K=2000": lambda rtl: check_transactions(
            rtl, [random_tile(spec, 2000, rng) for _ in range(4)]
        )
    }
