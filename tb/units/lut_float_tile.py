"""Stimulus for `lut_float_tile`: numbers that cancel or are far apart, ends of the range, no numbers."""

import dataclasses
from collections.abc import Callable

import numpy as np

from ...golden.errors import UsageError
from ...golden.float_accumulate import acc_to_code
from ...golden.float_format import FloatFormat
from ...golden.lut_float_gemm import lut_float_gemm, sums, weight_digits
from ...golden.lut_gemm import weight_range
from ...hdl.lut.lut_float_tile_spec import LutFloatTileSpec
from ..compiled import check_transactions
from ..floats import ends, random_codes
from ..lut import b_beats, extra_beat, lut_scenarios, quiet, tempting_lengths
from ..rtl import Rtl
from ..tile import a_beats, last_of
from ..transaction import Scenario, Transaction


def scenarios(spec: LutFloatTileSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    lengths = tempting_lengths(spec)
    widths = range(1, spec.weight_bits + 1)

    def any_tile(k: int, width: int, rng: np.random.Generator) -> Transaction:
        return random_tile(spec, k, width, rng)

    found = lut_scenarios(spec, level, rng, lengths, widths, any_tile)
    found += [
        Scenario("every select", select_tiles(spec, rng)),
        Scenario("ends of the range", end_tiles(spec, rng)),
        Scenario("what is no number", no_number_tiles(spec, rng)),
        Scenario(
            "more planes than the tile has",
            [wide_tile(spec, rng), any_tile(lengths[0], 1, rng)],
            status={"too_wide": 1},
        ),
    ]
    return quiet(found)


def random_a(spec: LutFloatTileSpec, k: int, rng: np.random.Generator) -> np.ndarray:
    """Return activations (rows, k): of about one size, or of any; some take others back, some are 0."""
    fmt = spec.fmt
    near = np.clip(fmt.bias + rng.integers(-3, 3, (spec.rows, k)), 0, fmt.max_code >> fmt.mantissa_bits)
    a = near << fmt.mantissa_bits | rng.integers(0, 1 << fmt.mantissa_bits, near.shape)
    far = rng.integers(0, 4, (spec.rows, 1)) == 0
    a = np.where(far, rng.integers(0, fmt.max_code, a.shape, endpoint=True), np.minimum(a, fmt.max_code))
    back = np.flatnonzero(rng.integers(0, 4, max(k - spec.k_step, 0)) == 0)
    a[:, back + spec.k_step] = a[:, back] ^ rng.integers(0, 2, len(back))
    a = np.where(rng.integers(0, 8, a.shape) == 0, 0, a)
    return _signed(np.minimum(a, fmt.max_code), fmt, rng)


def random_tile(spec: LutFloatTileSpec, k: int, width: int, rng: np.random.Generator) -> Transaction:
    """Return a tile of random numbers and weights of `width` bits."""
    w = rng.choice(weight_range(width, spec.weight_kind), (k, spec.cols))
    return tile(spec, f"random tile, K={k}, {width}-bit weights", random_a(spec, k, rng), w, width)


def select_tiles(spec: LutFloatTileSpec, rng: np.random.Generator) -> list[Transaction]:
    """Return tiles of one step in which every select meets every row's table."""
    low, high = weight_range(1, spec.weight_kind)
    every = np.where(np.arange(1 << spec.k) >> np.arange(spec.k)[:, None] & 1, high, low)
    every = np.pad(every, ((0, 0), (0, -every.shape[1] % spec.cols)), mode="edge")
    return [
        tile(spec, "every select", random_a(spec, spec.k, rng), part, 1)
        for part in np.split(every, every.shape[1] // spec.cols, axis=1)
    ]


def end_tiles(spec: LutFloatTileSpec, rng: np.random.Generator) -> list[Transaction]:
    """Return tiles of zeros, smallest and largest numbers, alone and together, times extreme weights."""
    fmt, bits, k = spec.fmt, spec.weight_bits, 2 * spec.k_step
    extreme = weight_range(bits, spec.weight_kind)[[0, -1]]
    minus = 1 << fmt.magnitude_bits
    zeros = [0] if fmt.special == "fnuz" else [0, minus]
    largest = [fmt.max_code, fmt.max_code | minus]
    found = [
        tile(spec, f"code {code:#x} times {w}", *_full(spec, k, code, w), bits)
        for code in (*zeros, 1, 1 | minus, *largest)
        for w in extreme
    ]
    finite = [code for code in ends(fmt) if code & (minus - 1) <= fmt.max_code and code != fmt.nan_code]
    for name, choices in (("ends", finite), ("zeros and the largest", zeros + largest)):
        for _ in range(4):
            a, w = rng.choice(choices, (spec.rows, k)), rng.choice(extreme, (k, spec.cols))
            found.append(tile(spec, f"any of {name}", a, w, bits))
    return [*found, *_large_tiles(spec, extreme, rng)]


def _large_tiles(spec: LutFloatTileSpec, extreme: np.ndarray, rng: np.random.Generator) -> list[Transaction]:
    """Return tiles in which large numbers come and go: in steps of their own, and within one."""
    fmt, step = spec.fmt, spec.k_step
    both = np.array([fmt.max_code, fmt.max_code | 1 << fmt.magnitude_bits])
    apart = np.zeros((spec.rows, 3 * step), np.int64)
    apart[:, 0], apart[:, step], apart[:, 2 * step] = 1, *both
    # A sum of 0 leaves the accumulator alone, however large its terms.
    together = np.zeros((spec.rows, step), np.int64)
    together[:, : step // 2 * 2] = np.resize(both, step // 2 * 2)
    after = np.concatenate([random_a(spec, step, rng), together], axis=1)
    return [
        tile(
            spec,
            f"large numbers come and go {name}",
            a,
            np.full((a.shape[1], spec.cols), w),
            spec.weight_bits,
        )
        for name, a in (("in steps", apart), ("within a step", after))
        for w in extreme
    ]


def no_number_tiles(spec: LutFloatTileSpec, rng: np.random.Generator) -> list[Transaction]:
    """Return tiles with an Inf or NaN in one row, at every place of a step in turn, between tiles without."""
    fmt = spec.fmt
    bad = [code for code in (fmt.nan_code, fmt.inf_code) if code is not None]
    found = []
    for place in range(spec.k_step + 1):
        a = random_a(spec, spec.k_step + 1, rng)
        a[place % spec.rows, place] = bad[place % len(bad)]
        w = rng.choice(weight_range(spec.weight_bits, spec.weight_kind), (a.shape[1], spec.cols))
        found += [
            tile(spec, f"no number at {place}", a, w, spec.weight_bits),
            random_tile(spec, spec.k_step, spec.weight_bits, rng),
        ]
    codes = random_codes(fmt, spec.rows * 2, rng).reshape(spec.rows, 2)
    w = rng.choice(weight_range(spec.weight_bits, spec.weight_kind), (2, spec.cols))
    return [*found, tile(spec, "any codes", codes, w, spec.weight_bits)]


def wide_tile(spec: LutFloatTileSpec, rng: np.random.Generator) -> Transaction:
    """Return a tile of one step with a beat more of planes than the tile has: it weighs like the first."""
    w = rng.choice(weight_range(spec.weight_bits, spec.weight_kind), (spec.k_step, spec.cols))
    a = random_a(spec, spec.k_step, rng)
    good = tile(spec, "too many planes", a, w, spec.weight_bits)
    digits = weight_digits(
        w, weight_bits=spec.weight_bits, weight_kind=spec.weight_kind, planes=spec.planes_per_beat
    )
    digits = np.concatenate([digits, digits[:1]])
    if spec.weight_kind == "signed" and spec.beats_per_step > 1:
        # Selects of a signed highest plane and of others differ in that plane, and so does what is added.
        high = 1 << spec.planes_per_beat - 1
        digits[-2] += high
        digits[-1] -= high
    c = acc_to_code(sums(a, digits, spec.step), acc=spec.step, fmt=spec.out)
    inputs = good.inputs | {"b": extra_beat(good.inputs["b"])}
    return dataclasses.replace(good, inputs=inputs, outputs={"c": good.outputs["c"] | {"data": c}})


def tile(spec: LutFloatTileSpec, name: str, a: np.ndarray, w: np.ndarray, width: int) -> Transaction:
    """Return the transaction that multiplies A (rows, K) by W (K, cols), weights of `width` bits."""
    c = product(spec, a, w, width=width)
    inputs = {"a": a_beats(spec, a), "b": b_beats(spec, w, width)}
    return Transaction(name, inputs, {"c": {"data": c, "last": last_of(spec.rows)}})


def product(spec: LutFloatTileSpec, a, w, scales=None, width: int | None = None) -> np.ndarray:
    """Return C of any A (M, K) and W (K, N) from the golden model. scales: of other engines, None here."""
    return lut_float_gemm(a, w, weight_bits=width or spec.weight_bits, step=spec.step, out_format=spec.out)


def _full(spec: LutFloatTileSpec, k: int, code: int, weight: int) -> tuple[np.ndarray, np.ndarray]:
    return np.full((spec.rows, k), code), np.full((k, spec.cols), weight)


def _signed(codes: np.ndarray, fmt: FloatFormat, rng: np.random.Generator) -> np.ndarray:
    """Return codes with random signs; a format whose NaN is -0 keeps its zeros."""
    signs = rng.integers(0, 2, codes.shape)
    return codes | (signs & (codes > 0) if fmt.special == "fnuz" else signs) << fmt.magnitude_bits


def check_exhaustible(spec: LutFloatTileSpec) -> None:
    """Raise UsageError: a tile has too many inputs to try them all."""
    raise UsageError(
        "lut_float_tile has too many inputs for --level exhaustive: use full, which tries every select of a "
        "table"
    )


def compiled_checks(spec: LutFloatTileSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name: many random tiles."""
    rng = np.random.default_rng(1)
    return {
        "random tiles": lambda rtl: check_transactions(
            rtl,
            [
                random_tile(spec, int(rng.integers(1, 200)), int(rng.integers(1, spec.weight_bits + 1)), rng)
                for _ in range(100)
            ],
        )
    }
