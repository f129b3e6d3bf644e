"""Stimulus for `lut_tile`: weights of every width, every select, corner matrices, stalls, resets."""

import dataclasses
from collections.abc import Callable

import numpy as np

from ...golden.errors import UsageError
from ...golden.integer import int_range, wrap
from ...golden.lut_gemm import lut_gemm, unpack_selects, weight_range
from ...hdl.lut.lut_tile_spec import LutTileSpec
from ..compiled import check_transactions
from ..known_weights import adversarial_products, random_b
from ..lut import b_beats, extra_beat, lut_scenarios, quiet, tempting_lengths
from ..rtl import Rtl
from ..tile import last_of
from ..transaction import Scenario, Transaction


def scenarios(spec: LutTileSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    lengths = [k for k in tempting_lengths(spec) if k <= spec.k_limit] or [1]
    widths = range(1, spec.weight_bits + 1) if not spec.weights else [spec.weight_bits]

    def any_tile(k: int, width: int, rng: np.random.Generator) -> Transaction:
        return random_tile(spec, k, width, rng)

    found = lut_scenarios(spec, level, rng, lengths, widths, any_tile)
    found += extreme_scenarios(spec, lengths, rng)
    if spec.table == "full" and not spec.weights:
        beyond = [wide_tile(spec, rng), any_tile(lengths[0], widths[0], rng)]
        found.append(Scenario("more planes than the tile has", beyond, status={"too_wide": 1}))
    return quiet(found)


def extreme_scenarios(spec: LutTileSpec, lengths: list[int], rng: np.random.Generator) -> list[Scenario]:
    """Return what reaches every select and the ends of sums; with known weights, the ends of theirs."""
    if spec.weights:
        return [Scenario("both ends of all columns of weights", weight_tiles(spec, rng))]
    corners = [t for k in sorted({lengths[0], lengths[-1]}) for t in corner_tiles(spec, k)]
    return [Scenario("every select", select_tiles(spec, rng)), Scenario("corner matrices", corners)]


def weight_tiles(spec: LutTileSpec, rng: np.random.Generator) -> list[Transaction]:
    """Return tiles of the Spec's weights whose sums reach both ends of every column."""
    columns = range(spec.weights.shape[1])
    products = adversarial_products(spec, columns)
    if spec.weight_kind == "odd":
        # There is no weight of 0 for columns that are not needed.
        products = ((name, a, np.where(w == 0, 1, w)) for name, a, w in products)
    return [tile(spec, name, a, w, spec.weight_bits, rng) for name, a, w in products]


def random_a(spec: LutTileSpec, k: int, rng: np.random.Generator) -> np.ndarray:
    """Return random activations (rows, k)."""
    return rng.integers(*int_range(spec.a_bits, True), (spec.rows, k), endpoint=True)


def random_tile(spec: LutTileSpec, k: int, width: int, rng: np.random.Generator) -> Transaction:
    """Return a tile of random activations and weights of `width` bits."""
    if spec.weights:
        w = random_b(spec, k, rng)
    else:
        w = rng.choice(weight_range(width, spec.weight_kind), (k, spec.cols))
    return tile(spec, f"random tile, K={k}, {width}-bit weights", random_a(spec, k, rng), w, width, rng)


def select_tiles(spec: LutTileSpec, rng: np.random.Generator) -> list[Transaction]:
    """Return tiles of one step in which every select meets every row's table."""
    low, high = weight_range(1, spec.weight_kind)
    every = np.where(np.arange(1 << spec.k) >> np.arange(spec.k)[:, None] & 1, high, low)
    every = np.pad(every, ((0, 0), (0, -every.shape[1] % spec.cols)), mode="edge")
    return [
        tile(spec, "every select", random_a(spec, spec.k, rng), part, 1, rng)
        for part in np.split(every, every.shape[1] // spec.cols, axis=1)
    ]


def corner_tiles(spec: LutTileSpec, k: int) -> list[Transaction]:
    """Return tiles of extreme activations and weights, and of alternating ones."""
    a_ends = int_range(spec.a_bits, True)
    w_ends = weight_range(spec.weight_bits, spec.weight_kind)[[0, -1]]
    rng = np.random.default_rng(0)
    shape_a, shape_w = (spec.rows, k), (k, spec.cols)
    found = [
        tile(spec, f"{x} x {y}, K={k}", np.full(shape_a, x), np.full(shape_w, y), spec.weight_bits, rng)
        for x in (*a_ends, 0)
        for y in w_ends
    ]
    alternating_a = np.where(np.indices(shape_a).sum(0) % 2, *a_ends)
    alternating_w = np.where(np.indices(shape_w).sum(0) % 2, *w_ends)
    found.append(tile(spec, f"alternating ends, K={k}", alternating_a, alternating_w, spec.weight_bits, rng))
    return found


def wide_tile(spec: LutTileSpec, rng: np.random.Generator) -> Transaction:
    """Return a tile of one step with a beat more of planes than the tile has: it weighs like the first."""
    w = rng.choice(weight_range(spec.weight_bits, spec.weight_kind), (spec.k_step, spec.cols))
    a = random_a(spec, spec.k_step, rng)
    good = tile(spec, "too many planes", a, w, spec.weight_bits, rng)
    beats = extra_beat(good.inputs["b"])
    count, planes = len(beats["data"]), spec.planes_per_beat
    weights = 1 << planes * (np.arange(count) % spec.beats_per_step)
    selects = beats["data"].reshape(count, planes, spec.depth, spec.cols).swapaxes(1, 2)
    q = sum(
        weight * unpack_selects(select, k=spec.k, symmetric=spec.symmetric)
        for weight, select in zip(weights, selects, strict=True)
    )
    # The column that subtracts the activations adds all planes but the top one.
    minus = weights[:-1].sum() * ((1 << planes) - 1) - weights[-1]
    offset = good.inputs["z"]["offset"][0] if "z" in good.inputs else int(spec.corrected)
    c = wrap((a @ q + offset * minus * a.sum(axis=1, keepdims=True)) >> spec.halved, spec.out_bits, True)
    outputs = {"c": good.outputs["c"] | {"data": c}}
    return dataclasses.replace(good, inputs=good.inputs | {"b": beats}, outputs=outputs)


def tile(
    spec: LutTileSpec, name: str, a: np.ndarray, w: np.ndarray, width: int, rng: np.random.Generator
) -> Transaction:
    """Return the transaction that multiplies A (rows, K) by W (K, cols), weights of `width` bits."""
    zero = rng.integers(0, 1 << width, spec.cols) if spec.weight_kind == "zero_point" else None
    shift = rng.integers(0, 5, spec.rows) if spec.table == "int8" else None
    inputs = {"a": a_beats(spec, a, shift), "b": b_beats(spec, w, width)}
    if zero is not None:
        inputs["z"] = {"offset": (2 * zero + 1 - (1 << width))[None]}
    c = product(spec, a, w, zero, width, shift)
    after = {"z": None} if zero is not None else {}
    return Transaction(name, inputs, {"c": {"data": c, "last": last_of(spec.rows)}}, beats_after=after)


def a_beats(spec: LutTileSpec, a: np.ndarray, shift: np.ndarray | None = None) -> dict[str, np.ndarray]:
    """Return the beats of stream `a` for A (rows, K), whose K is padded with zeros to whole steps."""
    rows, k = a.shape
    blocks = np.pad(a, ((0, 0), (0, -k % spec.k_step))).reshape(rows, -1, spec.k_step).swapaxes(0, 1)
    beats = {"data": blocks.reshape(-1, rows * spec.k_step), "last": last_of(len(blocks))}
    return beats | ({"shift": np.tile(shift, (len(blocks), 1))} if spec.table == "int8" else {})


def product(spec: LutTileSpec, a, w, zero=None, width: int | None = None, shift=None) -> np.ndarray:
    """Return C of any A (M, K) and W (K, N) from the golden model."""
    return lut_gemm(
        a,
        w,
        zero,
        k=spec.k,
        a_bits=spec.a_bits,
        weight_bits=width or spec.weight_bits,
        weight_kind=spec.weight_kind,
        table=spec.table,
        shift=0 if shift is None else shift,
        # Sums of known weights must come out as they are.
        out_bits=62 if spec.weights else spec.out_bits,
    )


def check_exhaustible(spec: LutTileSpec) -> None:
    """Raise UsageError: a tile has too many inputs to try them all."""
    raise UsageError(
        "lut_tile has too many inputs for --level exhaustive: use full, which tries every select of a table"
    )


def compiled_checks(spec: LutTileSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name: the longest sums, and many random tiles."""
    rng = np.random.default_rng(1)
    if spec.weights:
        name = "both ends of all columns of weights"
        return {name: lambda rtl: check_transactions(rtl, weight_tiles(spec, rng))}
    return {
        f"corner matrices, K={spec.k_limit}": lambda rtl: check_transactions(
            rtl, corner_tiles(spec, spec.k_limit)
        ),
        "random tiles": lambda rtl: check_transactions(
            rtl,
            [
                random_tile(spec, int(rng.integers(1, 200)), int(rng.integers(1, spec.weight_bits + 1)), rng)
                for _ in range(50)
            ],
        ),
    }
