"""Stimulus for `mx_dot`: ends of elements and scales, blocks that cancel, sums that end early, stalls."""

from collections.abc import Callable

import numpy as np

from ...golden.block_scale import MAX_SCALE, NAN_SCALE, SCALE_BIAS, Blocks
from ...golden.errors import UsageError
from ...golden.mx import BLOCK, ELEMENTS, mx_dot
from ...hdl.float.fixed_product import code_bits
from ...hdl.float.mx_dot import MxDotSpec
from ..compiled import check_transactions
from ..floats import ends, random_codes
from ..rtl import Rtl
from ..transaction import Scenario, Transaction

#: Directed dot products that `full` runs on the compiled RTL.
CASES = 20_000
#: Sums of more blocks than this are not tried in a simulation.
_BLOCKS = 4
_STREAMS = ("x", "y")


def scenarios(spec: MxDotSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    repeats = 1 if level == "quick" else 8

    def sums(count: int) -> list[Transaction]:
        return [dot(spec, rng) for _ in range(count)]

    found = [
        Scenario("ends of elements and scales", [dot(spec, rng, extreme=True) for _ in range(24)]),
        Scenario("random, back to back", sums(40 * repeats)),
        Scenario("every length", [dot(spec, rng, beats=n + 1) for n in range(2 * spec.beats_per_block + 1)]),
        Scenario("y is ready only when valid", sums(6), patient=True),
    ]
    long = [dot(spec, rng, beats=_BLOCKS * spec.beats_per_block) for _ in range(3)]
    found.append(Scenario("reset within a sum", long, abort=(_BLOCKS - 1) * spec.beats_per_block))
    found += [Scenario(f"stalls on {name}", sums(8), stalls={name: 0.6}) for name in _STREAMS]
    for i in range(repeats):
        stalls = {name: float(rng.choice([0.1, 0.5, 0.9])) for name in _STREAMS}
        found.append(Scenario(f"stalls everywhere, {i}", sums(10), stalls=stalls))
        abort = int(rng.integers(1, 3 * spec.latency + 20))
        found.append(Scenario(f"reset after {abort} cycles", sums(6), stalls={"y": 0.2}, abort=abort))
    return found


def dot(spec: MxDotSpec, rng: np.random.Generator, beats: int | None = None, extreme=False) -> Transaction:
    """Return the transaction of a random dot product of `beats` beats, of a few blocks if not given.

    extreme: elements are ends of their format, in half of the blocks all the same. A third of the others has
    a block that takes back the one before it, but for a bit. Scales are anything, or let blocks meet.
    """
    beats = beats or int(rng.integers(1, _BLOCKS * spec.beats_per_block + 1))
    blocks = -(-beats // spec.beats_per_block)
    shape = blocks, BLOCK
    elements = {}
    for name, fmt in spec.operands.items():
        low = np.array([0, 1, 127, 128, 129, 255]) if fmt is None else ends(fmt)
        drawn = rng.integers(0, 256, shape) if fmt is None else random_codes(fmt, shape, rng).reshape(shape)
        if fmt is not None and rng.integers(0, 3):
            # Most sums have no code that is no number: it would hide the others.
            size = np.minimum(drawn & (1 << fmt.magnitude_bits) - 1, fmt.max_code)
            drawn = size | drawn & (1 << fmt.magnitude_bits)
        same = rng.integers(0, 2, (blocks, 1)) == 1
        codes = rng.choice(low, shape)
        elements[name] = np.where(same, codes[:, :1], codes) if extreme else drawn
    scales = {name: _scales(blocks, extreme, rng) for name in elements}
    if blocks > 1 and not extreme and rng.integers(0, 3) == 0:
        _take_back(spec, elements, scales, rng)
    left_out = np.arange(blocks * BLOCK).reshape(shape) >= beats * spec.lanes
    for name in elements:
        elements[name] = np.where(left_out, 0, elements[name])
    return transaction(spec, f"{beats} beats", elements, scales, beats, rng)


def _scales(blocks: int, extreme: bool, rng: np.random.Generator) -> np.ndarray:
    """Return scale codes: now and then ends of their range, else near to each other or anything."""
    if extreme:
        return rng.choice([0, 1, SCALE_BIAS, MAX_SCALE, NAN_SCALE], blocks, p=[0.24, 0.24, 0.24, 0.24, 0.04])
    spread = int(rng.choice([3, 30, MAX_SCALE]))
    center = int(rng.choice([10, SCALE_BIAS, SCALE_BIAS, 240]))
    codes = center + rng.integers(-spread, spread + 1, blocks)
    return np.where(rng.integers(0, 60, blocks) == 0, NAN_SCALE, np.clip(codes, 0, MAX_SCALE))


def _take_back(spec: MxDotSpec, elements, scales, rng: np.random.Generator) -> None:
    """Make the last block the one before it with the other sign, up to a bit of its first element."""
    for name in elements:
        elements[name][-1] = elements[name][-2]
        scales[name][-1] = scales[name][-2]
    fmt = spec.operands["a"]
    last = elements["a"][-1]
    last[:] = -last & 255 if fmt is None else last ^ (1 << fmt.magnitude_bits)
    last[0] ^= rng.integers(0, 2)


def transaction(spec: MxDotSpec, name: str, elements, scales, beats: int, rng) -> Transaction:
    """Return the transaction of blocks (blocks, 32) with their scales (blocks,)."""
    fields = {key: codes.reshape(-1, spec.lanes)[:beats] for key, codes in elements.items()}
    last_of_block = (np.arange(beats) % spec.beats_per_block == spec.beats_per_block - 1) | (
        np.arange(beats) == beats - 1
    )
    for key, codes in scales.items():
        by_beat = np.repeat(codes, spec.beats_per_block)[:beats]
        # Before the end of a block nobody looks at them.
        fields[f"{key}_scale"] = np.where(last_of_block, by_beat, rng.integers(0, 256, beats))
    fields["last"] = np.arange(beats) == beats - 1
    a, b = (Blocks(elements[key].reshape(-1), scales[key]) for key in "ab")
    y = mx_dot(a, b, a_element=spec.a_element, b_element=spec.b_element)
    return Transaction(
        name,
        {"x": fields | {"last": fields["last"].astype(np.int64)}},
        {"y": {"data": np.atleast_1d(y)}},
        beats,
    )


def check_exhaustible(spec: MxDotSpec) -> None:
    """Raise UsageError: there are too many blocks to try them all."""
    raise UsageError(
        f"mx_dot has too many inputs for --level exhaustive: a block of {spec.a_element} has "
        f"{BLOCK * code_bits(ELEMENTS[spec.a_element])} bits; use --level full"
    )


def compiled_checks(spec: MxDotSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    rng = np.random.default_rng(1)
    half = CASES // 2

    def run(rtl: Rtl) -> int:
        return sum(
            check_transactions(rtl, [dot(spec, rng, extreme=extreme) for _ in range(half)])
            for extreme in (False, True)
        )

    return {f"{CASES} directed sums": run}
