"""What a lookup tile of float activations is made for: formats, alignment, accumulator."""

import dataclasses

import numpy as np

from ...golden.float_format import SPECIALS, FloatFormat, find_format
from ...golden.integer import int_width
from ...golden.lut_float_gemm import WEIGHT_KINDS, StepFormat
from ...golden.lut_gemm import check_weights, entry_bits
from ..known_weights import refuse_weights
from ..spec import choice, flag, integer
from .float_pe import LutFloatRowsSpec
from .lut_shape import LutShapeSpec
from .table import TableSpec

ACTIVATIONS = ("bf16", "fp16", "e4m3", "e5m2", "e4m3fn", "e4m3fnuz", "e5m2fnuz")
OUT_FORMATS = ("fp32", "bf16", "fp16")
#: Bits of an aligned activation that are not its mantissa: sign, hidden bit, and three more to shift into.
MORE_BITS = 5
#: Width of the accumulator's significand, unless the sum of a beat is wider.
DEFAULT_ACC_BITS = 20


@dataclasses.dataclass(frozen=True, kw_only=True)
class LutFloatTileSpec(LutShapeSpec):
    """Shape, formats of activations and results, widths on the way."""

    baseline = "lut_float_tile"

    weight_kind: str = choice("signed", WEIGHT_KINDS, "two's complement, or odd numbers (-1, +1)")
    symmetric: bool = flag(True, "half a table, whose other half an element makes by negation")
    activations: str = choice("bf16", ACTIVATIONS, "format of an activation")
    align_bits: int | None = integer(
        None,
        4,
        20,
        "width of an activation aligned to the largest of its step; none: its mantissa and 5",
        unit="bits",
        optional=True,
    )
    acc_bits: int | None = integer(
        None,
        8,
        48,
        "width of the accumulator's significand; none: 20, or that of a beat's sum",
        unit="bits",
        optional=True,
    )
    out_format: str = choice("fp32", OUT_FORMATS, "format of an element of C")

    #: Elements subtract the sum of activations themselves.
    corrected = False
    #: Cycles from the streams to the tables.
    front_cycles = 3
    #: Activations are codes.
    a_signed = False

    def __post_init__(self):
        refuse_weights(self.acc_bits)
        super().__post_init__()

    def check(self):
        """Refuse what aligns or adds up to no use, and too much at once."""
        super().check()
        _ = self.step
        self.check_size(self.row_spec)

    @property
    def fmt(self) -> FloatFormat:
        """Format of an activation."""
        return find_format(self.activations)

    @property
    def out(self) -> FloatFormat:
        """Format of an element of C."""
        return find_format(self.out_format)

    @property
    def a_bits(self) -> int:
        """Width of an activation: of its code."""
        return self.fmt.bits

    @property
    def out_bits(self) -> int:
        """Width of an element of C: of its code."""
        return self.out.bits

    @property
    def align_width(self) -> int:
        """Width of an aligned activation."""
        return self.align_bits or self.fmt.mantissa_bits + MORE_BITS

    @property
    def step(self) -> StepFormat:
        """Sums of beats, and their accumulator."""
        fields = {
            "fmt": self.fmt,
            "align_bits": self.align_width,
            "k_step": self.k_step,
            "weight_kind": self.weight_kind,
            "planes": self.planes_per_beat,
            "beats": self.beats_per_step,
        }
        if self.acc_bits:
            return StepFormat(**fields, acc_bits=self.acc_bits)
        widest = StepFormat(**fields, acc_bits=48)
        return dataclasses.replace(widest, acc_bits=max(DEFAULT_ACC_BITS, widest.sum_bits))

    @property
    def table_spec(self) -> TableSpec:
        """A table."""
        bits = entry_bits(self.align_width, self.k, self.symmetric)
        return TableSpec(
            k=self.k, a_bits=self.align_width, table_bits=bits, word_bits=bits, symmetric=self.symmetric
        )

    @property
    def row_spec(self) -> LutFloatRowsSpec:
        """The rows of elements."""
        step = self.step
        return LutFloatRowsSpec(
            rows=self.rows,
            cols=self.cols,
            k=self.k,
            depth=self.depth,
            planes=self.planes_per_beat,
            word_bits=self.table_spec.word_bits,
            symmetric=self.symmetric,
            sum_bits=step.sum_bits,
            minus_bits=self.minus_bits,
            acc_bits=step.acc_bits,
            exponent_bits=step.exponent_bits,
        )

    @property
    def minus_bits(self) -> int:
        """Width of what is added to the sum of a beat; 0 if nothing is."""
        if self.weight_kind == "odd":
            return 0
        largest = (1 << self.planes_per_beat) - 1 if self.beats_per_step > 1 else 1
        reach = largest * self.k_step * ((1 << self.align_width - 1) - 1)
        return int_width(-reach, reach, True)

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields."""
        step, fmt, out = self.step, self.fmt, self.out
        return {
            "PLANES": self.planes_per_beat,
            "BEATS": self.beats_per_step,
            "ODD": int(self.weight_kind == "odd"),
            "EXPONENT": fmt.exponent_bits,
            "MANTISSA": fmt.mantissa_bits,
            "A_SPECIAL": SPECIALS.index(fmt.special),
            "ALIGN": self.align_width,
            "SUM_BITS": step.sum_bits,
            "ACC_BITS": step.acc_bits,
            "ACC_EXPONENT": step.exponent_bits,
            "OFFSET": step.offset,
            "OUT_EXPONENT": out.exponent_bits,
            "OUT_MANTISSA": out.mantissa_bits,
            "CODE_TOP": step.unit + step.acc_bits + out.mantissa_bits + 2 - out.min_exponent,
        }

    def check_b(self, b) -> np.ndarray:
        """Return W as int64, or raise UsageError at the first that is no weight."""
        return check_weights(b, self.weight_bits, self.weight_kind)

    @property
    def latency(self) -> int:
        """Cycles from accepting the last beat of a tile to offering row 0 of its result, without stalls."""
        return self.front_cycles + self.row_spec.element_latency + 2
