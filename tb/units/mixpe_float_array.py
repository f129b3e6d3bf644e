"""Stimulus for `mixpe_float_array`: whole and broken groups, numbers that cancel, no numbers, stalls."""

import dataclasses
from collections.abc import Callable

import numpy as np

from ...golden.csd import kept_digits
from ...golden.errors import UsageError
from ...golden.float_format import FloatFormat
from ...golden.float_group_gemm import dyadic_scale, float_group_gemm
from ...golden.group_gemm import group_count
from ...golden.integer import int_range
from ...hdl.mixpe.mixpe_float_spec import MixpeFloatArraySpec
from ..compiled import check_transactions
from ..floats import ends, random_codes
from ..rtl import Rtl
from ..tile import a_beats, b_beats, last_of
from ..transaction import Scenario, Transaction
from .mixpe_array import one_sided_last
from .weight_fma_pe import allowed

#: Longest tile that a level drives through the cocotb bench.
K_LIMIT = {"quick": 60, "full": 1000}


def scenarios(spec: MixpeFloatArraySpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    group, longest = spec.group, K_LIMIT[level]
    around = {1, group - 1, group, group + 1, 2 * group, 3 * group - 1, spec.rows, longest}
    lengths = sorted(k for k in around if 1 <= k <= longest)
    repeats = 1 if level == "quick" else 8

    def tiles(count: int) -> list[Transaction]:
        return [random_tile(spec, int(rng.choice(lengths)), rng) for _ in range(count)]

    found = [
        Scenario("every length, back to back", [random_tile(spec, k, rng) for k in lengths]),
        Scenario("codes of every kind", [any_tile(spec, k, rng) for k in lengths[:3] * 3]),
        *(
            Scenario(
                f"last on {side} only",
                [one_sided_last(tiles(1)[0], side), *tiles(1)],
                status={"last_mismatch": 1},
            )
            for side in ("b" if spec.streams_rows else "ab")
        ),
        Scenario("c is ready only when valid", tiles(3), patient=True),
        Scenario("scales come late", tiles(3), {"s": 0.97}),
        Scenario("scales come while results wait", tiles(8), {"s": 0.9, "c": 0.9}),
    ]
    if spec.flags_weights:
        found.append(bad_weights(spec, rng))
    if spec.zero_point:
        found.append(Scenario("nothing but zero points", [even_tile(spec, k, rng) for k in lengths]))
    found += [Scenario(f"stalls on {stream}", tiles(3), {stream: 0.6}) for stream in "absc"]
    for i in range(repeats):
        stalls = {stream: float(rng.choice([0.1, 0.5, 0.9])) for stream in "absc"}
        found.append(Scenario(f"stalls everywhere, {i}", tiles(4), stalls))
        abort = int(rng.integers(1, 4 * spec.rows + 2 * spec.cols + 2 * group + 10))
        found.append(Scenario(f"reset after {abort} cycles", tiles(3), {"c": 0.2}, abort=abort))
    quiet = {"last_mismatch": 0} | ({"bad_weight": 0} if spec.flags_weights else {})
    return [dataclasses.replace(scenario, status=quiet | scenario.status) for scenario in found]


def random_tile(spec: MixpeFloatArraySpec, k: int, rng: np.random.Generator) -> Transaction:
    """Return a tile of numbers of about one size, so that sums cancel and results keep all groups."""
    a = numbers_near_one(spec.fmt, (spec.rows, k), rng)
    b = allowed(spec, rng.integers(*int_range(*spec.b_kind), (k, spec.cols), endpoint=True))
    # Some activations are taken back, whole or all but the last bit.
    back = np.flatnonzero(rng.integers(0, 4, k - 1) == 0) + 1
    a[:, back] = a[:, back - 1] ^ 1 << spec.fmt.magnitude_bits ^ rng.integers(0, 2, len(back))
    b[back] = b[back - 1]
    return tile(spec, f"random tile, K={k}", a, b, random_scales(spec, k, rng, numbers_near_one))


def bad_weights(spec: MixpeFloatArraySpec, rng: np.random.Generator) -> Scenario:
    """Return a tile of weights that lose digits and stay in range, and one without: the flag stays."""
    k = spec.group + spec.k_step
    low, high = int_range(*spec.b_kind)
    every = np.arange(low, high + 1)
    kept = kept_digits(every, bits=spec.b_bits, digits=spec.digit_limit)
    lost = rng.choice(np.flatnonzero((kept != every) & (kept <= high)), (k, spec.cols))
    a = numbers_near_one(spec.fmt, (spec.rows, k), rng)
    scales = random_scales(spec, k, rng, numbers_near_one)
    heard = tile(spec, "weights of too many digits", a, kept[lost], scales)
    broken = dataclasses.replace(heard, inputs=heard.inputs | {"b": b_beats(spec, every[lost])})
    return Scenario(broken.name, [broken, random_tile(spec, 1, rng)], status={"bad_weight": 1})


def random_scales(spec: MixpeFloatArraySpec, k: int, rng: np.random.Generator, draw) -> dict[str, np.ndarray]:
    """Return the fields of a beat of `s` per group; draw(format, size, rng) makes codes of scales."""
    size = (group_count(k, spec.group), spec.cols)
    found = {name: rng.integers(0, 1 << shape.width, size) for name, shape in spec.scale_fields.items()}
    if "scale" in found:
        found["scale"] = draw(spec.scale_code, size, rng)
    return found


def any_tile(spec: MixpeFloatArraySpec, k: int, rng: np.random.Generator) -> Transaction:
    """Return a tile of any codes, ends of all ranges, Inf and NaN among them; some rows are of ends alone."""
    a = random_codes(spec.fmt, spec.rows * k, rng).reshape(spec.rows, k)
    a[::2] = rng.choice(ends(spec.fmt), a[::2].shape)
    # Without what is no number in most places, little else would be seen.
    finite = numbers_near_one(spec.fmt, a.shape, rng)
    a = np.where((rng.integers(0, 6, a.shape) > 0) & (k > 1), finite, a)
    a[rng.integers(spec.rows), rng.integers(k)] = rng.choice([spec.fmt.inf_code, spec.fmt.nan_code])
    low, high = int_range(*spec.b_kind)
    middle = (low + high + 1) // 2
    b = allowed(spec, rng.choice([low, middle - 1, middle, middle + 1, high], (k, spec.cols)))
    scales = random_scales(spec, k, rng, any_codes)
    return tile(spec, f"tile of any codes, K={k}", a, b, scales)


def even_tile(spec: MixpeFloatArraySpec, k: int, rng: np.random.Generator) -> Transaction:
    """Return a tile in which every weight is the zero point: its sums cancel, or nearly."""
    scales = random_scales(spec, k, rng, numbers_near_one)
    b = np.repeat(scales["zero"], spec.group, axis=0)[:k]
    return tile(
        spec, f"nothing but zero points, K={k}", numbers_near_one(spec.fmt, (spec.rows, k), rng), b, scales
    )


def any_codes(fmt: FloatFormat, size: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return any codes, ends of all ranges, Inf and NaN among them."""
    return random_codes(fmt, size[0] * size[1], rng).reshape(size)


def numbers_near_one(fmt: FloatFormat, size: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Return codes of both signs between about 1/8 and 8."""
    field = fmt.bias + rng.integers(-3, 3, size)
    code = field << fmt.mantissa_bits | rng.integers(0, 1 << fmt.mantissa_bits, size)
    return code | rng.integers(0, 2, size) << fmt.magnitude_bits


def tile(spec: MixpeFloatArraySpec, name: str, a, b, scales: dict[str, np.ndarray]) -> Transaction:
    """Return the transaction of A (rows, K), B (K, cols) and scales (groups, cols)."""
    c = product(spec, a, b, scales)
    return Transaction(
        name,
        {"a": a_beats(spec, a), "b": b_beats(spec, b), "s": scales},
        {"c": {"data": c, "last": last_of(spec.rows)}},
        spec.tile_cycles(a.shape[1]),
        # With ws rows of A come one by one, and the first of the last block completes a row of C.
        beats_after={"s": None} | ({"a": spec.rows - 1} if spec.streams_rows else {}),
    )


def product(spec: MixpeFloatArraySpec, a, b, scales: dict[str, np.ndarray]) -> np.ndarray:
    """Return C of any A (M, K), B (K, N) and scales (groups, N) from the golden model."""
    if spec.scale_format == "dyadic":
        scale = dyadic_scale(scales["mult"], scales["shift"], **spec.dyadic_bits)
    else:
        scale = scales["scale"]
    return float_group_gemm(
        a,
        b,
        scale,
        scales.get("zero"),
        group=spec.group,
        acc=spec.acc,
        terms=spec.microarchitecture == "terms",
        block=spec.k_step if spec.streams_rows else None,
        sum_format=spec.sum_code,
        scale_format=spec.scale_code,
        out_format=spec.fma.out,
    )


def check_exhaustible(spec: MixpeFloatArraySpec) -> None:
    """Raise UsageError: an array has too many inputs to try them all."""
    raise UsageError("mixpe_float_array has too many inputs for --level exhaustive: use full")


def compiled_checks(spec: MixpeFloatArraySpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name: long tiles of random groups."""
    rng = np.random.default_rng(1)
    length = 20 * spec.group + 7
    return {
        f"random tiles, K={length}": lambda rtl: check_transactions(
            rtl, [random_tile(spec, length, rng) for _ in range(20)]
        )
    }
