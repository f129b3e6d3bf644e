"""Stimulus for `fp_dot`: ends with ends, products that cancel, single products in every lane, stalls."""

from collections.abc import Callable, Iterator

import numpy as np

from ...golden.errors import UsageError
from ...golden.float_code import Randomness
from ...golden.fp_dot import fp_dot
from ...hdl.float.fp_dot import FpDotSpec
from ..compiled import EXHAUSTIVE_BITS, check_transactions
from ..floats import combinations, ends, random_codes, shortened
from ..rtl import Rtl
from ..transaction import Scenario, Transaction

#: Directed sums that `full` runs on the compiled RTL, and how many of them at a time.
CASES = 1_000_000
_CHUNK = 1 << 16
_STREAMS = ("x", "y")


def scenarios(spec: FpDotSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    repeats = 1 if level == "quick" else 8

    def lots(count: int, longest: int = 20) -> list[Transaction]:
        return [
            transaction(spec, f"{n} sums", directed(spec, int(n), rng), rng)
            for n in rng.integers(1, longest, count)
        ]

    found = [
        Scenario("ends with ends", [transaction(spec, "ends with ends", corners(spec, 800, rng), rng)]),
        Scenario("random, back to back", lots(60 * repeats)),
        Scenario("y is ready only when valid", lots(6), patient=True),
    ]
    found += [Scenario(f"stalls on {name}", lots(8), stalls={name: 0.6}) for name in _STREAMS]
    for i in range(repeats):
        stalls = {name: float(rng.choice([0.1, 0.5, 0.9])) for name in _STREAMS}
        found.append(Scenario(f"stalls everywhere, {i}", lots(10), stalls=stalls))
        abort = int(rng.integers(1, 3 * spec.latency + 20))
        found.append(Scenario(f"reset after {abort} cycles", lots(6), stalls={"y": 0.2}, abort=abort))
    return found


def transaction(spec: FpDotSpec, name: str, fields: dict[str, np.ndarray], rng) -> Transaction:
    """Return the transaction of operands, (beats, lanes), with random numbers if the unit takes them."""
    beats = len(fields["a"])
    random = {}
    formats = {f"{operand}_format": fmt for operand, fmt in spec.operands.items()}
    golden = {**fields, **formats, "out_format": spec.out, "rounding": spec.rounding}
    if spec.random_width:
        random = {"random": rng.integers(0, 1 << spec.random_width, beats)}
        golden["random"] = Randomness(random["random"], spec.random_width)
    return Transaction(
        name,
        {"x": fields | random},
        {"y": {"data": fp_dot(**golden)}},
        beats,
        beats_after={"x": beats - 1},
    )


def corners(spec: FpDotSpec, count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return operands that are ends of their format; in half of the sums all lanes are the same."""
    fields = {}
    same = rng.integers(0, 2, (count, 1)) == 1
    for name, fmt in spec.operands.items():
        codes = rng.choice(ends(fmt), (count, spec.lanes))
        fields[name] = np.where(same, codes[:, :1], codes)
    return fields


def directed(spec: FpDotSpec, count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return random operands, half of them short; in a third of the sums half of the lanes cancel the others.

    What cancels is off by a bit here and there, so that little is left. Two sums in three have no code that
    is no number: it would hide the others.
    """
    shape = count, spec.lanes
    fields = {}
    for name, fmt in spec.operands.items():
        codes = random_codes(fmt, shape, rng).reshape(-1)
        short = shortened(codes, fmt, rng)
        codes = np.where(rng.integers(0, 2, codes.shape), short, codes).reshape(shape)
        numbers = codes & (1 << fmt.magnitude_bits) - 1
        finite = np.minimum(numbers, fmt.max_code) | codes & (fmt.signed << fmt.magnitude_bits)
        fields[name] = np.where(rng.integers(0, 3, (count, 1)) == 0, codes, finite)
    half = spec.lanes // 2
    cancels = rng.integers(0, 3, (count, 1)) == 0
    for name, fmt in spec.operands.items():
        other = fields[name][:, :half]
        if name == "a":
            other = other ^ (fmt.signed << fmt.magnitude_bits) ^ (rng.integers(0, 8, other.shape) == 0)
        fields[name][:, half : 2 * half] = np.where(cancels, other, fields[name][:, half : 2 * half])
    return fields


def check_exhaustible(spec: FpDotSpec) -> None:
    """Raise UsageError if there are too many pairs of operands to try them all."""
    bits = sum(fmt.bits for fmt in spec.operands.values())
    if bits > EXHAUSTIVE_BITS:
        raise UsageError(
            f"a and b are {bits} bits, and exhaustive runs go up to {EXHAUSTIVE_BITS}: use --level full"
        )


def compiled_checks(spec: FpDotSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    if level == "exhaustive":
        return {"every pair, in a lane each": lambda rtl: _run(spec, rtl, every_pair(spec))}
    return {f"{CASES} directed sums": lambda rtl: _run(spec, rtl, _cases(spec))}


def every_pair(spec: FpDotSpec) -> Iterator[dict[str, np.ndarray]]:
    """Return every pair of codes in one lane, another one each time, and zeros in the other lanes."""
    for pairs in combinations({name: np.arange(1 << fmt.bits) for name, fmt in spec.operands.items()}):
        lane = np.arange(len(pairs["a"])) % spec.lanes
        for turn in range(spec.lanes):
            here = np.arange(spec.lanes) == ((lane + turn) % spec.lanes)[:, None]
            yield {name: np.where(here, codes[:, None], 0) for name, codes in pairs.items()}


def _cases(spec: FpDotSpec) -> Iterator[dict[str, np.ndarray]]:
    rng = np.random.default_rng(1)
    for _ in range(-(-CASES // _CHUNK)):
        yield directed(spec, _CHUNK, rng)


def _run(spec: FpDotSpec, rtl: Rtl, chunks: Iterator[dict[str, np.ndarray]]) -> int:
    rng = np.random.default_rng(2)
    return sum(check_transactions(rtl, [transaction(spec, "compiled", fields, rng)]) for fields in chunks)
