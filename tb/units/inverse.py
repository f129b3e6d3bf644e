"""Stimulus for `inverse`: every entry of the table at every exponent, ends, stalls, resets."""

from collections.abc import Callable

import numpy as np

from ...golden.errors import UsageError
from ...golden.reciprocal import reciprocal, rsqrt
from ...hdl.vector.inverse import InverseSpec
from ..compiled import check_transactions
from ..rtl import Rtl
from ..tile import last_of
from ..transaction import Scenario, Transaction

#: Width of an integer up to which all of them are tried.
EXHAUSTIVE_BITS = 20
#: Random cases of the compiled check.
CASES = 1_000_000


def scenarios(spec: InverseSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    repeats = 1 if level == "quick" else 8

    def lots(count: int) -> list[Transaction]:
        return [transaction(spec, random_x(spec, int(n), rng)) for n in rng.integers(1, 20, count)]

    found = [
        Scenario("corners, back to back", [transaction(spec, in_lanes(spec, corners(spec)))]),
        Scenario("random, back to back", [transaction(spec, random_x(spec, 400 * repeats, rng)), *lots(4)]),
        Scenario("y is ready only when valid", lots(6), patient=True),
        Scenario("stalls on x", lots(8), {"x": 0.6}),
        Scenario("stalls on y", lots(8), {"y": 0.6}),
    ]
    for i in range(repeats):
        stalls = {name: float(rng.choice([0.1, 0.5, 0.9])) for name in "xy"}
        found.append(Scenario(f"stalls everywhere, {i}", lots(10), stalls))
        abort = int(rng.integers(1, 20))
        found.append(Scenario(f"reset after {abort} cycles", lots(6), {"y": 0.2}, abort=abort))
    return found


def corners(spec: InverseSpec) -> np.ndarray:
    """Return 0, the ends of every exponent, and of one exponent the ends of every entry of the table."""
    powers = 1 << np.arange(spec.bits)
    steps = np.arange(1 << spec.index_bits) << max(spec.bits - 1 - spec.index_bits, 0)
    ends = (1 << spec.bits - 1) + np.concatenate([steps, steps - 1])
    found = np.concatenate([[0], powers, 2 * powers - 1, ends, ends >> 1])
    return np.unique(found[(found >= 0) & (found < 1 << spec.bits)])


def random_x(spec: InverseSpec, beats: int, rng: np.random.Generator) -> np.ndarray:
    """Return random integers (beats, lanes), of every length alike."""
    x = rng.integers(0, 1 << spec.bits, (beats, spec.lanes))
    return x >> rng.integers(0, spec.bits + 1, x.shape)


def in_lanes(spec: InverseSpec, x: np.ndarray) -> np.ndarray:
    """Return integers as beats, all of them in every lane."""
    return np.stack([np.roll(x, lane) for lane in range(spec.lanes)], axis=1)


def transaction(spec: InverseSpec, x: np.ndarray) -> Transaction:
    """Return the transaction of x (beats, lanes)."""
    beats = len(x)
    sizes = {"index_bits": spec.index_bits, "mantissa_bits": spec.mantissa_bits}
    found = (reciprocal if spec.function == "reciprocal" else rsqrt)(x, bits=spec.bits, **sizes)
    return Transaction(
        f"{beats} beats",
        {"x": {"data": x, "last": last_of(beats)}},
        {"y": {"mantissa": found.mantissa, "shift": found.shift, "last": last_of(beats)}},
        beats,
        beats_after={"x": beats - 1},
    )


def check_exhaustible(spec: InverseSpec) -> None:
    """Raise UsageError if there are too many integers to try them all."""
    if spec.bits > EXHAUSTIVE_BITS:
        raise UsageError(
            f"bits={spec.bits} is too wide for --level exhaustive: use bits={EXHAUSTIVE_BITS} or full"
        )


def compiled_checks(spec: InverseSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name: every integer, or many of every length."""
    if level == "exhaustive":
        every = in_lanes(spec, np.arange(1 << spec.bits))
        return {"every integer": lambda rtl: check_transactions(rtl, [transaction(spec, every)])}
    x = random_x(spec, CASES // spec.lanes, np.random.default_rng(1))
    return {"random integers": lambda rtl: check_transactions(rtl, [transaction(spec, x)])}
