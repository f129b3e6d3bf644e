"""Stimulus for dot products of scaled blocks: ends of elements and scales, blocks that cancel, stalls.

A bench of such a unit is a `BlockDotBench`, which knows the golden model.
"""

import dataclasses
from collections.abc import Callable

import numpy as np

from ..golden.block_scale import MAX_SCALE, NAN_SCALE, SCALE_BIAS, Blocks
from ..golden.errors import UsageError
from ..hdl.float.block_dot_spec import BlockDotSpec
from .compiled import check_transactions
from .floats import ends, random_codes
from .rtl import Rtl
from .transaction import Scenario, Transaction

#: Directed dot products that `full` runs on the compiled RTL.
CASES = 20_000
#: Sums of more blocks than this are not tried in a simulation.
_BLOCKS = 4
_STREAMS = ("x", "y")


@dataclasses.dataclass(frozen=True)
class BlockDotBench:
    """What the bench of a unit is made of.

    golden: returns the fp32 codes of dot products of two Blocks, whose elements are words, as the ports take
    them. scales: returns scale codes of a and b for some blocks, of a kind: `largest`, `extreme` or `random`.
    more: returns what the last beat holds besides, which golden gets by name.
    """

    unit: str
    golden: Callable[..., np.ndarray]
    scales: Callable[[BlockDotSpec, int, str, np.random.Generator], dict[str, np.ndarray]]
    more: Callable[[BlockDotSpec, np.random.Generator], dict[str, int]] = lambda spec, rng: {}

    def scenarios(self, spec: BlockDotSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
        """Return what the generic bench runs for a Spec."""
        repeats = 1 if level == "quick" else 8

        def sums(count: int) -> list[Transaction]:
            return [self.dot(spec, rng) for _ in range(count)]

        found = [
            Scenario("ends of elements and scales", [self.dot(spec, rng, extreme=True) for _ in range(24)]),
            Scenario("largest sums", [self.largest(spec, sign, rng) for sign in (0, 1)]),
            Scenario("random, back to back", sums(40 * repeats)),
            Scenario(
                "every length",
                [self.dot(spec, rng, beats=n + 1) for n in range(2 * spec.beats_per_block + 1)],
            ),
            Scenario("y is ready only when valid", sums(6), patient=True),
        ]
        long = [self.dot(spec, rng, beats=_BLOCKS * spec.beats_per_block) for _ in range(3)]
        found.append(Scenario("reset within a sum", long, abort=(_BLOCKS - 1) * spec.beats_per_block))
        found += [Scenario(f"stalls on {name}", sums(8), stalls={name: 0.6}) for name in _STREAMS]
        for i in range(repeats):
            stalls = {name: float(rng.choice([0.1, 0.5, 0.9])) for name in _STREAMS}
            found.append(Scenario(f"stalls everywhere, {i}", sums(10), stalls=stalls))
            abort = int(rng.integers(1, 3 * spec.latency + 20))
            found.append(Scenario(f"reset after {abort} cycles", sums(6), stalls={"y": 0.2}, abort=abort))
        return found

    def largest(self, spec: BlockDotSpec, sign: int, rng: np.random.Generator) -> Transaction:
        """Return a dot product of which every product is the largest, or with `sign` the smallest, there is.

        In fixed point there are as many blocks as can be added exactly, up to a few, and one more.
        """
        blocks = min(spec.blocks, 4 * _BLOCKS) + 1 if spec.fixed else 2
        elements = {}
        for name, fmt in spec.operands.items():
            flip = sign if name == "b" else 0
            half = 1 << spec.operand_bits[name] - 1
            largest = half - flip if fmt is None else fmt.max_code | flip << fmt.magnitude_bits
            elements[name] = np.full((blocks, spec.block), largest)
        scales = self.scales(spec, blocks, "largest", rng)
        return self.transaction(spec, "largest sum", elements, scales, blocks * spec.beats_per_block, rng)

    def dot(
        self, spec: BlockDotSpec, rng: np.random.Generator, beats: int | None = None, extreme=False
    ) -> Transaction:
        """Return the transaction of a random dot product of `beats` beats, of a few blocks if not given.

        extreme: elements are ends of their format, in half of the blocks all the same. A third of the others
        has a block that takes back the one before it, but for a bit. Scales are anything, or let blocks meet.
        """
        beats = beats or int(rng.integers(1, _BLOCKS * spec.beats_per_block + 1))
        blocks = -(-beats // spec.beats_per_block)
        shape = blocks, spec.block
        elements = {}
        for name, fmt in spec.operands.items():
            if fmt is None:
                full = 1 << spec.operand_bits[name]
                low = np.array([0, 1, full // 2 - 1, full // 2, full // 2 + 1, full - 1])
                drawn = rng.integers(0, full, shape)
            else:
                low, drawn = ends(fmt), random_codes(fmt, shape, rng).reshape(shape)
            if fmt is not None and rng.integers(0, 3):
                # Most sums have no code that is no number: it would hide the others.
                size = np.minimum(drawn & (1 << fmt.magnitude_bits) - 1, fmt.max_code)
                drawn = size | drawn & (1 << fmt.magnitude_bits)
            same = rng.integers(0, 2, (blocks, 1)) == 1
            codes = rng.choice(low, shape)
            elements[name] = np.where(same, codes[:, :1], codes) if extreme else drawn
        scales = self.scales(spec, blocks, "extreme" if extreme else "random", rng)
        if blocks > 1 and not extreme and rng.integers(0, 3) == 0:
            _take_back(spec, elements, scales, rng)
        left_out = np.arange(blocks * spec.block).reshape(shape) >= beats * spec.lanes
        for name in elements:
            elements[name] = np.where(left_out, 0, elements[name])
        return self.transaction(spec, f"{beats} beats", elements, scales, beats, rng)

    def transaction(self, spec: BlockDotSpec, name: str, elements, scales, beats: int, rng) -> Transaction:
        """Return the transaction of blocks (blocks, spec.block) with their scales (blocks,)."""
        fields = {key: codes.reshape(-1, spec.lanes)[:beats] for key, codes in elements.items()}
        last_of_block = (np.arange(beats) % spec.beats_per_block == spec.beats_per_block - 1) | (
            np.arange(beats) == beats - 1
        )
        for key, codes in scales.items():
            by_beat = np.repeat(codes, spec.beats_per_block)[:beats]
            # Before the end of a block nobody looks at them.
            noise = rng.integers(0, 1 << spec.scale_bits, beats)
            fields[f"{key}_scale"] = np.where(last_of_block, by_beat, noise)
        more = self.more(spec, rng)
        for key, value in more.items():
            fields[key] = np.where(np.arange(beats) == beats - 1, value, rng.integers(0, value + 1, beats))
        fields["last"] = np.arange(beats) == beats - 1
        a, b = (Blocks(elements[key].reshape(-1), scales[key]) for key in "ab")
        y = self.golden(spec, a, b, **more)
        return Transaction(
            name,
            {"x": fields | {"last": fields["last"].astype(np.int64)}},
            {"y": {"data": np.atleast_1d(y)}},
            beats,
        )

    def check_exhaustible(self, spec: BlockDotSpec) -> None:
        """Raise UsageError: there are too many blocks to try them all."""
        raise UsageError(
            f"{self.unit} has too many inputs for --level exhaustive: a block of a has "
            f"{spec.block * spec.operand_bits['a']} bits; use --level full"
        )

    def compiled_checks(self, spec: BlockDotSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
        """Return the checks that run on the compiled RTL, by name."""
        rng = np.random.default_rng(1)
        half = CASES // 2

        def run(rtl: Rtl) -> int:
            return sum(
                check_transactions(rtl, [self.dot(spec, rng, extreme=extreme) for _ in range(half)])
                for extreme in (False, True)
            )

        return {f"{CASES} directed sums": run}


def power_scales(
    spec: BlockDotSpec, blocks: int, kind: str, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Return E8M0 codes for a and b: ends of their range, near to each other, or anything; some are NaN.

    In fixed point most exponents of both are those of exact sums, or a few more or less.
    """
    if kind == "extreme":
        low, high, middle = 0, MAX_SCALE, SCALE_BIAS
        return {
            name: rng.choice(
                [low, low + 1, middle, high, NAN_SCALE], blocks, p=[0.24, 0.24, 0.24, 0.24, 0.04]
            )
            for name in "ab"
        }
    if kind == "random" and not (spec.fixed and rng.integers(0, 4)):
        return {name: _near(blocks, rng) for name in "ab"}
    if not spec.fixed:
        return dict.fromkeys("ab", np.full(blocks, SCALE_BIAS))
    if kind == "largest":
        both = np.full(blocks, spec.scale_high)
    else:
        beyond = int(rng.choice([0, 0, 3, 40]))
        both = rng.integers(spec.scale_low - beyond, spec.scale_high + beyond + 1, blocks)
    total = np.clip(both + 2 * SCALE_BIAS, 0, 2 * MAX_SCALE)
    a = rng.integers(np.maximum(total - MAX_SCALE, 0), np.minimum(total, MAX_SCALE) + 1)
    return {"a": a, "b": total - a}


def _near(blocks: int, rng: np.random.Generator) -> np.ndarray:
    spread = int(rng.choice([3, 30, MAX_SCALE]))
    center = int(rng.choice([10, SCALE_BIAS, SCALE_BIAS, 240]))
    codes = center + rng.integers(-spread, spread + 1, blocks)
    return np.where(rng.integers(0, 60, blocks) == 0, NAN_SCALE, np.clip(codes, 0, MAX_SCALE))


def _take_back(spec: BlockDotSpec, elements, scales, rng: np.random.Generator) -> None:
    """Make the last block the one before it with the other sign, up to a bit of its first element."""
    for name in elements:
        elements[name][-1] = elements[name][-2]
        scales[name][-1] = scales[name][-2]
    fmt = spec.operands["a"]
    last = elements["a"][-1]
    last[:] = -last & ((1 << spec.operand_bits["a"]) - 1) if fmt is None else last ^ (1 << fmt.magnitude_bits)
    last[0] ^= rng.integers(0, 2)
