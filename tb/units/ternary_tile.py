"""Stimulus for `ternary_tile`: every code of every packing, corner matrices, stalls, resets."""

import dataclasses
from collections.abc import Callable

import numpy as np

from ...golden.errors import UsageError
from ...golden.integer import int_range
from ...golden.ternary import pack_trits, ternary_gemm, unpack_trits
from ...hdl.ternary.ternary_tile_spec import TernaryTileSpec
from ..compiled import check_transactions
from ..rtl import Rtl
from ..tile import last_of
from ..transaction import Scenario, Transaction

#: Longest tile, in steps, of the cocotb bench; the longest that C must hold goes through compiled RTL.
STEPS = 20


def scenarios(spec: TernaryTileSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    lengths = [k for k in tempting_lengths(spec) if k <= spec.k_max] or [1]
    repeats = 1 if level == "quick" else 8

    def tiles(count: int) -> list[Transaction]:
        return [random_tile(spec, int(rng.choice(lengths)), rng) for _ in range(count)]

    back_to_back = [random_tile(spec, k, rng) for k in lengths for _ in range(2)]
    found = [
        Scenario("every length, back to back", back_to_back),
        Scenario(
            "corner matrices", [t for k in sorted({lengths[0], lengths[-1]}) for t in corner_tiles(spec, k)]
        ),
        Scenario("every legal code", code_tiles(spec, legal_codes(spec), rng)),
        *(
            Scenario(f"illegal code {code}", [illegal_tile(spec, code, rng)], status={"illegal_code": 1})
            for code in np.setdiff1d(np.arange(1 << spec.code_bits), legal_codes(spec))
        ),
        *(one_sided(spec, side, rng) for side in "ab"),
        Scenario("c is ready only when valid", tiles(4), patient=True),
        *(Scenario(f"stalls on {stream}", tiles(8), {stream: 0.6}) for stream in "abc"),
    ]
    for i in range(repeats):
        stalls = {stream: float(rng.choice([0.1, 0.5, 0.9])) for stream in "abc"}
        found.append(Scenario(f"stalls everywhere, {i}", tiles(10), stalls))
        abort = int(rng.integers(1, 4 * spec.rows + 20))
        found.append(Scenario(f"reset after {abort} cycles", tiles(6), {"c": 0.2}, abort=abort))
    quiet = {"last_mismatch": 0, "illegal_code": 0}
    return [dataclasses.replace(scenario, status=quiet | scenario.status) for scenario in found]


def tempting_lengths(spec: TernaryTileSpec) -> list[int]:
    """Return lengths of tiles around one step, one per row, and many."""
    step = spec.k_step
    return sorted({1, max(1, step - 1), step, step + 1, step * spec.rows, step * STEPS - 1})


def random_a(spec: TernaryTileSpec, k: int, rng: np.random.Generator) -> np.ndarray:
    """Return random activations (rows, k)."""
    return rng.integers(*int_range(spec.a_bits, spec.a_signed), (spec.rows, k), endpoint=True)


def random_tile(spec: TernaryTileSpec, k: int, rng: np.random.Generator) -> Transaction:
    """Return a tile of random activations and weights, whose pace is promised."""
    w = rng.integers(-1, 2, (k, spec.cols))
    found = tile(spec, f"random tile, K={k}", random_a(spec, k, rng), w)
    return dataclasses.replace(found, cycles=spec.tile_cycles(k))


def legal_codes(spec: TernaryTileSpec) -> np.ndarray:
    """Return the codes that packing makes."""
    codes = np.arange(1 << spec.code_bits)
    return codes[~unpack_trits(codes[None], packing=spec.packing).illegal[0]]


def illegal_tile(spec: TernaryTileSpec, code: int, rng: np.random.Generator) -> Transaction:
    """Return a tile of one step with an illegal code among legal ones."""
    codes = rng.choice(legal_codes(spec), (spec.depth, spec.cols))
    codes[rng.integers(spec.depth), rng.integers(spec.cols)] = code
    return coded_tile(spec, f"illegal code {code}", random_a(spec, spec.k_step, rng), codes)


def code_tiles(spec: TernaryTileSpec, codes: np.ndarray, rng: np.random.Generator) -> list[Transaction]:
    """Return tiles of one step that hold all codes, each in some place."""
    # A place further on in every round, so that a code comes at several depths.
    rounds = np.concatenate([np.roll(codes, shift) for shift in range(3)])
    lanes = spec.depth * spec.cols
    beats = np.resize(rounds, (-(-len(rounds) // lanes), lanes))
    return [
        coded_tile(spec, "codes", random_a(spec, spec.k_step, rng), part.reshape(spec.depth, spec.cols))
        for part in beats
    ]


def coded_tile(spec: TernaryTileSpec, name: str, a: np.ndarray, codes: np.ndarray) -> Transaction:
    """Return the transaction of A (rows, K) and codes (steps * depth, cols), whatever they stand for."""
    w = unpack_trits(codes, packing=spec.packing).trits
    return tile(spec, name, a, w, codes)


def corner_tiles(spec: TernaryTileSpec, k: int) -> list[Transaction]:
    """Return tiles of extreme activations under the same and under alternating weights."""
    ends = int_range(spec.a_bits, spec.a_signed)
    shape_a, shape_w = (spec.rows, k), (k, spec.cols)
    found = [
        tile(spec, f"{x} x {y}, K={k}", np.full(shape_a, x), np.full(shape_w, y))
        for x in ends
        for y in (-1, 0, 1)
    ]
    alternating_a = np.where(np.indices(shape_a).sum(0) % 2, *ends)
    alternating_w = np.where(np.indices(shape_w).sum(0) % 2, -1, 1)
    found.append(tile(spec, f"alternating ends, K={k}", alternating_a, alternating_w))
    return found


def one_sided(spec: TernaryTileSpec, side: str, rng: np.random.Generator) -> Scenario:
    """Return a tile with `last` on one stream only, which ends it all the same, and one after it."""
    first = random_tile(spec, min(spec.k_step, spec.k_max), rng)
    beats = first.inputs[side]
    inputs = first.inputs | {side: beats | {"last": np.zeros_like(beats["last"])}}
    other = "b" if side == "a" else "a"
    first = dataclasses.replace(first, name=f"last on {other} only", inputs=inputs)
    return Scenario(first.name, [first, random_tile(spec, 1, rng)], status={"last_mismatch": 1})


def tile(
    spec: TernaryTileSpec, name: str, a: np.ndarray, w: np.ndarray, codes: np.ndarray | None = None
) -> Transaction:
    """Return the transaction that multiplies A (rows, K) by W (K, cols); codes: of W, if not packed ones."""
    b = b_beats(spec, w) if codes is None else _beats(spec, codes)
    inputs = {"a": a_beats(spec, a), "b": b}
    return Transaction(name, inputs, {"c": {"data": product(spec, a, w), "last": last_of(spec.rows)}})


def a_beats(spec: TernaryTileSpec, a: np.ndarray) -> dict[str, np.ndarray]:
    """Return the beats of stream `a` for A (rows, K), whose K is padded with zeros to whole steps."""
    rows, k = a.shape
    blocks = np.pad(a, ((0, 0), (0, -k % spec.k_step))).reshape(rows, -1, spec.k_step).swapaxes(0, 1)
    return {"data": blocks.reshape(-1, rows * spec.k_step), "last": last_of(len(blocks))}


def b_beats(spec: TernaryTileSpec, w: np.ndarray) -> dict[str, np.ndarray]:
    """Return the beats of stream `b` for weights W (K, cols)."""
    padded = np.pad(w, ((0, -len(w) % spec.k_step), (0, 0)))
    return _beats(spec, pack_trits(padded, packing=spec.packing))


def _beats(spec: TernaryTileSpec, codes: np.ndarray) -> dict[str, np.ndarray]:
    beats = codes.reshape(-1, spec.depth * spec.cols)
    return {"data": beats, "last": last_of(len(beats))}


def product(spec: TernaryTileSpec, a, w, scales=None) -> np.ndarray:
    """Return C of any A (M, K) and W (K, N) from the golden model. scales: of other engines, None here."""
    return ternary_gemm(a, w, a_bits=spec.a_bits, a_signed=spec.a_signed, out_bits=spec.out_bits)


def check_exhaustible(spec: TernaryTileSpec) -> None:
    """Raise UsageError: a tile has too many inputs to try them all."""
    raise UsageError(
        "ternary_tile has too many inputs for --level exhaustive: use full, which tries every code"
    )


def compiled_checks(spec: TernaryTileSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name: the longest sums, and many random tiles."""
    rng = np.random.default_rng(1)
    return {
        f"corner matrices, K={spec.k_max}": lambda rtl: check_transactions(
            rtl, corner_tiles(spec, spec.k_max)
        ),
        "random tiles": lambda rtl: check_transactions(
            rtl, [random_tile(spec, int(rng.integers(1, 200)), rng) for _ in range(50)]
        ),
    }
