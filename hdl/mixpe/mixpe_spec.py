"""What a group-dequantising array is made for, and what follows from it: widths, its core, timing."""

import dataclasses

import numpy as np
from amaranth.hdl import Shape, unsigned

from ...golden.errors import UsageError
from ...golden.float_format import FloatFormat, find_format
from ...golden.group_gemm import group_sum_bits
from ...golden.integer import check_range
from ..array.mac_array import MacArraySpec
from ..pe.tree_mac import MULTIPLIERS
from ..spec import Spec, choice, flag, integer
from ..vector.scaler import ScalerSpec

RECODINGS = {"radix4": "booth", "bits": "and_array"}
SCALES = ("dyadic", "fp16", "bf16")
#: Registers from a row of sums of the core to a row of C.
DEQUANT_STAGES = 4


@dataclasses.dataclass(frozen=True, kw_only=True)
class GroupSumsSpec(MacArraySpec):
    """A matrix engine whose tiles are groups, and how its elements make the rows of a product."""

    multiplier: str = choice("booth", MULTIPLIERS, "rows of the product: radix-4 Booth, or one per bit")


@dataclasses.dataclass(frozen=True, kw_only=True)
class MixpeArraySpec(Spec):
    """Operands, size and dataflow, and how sums of groups become results."""

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
    recoding: str = choice("radix4", tuple(RECODINGS), "rows of a product: one per two bits, or per bit")
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

    def check(self):
        """Refuse groups that blocks do not fill, and parameters that would mean nothing."""
        if self.dataflow == "os" and self.depth is not None:
            raise UsageError(f"depth={self.depth} is for dataflow=ws: leave depth out")
        if self.group % self.k_step:
            fits = self.group + -self.group % self.k_step
            raise UsageError(
                f"group={self.group} is not a multiple of depth={self.k_step}, and a block has one scale: "
                f"use group={fits}, or a depth that divides it"
            )
        if self.element == "operator" and self.recoding != "radix4":
            raise UsageError(
                f"recoding={self.recoding} is for elements made here, and element=operator multiplies with "
                "Verilog's own *: use element=mac or carry_save, or leave recoding out"
            )
        if self.scale == "dyadic" and self.frac is not None:
            raise UsageError(
                f"frac={self.frac} is for float scales, and a dyadic one has the fraction bits of C in its "
                "shift: leave frac out"
            )
        if self.scale != "dyadic" and self.mult_bits is not None:
            raise UsageError(
                f"mult_bits={self.mult_bits} is for scale=dyadic: scale={self.scale} multiplies by a "
                f"significand of {self.factor_bits} bits; leave mult_bits out"
            )

    @property
    def baseline(self) -> str:
        """Name of the baseline: weights that rest need streams of their own."""
        return "mixpe_array_ws" if self.core.streams_rows else "mixpe_array"

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields."""
        fmt = self.float_format
        return {
            "SUM_BITS": self.sum_bits,
            "FACTOR_BITS": self.factor_bits,
            "FLOAT": int(fmt is not None),
            "EXPONENT_BITS": fmt.exponent_bits if fmt else 1,
            "MANTISSA_BITS": fmt.mantissa_bits if fmt else 1,
            "ORIGIN": self.shift_origin if fmt else 0,
        }

    @property
    def core(self) -> GroupSumsSpec:
        """The engine that makes the sums of groups."""
        shared = ("a_bits", "a_signed", "b_bits", "rows", "cols", "dataflow", "depth", "element")
        return GroupSumsSpec(
            **{name: getattr(self, name) for name in shared},
            b_signed=not self.zero_point,
            k_max=self.group,
            multiplier=RECODINGS[self.recoding],
        )

    @property
    def scaler(self) -> ScalerSpec:
        """What multiplies a group's sum by its scale; one bit more than C's is enough to saturate it."""
        exact = self.sum_bits + self.factor_bits
        return ScalerSpec(
            value_bits=self.sum_bits,
            mult_bits=self.factor_bits,
            shift_bits=self.shift_bits,
            result_bits=min(self.out_bits + 1, exact),
            product_reg=True,
            window_reg=True,
        )

    @property
    def float_format(self) -> FloatFormat | None:
        """Format of the scales, None if they are dyadic."""
        return None if self.scale == "dyadic" else find_format(self.scale)

    @property
    def shift_origin(self) -> int:
        """Exponent field of a float scale that needs no shift."""
        return self.float_format.bias + self.float_format.mantissa_bits - (self.frac or 0)

    @property
    def factor_bits(self) -> int:
        """Width of what sums are multiplied by."""
        return (self.mult_bits or 8) if self.scale == "dyadic" else self.float_format.mantissa_bits + 1

    @property
    def sum_bits(self) -> int:
        """Width of a group's sum, less the zero point's part: exact and signed."""
        return group_sum_bits(self.group, self.a_bits, self.b_bits, self.a_signed, self.zero_point)

    @property
    def a_sum_bits(self) -> int:
        """Width of the negated sum of a group's activations."""
        return self.a_bits + (not self.a_signed) + self.group.bit_length()

    @property
    def k_step(self) -> int:
        """Products that a sum grows by at a time; K is padded with zeros to a multiple of it."""
        return (self.depth or 4) if self.dataflow == "ws" else 1

    @property
    def a_lanes(self) -> int:
        """Elements of A in a beat."""
        return self.core.a_lanes

    @property
    def b_lanes(self) -> int:
        """Elements of B in a beat."""
        return self.core.b_lanes

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
        """Return B as int64, or raise UsageError at the first element that is out of range."""
        return check_range("b", b, self.b_bits, not self.zero_point)

    @property
    def scale_fields(self) -> dict[str, Shape]:
        """What a column's scale and zero point consist of."""
        zero = {"zero": unsigned(self.b_bits)} if self.zero_point else {}
        if self.scale != "dyadic":
            return {"scale": unsigned(self.float_format.bits)} | zero
        return {"mult": unsigned(self.factor_bits), "shift": unsigned(self.shift_bits)} | zero

    @property
    def latency(self) -> int:
        """Cycles from accepting the last beat of a tile to offering row 0 of its result, without stalls.

        With ws from accepting the beat of `a` that completes row 0.
        """
        return self.core.latency + DEQUANT_STAGES

    @property
    def macs_per_beat(self) -> int:
        """Products that an accepted beat of `a` stands for."""
        return self.core.macs_per_beat

    @property
    def macs_per_cycle(self) -> int:
        """Products added per cycle while beats are accepted."""
        return self.macs_per_beat

    def tile_beats(self, stream_name: str, k: int) -> int:
        """Beats of stream `a`, `b`, `s` or `c` per tile of length `k`."""
        return -(-k // self.group) if stream_name == "s" else self.core.tile_beats(stream_name, k)

    def tile_cycles(self, k: int) -> int:
        """Cycles per tile of length `k`, back to back and without stalls."""
        if self.streams_rows:
            return max(self.tile_beats(name, k) for name in "abc")
        whole, rest = divmod(k, self.group)
        return whole * max(self.group, self.rows) + (max(rest, self.rows) if rest else 0)
