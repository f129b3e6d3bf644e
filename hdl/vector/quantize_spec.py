"""What a quantiser is made for, and what follows from it: formats, alignment, registers, waiting times."""

import dataclasses

from amaranth.hdl import Shape, unsigned

from ...golden.float_format import PRESETS, FloatFormat
from ...golden.integer import int_width
from ...golden.quantize import quant_range
from ...golden.requant import ROUNDINGS
from ..arith.prefix import KINDS
from ..spec import Spec, choice, flag, integer

FORMATS = ("bf16", "fp16", "fp32")
#: Registers in front of the output's, in the order in which `pipeline` adds them.
CUTS = ("product", "window", "operands")


@dataclasses.dataclass(frozen=True, kw_only=True)
class QuantizeSpec(Spec):
    """Floats in, integers out, and how they are scaled and rounded."""

    baseline = "quantize"

    lanes: int = integer(8, 1, 64, "numbers per beat")
    fmt: str = choice("bf16", FORMATS, "format of the numbers that come in")
    # What frameworks keep scales in: results are those of exact arithmetic on the same operands.
    scale_format: str = choice("fp32", FORMATS, "format of the multipliers")
    out_bits: int = integer(8, 2, 16, "width of an integer that goes out", unit="bits")
    out_signed: bool = flag(True, "integers that go out are two's complement, not unsigned")
    symmetric: bool = flag(False, "the smallest signed integer, which has no opposite, is not used")
    per: str = choice(
        "tensor", ("tensor", "token", "channel"), "one set of parameters per beat, per row, or per lane"
    )
    rounding: str = choice("half_even", ROUNDINGS, "how products round; truncate: towards minus infinity")
    zero_point: bool = flag(False, "a zero point is added before the result is clamped")
    adder: str = choice("brent_kung", KINDS, "prefix network of the multiplier's adder")
    pipeline: int = integer(1, 1, 4, "registers in a row: 1 is the output's alone", unit="cycles")

    def check(self):
        """Refuse parameters that contradict each other."""
        quant_range(self.out_bits, self.out_signed, self.symmetric)

    @property
    def sets(self) -> int:
        """Sets of parameters in a beat."""
        return self.lanes if self.per == "channel" else 1

    @property
    def x_format(self) -> FloatFormat:
        """Format of the numbers that come in."""
        return PRESETS[self.fmt]

    @property
    def mult_format(self) -> FloatFormat:
        """Format of the multipliers."""
        return PRESETS[self.scale_format]

    @property
    def y_shape(self) -> Shape:
        """Shape of an integer that goes out."""
        return Shape(self.out_bits, self.out_signed)

    @property
    def parameter_shapes(self) -> dict[str, Shape]:
        """The fields of a set of parameters, in order."""
        shapes = {"mult": unsigned(self.mult_format.bits)}
        return shapes | ({"zero_point": self.y_shape} if self.zero_point else {})

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields, or fields with names for values."""
        parts = {"X": self.x_format, "MULT": self.mult_format}
        widths = {f"{name}_EXPONENT": fmt.exponent_bits for name, fmt in parts.items()}
        widths |= {f"{name}_MANTISSA": fmt.mantissa_bits for name, fmt in parts.items()}
        return widths | {
            "SETS": self.sets,
            "TOKEN": int(self.per == "token"),
            "ROUNDING": ROUNDINGS.index(self.rounding),
        }

    @property
    def size_bits(self) -> int:
        """Width of a rounded product without its sign: where it saturates, the result does."""
        return self.out_bits - (self.out_signed and not self.zero_point)

    @property
    def product_bits(self) -> int:
        """Width of the exact product of two significands."""
        return self.x_format.mantissa_bits + self.mult_format.mantissa_bits + 2

    @property
    def headroom(self) -> int:
        """How far a product is shifted left at most: not at all, unless large factors meet subnormal ones.

        The product of two normal numbers has so many bits that none is shifted left and still fits.
        """
        farthest = 0
        for smallest, largest in (self._ends, self._ends[::-1]):
            exponent = _exponent(smallest, 1) + _exponent(largest, largest.max_code >> largest.mantissa_bits)
            farthest = max(farthest, min(exponent, self.size_bits - 1 - largest.mantissa_bits))
        both_normal = self.size_bits - 1 - (self.product_bits - 2)
        return max(farthest, both_normal)

    @property
    def _ends(self) -> tuple[FloatFormat, FloatFormat]:
        return self.x_format, self.mult_format

    @property
    def reach(self) -> int:
        """Shift to the right of a product whose exponents are both 0, counted from the headroom."""
        return self.headroom - sum(_exponent(fmt, 0) for fmt in self._ends)

    @property
    def mult_shift_shape(self) -> Shape:
        """Shape of `reach` less the exponent of the multiplier."""
        high = self.reach - 1
        return Shape(int_width(high + 2 - (1 << self.mult_format.exponent_bits), high, True), True)

    @property
    def shift_shape(self) -> Shape:
        """Shape of the shift to the right of any product; negative ones are out of range."""
        exponents = (1 << self.x_format.exponent_bits) + (1 << self.mult_format.exponent_bits)
        return Shape(int_width(self.reach + 2 - exponents, self.reach - 2, True), True)

    @property
    def cuts(self) -> tuple[str, ...]:
        """Where registers stand, besides the output."""
        return CUTS[: self.pipeline - 1]

    @property
    def mult_wait(self) -> int:
        """Enabled cycles after x at which its multiplier is needed."""
        return int("operands" in self.cuts)

    @property
    def end_wait(self) -> int:
        """Enabled cycles after x at which its zero point is needed."""
        return self.pipeline - 1

    @property
    def latency(self) -> int:
        """Cycles from accepting a beat to offering its result, without stalls."""
        return self.pipeline

    @property
    def elements_per_cycle(self) -> int:
        """Results per cycle."""
        return self.lanes


def _exponent(fmt: FloatFormat, field: int) -> int:
    """Return the exponent of the lowest bit of a significand."""
    return field - fmt.bias - fmt.mantissa_bits
