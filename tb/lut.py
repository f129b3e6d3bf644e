"""What the benches of lookup tiles share: lengths, widths and pace of tiles, stalls, resets, packing."""

import dataclasses
from collections.abc import Callable

import numpy as np

from ..golden.lut_gemm import pack_selects
from .tile import last_of
from .transaction import Beats, Scenario, Transaction

#: Longest tile, in steps, of the cocotb bench.
STEPS = 24

#: Makes a random tile of a Spec: K, width of the weights, random numbers.
RandomTile = Callable[[int, int, np.random.Generator], Transaction]


def lut_scenarios(
    spec, level: str, rng: np.random.Generator, lengths: list[int], widths, random_tile: RandomTile
) -> list[Scenario]:
    """Return tiles of every length and width, back to back, with stalls, resets and `last` on one side."""
    repeats = 1 if level == "quick" else 8

    def tiles(count: int) -> list[Transaction]:
        return [random_tile(int(rng.choice(lengths)), int(rng.choice(widths)), rng) for _ in range(count)]

    def full_tile(k: int) -> Transaction:
        """Return a random tile of weights of the full width, whose pace is promised."""
        return dataclasses.replace(random_tile(k, spec.weight_bits, rng), cycles=spec.tile_cycles(k))

    found = [
        Scenario("every length and width", [random_tile(k, w, rng) for k in lengths for w in widths]),
        Scenario("full width, back to back", [full_tile(k) for k in lengths for _ in range(2)]),
        *(one_sided(full_tile(min(spec.k, lengths[-1])), full_tile(1), side) for side in "ab"),
        Scenario("c is ready only when valid", tiles(4), patient=True),
    ]
    streams = stream_names(spec)
    for stream in streams:
        found.append(Scenario(f"stalls on {stream}", tiles(8), {stream: 0.6}))
    for i in range(repeats):
        stalls = {stream: float(rng.choice([0.1, 0.5, 0.9])) for stream in streams}
        found.append(Scenario(f"stalls everywhere, {i}", tiles(10), stalls))
        abort = int(rng.integers(1, 4 * spec.rows + 20))
        found.append(Scenario(f"reset after {abort} cycles", tiles(6), {"c": 0.2}, abort=abort))
    return found


def quiet(scenarios: list[Scenario]) -> list[Scenario]:
    """Return scenarios in which no status is up but those that are named."""
    down = {"last_mismatch": 0, "too_wide": 0}
    return [dataclasses.replace(scenario, status=down | scenario.status) for scenario in scenarios]


def stream_names(spec) -> tuple[str, ...]:
    """Return the streams that can be held back."""
    return ("a", "b", "z", "c") if spec.weight_kind == "zero_point" else ("a", "b", "c")


def tempting_lengths(spec) -> list[int]:
    """Return lengths of tiles around one step, one per row, and many."""
    step = spec.k_step
    return [k for k in sorted({1, step - 1, step, step + 1, step * spec.rows, step * STEPS - 1}) if k]


def one_sided(first: Transaction, second: Transaction, side: str) -> Scenario:
    """Return a tile with `last` on one stream only, which ends it all the same, and one after it."""
    beats = first.inputs[side]
    inputs = first.inputs | {side: beats | {"last": np.zeros_like(beats["last"])}}
    other = "b" if side == "a" else "a"
    first = dataclasses.replace(first, name=f"last on {other} only", inputs=inputs)
    return Scenario(first.name, [first, second], status={"last_mismatch": 1})


def extra_beat(beats: Beats) -> Beats:
    """Return the beats of `b` of one step and the first of them once more, beyond what a tile holds."""
    found = {name: np.concatenate([values, values[:1]]) for name, values in beats.items()}
    return found | dict.fromkeys(("top", "last"), last_of(len(found["data"])))


def b_beats(spec, w: np.ndarray, width: int | None = None) -> Beats:
    """Return the beats of stream `b` for weights W (K, cols) of `width` bits; None: as wide as the tile's."""
    selects = pack_selects(
        w,
        k=spec.k,
        weight_bits=width or spec.weight_bits,
        weight_kind=spec.weight_kind,
        planes=spec.planes_per_beat,
        symmetric=spec.symmetric,
    )
    # Tables beyond K have no activations, so that any select will do.
    selects = np.pad(selects, ((0, -len(selects) % spec.depth), (0, 0), (0, 0)))
    steps = selects.reshape(-1, spec.depth, *selects.shape[1:]).swapaxes(1, 2)
    beats = steps.reshape(-1, spec.selects_per_column * spec.cols)
    tops = np.tile(last_of(len(beats) // len(steps)), len(steps))
    return {"data": beats, "top": tops, "last": last_of(len(beats))}
