"""Stimulus for units that take rows of integers: of every length and shape, too long ones, stalls, resets."""

import dataclasses
from collections.abc import Callable, Iterable

import numpy as np

from ..golden.errors import UsageError
from ..golden.integer import int_range
from ..hdl.spec import Spec
from .compiled import check_transactions
from .rtl import Rtl
from .tile import last_of
from .transaction import Beats, Scenario, Transaction

#: Width of an integer up to which every pair is tried.
EXHAUSTIVE_BITS = 8
#: Integers of the compiled check.
COUNT = 1_000_000
#: Beats of a row of a bench, where rows may be much longer.
LONG = 24


@dataclasses.dataclass(frozen=True)
class RowBench:
    """The bench of a Spec with lanes, row_beats, in_bits, latency; golden: results of rows (..., N).

    waits: rows wait for those before them, so that only the first one has the latency of the Spec; the
    longest ones come every `row_cycles` of the Spec.
    """

    spec: Spec
    golden: Callable[[np.ndarray], np.ndarray]
    waits: bool = False

    @property
    def longest(self) -> int:
        """Integers of the longest row that most scenarios have."""
        return min(self.spec.row_beats, LONG) * self.spec.lanes

    def scenarios(self, level: str, rng: np.random.Generator, corners: Iterable) -> list[Scenario]:
        """Return what the generic bench runs; `corners` are rows, cut to the longest."""
        spec = self.spec
        repeats = 1 if level == "quick" else 8

        def lots(count: int) -> list[Transaction]:
            lengths = rng.integers(0, self.longest + 1, count)
            return [self.row(self.random_row(int(n), rng)) for n in lengths]

        same = self.same(self.longest, 4 * repeats, rng)
        results = list(same[0].outputs)
        special = [self.row(np.array(x[: self.longest], np.int64)) for x in corners]
        found = [
            Scenario("rows of the same length, back to back", same),
            Scenario("corners", special, patient=True),
            Scenario("y is ready only when valid", lots(8), patient=True),
            Scenario("stalls on x", lots(10), {"x": 0.6}),
            *(Scenario(f"stalls on {name}", lots(10), {name: 0.6}) for name in results),
            *(Scenario(f"full memories, {name}", same[:4], {name: 0.95}) for name in results),
            Scenario("single beats", [self.row(self.random_row(1, rng)) for _ in range(20)], {"x": 0.1}),
            self.too_long(rng),
        ]
        if spec.row_beats > LONG:
            whole = spec.row_beats * spec.lanes
            found.append(Scenario("the longest row", self.same(whole, 2, rng)))
        for i in range(repeats):
            stalls = {name: float(rng.choice([0.1, 0.5, 0.9])) for name in ("x", *results)}
            found.append(Scenario(f"stalls everywhere, {i}", lots(10), stalls, status={"too_long": 0}))
            abort = int(rng.integers(1, 3 * spec.latency + 20))
            found.append(Scenario(f"reset after {abort} cycles", lots(8), {results[0]: 0.2}, abort=abort))
        return found

    def same(self, length: int, count: int, rng: np.random.Generator) -> list[Transaction]:
        """Return rows of one length, with the timing that they have back to back."""
        rows = [self.row(self.random_row(length, rng), smooth=not self.waits) for _ in range(count)]
        if not self.waits:
            return rows
        # Memories of a row and three beats are full when the third row comes; from then on the pace is even.
        even = length == self.spec.row_beats * self.spec.lanes and self.spec.row_beats > 3
        later = [self.spec.row_cycles if even and k > 1 else None for k in range(count)]
        unknown = dict.fromkeys(rows[0].outputs)
        return rows[:1] + [
            dataclasses.replace(row, cycles=cycles, latency=unknown)
            for row, cycles in zip(rows[1:], later[1:], strict=True)
        ]

    def random_row(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Return a row around any integer, narrow or wide, or rising so that its maximum moves."""
        low, high = int_range(self.spec.in_bits, True)
        spread = rng.choice([0.5, 8, 64]) / 256 * (high - low)
        drawn = rng.normal(rng.integers(low, high + 1), spread, count)
        drawn = np.clip(np.rint(drawn), low, high).astype(np.int64)
        return np.sort(drawn) if rng.random() < 0.3 else drawn

    def row(self, x: np.ndarray, smooth: bool = False) -> Transaction:
        """Return the transaction of a row x; smooth: no row before it has fewer beats."""
        return self.rows(f"row of {len(x)}", x[None], smooth)

    def rows(self, name: str, x: np.ndarray, smooth: bool = False) -> Transaction:
        """Return the transaction of rows x (rows, N)."""
        # What is not there is as large as can be, so that it would be seen.
        data, keep = self.in_beats(x, filling=int_range(self.spec.in_bits, True)[1])
        beats = len(keep) // len(x)
        flags = {"keep": keep, "last": np.tile(last_of(beats), len(x))}
        return Transaction(
            name,
            {"x": {"data": data, **flags}},
            self.outputs(x, flags),
            len(keep) if smooth else None,
            latency=self.latencies(beats),
        )

    def outputs(self, x: np.ndarray, flags: Beats) -> dict[str, Beats]:
        """Return the output streams of rows x (rows, N). flags: keep and last of their beats."""
        return {"y": {"data": self.in_beats(self.golden(x))[0], **flags}}

    def latencies(self, beats: int) -> dict[str, int]:
        """Return the latencies of a row of `beats` that are not that of the Spec, by output stream."""
        return {}

    def in_beats(self, values: np.ndarray, filling: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Return rows (rows, N) as beats (all, lanes), filled up, and the keep flags of each as a number."""
        lanes = self.spec.lanes
        count, length = values.shape
        beats = max(-(-length // lanes), 1)
        there = np.arange(beats * lanes).reshape(beats, lanes) < length
        filled = np.pad(values, ((0, 0), (0, beats * lanes - length)), constant_values=filling)
        # The top one of 64 flags is the sign of an int64, as `unpack_words` has it.
        bits = np.left_shift(1, np.arange(lanes))
        return filled.reshape(-1, lanes), np.tile((there * bits).sum(axis=1), count)

    def too_long(self, rng: np.random.Generator) -> Scenario:
        """Return a row with two beats too many: it ends where it may at last, and what is left follows."""
        longest = self.spec.row_beats * self.spec.lanes
        beats = self.spec.row_beats + 2
        x = self.random_row(beats * self.spec.lanes, rng)
        pieces = [self.row(x[start : start + longest]) for start in range(0, len(x), longest)]
        one = {name: np.concatenate([p.inputs["x"][name] for p in pieces]) for name in ("data", "keep")}
        outputs = {
            stream: {name: np.concatenate([p.outputs[stream][name] for p in pieces]) for name in fields}
            for stream, fields in pieces[0].outputs.items()
        }
        whole = Transaction("row too long", {"x": one | {"last": last_of(beats)}}, outputs)
        return Scenario("a row that is too long", [whole], {"x": 0.1}, status={"too_long": 1})

    def check_exhaustible(self) -> None:
        """Raise UsageError if there are too many pairs of integers, or a row holds no pair."""
        spec = self.spec
        if spec.in_bits > EXHAUSTIVE_BITS or spec.row_beats * spec.lanes < 2:
            raise UsageError(
                f"--level exhaustive tries every pair of codes, not with in_bits={spec.in_bits} and "
                f"row_max={spec.row_max}: use in_bits={EXHAUSTIVE_BITS} or less and row_max=2 or more, or "
                "full"
            )

    def compiled_checks(self, level: str) -> dict[str, Callable[[Rtl], int]]:
        """Return the checks on the compiled RTL, by name: rows of every pair of integers, or long ones."""
        if level == "exhaustive":
            low, high = int_range(self.spec.in_bits, True)
            every = np.arange(low, high + 1, dtype=np.int64)
            pairs = np.stack(np.meshgrid(every, every), axis=-1).reshape(-1, 2)
            return {"every pair": lambda rtl: check_transactions(rtl, [self.rows("every pair", pairs)])}
        rng = np.random.default_rng(1)
        length = min(self.spec.row_beats, 64) * self.spec.lanes
        rows = np.stack([self.random_row(length, rng) for _ in range(max(COUNT // length, 1))])
        return {"long rows": lambda rtl: check_transactions(rtl, [self.rows("long rows", rows)])}
