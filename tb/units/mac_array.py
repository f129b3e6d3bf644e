"""Stimulus for `mac_array`: tiles of every length, corner matrices, stalls, resets."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from ...golden.errors import UsageError
from ...golden.int_gemm import int_gemm
from ...golden.integer import int_range
from ...hdl.array.bit_serial_pe import BitSerialPeSpec
from ...hdl.array.mac_array import MacArraySpec
from ...hdl.mac_spec import MacSpec
from ...hdl.pe.elements import element_spec, element_unit
from ...hdl.pe.serial_cell import skip_spec
from ..compiled import check_transactions
from ..cycles import digit_counts
from ..known_weights import adversarial_products, adversarial_steps, random_b, widest_columns
from ..rtl import Rtl
from ..tile import a_beats, b_beats, gemm_arguments, last_of
from ..transaction import Scenario, Transaction

#: Longest tile that a level drives through the cocotb bench; longer ones go through the compiled RTL.
K_LIMIT = {"quick": 64, "full": 4096, "exhaustive": 4096}
#: Most steps of K in which the cocotb bench goes through all columns of weights; more take compiled RTL.
WEIGHT_STEPS = {"quick": 1 << 13, "full": 1 << 15, "exhaustive": 1 << 15}


def scenarios(spec: MacArraySpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    longest = min(spec.k_limit or K_LIMIT[level], K_LIMIT[level])
    step = spec.k_step
    tempting = {1, 2, step + 1, longest} | {(spec.rows + n) * step for n in (-1, 0, 1)}
    lengths = sorted(k for k in tempting if 1 <= k <= longest)
    repeats = 1 if level == "quick" else 8

    def tiles(count: int) -> list[Transaction]:
        return [random_tile(spec, int(rng.choice(lengths[:-1] or lengths)), rng) for _ in range(count)]

    def mixed() -> list[Transaction]:
        return [random_tile(spec, k, rng) for k in lengths for _ in range(2)]

    corner_lengths = sorted({1, min(spec.rows + 1, longest), longest})
    found = [
        Scenario("every length, back to back", mixed()),
        Scenario("corner matrices", [t for k in corner_lengths for t in corner_tiles(spec, k)])
        if spec.weights is None
        else weight_scenario(spec, level),
        *(
            Scenario(
                f"last on {side} only",
                [one_sided_last(tiles(1)[0], side), *tiles(2)],
                status={"last_mismatch": 1},
            )
            for side in ("b" if spec.streams_rows else "ab")
        ),
        # The long tile ends alone in the array: its result must come without anyone asking for it.
        Scenario("c is ready only when valid", [*tiles(4), random_tile(spec, longest, rng)], patient=True),
    ]
    for stream in spec_streams():
        found.append(Scenario(f"stalls on {stream}", tiles(8), {stream: 0.6}))
    if spec.serial:
        found += serial_scenarios(spec, longest, rng)
    for i in range(repeats):
        stalls = {stream: float(rng.choice([0.1, 0.5, 0.9])) for stream in spec_streams()}
        found.append(Scenario(f"stalls everywhere, {i}", tiles(10), stalls))
        abort = int(rng.integers(1, 4 * spec.rows + 2 * spec.cols + 10))
        found.append(Scenario(f"reset after {abort} cycles", tiles(6), {"c": 0.2}, abort=abort))
    return [with_status(s) for s in found]


def weight_scenario(spec: MacArraySpec, level: str) -> Scenario:
    """Return the sums that sized the accumulator: of all columns of weights, or only the widest of many."""
    n = spec.weights.shape[1]
    if adversarial_steps(spec) <= WEIGHT_STEPS[level]:
        return Scenario(f"both ends of all {n} columns of weights", weight_tiles(spec, range(n)))
    found = weight_tiles(spec, widest_columns(spec))
    return Scenario(f"both ends of the widest of {n} columns of weights", found)


def weight_tiles(spec: MacArraySpec, columns: Sequence[int]) -> list[Transaction]:
    """Return tiles of the Spec's weights that reach both ends of some columns."""
    return [tile(spec, name, a, b) for name, a, b in adversarial_products(spec, columns)]


def serial_scenarios(spec: MacArraySpec, longest: int, rng: np.random.Generator) -> list[Scenario]:
    """Return what only elements that skip digits need: digits of every kind, uneven rows, a late drain."""
    short = [sparse_tile(spec, min(spec.k_step, longest), rng) for _ in range(4 * spec.slots + 20)]
    return [
        Scenario("tiles of one beat", short),
        Scenario("zeros among the operands", [sparse_tile(spec, longest, rng) for _ in range(4)]),
        Scenario("single digits", [t for k in {1, longest} for t in single_digit_tiles(spec, k)]),
        Scenario("uneven rows", uneven_tiles(spec, longest, rng)),
        # Rows go on with the next tile, and must not run into the one before.
        Scenario("c hardly ever taken", short[:8], {"c": 0.97}),
    ]


def spec_streams() -> tuple[str, ...]:
    """Return the streams that can be held back."""
    return ("a", "b", "c")


def with_status(scenario: Scenario) -> Scenario:
    """Expect no complaint about `last` where nothing else is said."""
    scenario.status.setdefault("last_mismatch", 0)
    return scenario


def random_tile(spec: MacArraySpec, k: int, rng: np.random.Generator) -> Transaction:
    """Return a tile of uniformly random operands."""
    a = rng.integers(*int_range(spec.a_bits, spec.a_signed), (spec.rows, k), endpoint=True)
    b = random_b(spec, k, rng)
    return tile(spec, f"random tile, K={k}", a, b)


