"""Stimulus for `mixpe_array`: tiles of whole and broken groups, corners, scales, stalls, resets."""

import dataclasses
import functools
from collections.abc import Callable, Sequence

import numpy as np

from ...golden.csd import kept_digits, round_to_digits
from ...golden.errors import UsageError
from ...golden.group_gemm import float_scale, group_count, group_gemm
from ...golden.integer import int_range
from ...hdl.mixpe.mixpe_spec import MixpeArraySpec
from ..compiled import check_transactions
from ..known_weights import adversarial_products, random_b
from ..rtl import Rtl
from ..tile import a_beats, b_beats, last_of
from ..transaction import Scenario, Transaction

#: Longest tile that a level drives through the cocotb bench.
K_LIMIT = {"quick": 300, "full": 4096}


def scenarios(spec: MixpeArraySpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    step, group = spec.k_step, spec.group
    around = {1, step, step + 1, group - 1, group, group + 1, 2 * group, 2 * group + step, 3 * group - 1}
    longest = spec.weights.k if spec.weights else K_LIMIT[level]
    lengths = sorted(
        k for k in around | {spec.rows * step, longest} if 1 <= k <= min(longest, K_LIMIT[level])
    )
    repeats = 1 if level == "quick" else 8
    # A long tile takes long to stall, and brings nothing there that a few groups do not.
    short = [k for k in lengths if k <= 3 * group] or lengths

    def tiles(count: int) -> list[Transaction]:
        return [random_tile(spec, int(rng.choice(short)), rng) for _ in range(count)]

    found = [
        Scenario("every length, back to back", [random_tile(spec, k, rng) for k in lengths + lengths]),
        weight_scenario(spec)
        if spec.weights
        else Scenario("corners", [t for k in lengths[-2:] for t in corner_tiles(spec, k, rng)]),
        *(
            Scenario(
                f"last on {side} only",
                [one_sided_last(tiles(1)[0], side), *tiles(2)],
                status={"last_mismatch": 1},
            )
            for side in ("b" if spec.streams_rows else "ab")
        ),
        Scenario("c is ready only when valid", tiles(4), patient=True),
    ]
    if spec.scale != "dyadic":
        found += [bad_scale(spec, code, rng) for code in bad_codes(spec)]
    if spec.flags_weights and not spec.weights:
        found.append(bad_weights(spec, rng))
    for stream in "absc":
        found.append(Scenario(f"stalls on {stream}", tiles(8), {stream: 0.6}))
    found.append(Scenario("scales come late", tiles(4), {"s": 0.97}))
    found.append(Scenario("scales come while results wait", tiles(8), {"s": 0.9, "c": 0.9}))
    for i in range(repeats):
        stalls = {stream: float(rng.choice([0.1, 0.5, 0.9])) for stream in "absc"}
        found.append(Scenario(f"stalls everywhere, {i}", tiles(10), stalls))
        abort = int(rng.integers(1, 4 * spec.rows + 2 * spec.cols + 2 * group + 10))
        found.append(Scenario(f"reset after {abort} cycles", tiles(6), {"c": 0.2}, abort=abort))
    flags = {"bad_scale": spec.scale != "dyadic", "bad_weight": spec.flags_weights}
    quiet = {"last_mismatch": 0} | {name: 0 for name, there in flags.items() if there}
    return [dataclasses.replace(scenario, status=quiet | scenario.status) for scenario in found]


def random_tile(
    spec: MixpeArraySpec, k: int, rng: np.random.Generator, code: int | None = None
) -> Transaction:
    """Return a tile of uniformly random operands and random scales, or all with the same `code`."""
    a = rng.integers(*int_range(spec.a_bits, spec.a_signed), (spec.rows, k), endpoint=True)
    b = random_b(spec, k, rng)
    b = b if spec.weights else allowed(spec, b)
    scales = random_scales(spec, k, rng)
    if code is not None:
        scales["scale"][:] = code
    return tile(spec, f"random tile, K={k}", a, b, scales)


def allowed(spec: MixpeArraySpec, b: np.ndarray) -> np.ndarray:
    """Return weights with as few signed digits as the Spec wants."""
    return round_to_digits(b, bits=spec.b_bits, digits=spec.digit_limit) if spec.digit_limit else b


def bad_weights(spec: MixpeArraySpec, rng: np.random.Generator) -> Scenario:
    """Return a tile of any weights, which lose digits, and one without: the flag stays."""
    k = spec.group + spec.k_step
    a = rng.integers(*int_range(spec.a_bits, spec.a_signed), (spec.rows, k), endpoint=True)
    b = rng.integers(*int_range(*spec.b_kind), (k, spec.cols), endpoint=True)
    b[0] = int_range(*spec.b_kind)[1] // 3 * 2 + 1
    scales = random_scales(spec, k, rng)
    kept = kept_digits(b, bits=spec.b_bits, digits=spec.digit_limit)
    # Without its lower digits a weight may be one more than the range holds.
    c = product(spec, a, kept, scales, b_bits=spec.b_bits + 1)
    broken = tile(spec, "weights of too many digits", a, b, scales, c)
    return Scenario(broken.name, [broken, random_tile(spec, 1, rng)], status={"bad_weight": 1})


def random_scales(spec: MixpeArraySpec, k: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the fields of a beat of `s` per group: every zero point, shifts long and short, ties."""
    size = (group_count(k, spec.group), spec.cols)
    found = {name: rng.integers(0, 1 << shape.width, size) for name, shape in spec.scale_fields.items()}
    if spec.scale == "dyadic":
        # A power of two makes ties.
        power = 1 << rng.integers(0, spec.factor_bits, size)
        found["mult"] = np.where(rng.integers(0, 2, size), power, found["mult"])
        longest = min((1 << spec.shift_bits) - 1, spec.sum_bits + spec.factor_bits)
        found["shift"] = rng.integers(0, longest, size, endpoint=True)
    else:
        found["scale"] = rng.choice(good_codes(spec), size)
    return found


@functools.cache
def good_codes(spec: MixpeArraySpec) -> np.ndarray:
    """Return every code of a scale that raises no flag."""
    codes = np.arange(1 << spec.float_format.bits)
    return codes[~_float_scale(spec, codes)[2]]


def bad_codes(spec: MixpeArraySpec) -> list[int]:
    """Return a negative scale, an infinite one, no number, and one that is too large."""
    fmt = spec.float_format
    codes = np.arange(1 << fmt.bits)
    bad = codes[_float_scale(spec, codes)[2]]
    return [int(bad[0]), fmt.inf_code, fmt.inf_code + 1, (1 << (fmt.bits - 1)) + int(good_codes(spec)[-1])]


def bad_scale(spec: MixpeArraySpec, code: int, rng: np.random.Generator) -> Scenario:
    """Return a tile with one such scale, and one without: the flag stays, results are as documented."""
    broken = random_tile(spec, spec.group, rng, code)
    return Scenario(f"scale {code:#x}", [broken, random_tile(spec, 1, rng)], status={"bad_scale": 1})


def weight_scenario(spec: MixpeArraySpec) -> Scenario:
    """Return the sums that sized those of groups, to be seen as they are: both ends of every column."""
    n = spec.weights.shape[1]
    return Scenario(f"both ends of all {n} columns of weights", weight_tiles(spec, range(n)))


def weight_tiles(spec: MixpeArraySpec, columns: Sequence[int]) -> list[Transaction]:
    """Return tiles of the Spec's weights in which every group reaches both ends of some columns."""
    offset = 1 << (spec.b_bits - 1) if spec.zero_point else 0
    found = []
    for name, a, b in adversarial_products(spec, columns, offset):
        size = (group_count(len(b), spec.group), spec.cols)
        scales = {field: np.zeros(size, np.int64) for field in spec.scale_fields}
        if spec.zero_point:
            scales["zero"] += offset
        if spec.scale == "dyadic":
            scales["mult"] += 1
        else:
            scales["scale"] += int(good_codes(spec)[-1])
        found.append(tile(spec, name, a, b, scales))
    return found


def corner_tiles(spec: MixpeArraySpec, k: int, rng: np.random.Generator) -> list[Transaction]:
    """Return tiles of extreme operands, zero points and scales, and one whose results saturate."""
    found = []
    for x in sorted({*int_range(spec.a_bits, spec.a_signed), 0}):
        for y in sorted({*allowed(spec, np.array(int_range(*spec.b_kind))).tolist(), 0}):
            scales = random_scales(spec, k, rng)
            size = (group_count(k, spec.group), spec.cols)
            if spec.zero_point:
                scales["zero"] = rng.choice([0, (1 << spec.b_bits) - 1], size)
            if spec.scale == "dyadic":
                scales["mult"] = rng.choice([0, 1, (1 << spec.factor_bits) - 1], size)
                scales["shift"] = rng.choice([0, 1, (1 << spec.shift_bits) - 1], size)
            a, b = np.full((spec.rows, k), x), np.full((k, spec.cols), y)
            found.append(tile(spec, f"corner tile {x} x {y}, K={k}", a, b, scales))
    return found


def tile(spec: MixpeArraySpec, name: str, a, b, scales: dict[str, np.ndarray], c=None) -> Transaction:
    """Return the transaction of A (rows, K), B (K, cols) and scales (groups, cols); c: if not the product."""
    c = product(spec, a, b, scales) if c is None else c
    return Transaction(
        name,
        {"a": a_beats(spec, a), "b": b_beats(spec, b), "s": scales},
        {"c": {"data": c, "last": last_of(spec.rows)}},
        spec.tile_cycles(a.shape[1]),
        # With ws rows of A come one by one, and the first of the last block completes a row of C.
        beats_after={"s": None} | ({"a": spec.rows - 1} if spec.streams_rows else {}),
    )


def product(spec: MixpeArraySpec, a, b, scales: dict[str, np.ndarray], b_bits: int = 0) -> np.ndarray:
    """Return C of any A (M, K), B (K, N) and scales (groups, N) from the golden model.

    b_bits: if not those of the Spec.
    """
    if spec.scale == "dyadic":
        mult, shift = scales["mult"], scales["shift"]
    else:
        mult, shift, _ = _float_scale(spec, scales["scale"])
    return group_gemm(
        a,
        b,
        mult,
        shift,
        scales.get("zero"),
        group=spec.group,
        a_bits=spec.a_bits,
        b_bits=b_bits or spec.b_bits,
        a_signed=spec.a_signed,
        mult_bits=spec.factor_bits,
        shift_bits=spec.shift_bits,
        out_bits=spec.out_bits,
    )


def _float_scale(spec: MixpeArraySpec, codes) -> tuple[np.ndarray, ...]:
    return float_scale(codes, fmt=spec.float_format, frac=spec.frac or 0, shift_bits=spec.shift_bits)


def one_sided_last(transaction: Transaction, side: str) -> Transaction:
    """Return the same tile with `last` on one stream only, one that ends the tile all the same."""
    other = "b" if side == "a" else "a"
    beats = transaction.inputs[other]
    inputs = transaction.inputs | {other: beats | {"last": np.zeros_like(beats["last"])}}
    return dataclasses.replace(transaction, name=f"last on {side} only", inputs=inputs)


def check_exhaustible(spec: MixpeArraySpec) -> None:
    """Raise UsageError: an array has too many inputs to try them all."""
    raise UsageError(
        "mixpe_array has too many inputs for --level exhaustive: use full, and macwright verify requant "
        "--level exhaustive for the rounding"
    )


def compiled_checks(spec: MixpeArraySpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name: long tiles of random groups."""
    if spec.weights:
        n = spec.weights.shape[1]
        return {
            f"both ends of all {n} columns of weights": lambda rtl: check_transactions(
                rtl, weight_tiles(spec, range(n))
            )
        }
    rng = np.random.default_rng(1)
    length = 20 * spec.group + 7
    return {
        f"random tiles, K={length}": lambda rtl: check_transactions(
            rtl, [random_tile(spec, length, rng) for _ in range(20)]
        )
    }
