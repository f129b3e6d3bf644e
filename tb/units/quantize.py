"""Stimulus for `quantize`: every kind of number times every other, ties, stalls; compiled, all codes."""

from collections.abc import Callable, Iterator

import numpy as np

from ...golden.errors import UsageError
from ...golden.float_code import encode, from_float64, unpack
from ...golden.float_format import FloatFormat
from ...golden.integer import int_range
from ...golden.quantize import quantize, undefined
from ...hdl.vector.quantize_spec import QuantizeSpec
from ..compiled import check_transactions
from ..rtl import Rtl
from ..tile import last_of
from ..transaction import Scenario, Transaction

#: Bits of a number up to which all of them are tried.
EXHAUSTIVE_BITS = 16
#: Cases of the compiled check.
CASES = 4_000_000
_CHUNK = 1 << 16
_STREAMS = ("x", "s", "y")


def scenarios(spec: QuantizeSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    repeats = 1 if level == "quick" else 8
    token = spec.per == "token"

    def lots(count: int, longest: int = 20) -> list[Transaction]:
        return [random_transaction(spec, int(n), rng) for n in rng.integers(1, longest, count)]

    found = [
        with_status(spec, "corners", [corners(spec, rng)]),
        # Without NaN the status has to stay clear.
        with_status(spec, "numbers only", [random_transaction(spec, 60, rng, numbers_only=True)]),
        # What serves a whole row is taken with its end: only short rows have a latency from there.
        with_status(spec, "random, back to back", lots(300 * repeats, 2) if token else lots(40 * repeats)),
        with_status(spec, "y is ready only when valid", lots(6), patient=True),
    ]
    for name in _STREAMS:
        found.append(with_status(spec, f"stalls on {name}", lots(8), stalls={name: 0.6}))
    for i in range(repeats):
        stalls = {name: float(rng.choice([0.1, 0.5, 0.9])) for name in _STREAMS}
        found.append(with_status(spec, f"stalls everywhere, {i}", lots(10), stalls=stalls))
        abort = int(rng.integers(1, 3 * spec.latency + 20))
        found.append(
            with_status(spec, f"reset after {abort} cycles", lots(6), stalls={"y": 0.2}, abort=abort)
        )
    return found


def with_status(spec: QuantizeSpec, name: str, transactions: list[Transaction], **options) -> Scenario:
    """Return a scenario that ends with the status that its operands ask for."""
    if spec.per == "token" and not options and any(len(t.inputs["x"]["data"]) > 1 for t in transactions):
        transactions = [row for t in transactions for row in single_beats(spec, t)]
    saw = any(
        undefined(t.inputs["x"]["data"], t.inputs["s"]["mult"], **formats(spec)).any() for t in transactions
    )
    return Scenario(name, transactions, status={"saw_nan": int(saw)}, **options)


def single_beats(spec: QuantizeSpec, whole: Transaction) -> list[Transaction]:
    """Return the beats of a transaction as rows of their own."""
    x, parameters = whole.inputs["x"]["data"], whole.inputs["s"]
    return [transaction(spec, whole.name, x[k : k + 1], parameters) for k in range(len(x))]


def formats(spec: QuantizeSpec) -> dict[str, FloatFormat]:
    """Return the formats as keyword arguments of the golden model."""
    return {"fmt": spec.x_format, "scale_format": spec.mult_format}


def random_transaction(
    spec: QuantizeSpec, beats: int, rng: np.random.Generator, numbers_only: bool = False
) -> Transaction:
    """Return `beats` beats: two fifths near the ends of y, two fifths ties, the others anything."""
    sets = (1, spec.sets) if spec.per == "token" else (beats, spec.sets)
    mult = random_codes(spec.mult_format, sets, rng)
    x = random_codes(spec.x_format, (beats, spec.lanes), rng)
    parameters = {"mult": mult}
    if spec.zero_point:
        low, high = int_range(spec.out_bits, spec.out_signed)
        parameters["zero_point"] = rng.integers(low, high, sets, endpoint=True)
    kind = rng.integers(0, 5, x.shape)
    spread = np.broadcast_to(mult, x.shape)
    parts = unpack(spread, spec.mult_format)
    end = 2.0 ** rng.integers(spec.out_bits - 1, spec.out_bits + 1, x.shape)
    near = rng.integers(-2, 2, x.shape) + end
    near *= rng.choice([-1, 1], x.shape)
    small = rng.integers(-9, 9, x.shape) + 0.5
    wanted = np.where(kind < 2, near + 0.5 * rng.integers(0, 2, x.shape), small)
    scale = parts.significand * np.exp2(parts.exponent.astype(float)) * (1.0 - 2.0 * parts.sign)
    with np.errstate(divide="ignore", over="ignore"):
        x = np.where(kind < 3, from_float64(wanted / scale, fmt=spec.x_format), x)
    # Products of powers of two and small odd numbers are ties where the quotient above is not exact.
    exact = encode(
        rng.integers(0, 2, x.shape),
        -parts.exponent - rng.integers(0, 9, x.shape) - spec.mult_format.mantissa_bits,
        rng.integers(0, 20, x.shape),
        fmt=spec.x_format,
    )
    powers = mult & ~((1 << spec.mult_format.mantissa_bits) - 1)
    even = rng.integers(0, 2, sets).astype(bool)
    parameters["mult"] = np.where(even, powers, mult)
    x = np.where((kind == 3) & np.broadcast_to(even, x.shape), exact, x)
    if numbers_only:
        x, parameters["mult"] = (
            np.where((codes & (2**fmt.magnitude_bits - 1)) > fmt.max_code, 1, codes)
            for codes, fmt in ((x, spec.x_format), (parameters["mult"], spec.mult_format))
        )
    return transaction(spec, f"{beats} random beats", x, parameters)


def random_codes(fmt: FloatFormat, shape, rng: np.random.Generator) -> np.ndarray:
    """Return random codes; one in ten is an end of a range."""
    return np.where(
        rng.integers(0, 10, shape) == 0, rng.choice(ends(fmt), shape), rng.integers(0, 1 << fmt.bits, shape)
    )


def ends(fmt: FloatFormat) -> np.ndarray:
    """Return the codes at the ends of all ranges: zero, subnormals, normals, 1, Inf, NaN, of both signs."""
    smallest = 1 << fmt.mantissa_bits
    one = fmt.bias << fmt.mantissa_bits
    positive = [0, 1, smallest - 1, smallest, smallest + 1, one - 1, one, one + smallest, fmt.max_code]
    positive += [fmt.inf_code, fmt.inf_code + 1, (1 << fmt.magnitude_bits) - 1]
    return np.array([code | sign << fmt.magnitude_bits for code in positive for sign in (0, 1)])


def corners(spec: QuantizeSpec, rng: np.random.Generator) -> Transaction:
    """Return the ends of x with the ends of the multiplier, one pair a beat."""
    x, mult = np.meshgrid(ends(spec.x_format), ends(spec.mult_format))
    same = random_transaction(spec, x.size, rng)
    if spec.per == "token":
        return transaction(spec, "corners", np.repeat(x.reshape(-1, 1), spec.lanes, 1), same.inputs["s"])
    parameters = same.inputs["s"] | {"mult": np.repeat(mult.reshape(-1, 1), spec.sets, axis=1)}
    return transaction(spec, "corners", np.repeat(x.reshape(-1, 1), spec.lanes, axis=1), parameters)


def transaction(spec: QuantizeSpec, name: str, x, parameters: dict[str, np.ndarray]) -> Transaction:
    """Return the transaction of x (beats, lanes) and parameters (beats, sets), (1, 1) with per=token."""
    beats = len(x)
    inputs = {"x": {"data": x, "last": last_of(beats)}, "s": parameters}
    return Transaction(
        name,
        inputs,
        {"y": {"data": expected(spec, x, parameters), "last": last_of(beats)}},
        beats,
        beats_after={"x": beats - 1, "s": len(parameters["mult"]) - 1},
    )


def expected(spec: QuantizeSpec, x, parameters: dict[str, np.ndarray]) -> np.ndarray:
    """Return what the golden model makes of x (beats, lanes) and parameters that broadcast."""
    return quantize(
        x,
        **parameters,
        **formats(spec),
        out_bits=spec.out_bits,
        out_signed=spec.out_signed,
        symmetric=spec.symmetric,
        rounding=spec.rounding,
    )


def check_exhaustible(spec: QuantizeSpec) -> None:
    """Raise UsageError if there are too many numbers to try them all."""
    if spec.x_format.bits > EXHAUSTIVE_BITS:
        raise UsageError(
            f"fmt={spec.fmt} has too many numbers for --level exhaustive, which tries every one under many "
            f"multipliers: use bf16 or fp16, or --level full, which tries {CASES} cases"
        )


def compiled_checks(spec: QuantizeSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    if level == "exhaustive":
        return {"every number under many multipliers": lambda rtl: _run(rtl, every_number(spec))}
    return {f"{CASES} random cases with ties": lambda rtl: _run(rtl, random_cases(spec, CASES))}


def _run(rtl: Rtl, transactions: Iterator[Transaction]) -> int:
    return sum(check_transactions(rtl, [one]) for one in transactions)


def random_cases(spec: QuantizeSpec, cases: int) -> Iterator[Transaction]:
    """Return `cases` random cases or a few more, in chunks."""
    rng = np.random.default_rng(1)
    beats = -(-_CHUNK // spec.lanes)
    for _ in range(-(-cases // (beats * spec.lanes))):
        yield random_transaction(spec, beats, rng)


def every_number(spec: QuantizeSpec) -> Iterator[Transaction]:
    """Return every code of x in every lane under ends of the multiplier, powers of two and other numbers."""
    rng = np.random.default_rng(1)
    x = np.repeat(np.arange(1 << spec.x_format.bits)[:, None], spec.lanes, axis=1)
    fmt = spec.mult_format
    powers = from_float64(2.0 ** np.arange(-20, 21, 4), fmt=fmt)
    drawn = from_float64(rng.choice([-1, 1], 16) * 2.0 ** rng.uniform(-12, 12, 16), fmt=fmt)
    for mult in (*ends(fmt), *powers, *drawn):
        beats = 1 if spec.per == "token" else len(x)
        parameters = {"mult": np.full((beats, spec.sets), mult)}
        if spec.zero_point:
            low, high = int_range(spec.out_bits, spec.out_signed)
            parameters["zero_point"] = rng.integers(low, high, (beats, spec.sets), endpoint=True)
        yield transaction(spec, f"every x, mult={mult:#x}", x, parameters)