def sparse_tile(spec: MacArraySpec, k: int, rng: np.random.Generator) -> Transaction:
    """Return a tile of random operands, some or many of A zero."""
    a = rng.integers(*int_range(spec.a_bits, spec.a_signed), (spec.rows, k), endpoint=True)
    a *= rng.random(a.shape) < rng.choice([0.2, 0.75, 1.0])
    b = random_b(spec, k, rng)
    return tile(spec, f"sparse tile, K={k}", a, b)


def single_digit_tiles(spec: MacArraySpec, k: int) -> list[Transaction]:
    """Return tiles whose operands of A have one digit, each in turn, or all of the most digits."""
    values = np.arange(*int_range(spec.a_bits, spec.a_signed))
    digits = digit_counts(spec, values)
    single = np.resize(values[digits == 1], spec.rows * k).reshape(k, spec.rows).T
    most = np.full((spec.rows, k), values[digits.argmax()])
    if spec.weights:
        operands = {"weights": np.resize(spec.weights.matrix[:k].T, (spec.cols, k)).T}
    else:
        operands = {str(y): np.full((k, spec.cols), y) for y in int_range(spec.b_bits, spec.b_signed)}
    return [
        tile(spec, f"{name} x {of_b}, K={k}", a, b)
        for name, a in (("single digits", single), ("most digits", most))
        for of_b, b in operands.items()
    ]


def uneven_tiles(spec: MacArraySpec, k: int, rng: np.random.Generator) -> list[Transaction]:
    """Return tiles in which one row has all the work, and the others none."""
    low, high = int_range(spec.a_bits, spec.a_signed)
    b = random_b(spec, k, rng)
    found = []
    for busy in sorted({0, spec.rows // 2, spec.rows - 1}):
        a = np.zeros((spec.rows, k), np.int64)
        a[busy] = rng.integers(low, high, k, endpoint=True)
        a[busy, :: spec.k_step] = high
        found.append(tile(spec, f"row {busy} works alone, K={k}", a, b))
    return found


def corner_tiles(spec: MacArraySpec, k: int) -> list[Transaction]:
    """Return tiles of extreme operands: every pair of ends and zero, alternating signs, one hot."""
    a_low, a_high = int_range(spec.a_bits, spec.a_signed)
    b_low, b_high = int_range(spec.b_bits, spec.b_signed)
    a_shape, b_shape = (spec.rows, k), (k, spec.cols)
    found = [
        tile(spec, f"corner tile {x} x {y}, K={k}", np.full(a_shape, x), np.full(b_shape, y))
        for x in sorted({a_low, a_high, 0})
        for y in sorted({b_low, b_high, 0})
    ]
    checkers_a = np.where(np.indices(a_shape).sum(0) % 2, a_low, a_high)
    checkers_b = np.where(np.indices(b_shape).sum(0) % 2, b_low, b_high)
    found.append(tile(spec, f"alternating ends, K={k}", checkers_a, checkers_b))
    found.append(tile(spec, f"identity, K={k}", np.eye(*a_shape, dtype=int) * a_high, checkers_b))
    return found


def tile(spec: MacArraySpec, name: str, a: np.ndarray, b: np.ndarray) -> Transaction:
    """Return the transaction that multiplies A (rows, K) by B (K, cols)."""
    return Transaction(
        name,
        {"a": a_beats(spec, a), "b": b_beats(spec, b)},
        {"c": {"data": int_gemm(a, b, **gemm_arguments(spec)), "last": last_of(spec.rows)}},
        spec.tile_cycles(a.shape[1]),
        # With ws rows of A come one by one, and the first of the last block completes a row of C.
        beats_after={"a": spec.rows - 1} if spec.streams_rows else {},
    )


def product(spec: MacArraySpec, a, b, scales: None = None) -> np.ndarray:
    """Return C of any A (M, K) and B (K, N) from the golden model."""
    return int_gemm(a, b, **gemm_arguments(spec))


def one_sided_last(transaction: Transaction, side: str) -> Transaction:
    """Return the same tile with `last` on one stream only, one that ends the tile all the same."""
    other = "b" if side == "a" else "a"
    beats = transaction.inputs[other]
    inputs = transaction.inputs | {other: beats | {"last": np.zeros_like(beats["last"])}}
    return dataclasses.replace(transaction, name=f"last on {side} only", inputs=inputs)


def check_exhaustible(spec: MacArraySpec) -> None:
    """Raise UsageError: an array has too many inputs to try them all."""
    if spec.serial:
        shared = {name: getattr(spec, name) for name in MacSpec.params()}
        alone = BitSerialPeSpec(**shared, lanes=spec.k_step, recoding=skip_spec(spec).recoding)
        element = f"bit_serial_pe {alone.arguments()}"
    else:
        element = f"{element_unit(spec)} {element_spec(spec).arguments()}"
    arguments = f"macwright verify {element}".strip()
    raise UsageError(
        f"mac_array has too many inputs for --level exhaustive: use full, and {arguments} --level exhaustive"
    )


def compiled_checks(spec: MacArraySpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name: sums of the longest promised length.

    Where weights size the accumulator, that is both ends of every column.
    """
    if spec.weights:
        n = spec.weights.shape[1]
        blocks = [range(start, min(start + spec.cols, n)) for start in range(0, n, spec.cols)]
        return {
            f"both ends of all {n} columns of weights": lambda rtl: sum(
                check_transactions(rtl, weight_tiles(spec, block)) for block in blocks
            )
        }
    longest = spec.k_limit or 65536
    return {f"corner matrices, K={longest}": lambda rtl: check_transactions(rtl, corner_tiles(spec, longest))}
