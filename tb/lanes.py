"""Stimulus for units whose lanes do the same to every beat: operands of every length, corners, stalls."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from amaranth.hdl import Shape

from ..golden.errors import UsageError
from ..golden.integer import int_range
from ..hdl.spec import Spec
from .compiled import check_transactions
from .rtl import Rtl
from .tile import last_of
from .transaction import Scenario, Transaction

#: Bits of all operands of a lane up to which every combination is tried.
EXHAUSTIVE_BITS = 20
#: Random cases of the compiled check.
CASES = 200_000

#: Operands or results by name: (cases,) integers.
Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class LaneBench:
    """The bench of a Spec with lanes, latency, and an `interval` if beats do not follow each other at once.

    shapes: of the operands, the fields of x. golden: results of operands. corners: those that deserve a try.
    """

    spec: Spec
    shapes: dict[str, Shape]
    golden: Callable[[Columns], Columns]
    corners: Columns

    def scenarios(self, level: str, rng: np.random.Generator) -> list[Scenario]:
        """Return what the generic bench runs."""
        repeats = 1 if level == "quick" else 8

        def lots(count: int) -> list[Transaction]:
            return [self.transaction(self.random(int(n), rng)) for n in rng.integers(1, 8, count)]

        found = [
            Scenario("corners, back to back", [self.transaction(self.corners)]),
            Scenario("random, back to back", [self.transaction(self.random(60 * repeats, rng)), *lots(4)]),
            Scenario("y is ready only when valid", lots(4), patient=True),
            Scenario("stalls on x", lots(4), {"x": 0.6}),
            Scenario("stalls on y", lots(4), {"y": 0.6}),
        ]
        for i in range(repeats):
            stalls = {name: float(rng.choice([0.1, 0.5, 0.9])) for name in "xy"}
            found.append(Scenario(f"stalls everywhere, {i}", lots(6), stalls))
            abort = int(rng.integers(1, 2 * self.spec.latency + 20))
            found.append(Scenario(f"reset after {abort} cycles", lots(5), {"y": 0.2}, abort=abort))
        return found

    def random(self, beats: int, rng: np.random.Generator) -> Columns:
        """Return random operands of `beats` beats, of every length alike."""
        count = beats * self.spec.lanes
        return {
            name: rng.integers(*int_range(shape.width, shape.signed), count, endpoint=True)
            >> rng.integers(0, shape.width + 1, count)
            for name, shape in self.shapes.items()
        }

    def transaction(self, operands: Columns) -> Transaction:
        """Return the transaction of operands, filled up with zeros to whole beats."""
        lanes = self.spec.lanes
        (count,) = {len(values) for values in operands.values()}
        beats = -(-count // lanes)
        filled = {name: np.pad(values, (0, beats * lanes - count)) for name, values in operands.items()}
        last = {"last": last_of(beats)}
        x, y = (
            {name: values.reshape(beats, lanes) for name, values in columns.items()}
            for columns in (filled, self.golden(filled))
        )
        cycles = beats * getattr(self.spec, "interval", 1)
        return Transaction(f"{beats} beats", {"x": x | last}, {"y": y | last}, cycles, {"x": beats - 1})

    def check_exhaustible(self) -> None:
        """Raise UsageError if there are too many operands to try them all."""
        if sum(shape.width for shape in self.shapes.values()) > EXHAUSTIVE_BITS:
            told = " and ".join(f"{name} of {shape.width} bits" for name, shape in self.shapes.items())
            raise UsageError(
                f"--level exhaustive tries every operand, of {EXHAUSTIVE_BITS} bits in all, not "
                f"{told}: use full"
            )

    def compiled_checks(self, level: str) -> dict[str, Callable[[Rtl], int]]:
        """Return the checks on the compiled RTL, by name: every operand, or many of every length."""
        if level == "exhaustive":
            return {"every operand": lambda rtl: check_transactions(rtl, [self.transaction(self.every())])}
        operands = self.random(CASES // self.spec.lanes, np.random.default_rng(1))
        return {"random operands": lambda rtl: check_transactions(rtl, [self.transaction(operands)])}

    def every(self) -> Columns:
        """Return every combination of operands, in every lane."""
        code = np.arange(1 << sum(shape.width for shape in self.shapes.values())).repeat(self.spec.lanes)
        columns = {}
        for name, shape in self.shapes.items():
            low, _ = int_range(shape.width, shape.signed)
            columns[name] = low + (code & (1 << shape.width) - 1)
            code = code >> shape.width
        return columns


def lengths(width: int) -> np.ndarray:
    """Return the ends of every length of integers of `width` bits, and 0."""
    powers = 1 << np.arange(width)
    return np.unique(np.concatenate([[0], powers, 2 * powers - 1, powers - 1]))
