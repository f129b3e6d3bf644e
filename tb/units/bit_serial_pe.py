"""Stimulus for `bit_serial_pe`: sums of every length and kind of digit, stalls, resets, every pair."""

from collections.abc import Callable

import numpy as np

from ...golden.errors import UsageError
from ...golden.integer import int_range, wrap
from ...golden.recoding import nonzero_digits
from ...hdl.array.bit_serial_pe import BitSerialPeSpec
from ..compiled import check_transactions, operand_pairs
from ..rtl import Rtl
from ..tile import last_of
from ..transaction import Scenario, Transaction

#: Operand bits, of all lanes, up to which every combination is tried.
EXHAUSTIVE_BITS = 16
#: Beats of the longest sum that a level drives through the cocotb bench.
BEATS = {"quick": 64, "full": 1024, "exhaustive": 1024}
STREAMS = ("ab", "c")


def scenarios(spec: BitSerialPeSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    longest = min((spec.k_limit or BEATS[level] * spec.lanes) // spec.lanes, BEATS[level])
    lengths = sorted({min(n, longest) for n in (1, 2, 3, spec.queue + 1, longest)})
    repeats = 1 if level == "quick" else 8

    def sums(count: int) -> list[Transaction]:
        return [random_sum(spec, int(rng.choice(lengths[:-1] or lengths)), rng) for _ in range(count)]

    found = [
        Scenario("every length, back to back", [random_sum(spec, n, rng) for n in lengths for _ in range(2)]),
        Scenario("corner operands", [t for n in {1, longest} for t in corner_sums(spec, n)]),
        Scenario("sums of one beat", [random_sum(spec, 1, rng) for _ in range(4 * spec.queue + 20)]),
        Scenario("one lane works alone", [lone_lane(spec, longest, lane, rng) for lane in range(spec.lanes)]),
        Scenario("c is ready only when valid", [*sums(4), random_sum(spec, longest, rng)], patient=True),
        Scenario("c hardly ever taken", sums(8), {"c": 0.97}),
    ]
    for stream in STREAMS:
        found.append(Scenario(f"stalls on {stream}", sums(12), {stream: 0.6}))
    for i in range(repeats):
        stalls = {stream: float(rng.choice([0.1, 0.5, 0.9])) for stream in STREAMS}
        found.append(Scenario(f"stalls everywhere, {i}", sums(12), stalls))
        abort = int(rng.integers(1, 2 * spec.queue + 30))
        found.append(Scenario(f"reset after {abort} cycles", sums(6), {"c": 0.2}, abort=abort))
    return found


def random_sum(spec: BitSerialPeSpec, beats: int, rng: np.random.Generator) -> Transaction:
    """Return a sum of random operands, some of A zero."""
    shape = (beats, spec.lanes)
    a = rng.integers(*int_range(spec.a_bits, spec.a_signed), shape, endpoint=True)
    a *= rng.random(shape) < rng.choice([0.2, 0.75, 1.0])
    b = rng.integers(*int_range(spec.b_bits, spec.b_signed), shape, endpoint=True)
    return one_sum(spec, f"random sum, {beats} beats", a, b)


def corner_sums(spec: BitSerialPeSpec, beats: int) -> list[Transaction]:
    """Return sums of extreme operands: ends, zero, every single digit, the most digits."""
    low, high = int_range(spec.a_bits, spec.a_signed)
    b_low, b_high = int_range(spec.b_bits, spec.b_signed)
    values = np.arange(low, high + 1)
    digits = nonzero_digits(values, bits=spec.a_bits, signed=spec.a_signed, recoding=spec.recoding)
    shape = (beats, spec.lanes)
    found = [
        one_sum(spec, f"corner {x} x {y}, {beats} beats", np.full(shape, x), np.full(shape, y))
        for x in sorted({low, high, 0, int(values[digits.argmax()])})
        for y in sorted({b_low, b_high, 0})
    ]
    single = np.resize(values[digits == 1], shape)
    ends = (b_low, b_high)
    return found + [one_sum(spec, f"digits x {y}, {beats} beats", single, np.full(shape, y)) for y in ends]


def lone_lane(spec: BitSerialPeSpec, beats: int, lane: int, rng: np.random.Generator) -> Transaction:
    """Return a sum in which one lane has all the work, and the others none."""
    a = np.zeros((beats, spec.lanes), np.int64)
    a[:, lane] = int_range(spec.a_bits, spec.a_signed)[1]
    b = rng.integers(*int_range(spec.b_bits, spec.b_signed), a.shape, endpoint=True)
    return one_sum(spec, f"lane {lane} alone", a, b)


def one_sum(spec: BitSerialPeSpec, name: str, a: np.ndarray, b: np.ndarray) -> Transaction:
    """Return the transaction of one sum; a, b: (beats, lanes)."""
    total = wrap((a * b).sum(), spec.acc_width, spec.acc_shape.signed)
    return Transaction(
        name, {"ab": {"a": a, "b": b, "last": last_of(len(a))}}, {"c": {"data": np.array([total])}}
    )


def check_exhaustible(spec: BitSerialPeSpec) -> None:
    """Raise UsageError if there are too many combinations of operands to try them all."""
    bits = spec.lanes * (spec.a_bits + spec.b_bits)
    if bits > EXHAUSTIVE_BITS:
        raise UsageError(
            f"a_bits={spec.a_bits} and b_bits={spec.b_bits} in lanes={spec.lanes} are {bits} input bits, and "
            f"exhaustive runs of bit_serial_pe go up to {EXHAUSTIVE_BITS}: use --level full"
        )


def compiled_checks(spec: BitSerialPeSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    longest = (spec.k_limit or 65536) // spec.lanes
    checks = {
        f"corner operands, {longest} beats": lambda rtl: check_transactions(rtl, corner_sums(spec, longest))
    }
    if level == "exhaustive":
        checks["every combination of operands, one sum each"] = lambda rtl: check_every_sum(rtl, spec, 1)
        length = min(longest, 37)
        checks[f"every combination, sums of {length} beats"] = lambda rtl: check_every_sum(rtl, spec, length)
    return checks


def check_every_sum(rtl: Rtl, spec: BitSerialPeSpec, length: int) -> int:
    """Try every combination of operands, shuffled, in sums of `length` beats; returns the cycles taken."""
    a, b = (np.concatenate(parts) for parts in zip(*operand_pairs(spec), strict=True))
    order = np.random.default_rng(1).permutation(len(a))
    parts = [order[k : k + length] for k in range(0, len(order), length)]
    return check_transactions(rtl, [one_sum(spec, f"beats {part[0]}...", a[part], b[part]) for part in parts])
