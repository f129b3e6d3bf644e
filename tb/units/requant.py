"""Stimulus for `requant`: corners and ties under every shift, stalls, resets; compiled, millions of cases."""

from collections.abc import Callable, Iterator

import numpy as np

from ...golden.errors import UsageError
from ...golden.integer import int_range
from ...golden.requant import requant
from ...hdl.vector.requant_spec import RequantSpec
from ..compiled import check_transactions
from ..rtl import Rtl
from ..tile import last_of
from ..transaction import Scenario, Transaction

#: Bits of an integer up to which all of them are tried.
EXHAUSTIVE_BITS = 12
#: Cases of the compiled check; fewer where products do not fit the machine word of the golden model.
CASES, WIDE_CASES = 10_000_000, 200_000
_CHUNK = 1 << 16


def scenarios(spec: RequantSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    repeats = 1 if level == "quick" else 8

    def lots(count: int) -> list[Transaction]:
        return [random_transaction(spec, int(n), rng) for n in rng.integers(1, 20, count)]

    found = [
        Scenario("corners under every shift", [corners(spec, rng)]),
        Scenario("random, back to back", [*lots(6), random_transaction(spec, 400 * repeats, rng)]),
        Scenario("y is ready only when valid", lots(6), patient=True),
    ]
    for name in stream_names(spec):
        found.append(Scenario(f"stalls on {name}", lots(8), {name: 0.6}))
    for i in range(repeats):
        stalls = {name: float(rng.choice([0.1, 0.5, 0.9])) for name in stream_names(spec)}
        found.append(Scenario(f"stalls everywhere, {i}", lots(10), stalls))
        abort = int(rng.integers(1, 3 * spec.latency + 20))
        found.append(Scenario(f"reset after {abort} cycles", lots(6), {"y": 0.2}, abort=abort))
    return found


def stream_names(spec: RequantSpec) -> tuple[str, ...]:
    """Return the streams of a Spec."""
    return ("x", "s", "r", "y") if spec.residual else ("x", "s", "y")


def random_transaction(spec: RequantSpec, beats: int, rng: np.random.Generator) -> Transaction:
    """Return `beats` beats of random cases: about a third of them ties, and a third near the ends of y."""
    x, r = (
        rng.integers(*int_range(shape.width, shape.signed), (beats, spec.lanes), endpoint=True)
        for shape in (spec.x_shape, spec.residual_shape)
    )
    parameters = {
        name: rng.integers(*int_range(shape.width, shape.signed), (beats, spec.sets), endpoint=True)
        for name, shape in spec.parameter_shapes.items()
    }
    kind = rng.integers(0, 4, (beats, 1))
    for prefix, shape, value in (("", spec.x_shape, x), ("residual_", spec.residual_shape, r)):
        if f"{prefix}mult" in parameters:
            mult, shift = parameters[f"{prefix}mult"], parameters[f"{prefix}shift"]
            for k in range(spec.sets):
                lanes = value if spec.sets == 1 else value[:, k : k + 1]
                _make_telling(spec, shape, lanes, mult[:, k : k + 1], shift[:, k : k + 1], kind, rng)
    if spec.bias:
        # A tie is one of the sum: half of the ties have no bias.
        parameters["bias"][(kind[:, 0] < 2) & rng.integers(0, 2, beats).astype(bool)] = 0
    return transaction(spec, f"{beats} random beats", x, r, parameters)


def _make_telling(spec: RequantSpec, shape, x, mult, shift, kind, rng) -> None:
    """Change, in place, cases that share a multiplier and a shift (beats, 1); x: (beats, lanes) of `shape`.

    kind 0: ties of any size; 1: ties of small numbers; 2: results near the ends of y; 3: as they are.
    """
    # A product with z zeros below its lowest one is a tie under a shift by z + 1.
    x_zeros = rng.integers(0, shape.width - 1, mult.shape)
    mult_zeros = rng.integers(0, spec.mult_bits, mult.shape)
    small_x = 2 * rng.integers(-8 if shape.signed else 0, 8, x.shape) + 1
    small_mult = 2 * rng.integers(0, 4, mult.shape) + 1
    odd_x = np.where((kind == 1) & (x_zeros + 5 <= shape.width), small_x, x >> x_zeros | 1)
    odd_mult = np.where((kind == 1) & (mult_zeros + 3 <= spec.mult_bits), small_mult, mult >> mult_zeros | 1)
    x[:] = np.where(kind < 2, odd_x << x_zeros, x)
    mult[:] = np.where(kind < 2, odd_mult << mult_zeros, mult)
    size = np.abs(x).max(axis=1, keepdims=True).astype(float) * mult
    near = np.log2(np.maximum(size, 1)).astype(np.int64) + rng.integers(-1, 4, mult.shape) - spec.out_bits
    wanted = np.where(kind < 2, x_zeros + mult_zeros + 1, np.where(kind == 2, near, shift))
    shift[:] = np.clip(wanted, 0, (1 << spec.shift_bits) - 1)


def corners(spec: RequantSpec, rng: np.random.Generator) -> Transaction:
    """Return the ends of every operand with every shift, one combination a beat."""
    multipliers = (0, 1, 1 << (spec.mult_bits - 1), (1 << spec.mult_bits) - 1)
    grid = [(s, m, x) for s in range(1 << spec.shift_bits) for m in multipliers for x in _ends(spec.x_shape)]
    shift, mult, x = np.array(grid).T[..., None]
    beats = len(grid)
    parameters = {}
    for name, shape in spec.parameter_shapes.items():
        ends = rng.choice(_ends(shape), (beats, spec.sets))
        given = {"mult": mult, "shift": shift}.get(name)
        parameters[name] = ends if given is None else np.repeat(given, spec.sets, axis=1)
    r = rng.choice(_ends(spec.residual_shape), (beats, spec.lanes))
    return transaction(spec, "corners", np.repeat(x, spec.lanes, axis=1), r, parameters)


def _ends(shape) -> list[int]:
    low, high = int_range(shape.width, shape.signed)
    return sorted({low, low + 1, 0, 1, high - 1, high} | ({-1} if shape.signed else set()))


def transaction(spec: RequantSpec, name: str, x, r, parameters: dict[str, np.ndarray]) -> Transaction:
    """Return the transaction of x and r (beats, lanes) and parameters (beats, sets)."""
    beats = len(x)
    inputs = {"x": {"data": x, "last": last_of(beats)}, "s": parameters}
    if spec.residual:
        inputs["r"] = {"data": r}
    return Transaction(
        name,
        inputs,
        {"y": {"data": expected(spec, x, r, parameters), "last": last_of(beats)}},
        beats,
        beats_after=dict.fromkeys(inputs, beats - 1),
    )


def expected(spec: RequantSpec, x, r, parameters: dict[str, np.ndarray]) -> np.ndarray:
    """Return what the golden model makes of x and r (beats, lanes) and parameters (beats, sets)."""
    options = {"residual": r, "residual_bits": spec.residual_shape.width} if spec.residual else {}
    return requant(
        x,
        in_bits=spec.in_bits,
        in_signed=spec.in_signed,
        residual_signed=spec.residual_signed,
        out_bits=spec.out_bits,
        out_signed=spec.out_signed,
        mult_bits=spec.mult_bits,
        shift_bits=spec.shift_bits,
        rounding=spec.rounding,
        activation=spec.activation,
        **options,
        **parameters,
    )


def check_exhaustible(spec: RequantSpec) -> None:
    """Raise UsageError if there are too many integers to try them all."""
    if spec.in_bits > EXHAUSTIVE_BITS:
        raise UsageError(
            f"in_bits={spec.in_bits} is too wide for --level exhaustive, which tries every integer under "
            f"every shift: use in_bits={EXHAUSTIVE_BITS} or less, or --level full, which tries {CASES} cases"
        )


def compiled_checks(spec: RequantSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    if level == "exhaustive":
        return {"every integer under every shift": lambda rtl: _run(rtl, every_integer(spec))}
    wide = max(spec.value_shape.width, spec.residual_shape.width) + spec.mult_bits > 63
    cases = WIDE_CASES if wide else CASES
    return {f"{cases} random cases with ties": lambda rtl: _run(rtl, random_cases(spec, cases))}


def _run(rtl: Rtl, transactions: Iterator[Transaction]) -> int:
    return sum(check_transactions(rtl, [one]) for one in transactions)


def random_cases(spec: RequantSpec, cases: int) -> Iterator[Transaction]:
    """Return `cases` random cases or a few more, in chunks."""
    rng = np.random.default_rng(1)
    beats = -(-_CHUNK // spec.lanes)
    for _ in range(-(-cases // (beats * spec.lanes))):
        yield random_transaction(spec, beats, rng)


def every_integer(spec: RequantSpec) -> Iterator[Transaction]:
    """Return every x under every shift, with corner multipliers and some others, in every lane."""
    rng = np.random.default_rng(1)
    low, high = int_range(spec.in_bits, spec.in_signed)
    x = np.repeat(np.arange(low, high + 1)[:, None], spec.lanes, axis=1)
    highest = (1 << spec.mult_bits) - 1
    multipliers = (0, 1, 3, highest // 2 + 1, highest - 1, highest, *rng.integers(0, highest, 4))
    for shift in range(1 << spec.shift_bits):
        for mult in multipliers:
            same = random_transaction(spec, len(x), rng)
            parameters = same.inputs["s"] | {
                "mult": np.full((len(x), spec.sets), mult),
                "shift": np.full((len(x), spec.sets), shift),
            }
            r = same.inputs["r"]["data"] if spec.residual else x
            yield transaction(spec, f"every x, mult={mult}, shift={shift}", x, r, parameters)
