"""Stimulus for `absmax`: rows and groups of every length, stalls, resets; compiled, all codes."""

from collections.abc import Callable, Iterator

import numpy as np

from ...golden.errors import UsageError
from ...golden.float_code import from_float64
from ...golden.quantize import absmax, multiplier
from ...hdl.vector.absmax import AbsmaxSpec
from ..compiled import check_transactions
from ..rtl import Rtl
from ..tile import last_of
from ..transaction import Scenario, Transaction
from .quantize import ends

#: Bits of a number up to which all of them are tried as the largest.
EXHAUSTIVE_BITS = 16
#: Rows of the compiled check.
ROWS = 200_000
_CHUNK = 1 << 14
_STREAMS = ("x", "s")


def scenarios(spec: AbsmaxSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
    """Return what the generic bench runs for a Spec."""
    repeats = 1 if level == "quick" else 8
    # Rows of any length wait for the division; those without stalls are long enough not to.
    shortest = spec.interval
    longest = 2 * spec.interval

    def lots(count: int) -> list[Transaction]:
        return [random_row(spec, int(n), rng) for n in rng.integers(1, longest, count)]

    def smooth(count: int) -> list[Transaction]:
        if spec.group is None:
            lengths = rng.integers(shortest, longest, count)
        elif spec.group < shortest:
            return [random_row(spec, spec.group, rng)]
        else:
            lengths = spec.group * rng.integers(0, 2, count) + rng.integers(shortest, spec.group + 1, count)
        # Two of the shortest in a row: the divider is never idle between them.
        return [random_row(spec, int(n), rng) for n in (shortest, shortest, *lengths)]

    found = [
        with_status("groups as long as a division", smooth(12 * repeats)),
        with_status("numbers only", [without_nan(spec, row) for row in lots(4)], stalls={"x": 0.1}),
        with_status("corners", corners(spec, rng), patient=True),
        with_status("s is ready only when valid", lots(8), patient=True),
    ]
    for name in _STREAMS:
        found.append(with_status(f"stalls on {name}", lots(12), stalls={name: 0.6}))
    found.append(with_status("s hardly ever ready", lots(8), stalls={"s": 0.97}))
    for i in range(repeats):
        stalls = {name: float(rng.choice([0.1, 0.5, 0.9])) for name in _STREAMS}
        found.append(with_status(f"stalls everywhere, {i}", lots(10), stalls=stalls))
        abort = int(rng.integers(1, 3 * spec.latency + 20))
        found.append(with_status(f"reset after {abort} cycles", lots(6), stalls={"s": 0.2}, abort=abort))
    return found


def with_status(name: str, rows: list[tuple[Transaction, bool]], **options) -> Scenario:
    """Return a scenario of rows that ends with the status that they ask for."""
    saw = any(has_nan for _, has_nan in rows)
    return Scenario(name, [row for row, _ in rows], status={"saw_nan": int(saw)}, **options)


def random_row(spec: AbsmaxSpec, beats: int, rng: np.random.Generator) -> tuple[Transaction, bool]:
    """Return a row, of numbers up to any size, and whether it has a NaN."""
    fmt = spec.x_format
    # Codes below a random one: rows of small, of subnormal and of large numbers.
    limit = int(rng.integers(1, 1 << fmt.magnitude_bits))
    limit >>= int(rng.integers(0, fmt.magnitude_bits)) if rng.random() < 0.3 else 0
    size = rng.integers(0, limit, (beats, spec.lanes), endpoint=True)
    # Codes that end a range turn up now and then, Inf and NaN among them.
    strange = rng.random(size.shape) < rng.choice([0, 0.02, 0.3])
    codes = size | rng.integers(0, 2, size.shape) << fmt.magnitude_bits
    return row(spec, f"{beats} random beats", np.where(strange, rng.choice(ends(fmt), size.shape), codes))


def without_nan(spec: AbsmaxSpec, found: tuple[Transaction, bool]) -> tuple[Transaction, bool]:
    """Return the row with other numbers for NaN."""
    x = found[0].inputs["x"]["data"]
    return row(spec, found[0].name, np.where(_nan(spec, x), 1, x))


def corners(spec: AbsmaxSpec, rng: np.random.Generator) -> list[tuple[Transaction, bool]]:
    """Return rows of one beat that end in every end of a range, and around the floor and the dividend."""
    fmt = spec.x_format
    one = fmt.bias << fmt.mantissa_bits
    qmax = (1 << (spec.out_bits - 1)) - 1
    aligned = qmax << fmt.mantissa_bits >> (spec.out_bits - 2)
    codes = [spec.floor_code + k for k in (-1, 0, 1)]
    # Significands around that of qmax, from which on the dividend is doubled.
    codes += [one + (aligned & (1 << fmt.mantissa_bits) - 1) + k for k in (-1, 0, 1)]
    # Divisors of qmax: the quotients that are exact, and with them all ties.
    codes += [int(from_float64(float(d), fmt=fmt)) for d in range(1, qmax + 1, 2) if qmax % d == 0]
    rows = []
    for code in (*ends(fmt), *codes, *rng.integers(0, 1 << fmt.bits, 20)):
        x = np.zeros((1, spec.lanes), np.int64)
        x[0, rng.integers(spec.lanes)] = code
        rows.append(row(spec, f"largest {code:#x}", x))
    return rows


def row(spec: AbsmaxSpec, name: str, x: np.ndarray) -> tuple[Transaction, bool]:
    """Return the transaction of a row x (beats, lanes), and whether it has a NaN."""
    beats = len(x)
    group = spec.group or beats
    amax = np.array([absmax(x[k : k + group].ravel(), **_floor(spec)) for k in range(0, beats, group)])
    return _transaction(spec, name, x, last_of(beats), amax, last_of(len(amax)), group), _nan(spec, x).any()


def _transaction(spec: AbsmaxSpec, name: str, x, x_last, amax, s_last, group: int) -> Transaction:
    formats = {"fmt": spec.x_format, "scale_format": spec.mult_format}
    mult = multiplier(amax, **formats, out_bits=spec.out_bits)
    return Transaction(
        name,
        {"x": {"data": x, "last": x_last}},
        {"s": {"amax": amax, "mult": mult, "last": s_last}},
        len(x),
        beats_after={"x": len(x) - min(group, len(x))},
    )


def _floor(spec: AbsmaxSpec) -> dict:
    return {"fmt": spec.x_format, "floor": spec.floor}


def _nan(spec: AbsmaxSpec, x: np.ndarray) -> np.ndarray:
    return (x & ((1 << spec.x_format.magnitude_bits) - 1)) > spec.x_format.inf_code


def check_exhaustible(spec: AbsmaxSpec) -> None:
    """Raise UsageError if there are too many numbers to try them all."""
    if spec.x_format.bits > EXHAUSTIVE_BITS:
        raise UsageError(
            f"fmt={spec.fmt} has too many numbers for --level exhaustive, which divides by every one: use "
            f"bf16 or fp16, or --level full, which tries {ROWS} rows"
        )


def compiled_checks(spec: AbsmaxSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
    """Return the checks that run on the compiled RTL, by name."""
    if level == "exhaustive":
        return {"every number as the largest": lambda rtl: _run(rtl, every_number(spec))}
    return {f"{ROWS} rows of one beat": lambda rtl: _run(rtl, random_rows(spec))}


def _run(rtl: Rtl, transactions: Iterator[Transaction]) -> int:
    return sum(check_transactions(rtl, [one]) for one in transactions)


def random_rows(spec: AbsmaxSpec) -> Iterator[Transaction]:
    """Return rows of one beat, in chunks: any codes."""
    rng = np.random.default_rng(1)
    for _ in range(-(-ROWS // _CHUNK)):
        yield _single_beats(spec, rng.integers(0, 1 << spec.x_format.bits, (_CHUNK, spec.lanes)))


def every_number(spec: AbsmaxSpec) -> Iterator[Transaction]:
    """Return every code in every lane, beside numbers that are not larger."""
    rng = np.random.default_rng(1)
    fmt = spec.x_format
    code = np.arange(1 << fmt.bits)
    for lane in range(spec.lanes):
        others = rng.integers(
            0, np.maximum(code & ((1 << fmt.magnitude_bits) - 1), 1)[:, None], (len(code), spec.lanes)
        )
        x = others | rng.integers(0, 2, others.shape) << fmt.magnitude_bits
        x[:, lane] = code
        yield _single_beats(spec, x)


def _single_beats(spec: AbsmaxSpec, x: np.ndarray) -> Transaction:
    """Return the beats of x (beats, lanes) as rows of their own, in one transaction."""
    last = np.ones(len(x), np.uint8)
    return _transaction(spec, "rows of one beat", x, last, absmax(x, **_floor(spec)), last, 1)
