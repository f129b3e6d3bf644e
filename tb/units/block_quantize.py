"""Stimulus for `block_quantize`: rows of every length, scales at both ends, ties, stalls, resets."""

from collections.abc import Callable

import numpy as np

from ...golden.bfp import to_bfp
from ...golden.block_scale import Blocks
from ...golden.errors import UsageError
from ...golden.mx import to_mx
from ...hdl.float.block_element import BFP
from ...hdl.float.block_quantize import BlockQuantizeSpec
from ..compiled import check_transactions
from ..floats import ends, shortened
from ..rtl import Rtl
from ..transaction import Scenario, Transaction

#: Blocks of the compiled check.
BLOCKS = 40_000
_CHUNK = 1000
_STREAMS = ("x", "y")


def scenarios(spec: BlockQuantizeSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    repeats = 1 if level == "quick" else 8
    most = 3 * spec.beats_per_block

    def rows(count: int) -> list[Transaction]:
        return [row(spec, int(n), rng) for n in rng.integers(1, most + 1, count)]

    found = [
        # A block each, so that the latency of each is measured.
        Scenario("blocks, back to back", [row(spec, spec.beats_per_block, rng) for _ in range(60 * repeats)]),
        Scenario("every length", [row(spec, n + 1, rng) for n in range(min(most, 24))], stalls={"x": 0.01}),
        Scenario("y is ready only when valid", rows(6), patient=True),
        Scenario("y hardly ever ready", rows(4), stalls={"y": 0.9}),
    ]
    found += [Scenario(f"stalls on {name}", rows(8), stalls={name: 0.6}) for name in _STREAMS]
    for i in range(repeats):
        stalls = {name: float(rng.choice([0.1, 0.5, 0.9])) for name in _STREAMS}
        found.append(Scenario(f"stalls everywhere, {i}", rows(10), stalls=stalls))
        abort = int(rng.integers(1, 3 * spec.latency + 20))
        found.append(Scenario(f"reset after {abort} cycles", rows(6), stalls={"y": 0.2}, abort=abort))
    return found


def row(spec: BlockQuantizeSpec, beats: int, rng: np.random.Generator) -> Transaction:
    """Return the transaction of a row of random numbers."""
    blocks = -(-beats // spec.beats_per_block)
    codes = numbers(spec, blocks, rng).reshape(-1, spec.lanes)[:beats]
    padded = np.zeros((blocks * spec.beats_per_block, spec.lanes), np.int64)
    padded[:beats] = codes
    found = golden(spec, padded.reshape(-1))
    last = (np.arange(beats) == beats - 1).astype(np.int64)
    y = {
        "data": found.elements.reshape(-1, spec.lanes)[:beats],
        "scale": np.repeat(found.scales, spec.beats_per_block)[:beats],
        "last": last,
    }
    first = min(beats, spec.beats_per_block)
    return Transaction(
        f"{beats} beats",
        {"x": {"data": codes, "last": last}},
        {"y": y},
        beats,
        beats_after={"x": beats - first},
    )


def golden(spec: BlockQuantizeSpec, codes: np.ndarray) -> Blocks:
    """Return the blocks of codes (K,), their elements as words."""
    fmt, width = spec.lane.source, spec.lane.width
    if spec.element == BFP:
        found = to_bfp(codes, fmt=fmt, bits=width, block=spec.block_size, rule=spec.rule)
    else:
        found = to_mx(codes, fmt=fmt, element=spec.element, rule=spec.rule)
    return Blocks(found.elements & (1 << width) - 1, found.scales)


def numbers(spec: BlockQuantizeSpec, blocks: int, rng: np.random.Generator) -> np.ndarray:
    """Return codes (blocks, block): of near exponents or any, or at their ends, some of them no numbers.

    Half are short, so that elements meet ties. A block's largest number is often as large as an element can
    be, or a bit more or less.
    """
    fmt = spec.lane.source
    shape = blocks, spec.block_size
    top = rng.integers(0, 1 << fmt.exponent_bits, (blocks, 1))
    top = np.where(rng.integers(0, 4, (blocks, 1)) == 0, rng.choice([0, 1, 2, 3, 253, 254], (blocks, 1)), top)
    spread = rng.choice([1, 4, 12, 40], (blocks, 1))
    field = np.clip(top - rng.integers(0, spread, shape), 0, 254)
    codes = field << fmt.mantissa_bits | rng.integers(0, 1 << fmt.mantissa_bits, shape)
    short = shortened(codes.reshape(-1), fmt, rng).reshape(shape)
    codes = np.where(rng.integers(0, 2, shape) == 1, short, codes)
    largest, _ = spec.largest
    extra = fmt.mantissa_bits - (largest.bit_length() - 1)
    mantissa = largest << extra if extra > 0 else largest >> -extra
    limit = (np.clip(top[:, 0], 0, 254) << fmt.mantissa_bits) + (mantissa & (1 << fmt.mantissa_bits) - 1)
    limit = np.clip(limit + rng.integers(-1, 2, blocks), 0, fmt.max_code)
    at = rng.integers(0, spec.block_size, blocks)
    chosen = np.arange(spec.block_size) == at[:, None]
    codes = np.where(chosen & (rng.integers(0, 2, (blocks, 1)) == 1), limit[:, None], codes)
    strange = rng.random(shape) < rng.choice([0, 0, 0.01, 0.3], (blocks, 1))
    codes = np.where(strange, rng.choice(ends(fmt), shape), codes)
    return codes ^ rng.integers(0, 2, shape) << fmt.magnitude_bits


def check_exhaustible(spec: BlockQuantizeSpec) -> None:
    """Raise UsageError: there are too many blocks to try them all."""
    raise UsageError(
        f"block_quantize has too many inputs for --level exhaustive: a block has "
        f"{spec.block_size * spec.lane.source.bits} bits; use --level full"
    )


def compiled_checks(spec: BlockQuantizeSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    rng = np.random.default_rng(1)

    def run(rtl: Rtl) -> int:
        chunks = range(-(-BLOCKS // _CHUNK))
        return sum(check_transactions(rtl, [row(spec, _CHUNK * spec.beats_per_block, rng)]) for _ in chunks)

    return {f"{BLOCKS} blocks": run}
