"""What every floating-point unit is made for: formats, rounding, adders, registers."""

import dataclasses

from amaranth.hdl import Shape, unsigned

from ...golden.errors import UsageError
from ...golden.float_code import MAX_RANDOM_BITS, ROUNDINGS
from ...golden.float_format import OVERFLOWS, SPECIALS, SUBNORMALS, FloatFormat, find_format
from ..arith.prefix import KINDS
from ..spec import Spec, choice, float_format, integer
from .geometry import Target, Term, Window, term_of, window_of

#: Registers in front of the output's, in the order in which `pipeline` adds them.
CUTS = ("sum", "normalised", "rows", "operands")
DEFAULT_RANDOM_BITS = 8


def format_parameters(prefix: str, fmt: FloatFormat) -> dict[str, int]:
    """Return a format in parts, as the parameters of a baseline whose names begin with `prefix`."""
    return {
        f"{prefix}EXPONENT": fmt.exponent_bits,
        f"{prefix}MANTISSA": fmt.mantissa_bits,
        f"{prefix}SPECIAL": SPECIALS.index(fmt.special),
        f"{prefix}SIGNED": int(fmt.signed),
        f"{prefix}ZERO": int(fmt.has_zero),
    }


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatSpec(Spec):
    """Formats of operands and result, rounding, and how deep the pipeline is."""

    baseline = "float_op"

    a_format: str = float_format("bf16", "format of a")
    b_format: str | None = float_format(None, "format of b; none: that of a", optional=True)
    out_format: str | None = float_format(None, "format of the result; none: that of a", optional=True)
    rounding: str = choice("nearest_even", ROUNDINGS, "how the exact result is rounded")
    random_bits: int | None = integer(
        None,
        1,
        MAX_RANDOM_BITS,
        "width of the operand `random` of rounding=stochastic; none: 8",
        unit="bits",
        optional=True,
    )
    subnormals: str = choice(
        "keep", SUBNORMALS, "flush_in: read as zeros; flush_out: results become zeros; flush: both"
    )
    overflow: str = choice(
        "default",
        ("default", *OVERFLOWS),
        "what too large results become; default: Inf if the format has it, else NaN, else the largest number",
    )
    adder: str = choice("brent_kung", KINDS, "prefix network of the carry-propagate adders")
    pipeline: int = integer(1, 1, len(CUTS) + 1, "registers in a row: 1 is the output's alone", unit="cycles")

    def check(self):
        """Refuse random bits that nothing uses, and formats that cannot be."""
        if self.random_bits is not None and self.rounding != "stochastic":
            raise UsageError(
                f"random_bits={self.random_bits} is for rounding=stochastic, and rounding={self.rounding} "
                "takes no random numbers: leave random_bits out"
            )
        _ = self.out, self.operands

    @property
    def operand_names(self) -> tuple[str, ...]:
        """Names of the operands that are numbers."""
        return "a", "b"

    @property
    def operands(self) -> dict[str, FloatFormat]:
        """The format of every operand, by name."""
        return {name: self._format(getattr(self, f"{name}_format")) for name in self.operand_names}

    @property
    def out(self) -> FloatFormat:
        """The format of the result."""
        return self.out_of(self.out_format)

    def out_of(self, name: str | None) -> FloatFormat:
        """Return the format called `name`, or that of a, as results have it."""
        overflow = None if self.overflow == "default" else self.overflow
        return self._format(name, overflow=overflow)

    def _format(self, name: str | None, **changes) -> FloatFormat:
        fmt = find_format(name or self.a_format)
        # Powers of two have no subnormal numbers, and no zero to flush them to.
        changes |= {"subnormals": self.subnormals} if fmt.has_zero else {}
        return dataclasses.replace(fmt, **changes)

    @property
    def random_width(self) -> int:
        """Width of the operand `random`; 0 if there is none."""
        return (self.random_bits or DEFAULT_RANDOM_BITS) if self.rounding == "stochastic" else 0

    @property
    def fraction_bits(self) -> int:
        """Bits below the result's lowest that rounding looks at one by one."""
        return {"nearest_even": 1, "toward_zero": 0, "stochastic": self.random_width}[self.rounding]

    @property
    def target(self) -> Target:
        """What the exact result is rounded to."""
        return Target(self.out.mantissa_bits + 1, self.fraction_bits, self.out.min_exponent)

    @property
    def term(self) -> Term:
        """What is known of the product, or of the operand that stays in place."""
        raise NotImplementedError

    @property
    def headroom(self) -> int:
        """Zeros in front of what is normalised."""
        return self.target.headroom(self.term.lowest + self.term.bits - 1)

    @property
    def term_top(self) -> int:
        """Exponent of the top bit of what is normalised, where the term's is 0; counted by `counted`."""
        return self.counted(self.term.origin + self.term.bits - 1)

    def counted(self, exponent: int) -> int:
        """Return an exponent as the datapath counts it: headroom included, 1 is the smallest of a result."""
        return exponent + self.headroom + 1 - self.target.lowest

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline: formats in parts, and where the bits of the datapath are."""
        parts = {f"{name.upper()}_": fmt for name, fmt in (self.operands | {"out": self.out}).items()}
        values = {}
        for prefix, fmt in parts.items():
            flushes = ("flush_out", "flush") if prefix == "OUT_" else ("flush_in", "flush")
            values |= format_parameters(prefix, fmt) | {f"{prefix}FLUSH": int(fmt.subnormals in flushes)}
        return values | {
            "MULTIPLIES": 1,
            "ADDS": 0,
            "FUSED": 0,
            "SIMPLE_SUM": 0,
            "OUT_OVERFLOW": OVERFLOWS.index(self.out.overflow),
            "ROUNDING": ROUNDINGS.index(self.rounding),
            "RANDOM": self.random_width,
            "TERM_TOP": self.term_top,
            "HEADROOM": self.headroom,
        }

    @property
    def x_shapes(self) -> dict[str, Shape]:
        """The fields of a beat, in order."""
        shapes = {name: unsigned(fmt.bits) for name, fmt in self.operands.items()}
        return shapes | ({"random": unsigned(self.random_width)} if self.random_width else {})

    @property
    def cuts(self) -> tuple[str, ...]:
        """Where registers stand, besides the output."""
        return CUTS[: self.pipeline - 1]

    @property
    def latency(self) -> int:
        """Cycles from accepting operands to offering their result, without stalls."""
        return self.pipeline

    @property
    def elements_per_cycle(self) -> int:
        """Results per cycle."""
        return 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class SumSpec(FloatSpec):
    """What the units have in common that add their last operand to a term."""

    @property
    def addend(self) -> Term:
        """What is known of the operand that is shifted to the term."""
        return term_of(self.operands[self.operand_names[-1]])

    @property
    def window(self) -> Window:
        """Where term and addend meet."""
        return window_of(self.term, self.addend, self.target)

    @property
    def headroom(self) -> int:
        """Zeros in front of the window."""
        return self.target.headroom(self.window.lowest_top)

    @property
    def term_top(self) -> int:
        """Exponent of the window's top bit, where the term's is 0; counted by `counted`."""
        return self.counted(self.term.origin + self.window.leftmost + self.addend.bits - 1)

    @property
    def addend_top(self) -> int:
        """The same for a leftmost addend, where its exponent is 0."""
        return self.counted(self.addend.origin + self.addend.bits - 1)

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline, those of the window with them."""
        fused = len(self.operands) == 3
        return super().baseline_parameters | {
            "MULTIPLIES": int(fused),
            "ADDS": 1,
            "FUSED": int(fused),
            "SIMPLE_SUM": int(not fused),
            "NUMBER_TOP": self.addend_top,
            "LOW": self.window.low,
            "LEFTMOST": self.window.leftmost,
            "YIELDS": int(self.window.zero_yields),
        }
