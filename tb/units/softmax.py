"""Stimulus for `softmax`: rows of every length and shape, rows that are too long, stalls, resets."""

from collections.abc import Callable

import numpy as np

from ...golden.base2_softmax import base2_softmax
from ...golden.errors import UsageError
from ...golden.integer import int_range
from ...hdl.softmax.softmax_spec import SoftmaxSpec
from ..compiled import check_transactions
from ..rtl import Rtl
from ..tile import last_of
from ..transaction import Scenario, Transaction

#: Width of a code up to which every pair of codes is tried.
EXHAUSTIVE_BITS = 8
#: Codes of the compiled check.
CODES = 1_000_000
#: Beats of a row of a bench, where rows may be much longer.
LONG = 24


def scenarios(spec: SoftmaxSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    repeats = 1 if level == "quick" else 8
    longest = min(spec.row_beats, LONG) * spec.lanes

    def lots(count: int) -> list[Transaction]:
        return [row(spec, random_row(spec, int(n), rng)) for n in rng.integers(0, longest + 1, count)]

    same = [row(spec, random_row(spec, longest, rng), smooth=True) for _ in range(4 * repeats)]
    found = [
        Scenario("rows of the same length, back to back", same),
        Scenario("corners", corners(spec, rng), patient=True),
        Scenario("y is ready only when valid", lots(8), patient=True),
        Scenario("stalls on x", lots(10), {"x": 0.6}),
        Scenario("stalls on y", lots(10), {"y": 0.6}),
        Scenario("full memories", same[:4], {"y": 0.95}),
        Scenario("single beats", [row(spec, random_row(spec, 1, rng)) for _ in range(20)], {"x": 0.1}),
        too_long(spec, rng),
    ]
    if spec.row_beats > LONG:
        whole = spec.row_beats * spec.lanes
        found.append(Scenario("the longest row", [row(spec, random_row(spec, whole, rng))] * 2))
    for i in range(repeats):
        stalls = {name: float(rng.choice([0.1, 0.5, 0.9])) for name in "xy"}
        found.append(Scenario(f"stalls everywhere, {i}", lots(10), stalls, status={"too_long": 0}))
        abort = int(rng.integers(1, 3 * spec.latency + 20))
        found.append(Scenario(f"reset after {abort} cycles", lots(8), {"y": 0.2}, abort=abort))
    return found


def random_row(spec: SoftmaxSpec, codes: int, rng: np.random.Generator) -> np.ndarray:
    """Return a row of codes: around any of them, narrow or wide, or rising so that the maximum moves."""
    low, high = int_range(spec.in_bits, True)
    drawn = rng.normal(rng.integers(low, high + 1), rng.choice([0.5, 8, 64]) / 256 * (high - low), codes)
    drawn = np.clip(np.rint(drawn), low, high).astype(np.int64)
    return np.sort(drawn) if rng.random() < 0.3 else drawn


def corners(spec: SoftmaxSpec, rng: np.random.Generator) -> list[Transaction]:
    """Return rows without codes, of one and two, of equal codes, and around octaves."""
    low, high = int_range(spec.in_bits, True)
    octave = 1 << spec.fraction_bits
    longest = min(spec.row_beats, LONG) * spec.lanes
    rows = [[], [low], [high], [low, high], [], [high, low], [0], [low] * longest, [high] * longest]
    rows += [[code] for code in (-1, 1, octave - 1, octave, -octave, -octave - 1) if low <= code <= high]
    rows += [np.linspace(low, high, longest).astype(int), np.linspace(high, low, longest).astype(int)]
    rows += [rng.permutation([high] + [low] * (longest - 1)), []]
    return [row(spec, np.array(codes[:longest], np.int64)) for codes in rows]


def row(spec: SoftmaxSpec, x: np.ndarray, smooth: bool = False) -> Transaction:
    """Return the transaction of a row x (codes); smooth: no row before it has fewer beats."""
    # What is not there is as large as can be, so that it would be seen.
    x_beats, keep = in_beats(spec, x, filling=int_range(spec.in_bits, True)[1])
    y_beats, _ = in_beats(spec, golden(spec, x))
    flags = {"keep": keep, "last": last_of(len(keep))}
    return Transaction(
        f"row of {len(x)}",
        {"x": {"data": x_beats, **flags}},
        {"y": {"data": y_beats, **flags}},
        len(keep) if smooth else None,
    )


def golden(spec: SoftmaxSpec, x: np.ndarray) -> np.ndarray:
    """Return the results of rows x (..., codes)."""
    names = ("fraction_bits", "exp_bits", "lanes", "in_bits", "out_bits", "index_bits", "mantissa_bits")
    options = {name: getattr(spec, name) for name in names}
    return base2_softmax(x, **options, total_bits=spec.total_bits)


def in_beats(spec: SoftmaxSpec, values: np.ndarray, filling: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return values as beats (beats, lanes), filled up, and the keep flags of each beat as a number."""
    beats = max(-(-len(values) // spec.lanes), 1)
    there = np.arange(beats * spec.lanes).reshape(beats, spec.lanes) < len(values)
    padded = np.pad(values, (0, beats * spec.lanes - len(values)), constant_values=filling)
    bits = 1 << np.arange(spec.lanes, dtype=object)
    return padded.reshape(beats, spec.lanes), (there * bits).sum(axis=1)


def too_long(spec: SoftmaxSpec, rng: np.random.Generator) -> Scenario:
    """Return a row with two beats too many: it ends where it may at last, and a row of two beats follows."""
    longest = spec.row_beats * spec.lanes
    beats = spec.row_beats + 2
    x = random_row(spec, beats * spec.lanes, rng)
    parts = [x[start : start + longest] for start in range(0, len(x), longest)]
    pieces = [row(spec, part) for part in parts]
    one = {name: np.concatenate([p.inputs["x"][name] for p in pieces]) for name in ("data", "keep")}
    outputs = {
        name: np.concatenate([p.outputs["y"][name] for p in pieces]) for name in ("data", "keep", "last")
    }
    whole = Transaction("row too long", {"x": one | {"last": last_of(beats)}}, {"y": outputs})
    return Scenario("a row that is too long", [whole], {"x": 0.1}, status={"too_long": 1})


def check_exhaustible(spec: SoftmaxSpec) -> None:
    """Raise UsageError if there are too many pairs of codes, or a row holds no pair."""
    if spec.in_bits > EXHAUSTIVE_BITS or spec.row_beats * spec.lanes < 2:
        raise UsageError(
            f"--level exhaustive tries every pair of codes, not with in_bits={spec.in_bits} and "
            f"row_max={spec.row_max}: use in_bits={EXHAUSTIVE_BITS} or less and row_max=2 or more, or full"
        )


def compiled_checks(spec: SoftmaxSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name: rows of every pair of codes, or long ones."""
    if level == "exhaustive":
        codes = np.arange(*int_range(spec.in_bits, True), dtype=np.int64)
        codes = np.append(codes, codes[-1] + 1)
        pairs = np.stack(np.meshgrid(codes, codes), axis=-1).reshape(-1, 2)
        return {"every pair of codes": lambda rtl: check_transactions(rtl, [same_length(spec, pairs)])}
    rng = np.random.default_rng(1)
    length = min(spec.row_beats * spec.lanes, 64 * spec.lanes)
    rows = np.stack([random_row(spec, length, rng) for _ in range(max(CODES // length, 1))])
    return {"long rows": lambda rtl: check_transactions(rtl, [same_length(spec, rows)])}


def same_length(spec: SoftmaxSpec, x: np.ndarray) -> Transaction:
    """Return the transaction of rows x (rows, codes)."""
    rows, codes = x.shape
    beats = -(-codes // spec.lanes)
    filling = ((0, 0), (0, beats * spec.lanes - codes))
    _, keep = in_beats(spec, x[0])
    flags = {"keep": np.tile(keep, rows), "last": np.tile(last_of(beats), rows)}
    data, y = (np.pad(v, filling).reshape(-1, spec.lanes) for v in (x, golden(spec, x)))
    return Transaction(f"{rows} rows of {codes}", {"x": {"data": data, **flags}}, {"y": {"data": y, **flags}})
