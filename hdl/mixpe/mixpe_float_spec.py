"""What a group-dequantising array for float activations consists of: its elements, lanes and rings."""

import dataclasses

import numpy as np
from amaranth.hdl import Shape, unsigned

from ...golden.errors import UsageError
from ...golden.float_format import FloatFormat
from ...golden.integer import check_range
from ..float.term_tree import sum_parameters
from ..float.weight_fma_pe import WeightFmaPe, WeightFmaPeSpec
from ..spec import choice, integer
from .float_lane import FloatRingSpec, ProductSumSpec
from .timing import GroupTiming

FORMATS = ("bf16", "fp16", "fp32")


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatSumsSpec(WeightFmaPeSpec):
    """Rows of elements, output-stationary, as `hdl/array` places them."""

    rows: int = integer(8, 1, 256, "rows of C per tile")
    cols: int = integer(8, 1, 256, "columns of C per tile")

    dataflow = "os"
    k_step = 1
    sum_rows = 1
    edge_cycles = 0
    input_reg = False
    streams_rows = False
    recoding = "own"

    def make_element(self) -> WeightFmaPe:
        """Return the element of the array."""
        fields = {name: getattr(self, name) for name in WeightFmaPeSpec.params()}
        return WeightFmaPe(WeightFmaPeSpec(**fields))

    @property
    def a_lanes(self) -> int:
        """Elements of A in a beat."""
        return self.rows

    @property
    def b_lanes(self) -> int:
        """Elements of B in a beat."""
        return self.cols

    @property
    def macs_per_beat(self) -> int:
        """Products that an accepted beat of `a` stands for."""
        return self.rows * self.cols

    def tile_beats(self, stream_name: str, k: int) -> int:
        """Beats of stream `a`, `b` or `c` per tile of length `k`."""
        return self.rows if stream_name == "c" else k


@dataclasses.dataclass(frozen=True, kw_only=True)
class MixpeFloatArraySpec(GroupTiming, WeightFmaPeSpec):
    """Operands, size, and the formats of sums, scales and results."""

    rows: int = integer(8, 1, 256, "rows of C per tile")
    cols: int = integer(8, 1, 256, "columns of C per tile")
    group: int = integer(128, 1, 4096, "rows of B that share a scale")
    sum_format: str = choice("bf16", FORMATS, "format to which the sum of a group is rounded")
    scale_format: str = choice("bf16", FORMATS, "format of a scale")
    out_format: str = choice("fp32", FORMATS, "format of an element of C")

    dataflow = "os"
    k_step = 1
    edge_cycles = 0
    streams_rows = False
    zero_point = False
    recoding = "own"
    flags_weights = False
    dequant_stages = 3
    adder_stages = 1
    baseline = "mixpe_float_array"
    #: Enabled cycles after a sum in which its lane looks at the scale.
    scale_stages = {"scale": 1}

    def check(self):
        """Refuse what the elements refuse, and a second rounding of sums that are codes."""
        super().check()
        if self.microarchitecture == "terms" and self.sum_format != self.a_format:
            raise UsageError(
                f"sum_format={self.sum_format} differs from a_format={self.a_format}, and "
                f"microarchitecture=terms adds up in that: use sum_format={self.a_format}"
            )

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
        return self.b_bits, True

    def check_b(self, b) -> np.ndarray:
        """Return B as int64, or raise UsageError at the first element out of range."""
        return check_range("b", b, *self.b_kind)

    @property
    def core(self) -> FloatSumsSpec:
        """The rows of elements that make the sums of groups."""
        shared = (*WeightFmaPeSpec.params(), "rows", "cols")
        return FloatSumsSpec(**{name: getattr(self, name) for name in shared})

    @property
    def ring(self) -> FloatRingSpec:
        """The results of a column between groups."""
        names = ("rows", "sum_format", "scale_format", "out_format")
        return FloatRingSpec(**{name: getattr(self, name) for name in names})

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
        """Format of a scale."""
        return self.fma.operands["b"]

    @property
    def out_bits(self) -> int:
        """Width of an element of C."""
        return self.fma.out.bits

    @property
    def scale_fields(self) -> dict[str, Shape]:
        """What a column's scale consists of."""
        return {"scale": unsigned(self.scale_code.bits)}

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields."""
        names = {"LOW": "LOW", "LEFTMOST": "LEFTMOST", "TERM_TOP": "PLACE", "NUMBER_TOP": "NUMBER"}
        terms = sum_parameters(self.a_format, self.b_bits)
        element = dataclasses.replace(self.core, microarchitecture="significand").baseline_parameters
        acc, code = self.acc, self.sum_code
        above = code.mantissa_bits + 2
        return (
            self.fma.baseline_parameters
            | element
            | {f"TERM_{short}": terms[name] for name, short in (names | {"HEADROOM": "HEADROOM"}).items()}
            | {
                "TERMS": int(self.microarchitecture == "terms"),
                "CODE_TOP": acc.unit + acc.acc_bits + above - code.min_exponent,
            }
        )

    @property
    def macs_per_cycle(self) -> int:
        """Products added per cycle while beats are accepted."""
        return self.macs_per_beat
