"""Stimulus for `serial_array`: tiles of every length, digits of every kind, stalls, resets."""

from collections.abc import Callable

import numpy as np

from ...golden.errors import UsageError
from ...golden.int_gemm import int_gemm
from ...golden.integer import int_range
from ...golden.recoding import nonzero_digits
from ...hdl.array.serial_array import SerialSpec
from ..beats import last_of, tile_beats
from ..compiled import check_transactions
from ..rtl import Rtl
from ..transaction import Scenario, Transaction

#: Longest tile that a level drives through the cocotb bench; longer ones go through the compiled RTL.
K_LIMIT = {"quick": 64, "full": 1024, "exhaustive": 1024}
STREAMS = ("a", "b", "c")


def scenarios(spec: SerialSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    longest = min(spec.k_limit or K_LIMIT[level], K_LIMIT[level])
    wanted = (1, 2, spec.depth, spec.depth + 1, spec.rows + 1, spec.queue * spec.depth + 1, longest)
    lengths = sorted({min(k, longest) for k in wanted})
    repeats = 1 if level == "quick" else 8

    def tiles(count: int) -> list[Transaction]:
        return [random_tile(spec, int(rng.choice(lengths[:-1] or lengths)), rng) for _ in range(count)]

    def mixed() -> list[Transaction]:
        return [random_tile(spec, k, rng) for k in lengths for _ in range(2)]

    corner_lengths = sorted({1, min(spec.rows + 1, longest), longest})
    found = [
        Scenario("every length, back to back", mixed()),
        Scenario("corner matrices", [t for k in corner_lengths for t in corner_tiles(spec, k)]),
        Scenario("tiles of one beat", [random_tile(spec, 1, rng) for _ in range(4 * spec.queue + 20)]),
        Scenario("uneven rows", uneven_tiles(spec, longest, rng)),
        *(
            Scenario(
                f"last on {side} only",
                [one_sided_last(tiles(1)[0], side), *tiles(2)],
                status={"last_mismatch": 1},
            )
            for side in ("a", "b")
        ),
        # The long tile ends alone in the array: its result must come without anyone asking for it.
        Scenario("c is ready only when valid", [*tiles(4), random_tile(spec, longest, rng)], patient=True),
    ]
    for stream in STREAMS:
        found.append(Scenario(f"stalls on {stream}", tiles(8), {stream: 0.6}))
    # A drain that is held up for long: rows go on with the next tile, and must not run into the one before.
    found.append(Scenario("c hardly ever taken", tiles(8), {"c": 0.97}))
    for i in range(repeats):
        stalls = {stream: float(rng.choice([0.1, 0.5, 0.9])) for stream in STREAMS}
        found.append(Scenario(f"stalls everywhere, {i}", tiles(10), stalls))
        abort = int(rng.integers(1, 4 * spec.rows + 2 * spec.queue + 30))
        found.append(Scenario(f"reset after {abort} cycles", tiles(6), {"c": 0.2}, abort=abort))
    for scenario in found:
        scenario.status.setdefault("last_mismatch", 0)
    return found


def random_tile(spec: SerialSpec, k: int, rng: np.random.Generator) -> Transaction:
    """Return a tile of random operands, every fourth of A zero."""
    a = rng.integers(*int_range(spec.a_bits, spec.a_signed), (spec.rows, k), endpoint=True)
    a *= rng.random(a.shape) < rng.choice([0.2, 0.75, 1.0])
    b = rng.integers(*int_range(spec.b_bits, spec.b_signed), (k, spec.cols), endpoint=True)
    return tile(spec, f"random tile, K={k}", a, b)


def corner_tiles(spec: SerialSpec, k: int) -> list[Transaction]:
    """Return tiles of extreme operands: ends, zero, every single digit, the most digits, one hot."""
    low, high = int_range(spec.a_bits, spec.a_signed)
    b_ends = int_range(spec.b_bits, spec.b_signed)
    values = np.arange(low, high + 1)
    digits = nonzero_digits(values, bits=spec.a_bits, signed=spec.a_signed, recoding=spec.recoding)
    a_shape, b_shape = (spec.rows, k), (k, spec.cols)
    found = [
        tile(spec, f"corner tile {x} x {y}, K={k}", np.full(a_shape, x), np.full(b_shape, y))
        for x in sorted({low, high, 0, int(values[digits.argmax()])})
        for y in sorted({*b_ends, 0})
    ]
    single = values[digits == 1]
    run = np.resize(single, a_shape[0] * k).reshape(k, spec.rows).T
    found += [tile(spec, f"single digits x {y}, K={k}", run, np.full(b_shape, y)) for y in b_ends]
    checkers_b = np.where(np.indices(b_shape).sum(0) % 2, *b_ends)
    found.append(tile(spec, f"identity, K={k}", np.eye(*a_shape, dtype=int) * high, checkers_b))
    return found


def uneven_tiles(spec: SerialSpec, k: int, rng: np.random.Generator) -> list[Transaction]:
    """Return tiles in which one row or lane has all the work, and the others none."""
    low, high = int_range(spec.a_bits, spec.a_signed)
    b = rng.integers(*int_range(spec.b_bits, spec.b_signed), (k, spec.cols), endpoint=True)
    found = []
    for busy in sorted({0, spec.rows // 2, spec.rows - 1}):
        a = np.zeros((spec.rows, k), np.int64)
        a[busy] = rng.integers(low, high, k, endpoint=True)
        a[busy, :: spec.depth] = high
        found.append(tile(spec, f"row {busy} works alone, K={k}", a, b))
    return found


def tile(spec: SerialSpec, name: str, a: np.ndarray, b: np.ndarray) -> Transaction:
    """Return the transaction that multiplies A (rows, K) by B (K, cols)."""
    c = int_gemm(a, b, **gemm_arguments(spec))
    a_beats, b_beats = tile_beats(spec, a, b)
    return Transaction(name, {"a": a_beats, "b": b_beats}, {"c": {"data": c, "last": last_of(spec.rows)}})


def gemm_arguments(spec: SerialSpec) -> dict:
    """Return the keyword arguments of `int_gemm` that describe a Spec."""
    names = ("a_bits", "b_bits", "a_signed", "b_signed", "overflow")
    return {name: getattr(spec, name) for name in names} | {"acc_bits": spec.acc_width}


def one_sided_last(transaction: Transaction, side: str) -> Transaction:
    """Return the same tile with `last` on one of its streams only: the tile ends all the same."""
    other = "b" if side == "a" else "a"
    beats = transaction.inputs[other]
    inputs = transaction.inputs | {other: beats | {"last": np.zeros_like(beats["last"])}}
    return Transaction(f"last on {side} only", inputs, transaction.outputs)


def check_exhaustible(spec: SerialSpec) -> None:
    """Raise UsageError: an array has too many inputs to try them all."""
    raise UsageError(
        "serial_array has too many inputs for --level exhaustive: use full, and "
        "macwright verify bit_serial_pe --level exhaustive"
    )


def compiled_checks(spec: SerialSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name: sums of the longest promised length."""
    longest = spec.k_limit or 65536
    return {f"corner matrices, K={longest}": lambda rtl: check_transactions(rtl, corner_tiles(spec, longest))}
