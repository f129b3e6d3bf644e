"""What a group-dequantising array for float activations consists of: its elements, lanes and rings."""

import dataclasses

import numpy as np
from amaranth.hdl import Shape, unsigned

from ...golden.errors import UsageError
from ...golden.float_format import FloatFormat
from ...golden.float_group_gemm import dyadic_format_name
from ...golden.float_zero_point import DifferenceFormat
from ..float.term_tree import sum_parameters
from ..float.weight_fma_pe import WeightFmaPeSpec
from ..spec import choice, flag, integer
from .checks import check_group, check_zero_point
from .float_lane import FloatRingSpec, ProductSumSpec
from .float_sums_spec import FloatSumsSpec
from .timing import GroupTiming

FORMATS = ("bf16", "fp16", "fp32")


@dataclasses.dataclass(frozen=True, kw_only=True)
class MixpeFloatArraySpec(GroupTiming, WeightFmaPeSpec):
    """Operands, size and dataflow, and the formats of sums, scales and results."""

    b_bits: int = integer(4, 2, 8, "width of a weight, an element of B", unit="bits")
    zero_point: bool = flag(True, "weights are unsigned with a zero point per group; else signed without")
    rows: int = integer(8, 1, 256, "rows of C per tile")
    cols: int = integer(8, 1, 256, "columns of C per tile")
    dataflow: str = choice("os", ("os", "ws"), "output- or weight-stationary")
    depth: int | None = integer(
        None, 1, 256, "rows of cells with ws, whose weights are a block; none: 4", optional=True
    )
    group: int = integer(128, 1, 4096, "rows of B that share a scale")
    sum_format: str = choice("bf16", FORMATS, "format to which the sum of a group is rounded")
    scale_format: str = choice(
        "bf16", (*FORMATS, "dyadic"), "format of a scale, or dyadic: multiplier and shift"
    )
    mult_bits: int | None = integer(
        None, 4, 16, "width of a dyadic scale's multiplier; none: 8", unit="bits", optional=True
    )
    shift_bits: int | None = integer(
        None, 1, 6, "width of a dyadic scale's shift; none: 5", unit="bits", optional=True
    )
    out_format: str = choice("fp32", FORMATS, "format of an element of C")

    adder_stages = 1

    def check(self):
        """Refuse what the elements refuse, a second rounding of sums that are codes, and idle widths."""
        super().check()
        check_group(self)
        check_zero_point(self)
        if self.streams_rows and self.rows == self.depth == 1:
            raise UsageError(
                "depth=1 with rows=1 can bring a group every cycle to one result, whose adder takes two: use "
                "depth=2, or more rows"
            )
        if self.microarchitecture == "terms" and self.sum_format != self.a_format:
            raise UsageError(
                f"sum_format={self.sum_format} differs from a_format={self.a_format}, and "
                f"microarchitecture=terms adds up in that: use sum_format={self.a_format}"
            )
        for name in ("mult_bits", "shift_bits"):
            if self.scale_format != "dyadic" and (value := getattr(self, name)) is not None:
                raise UsageError(
                    f"{name}={value} is for scale_format=dyadic, and a scale in {self.scale_format} has its "
                    f"own widths: leave {name} out"
                )

    @property
    def edge_cycles(self) -> int:
        """Cycles that recoding the weights at the array's edge takes, with os."""
        return int(self.recoding == "csd")

    @property
    def streams_rows(self) -> bool:
        """Whether a beat of `a` is part of a row of A (ws), and not of all its rows."""
        return self.dataflow == "ws"

    @property
    def k_step(self) -> int:
        """Products that a sum grows by at a time; K is padded with zeros to a multiple of it."""
        return (self.depth or 4) if self.streams_rows else 1

    @property
    def sum_column(self) -> bool:
        """Whether a column of weights that are 1 adds up the activations."""
        return self.zero_point

    @property
    def dequant_stages(self) -> int:
        """Enabled cycles from a sum to what the ring's adder gets to write."""
        return 2 + self.scale_stages["scale"]

    @property
    def scale_stages(self) -> dict[str, int]:
        """Enabled cycles after a sum in which its lane looks at each part of the scale."""
        return {"zero": 0, "scale": 1 + (self.zero_point and self.microarchitecture == "significand")}

    @property
    def a_bits(self) -> int:
        """Width of an activation: of its code."""
        return self.fmt.bits

    @property
    def a_signed(self) -> bool:
        """Whether activations are two's complement: they are codes."""
        return False

    @property
    def b_kind(self) -> tuple[int, bool]:
        """Width of a weight, and whether it is signed."""
        return self.b_bits, not self.zero_point

    @property
    def b_shape(self) -> Shape:
        """Shape of an element of B."""
        return Shape(*self.b_kind)

    @property
    def recentre(self) -> int:
        """What inverts the top bit of each weight in a beat of `b`."""
        lane = 1 << (self.b_bits - 1)
        return sum(lane << self.b_bits * k for k in range(self.b_lanes))

    def check_b(self, b) -> np.ndarray:
        """Return B as int64, or raise UsageError at the first element out of range or of too many digits."""
        return self.check_weights(b, not self.zero_point)

    @property
    def core(self) -> FloatSumsSpec:
        """The rows of elements that make the sums of groups."""
        shared = {
            name: getattr(self, name) for name in (*WeightFmaPeSpec.params(), "rows", "dataflow", "k_step")
        }
        return FloatSumsSpec(**shared, cols=self.cols + self.sum_column)

    @property
    def ring(self) -> FloatRingSpec:
        """The results of a column between groups."""
        scale = self.scale_format
        if scale == "dyadic":
            scale = dyadic_format_name(**self.dyadic_bits)
        shared = {name: getattr(self, name) for name in ("rows", "sum_format", "out_format")}
        return FloatRingSpec(**shared, scale_format=scale)

    @property
    def dyadic_bits(self) -> dict[str, int]:
        """Widths of a dyadic scale's parts."""
        return {"mult_bits": self.mult_bits or 8, "shift_bits": self.shift_bits or 5}

    @property
    def fma(self) -> ProductSumSpec:
        """The multiply-add of a column, which lane and ring share."""
        return self.ring.fma

    @property
    def sum_code(self) -> FloatFormat:
        """Format of a group's sum."""
        return self.fma.operands["a"]

    @property
    def scale_code(self) -> FloatFormat:
        """Format of a scale, of dyadic ones that which holds them all."""
        return self.fma.operands["b"]

    @property
    def out_bits(self) -> int:
        """Width of an element of C."""
        return self.fma.out.bits

    @property
    def scale_fields(self) -> dict[str, Shape]:
        """What a column's scale and zero point consist of."""
        if self.scale_format == "dyadic":
            widths = {name.removesuffix("_bits"): bits for name, bits in self.dyadic_bits.items()}
        else:
            widths = {"scale": self.scale_code.bits}
        if self.zero_point:
            widths["zero"] = self.b_bits
        return {name: unsigned(bits) for name, bits in widths.items()}

    @property
    def baseline(self) -> str:
        """Name of the baseline: weights that rest need streams of their own."""
        return "mixpe_float_array_ws" if self.streams_rows else "mixpe_float_array"

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields."""
        names = {"LOW": "LOW", "LEFTMOST": "LEFTMOST", "TERM_TOP": "PLACE", "NUMBER_TOP": "NUMBER"}
        terms = sum_parameters(self.a_format, self.b_bits)
        element = dataclasses.replace(self.core, microarchitecture="significand").baseline_parameters
        code = self.sum_code
        acc = DifferenceFormat(self.acc) if self.zero_point else self.acc
        above = code.mantissa_bits + 2
        return (
            self.fma.baseline_parameters
            | element
            | {name.upper(): bits for name, bits in self.dyadic_bits.items()}
            | {f"TERM_{short}": terms[name] for name, short in (names | {"HEADROOM": "HEADROOM"}).items()}
            | {
                "TERMS": int(self.microarchitecture == "terms"),
                "DYADIC": int(self.scale_format == "dyadic"),
                "WIDE_EXPONENT": acc.exponent_bits,
                "CODE_TOP": acc.unit + acc.acc_bits + above - code.min_exponent,
            }
        )

    @property
    def macs_per_cycle(self) -> int:
        """Products added per cycle while beats are accepted."""
        return self.macs_per_beat
