"""Operands, size and scales of a group-dequantising array, and the widths that follow from them."""

import dataclasses
import functools

import numpy as np
from amaranth.hdl import Shape, unsigned

from ...golden.csd import check_digits
from ...golden.float_format import FloatFormat, find_format
from ...golden.group_gemm import group_sum_bits, known_sum_bits
from ...golden.integer import check_range
from ..arith.digit_limit import DigitLimit
from ..known_weights import LOWEST_BITS, KnownWeights
from ..spec import Spec, choice, flag, integer

#: Weight recodings, and by which multiplier of the elements they are made.
RECODINGS = {"radix4": "booth", "bits": "and_array", "csd": "booth"}
SCALES = ("dyadic", "fp16", "bf16")


@dataclasses.dataclass(frozen=True, kw_only=True)
class GroupOperandsSpec(DigitLimit, Spec):
    """Operands, size and dataflow, and how sums of groups become results: the fields, and their widths."""

    a_bits: int = integer(8, 4, 16, "width of an activation, an element of A", unit="bits")
    a_signed: bool = flag(True, "activations are two's complement, not unsigned")
    b_bits: int = integer(4, 2, 8, "width of a weight, an element of B", unit="bits")
    zero_point: bool = flag(True, "weights are unsigned with a zero point per group; else signed without")
    rows: int = integer(8, 1, 256, "rows of C per tile")
    cols: int = integer(8, 1, 256, "columns of C per tile")
    dataflow: str = choice("os", ("os", "ws"), "output- or weight-stationary")
    depth: int | None = integer(
        None, 1, 256, "rows of cells with ws, whose weights are a block; none: 4", optional=True
    )
    group: int = integer(128, 1, 4096, "rows of B that share a scale")
    acc_bits: int | str | KnownWeights | None = integer(
        None,
        2,
        48,
        "width of a group's sum; none: the worst case of group; from:FILE.npy: that of these weights, B",
        unit="bits",
        optional=True,
        weights=True,
    )
    recoding: str = choice(
        "radix4", tuple(RECODINGS), "rows of a product: one per two bits, per bit, or per signed digit (csd)"
    )
    digits: int | None = integer(
        None, 1, 4, "signed digits that a weight may have, for recoding=csd; none: 2", optional=True
    )
    element: str = choice(
        "carry_save",
        ("operator", "mac", "carry_save"),
        "what multiplies and accumulates: Verilog's own *, or an element made here",
    )
    scale: str = choice("dyadic", SCALES, "what a scale is given as: multiplier and shift, or a float")
    mult_bits: int | None = integer(
        None, 4, 16, "width of a dyadic scale's multiplier; none: 8", unit="bits", optional=True
    )
    shift_bits: int = integer(5, 1, 6, "width of a scale's shift", unit="bits")
    frac: int | None = integer(
        None,
        0,
        40,
        "fraction bits of C, for float scales; none: 0",
        unit="bits",
        optional=True,
    )
    out_bits: int = integer(32, 8, 48, "width of an element of C, which saturates", unit="bits")

    def bits_for(self, b) -> int:
        """Return how wide the sums of groups with these weights, (K, N), are in the elements.

        Raises UsageError unless they are integers of `b_bits`.
        """
        names = ("group", "a_bits", "b_bits", "a_signed", "zero_point")
        return max(known_sum_bits(b, **{name: getattr(self, name) for name in names}), LOWEST_BITS)

    @property
    def acc_width(self) -> int:
        """Width of a group's sum in the elements."""
        if self.weights:
            return _known_bits(self)
        return self.acc_bits or self._exact_bits

    @property
    def float_format(self) -> FloatFormat | None:
        """Format of the scales, None if they are dyadic."""
        return None if self.scale == "dyadic" else find_format(self.scale)

    @property
    def factor_bits(self) -> int:
        """Width of what sums are multiplied by."""
        return (self.mult_bits or 8) if self.scale == "dyadic" else self.float_format.mantissa_bits + 1

    @property
    def _exact_bits(self) -> int:
        """Width of a group's sum less the zero point's part, whatever the weights are."""
        return group_sum_bits(self.group, self.a_bits, self.b_bits, self.a_signed, self.zero_point)

    @property
    def sum_bits(self) -> int:
        """Width of a group's sum in the lanes, less the zero point's part: exact and signed."""
        if self.weights and not self.zero_point:
            return self.acc_width
        return max(self._exact_bits, self.acc_width)

    @property
    def a_sum_bits(self) -> int:
        """Width of the negated sum of a group's activations."""
        return self.a_bits + (not self.a_signed) + self.group.bit_length()

    @property
    def k_step(self) -> int:
        """Products that a sum grows by at a time; K is padded with zeros to a multiple of it."""
        return (self.depth or 4) if self.dataflow == "ws" else 1

    @property
    def streams_rows(self) -> bool:
        """Whether a beat of `a` is part of a row of A (ws), and not of all its rows."""
        return self.dataflow == "ws"

    @property
    def a_shape(self) -> Shape:
        """Shape of an element of A."""
        return Shape(self.a_bits, self.a_signed)

    @property
    def b_shape(self) -> Shape:
        """Shape of an element of B."""
        return Shape(self.b_bits, not self.zero_point)

    def check_b(self, b) -> np.ndarray:
        """Return B as int64, or raise UsageError at the first element out of range or of too many digits."""
        if self.digit_limit:
            return check_digits("b", b, bits=self.b_bits, digits=self.digit_limit)
        return check_range("b", b, *self.b_kind)

    @property
    def b_signed(self) -> bool:
        """Whether weights are signed."""
        return not self.zero_point

    @property
    def b_kind(self) -> tuple[int, bool]:
        """Width of a weight, and whether it is signed."""
        return self.b_bits, not self.zero_point

    @property
    def scale_fields(self) -> dict[str, Shape]:
        """What a column's scale and zero point consist of."""
        zero = {"zero": unsigned(self.b_bits)} if self.zero_point else {}
        if self.scale != "dyadic":
            return {"scale": unsigned(self.float_format.bits)} | zero
        return {"mult": unsigned(self.factor_bits), "shift": unsigned(self.shift_bits)} | zero

    @property
    def shift_origin(self) -> int:
        """Exponent field of a float scale that needs no shift."""
        return self.float_format.bias + self.float_format.mantissa_bits - (self.frac or 0)


@functools.lru_cache(maxsize=256)
def _known_bits(spec: GroupOperandsSpec) -> int:
    # A Spec is asked for its widths hundreds of times while hardware is made of it.
    return spec.bits_for(spec.weights.matrix)
