"""Stimulus for `bitserial_tile`: every width, corner matrices, stalls, resets, one plane too many."""

import dataclasses
from collections.abc import Callable

import numpy as np

from ...golden.bit_serial_gemm import bit_planes, bit_serial_gemm, schedule
from ...golden.errors import UsageError
from ...golden.integer import int_range, wrap
from ...hdl.bitserial.bitserial_tile_spec import BitserialTileSpec
from ..compiled import check_transactions
from ..rtl import Rtl
from ..tile import last_of
from ..transaction import Scenario, Transaction


@dataclasses.dataclass(frozen=True)
class Operands:
    """What the operands of a tile are, as the functions of `golden.bit_serial_gemm` take it."""

    w_bits: int
    a_bits: int
    w_kind: str
    a_kind: str

    def values(self, side: str) -> np.ndarray:
        """Return all numbers that an operand of W or A may be, in order."""
        bits, kind = getattr(self, f"{side}_bits"), getattr(self, f"{side}_kind")
        if kind == "bipolar":
            return 2 * np.arange(1 << bits) - (1 << bits) + 1
        low, high = int_range(bits, kind == "signed")
        return np.arange(low, high + 1)


def scenarios(spec: BitserialTileSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    depth = spec.depth
    lengths = sorted({k for k in (1, depth - 1, depth, depth + 1, 3 * depth) if 1 <= k <= spec.k_max})
    widest = kinds(spec, spec.w_bits, spec.a_bits)
    narrow = [spec.w_bits, 1], [1, spec.a_bits], [(spec.w_bits + 1) // 2, (spec.a_bits + 1) // 2]
    repeats = 1 if level == "quick" else 8

    def tiles(count: int) -> list[Transaction]:
        few = kinds(spec, min(2, spec.w_bits), min(2, spec.a_bits))
        return [random_tile(spec, int(rng.choice(lengths)), few[i % len(few)], rng) for i in range(count)]

    found = [
        Scenario("widest operands", [random_tile(spec, k, of, rng) for k in lengths[:3] for of in widest]),
        Scenario(
            "narrower operands",
            [random_tile(spec, lengths[-1], of, rng) for bits in narrow for of in kinds(spec, *bits)],
        ),
        Scenario("corner matrices", [t for of in widest for t in corner_tiles(spec, lengths[-1], of)]),
        Scenario("more planes than the tile has", too_wide(spec, rng), status={"too_wide": 1}),
        *(one_sided(spec, side, rng) for side in "ab"),
        Scenario("c is ready only when valid", tiles(4), patient=True),
        *(Scenario(f"stalls on {stream}", tiles(8), {stream: 0.6}) for stream in "abc"),
    ]
    for i in range(repeats):
        stalls = {stream: float(rng.choice([0.1, 0.5, 0.9])) for stream in "abc"}
        found.append(Scenario(f"stalls everywhere, {i}", tiles(10), stalls))
        abort = int(rng.integers(1, 4 * spec.rows + 20))
        found.append(Scenario(f"reset after {abort} cycles", tiles(6), {"c": 0.2}, abort=abort))
    quiet = {"last_mismatch": 0, "too_wide": 0}
    return [dataclasses.replace(scenario, status=quiet | scenario.status) for scenario in found]


def kinds(spec: BitserialTileSpec, w_bits: int, a_bits: int) -> list[Operands]:
    """Return all operands of these widths that the tile multiplies."""
    if spec.bipolar:
        return [Operands(w_bits, a_bits, "bipolar", "bipolar")]
    two = ("signed", "unsigned")
    return [Operands(w_bits, a_bits, w_kind, a_kind) for w_kind in two for a_kind in two]


def random_tile(spec: BitserialTileSpec, k: int, of: Operands, rng: np.random.Generator) -> Transaction:
    """Return a random tile, whose pace is promised."""
    a, w = rng.choice(of.values("a"), (spec.rows, k)), rng.choice(of.values("w"), (k, spec.cols))
    found = tile(spec, f"random tile, K={k}", a, w, of)
    return dataclasses.replace(found, cycles=max(len(found.inputs["b"]["last"]), spec.rows))


def corner_tiles(spec: BitserialTileSpec, k: int, of: Operands) -> list[Transaction]:
    """Return tiles of extreme operands, and of alternating ones."""
    a_ends, w_ends = (of.values(side)[[0, -1]] for side in "aw")
    shape_a, shape_w = (spec.rows, k), (k, spec.cols)
    pairs = [(np.full(shape_a, x), np.full(shape_w, y)) for x in a_ends for y in w_ends]
    both = (shape_a, a_ends), (shape_w, w_ends)
    pairs.append(tuple(np.where(np.indices(shape).sum(0) % 2, *ends) for shape, ends in both))
    return [tile(spec, f"corners {i}, K={k}", a, w, of) for i, (a, w) in enumerate(pairs)]


def too_wide(spec: BitserialTileSpec, rng: np.random.Generator) -> list[Transaction]:
    """Return a tile whose sum doubles once too often, and one after it."""
    of = kinds(spec, spec.w_bits, spec.a_bits)[0]
    good = random_tile(spec, 1, of, rng)
    a, b = ({name: np.concatenate([v, v[-1:]]) for name, v in good.inputs[side].items()} for side in "ab")
    last = last_of(len(b["last"]))
    a["last"], b["last"], b["shift"][-1] = last, last, 1
    # The last pair of planes once more, at half its weight.
    # K is 1: only the first bit of a row and of a column counts.
    x, y = (good.inputs[side]["data"][-1, :: spec.depth] for side in "ab")
    count = x[:, None] * y if not spec.bipolar else 1 - 2 * (x[:, None] ^ y)
    count = -count if "negate" in b and b["negate"][-1] else count
    c = wrap(2 * good.outputs["c"]["data"] + count, spec.out_bits, True)
    outputs = {"c": good.outputs["c"] | {"data": c}}
    wide = Transaction("one plane too many", {"a": a, "b": b}, outputs)
    return [wide, random_tile(spec, 1, of, rng)]


def one_sided(spec: BitserialTileSpec, side: str, rng: np.random.Generator) -> Scenario:
    """Return a tile with `last` on one stream only, which ends it all the same, and one after it."""
    of = kinds(spec, 1, 1)[0]
    first = random_tile(spec, 1, of, rng)
    beats = first.inputs[side]
    inputs = first.inputs | {side: beats | {"last": np.zeros_like(beats["last"])}}
    other = "b" if side == "a" else "a"
    first = dataclasses.replace(first, name=f"last on {other} only", inputs=inputs)
    return Scenario(first.name, [first, random_tile(spec, 1, of, rng)], status={"last_mismatch": 1})


def tile(spec: BitserialTileSpec, name: str, a: np.ndarray, w: np.ndarray, of: Operands) -> Transaction:
    """Return the transaction that multiplies A (rows, K) by W (K, cols)."""
    inputs = {"a": a_beats(spec, a, of), "b": b_beats(spec, w, of)}
    c = bit_serial_gemm(a, w, **dataclasses.asdict(of), out_bits=62)
    c = wrap(c, spec.out_bits, True)
    name = f"{name}, {of.w_kind} {of.w_bits} x {of.a_kind} {of.a_bits} bits"
    return Transaction(name, inputs, {"c": {"data": c, "last": last_of(spec.rows)}})


def a_beats(spec: BitserialTileSpec, a: np.ndarray, of: Operands | None = None) -> dict[str, np.ndarray]:
    """Return the beats of stream `a` for A (rows, K) in the order of the schedule; of: None, the widest."""
    of = of or kinds(spec, spec.w_bits, spec.a_bits)[0]
    words = _words(spec, bit_planes(a, bits=of.a_bits, kind=of.a_kind, name="a"))
    beats = np.concatenate([words[step.j] for step in schedule(**dataclasses.asdict(of))])
    return {"data": beats, "last": last_of(len(beats))}


def b_beats(spec: BitserialTileSpec, w: np.ndarray, of: Operands | None = None) -> dict[str, np.ndarray]:
    """Return the beats of stream `b` for W (K, cols) in the order of the schedule; of: None, the widest."""
    of = of or kinds(spec, spec.w_bits, spec.a_bits)[0]
    steps = schedule(**dataclasses.asdict(of))
    words = _words(spec, bit_planes(w.T, bits=of.w_bits, kind=of.w_kind, name="w"))
    per_step = len(words[0])
    beats = np.concatenate([words[step.i] for step in steps])
    shifts = np.zeros((len(steps), per_step), np.uint8)
    shifts[:, 0] = [step.shift for step in steps]
    found = {"data": beats, "shift": shifts.ravel(), "last": last_of(len(beats))}
    if not spec.bipolar:
        return found | {"negate": np.repeat([step.negate for step in steps], per_step).astype(np.uint8)}
    mask = _words(spec, np.ones((1, 1, len(w)), np.int64))[0]
    return found | {"mask": np.tile(mask, (len(steps), 1))}


def _words(spec: BitserialTileSpec, planes: np.ndarray) -> np.ndarray:
    """Return planes (bits, lanes, K) as beats of `depth` bits a lane, (bits, beats, lanes * depth)."""
    padded = np.pad(planes, ((0, 0), (0, 0), (0, -planes.shape[2] % spec.depth)))
    groups = padded.reshape(*planes.shape[:2], -1, spec.depth).swapaxes(1, 2)
    return groups.reshape(*groups.shape[:2], -1)


def product(spec: BitserialTileSpec, a, w, scales=None) -> np.ndarray:
    """Return C of any signed A (M, K) and W (K, N) from the golden model. scales: None, as there are none."""
    return bit_serial_gemm(a, w, a_bits=spec.a_bits, w_bits=spec.w_bits, out_bits=spec.out_bits)


def check_exhaustible(spec: BitserialTileSpec) -> None:
    """Raise UsageError: a tile has too many inputs to try them all."""
    raise UsageError(
        "bitserial_tile has too many inputs for --level exhaustive: use full, which tries the longest sums"
    )


def compiled_checks(spec: BitserialTileSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name: the longest sums, and many random tiles."""
    rng = np.random.default_rng(1)

    def random_tiles() -> list[Transaction]:
        widths = rng.integers(1, [[spec.w_bits + 1, spec.a_bits + 1]] * 50)
        chosen = [kinds(spec, int(w_bits), int(a_bits))[0] for w_bits, a_bits in widths]
        return [random_tile(spec, int(rng.integers(1, 100)), of, rng) for of in chosen]

    return {
        f"corner matrices, K={spec.k_max}": lambda rtl: check_transactions(
            rtl,
            [t for of in kinds(spec, spec.w_bits, spec.a_bits) for t in corner_tiles(spec, spec.k_max, of)],
        ),
        "random tiles": lambda rtl: check_transactions(rtl, random_tiles()),
    }
