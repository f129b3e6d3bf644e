"""Stimulus for `attention`: blocks of queries, short rows and long ones, masks, scales, stalls, resets."""

from collections.abc import Callable

import numpy as np

from ...golden.attention import attention
from ...golden.errors import UsageError
from ...golden.integer import int_range
from ...hdl.attention.attention_spec import AttentionSpec
from ..compiled import check_transactions
from ..rtl import Rtl
from ..tile import last_of
from ..transaction import Scenario, Transaction

#: Keys of most rows of a bench, where rows may be much longer.
LONG = 40
#: Keys that pass in the compiled check.
COUNT = 100_000


def scenarios(spec: AttentionSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    repeats = 1 if level == "quick" else 8
    longest = min(spec.length_max, LONG)
    smooth = spec.smooth_length

    def blocks(count: int) -> list[Transaction]:
        return [block(spec, int(n), rng) for n in rng.integers(1, longest + 1, count)]

    found = [
        Scenario("single keys", [block(spec, 1, rng) for _ in range(6)], patient=True),
        Scenario("ends of the operands", [block(spec, min(longest, 5), rng, ends=True) for _ in range(6)]),
        Scenario("y is ready only when valid", blocks(6), patient=True),
        Scenario("every length", [block(spec, n + 1, rng) for n in range(min(longest, 12))], {"y": 0.01}),
        too_long(spec, rng),
    ]
    if smooth <= min(spec.length_max, 4 * LONG):
        found.append(
            Scenario("back to back", [block(spec, smooth, rng, timed=True) for _ in range(4 * repeats)])
        )
    found += [Scenario(f"stalls on {name}", blocks(6), {name: 0.6}) for name in "qkvsy"]
    for i in range(repeats):
        stalls = {name: float(rng.choice([0.1, 0.5, 0.9])) for name in "qkvsy"}
        found.append(Scenario(f"stalls everywhere, {i}", blocks(6), stalls, status={"too_long": 0}))
        abort = int(rng.integers(1, 3 * spec.latency + 2 * longest))
        found.append(Scenario(f"reset after {abort} cycles", blocks(5), {"y": 0.2}, abort=abort))
    return found


def drawn(spec: AttentionSpec, keys: int, rng: np.random.Generator, ends: bool = False) -> list[np.ndarray]:
    """Return queries, keys and values, anything or ends of their range; some keys are like a query."""
    low, high = int_range(spec.bits, True)
    shapes = ((spec.queries, spec.dim), (keys, spec.dim), (keys, spec.dim))
    if ends:
        return [rng.choice([low, low, high, 0], shape) for shape in shapes]
    q, k, v = (rng.integers(low, high + 1, shape) for shape in shapes)
    alike = rng.random((keys, 1)) < 0.3
    return [q, np.where(alike, q[rng.integers(spec.queries)], k), v]


def scales(spec: AttentionSpec, rng: np.random.Generator) -> dict[str, int]:
    """Return a scale for scores that spread over their codes, or beyond, and one for results, or any."""
    most = (1 << spec.mult_bits) - 1
    longest = (1 << spec.shift_bits) - 1
    if rng.random() < 0.2:
        return {
            "mult": int(rng.choice([0, 1, most])),
            "shift": int(rng.choice([0, longest])),
            "out_mult": int(rng.choice([0, 1, most])),
            "out_shift": int(rng.choice([0, longest])),
        }
    shift = spec.mult_bits + 2 * spec.bits + spec.dim.bit_length() // 2 - spec.score_bits
    shift = min(max(shift + int(rng.integers(-3, 2)), 0), longest)
    out_shift = min(spec.mult_bits - int(rng.integers(0, 3)), longest)
    drawn_mults = (int(m) for m in rng.integers(1, most + 1, 2))
    return dict(zip(("mult", "out_mult"), drawn_mults, strict=True)) | {
        "shift": shift,
        "out_shift": out_shift,
    }


def golden(spec: AttentionSpec, q, k, v, position: int, scale: dict[str, int]) -> np.ndarray:
    """Return the results of a block, (queries, dim)."""
    names = ("causal", "window", "bits", "score_bits", "fraction_bits", "exp_bits", "index_bits")
    options = {name: getattr(spec, name) for name in (*names, "mantissa_bits")}
    return attention(q, k, v, position=position, total_bits=spec.row_exp.total_bits, **scale, **options)


def block(
    spec: AttentionSpec, keys: int, rng: np.random.Generator, ends: bool = False, timed: bool = False
) -> Transaction:
    """Return the transaction of a block of queries and its keys; timed: the one before leaves meanwhile."""
    q, k, v = drawn(spec, keys, rng, ends)
    return transaction(spec, q, k, v, scales(spec, rng), position_of(spec, keys, rng), timed)


def position_of(spec: AttentionSpec, keys: int, rng: np.random.Generator) -> int:
    """Return the position of a block's first query: about as far as the keys go, or anywhere."""
    reach = spec.length_max if rng.random() < 0.1 else min(keys + 2, spec.length_max)
    return int(rng.integers(0, reach)) if spec.masked else 0


def transaction(spec: AttentionSpec, q, k, v, scale: dict[str, int], position: int, timed: bool = False):
    """Return the transaction of queries (queries, dim), keys and values (N, dim)."""
    y = golden(spec, q, k, v, position, scale)
    header = {"mult": scale["mult"], "shift": scale["shift"]} | (
        {"position": position} if spec.masked else {}
    )
    inputs = {
        # A beat has elements of all queries.
        "q": {"data": q.reshape(spec.queries, spec.beats, -1).swapaxes(0, 1).reshape(spec.beats, -1)}
        | {name: np.full(spec.beats, value) for name, value in header.items()},
        "k": {"data": k.reshape(-1, spec.lanes), "last": last_of(len(k) * spec.beats)},
        "v": {"data": v.reshape(-1, spec.lanes)},
        "s": {"mult": np.array([scale["out_mult"]]), "shift": np.array([scale["out_shift"]])},
    }
    y_beats = y.reshape(-1, spec.out_lanes)
    last = np.tile(last_of(spec.dim // spec.out_lanes), spec.queries)
    return Transaction(
        f"{len(k)} keys from position {position}",
        inputs,
        {"y": {"data": y_beats, "last": last}},
        len(k) * spec.beats if timed else None,
        # Queries may come earlier, and a scale is taken when its results have left.
        beats_after={"q": None, "s": None},
    )


def too_long(spec: AttentionSpec, rng: np.random.Generator) -> Scenario:
    """Return a row with one key too many: it ends where it may at last, and that key is a row of its own."""
    longest = spec.length_max
    whole = block(spec, longest, rng)
    rest = block(spec, 1, rng)
    one = {
        name: {f: np.concatenate([whole.inputs[name][f], rest.inputs[name][f]]) for f in fields}
        for name, fields in whole.inputs.items()
    }
    one["k"]["last"] = last_of(len(one["k"]["data"]))
    y = {f: np.concatenate([whole.outputs["y"][f], rest.outputs["y"][f]]) for f in ("data", "last")}
    joined = Transaction("row too long", one, {"y": y}, beats_after=whole.beats_after)
    return Scenario("a row that is too long", [joined], {"k": 0.1}, status={"too_long": 1})


def check_exhaustible(spec: AttentionSpec) -> None:
    """Raise UsageError: there are too many queries, keys and values to try them all."""
    raise UsageError(
        f"attention has too many inputs for --level exhaustive: a query has {spec.dim * spec.bits} bits; use "
        "--level full"
    )


def compiled_checks(spec: AttentionSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name: the longest rows."""
    rng = np.random.default_rng(1)
    count = max(min(COUNT // spec.length_max, 200), 1)

    def run(rtl: Rtl) -> int:
        return check_transactions(rtl, [block(spec, spec.length_max, rng) for _ in range(count)])

    return {"the longest rows": run}
