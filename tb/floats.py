"""Stimulus for the floating-point units: ends with ends, cancellation, ties, subnormal results, stalls.

The units differ in their golden model, and in whether a number is added: `Operation` says it.
"""

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np

from ..golden.errors import UsageError
from ..golden.float_code import FINITE, Randomness, Unpacked, encode, unpack
from ..golden.float_format import FloatFormat
from ..hdl.float.float_spec import FloatSpec
from .compiled import EXHAUSTIVE_BITS, check_transactions
from .rtl import Rtl
from .transaction import Scenario, Transaction

#: Operand bits in all up to which every run tries all operands.
TINY_BITS = 10
_CHUNK = 1 << 18
_STREAMS = ("x", "y")


@dataclasses.dataclass(frozen=True)
class Operation:
    """What a unit does.

    golden: its model; factors: operands that are multiplied; added: the one that is added; cases: directed
    ones that `full` runs on the compiled RTL.
    """

    golden: Callable
    factors: tuple[str, ...]
    added: str | None
    cases: int

    def expected(self, spec: FloatSpec, fields: dict[str, np.ndarray]) -> np.ndarray:
        """Return what the golden model makes of operands."""
        fields = dict(fields)
        random = {}
        if spec.random_width:
            random["random"] = Randomness(fields.pop("random"), spec.random_width)
        formats = {f"{name}_format": fmt for name, fmt in spec.operands.items()}
        return self.golden(**fields, **formats, out_format=spec.out, rounding=spec.rounding, **random)

    def transaction(self, spec: FloatSpec, name: str, fields: dict[str, np.ndarray], rng) -> Transaction:
        """Return the transaction of operands, equally long, with random numbers if the unit takes them."""
        beats = len(fields["a"])
        if spec.random_width:
            fields = fields | {"random": rng.integers(0, 1 << spec.random_width, beats)}
        return Transaction(
            name,
            {"x": fields},
            {"y": {"data": self.expected(spec, fields)}},
            beats,
            beats_after={"x": beats - 1},
        )

    def scenarios(self, spec: FloatSpec, level: str, rng: np.random.Generator) -> list[Scenario]:
        """Return what the generic bench runs for a Spec."""
        repeats = 1 if level == "quick" else 8

        def lots(count: int, longest: int = 20) -> list[Transaction]:
            return [
                self.transaction(spec, f"{n} random operands", self.directed(spec, int(n), rng), rng)
                for n in rng.integers(1, longest, count)
            ]

        corners = self.transaction(spec, "corners", self.corners(spec, rng), rng)
        found = [
            Scenario("corners", [corners]),
            Scenario("random, back to back", lots(60 * repeats)),
            Scenario("y is ready only when valid", lots(6), patient=True),
        ]
        found += [Scenario(f"stalls on {name}", lots(8), stalls={name: 0.6}) for name in _STREAMS]
        for i in range(repeats):
            stalls = {name: float(rng.choice([0.1, 0.5, 0.9])) for name in _STREAMS}
            found.append(Scenario(f"stalls everywhere, {i}", lots(10), stalls=stalls))
            abort = int(rng.integers(1, 3 * spec.latency + 20))
            found.append(Scenario(f"reset after {abort} cycles", lots(6), stalls={"y": 0.2}, abort=abort))
        return found

    def corners(self, spec: FloatSpec, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Return all operands of tiny formats; of others the ends in all combinations, or 1024 of them."""
        if sum(fmt.bits for fmt in spec.operands.values()) <= TINY_BITS:
            return next(every(spec))
        grids = np.meshgrid(*(ends(fmt) for fmt in spec.operands.values()))
        codes = np.stack([grid.reshape(-1) for grid in grids])
        chosen = rng.permutation(codes.shape[1])[:1024]
        return dict(zip(spec.operands, codes[:, chosen], strict=True))

    def directed(self, spec: FloatSpec, count: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Return `count` sets of operands.

        Factors are anything, half of them short, so that ties are met; a third of the products lie about an
        end of the result's range. What is added is anything, or about as large as the product, or what
        cancels all of it but the last bits.
        """
        formats = spec.operands
        fields = {name: random_codes(fmt, count, rng) for name, fmt in formats.items()}
        for name, fmt in formats.items():
            fields[name] = np.where(
                rng.integers(0, 2, count), shortened(fields[name], fmt, rng), fields[name]
            )
        first, *second = self.factors
        product = unpack(fields[first], formats[first])
        for name in second:
            product = self._near_ends(spec, fields, product, name, rng)
        if self.added:
            fmt = formats[self.added]
            sign, exponent, significand, _ = product
            reach = spec.out.mantissa_bits + fmt.mantissa_bits + 6
            close = encode(
                rng.integers(0, 2, count),
                exponent + rng.integers(-reach, reach, count),
                unpack(fields[self.added], fmt).significand,
                fmt=fmt,
            )
            opposite = encode(1 - sign, exponent, significand, fmt=fmt) + rng.integers(-2, 3, count)
            opposite = np.clip(opposite, 0, (1 << fmt.bits) - 1)
            kind = rng.integers(0, 4, count)
            fields[self.added] = np.select([kind == 0, kind == 1], [fields[self.added], opposite], close)
        return fields

    def _near_ends(self, spec, fields, first: Unpacked, name: str, rng) -> Unpacked:
        """Move every third factor `name` so that the product is near an end; return the product."""
        fmt, count = spec.operands[name], len(fields[name])
        sign, exponent, significand, kind = unpack(fields[name], fmt)
        smallest = spec.out.min_exponent - spec.out.mantissa_bits
        largest = spec.out.min_exponent + (spec.out.max_code >> spec.out.mantissa_bits)
        end = np.where(rng.integers(0, 2, count), smallest, largest)
        spread = spec.out.mantissa_bits + 3
        wanted = end - rng.integers(0, 2 * spread, count) - first.exponent
        moved = encode(sign, wanted, significand * (kind == FINITE), fmt=fmt)
        fields[name] = np.where(rng.integers(0, 3, count) == 0, moved, fields[name])
        sign, exponent, significand, _ = unpack(fields[name], fmt)
        return Unpacked(sign ^ first.sign, exponent + first.exponent, significand * first.significand, None)

    def check_exhaustible(self, spec: FloatSpec) -> None:
        """Raise UsageError if there are too many operands to try them all."""
        bits = {name: fmt.bits for name, fmt in spec.operands.items()}
        if sum(bits.values()) > EXHAUSTIVE_BITS:
            widths = " and ".join(f"{name} of {width}" for name, width in bits.items())
            raise UsageError(
                f"operands {widths} bits are {sum(bits.values())} input bits, and exhaustive runs go up to "
                f"{EXHAUSTIVE_BITS}: use --level full"
            )

    def compiled_checks(self, spec: FloatSpec, level: str) -> dict[str, Callable[[Rtl], int]]:
        """Return the checks that run on the compiled RTL, by name."""
        if level == "exhaustive":
            return {"all operands": lambda rtl: self._run(spec, rtl, every(spec))}
        return {
            "all special operands": lambda rtl: self._run(spec, rtl, specials(spec)),
            f"{self.cases} directed cases": lambda rtl: self._run(spec, rtl, self._cases(spec)),
        }

    def _cases(self, spec: FloatSpec) -> Iterator[dict[str, np.ndarray]]:
        rng = np.random.default_rng(1)
        for _ in range(-(-self.cases // _CHUNK)):
            yield self.directed(spec, _CHUNK, rng)

    def _run(self, spec: FloatSpec, rtl: Rtl, chunks: Iterator[dict[str, np.ndarray]]) -> int:
        rng = np.random.default_rng(2)
        return sum(
            check_transactions(rtl, [self.transaction(spec, "compiled", fields, rng)]) for fields in chunks
        )


def every(spec: FloatSpec) -> Iterator[dict[str, np.ndarray]]:
    """Return every combination of operands, in chunks."""
    yield from combinations({name: np.arange(1 << fmt.bits) for name, fmt in spec.operands.items()})


def specials(spec: FloatSpec) -> Iterator[dict[str, np.ndarray]]:
    """Return every combination of ends and, of two operands, of all codes that are no numbers."""
    codes_of = special_codes if len(spec.operands) == 2 else ends
    yield from combinations({name: codes_of(fmt) for name, fmt in spec.operands.items()})


def combinations(codes: dict[str, np.ndarray]) -> Iterator[dict[str, np.ndarray]]:
    """Return every combination of the codes of each operand, in chunks."""
    sizes = [len(values) for values in codes.values()]
    total = int(np.prod(sizes))
    for start in range(0, total, _CHUNK):
        places = np.unravel_index(np.arange(start, min(start + _CHUNK, total)), sizes)
        yield {name: values[place] for (name, values), place in zip(codes.items(), places, strict=True)}


def special_codes(fmt: FloatFormat) -> np.ndarray:
    """Return the ends of all ranges and, of a format of at most 16 bits, every code of Inf and NaN."""
    if fmt.bits > 16:
        return ends(fmt)
    codes = np.arange(1 << fmt.bits)
    return np.union1d(codes[unpack(codes, fmt).kind != FINITE], ends(fmt))


def ends(fmt: FloatFormat) -> np.ndarray:
    """Return the codes at the ends of all ranges: zero, subnormals, normals, 1, Inf, NaN, of both signs."""
    smallest = 1 << fmt.mantissa_bits
    one = max(fmt.bias, 0) << fmt.mantissa_bits
    codes = [0, 1, 2, smallest - 1, smallest, smallest + 1, one - 1, one, one + 1, one + smallest]
    codes += [
        fmt.max_code - 1,
        fmt.max_code,
        fmt.max_code + 1,
        fmt.max_code + 2,
        (1 << fmt.magnitude_bits) - 1,
    ]
    magnitudes = np.array([code for code in codes if 0 <= code < 1 << fmt.magnitude_bits])
    return np.unique(np.r_[magnitudes, magnitudes | fmt.signed << fmt.magnitude_bits])


def random_codes(fmt: FloatFormat, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return random codes; one in ten is an end of a range."""
    drawn = rng.integers(0, 1 << fmt.bits, count)
    return np.where(rng.integers(0, 10, count) == 0, rng.choice(ends(fmt), count), drawn)


def shortened(codes: np.ndarray, fmt: FloatFormat, rng: np.random.Generator) -> np.ndarray:
    """Return codes with a run of zeros, or of ones, at the end of the mantissa."""
    run = (1 << rng.integers(0, fmt.mantissa_bits + 1, len(codes))) - 1
    return np.where(rng.integers(0, 2, len(codes)), codes & ~run, codes | run)
