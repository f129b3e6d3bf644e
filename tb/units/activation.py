"""Stimulus for `activation`: every code, in every lane, with and without stalls."""

from collections.abc import Callable

import numpy as np

from ...golden.integer import int_range
from ...hdl.vector.activation import ActivationSpec
from ..compiled import check_transactions
from ..rtl import Rtl
from ..tile import last_of
from ..transaction import Scenario, Transaction


def scenarios(spec: ActivationSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    repeats = 1 if level == "quick" else 8

    def lots(count: int) -> list[Transaction]:
        return [random_transaction(spec, int(n), rng) for n in rng.integers(1, 20, count)]

    found = [
        Scenario("every code, back to back", [every_code(spec, rng)]),
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


def every_code(spec: ActivationSpec, rng: np.random.Generator) -> Transaction:
    """Return the transaction that brings every code to every lane, in another order to each."""
    codes = np.arange(*int_range(spec.in_bits, spec.in_signed))
    codes = np.append(codes, int_range(spec.in_bits, spec.in_signed)[1])
    lanes = np.stack([codes] + [rng.permutation(codes) for _ in range(spec.lanes - 1)], axis=1)
    return transaction(spec, "every code", lanes)


def random_transaction(spec: ActivationSpec, beats: int, rng: np.random.Generator) -> Transaction:
    """Return `beats` beats of random codes."""
    ends = int_range(spec.in_bits, spec.in_signed)
    return transaction(spec, f"{beats} random beats", rng.integers(*ends, (beats, spec.lanes), endpoint=True))


def transaction(spec: ActivationSpec, name: str, x: np.ndarray) -> Transaction:
    """Return the transaction of x (beats, lanes)."""
    beats = len(x)
    return Transaction(
        name,
        {"x": {"data": x, "last": last_of(beats)}},
        {"y": {"data": spec.golden(x), "last": last_of(beats)}},
        beats,
        beats_after={"x": beats - 1},
    )


def check_exhaustible(spec: ActivationSpec) -> None:
    """Every Spec can be tried with every code."""


def compiled_checks(spec: ActivationSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name: every code in every lane."""
    codes = every_code(spec, np.random.default_rng(1))
    return {"every code in every lane": lambda rtl: check_transactions(rtl, [codes])}
