"""What a floating matrix engine consists of: its elements, its size and dataflow, the format of results."""

import dataclasses

import numpy as np
from amaranth.hdl import Shape, unsigned

from ...golden.errors import UsageError
from ...golden.integer import check_range
from ..spec import choice, integer
from .float_chain import FloatArrayShape, FloatStage, RowsOfStages, Slots, StageSums
from .float_spec import format_parameters
from .round_sums import RoundSums, RoundSumSpec, RoundSumsSpec
from .wide_fma_pe import WideFmaPe, WideFmaPeSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class FmaStageSpec(StageSums, WideFmaPeSpec):
    """The element that a stage of a column's chain is."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FmaWeightRowsSpec(RowsOfStages, FmaStageSpec):
    """A stage of the column's chain, and how many rows and columns of them there are."""

    def make_stage(self) -> FloatStage:
        """Return the stage in a cell."""
        return FloatStage(FmaStageSpec(**{n: getattr(self, n) for n in FmaStageSpec.params()}))


@dataclasses.dataclass(frozen=True, kw_only=True)
class FmaAccumulateSpec(Slots, WideFmaPeSpec):
    """What the sums are, and how many."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FmaArraySpec(FloatArrayShape, RoundSumSpec):
    """Elements, size and dataflow of the array, and the format of its results."""

    rows: int = integer(8, 1, 256, "rows of C per tile")
    cols: int = integer(8, 1, 256, "columns of C per tile")
    dataflow: str = choice("os", ("os", "ws"), "output- or weight-stationary")
    depth: int | None = integer(
        None, 1, 256, "rows of cells with ws, whose weights are a block; none: 4", optional=True
    )

    element_kind = WideFmaPe, WideFmaPeSpec
    row_kind = FmaWeightRowsSpec
    sum_kind = FmaAccumulateSpec

    def check(self):
        """Refuse what the elements refuse, a depth that there is not, and operands without a zero."""
        super().check()
        if self.depth is not None and not self.streams_rows:
            raise UsageError(
                f"depth={self.depth} is for dataflow=ws, and dataflow={self.dataflow} adds one product per "
                "element and beat: leave depth out"
            )
        for name, fmt in self.float_operands.items():
            if not fmt.has_zero:
                raise UsageError(
                    f"{name}_format={getattr(self, f'{name}_format')} has no zero to fill up a block of K "
                    "with: use another format"
                )

    @property
    def baseline(self) -> str:
        """Name of the baseline: weights that rest need streams of their own."""
        return "fma_array_ws" if self.streams_rows else "fma_array"

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields."""
        out, acc = self.out, self.acc
        code_top = acc.unit + acc.acc_bits + out.mantissa_bits + 2 - out.min_exponent
        return super().baseline_parameters | format_parameters("OUT_", out) | {"CODE_TOP": code_top}

    @property
    def k_step(self) -> int:
        """Products that a sum grows by at a time; K is padded with zeros to a multiple of it."""
        return (self.depth or 4) if self.streams_rows else 1

    @property
    def a_bits(self) -> int:
        """Width of an element of A: of its code."""
        return self.a_shape.width

    @property
    def a_signed(self) -> bool:
        """Whether elements of A are two's complement: they are codes."""
        return False

    @property
    def acc_shape(self) -> Shape:
        """Shape of an element of C: a code."""
        return unsigned(self.out.bits)

    def check_b(self, b) -> np.ndarray:
        """Return B as int64, or raise UsageError at the first element that is no code of its format."""
        return check_range("b", b, self.b_shape.width, False)

    def make_edge(self) -> RoundSums:
        """Return what the sums of a row pass behind the elements: they are rounded."""
        fields = {name: getattr(self, name) for name in RoundSumSpec.params()}
        return RoundSums(RoundSumsSpec(**fields, lanes=self.cols))

    @property
    def latency(self) -> int:
        """Cycles from accepting the last beat of a tile to offering row 0 of its result, without stalls.

        With ws, where rows of A come one by one, from accepting the beat that completes row 0.
        """
        return (self.k_step if self.streams_rows else 0) + self.cols + 2

    def tile_cycles(self, k: int) -> int:
        """Cycles per tile of length `k`, back to back and without stalls."""
        return max(self.tile_beats(name, k) for name in "abc")

    @property
    def macs_per_cycle(self) -> int:
        """Products added per cycle while beats are accepted."""
        return self.macs_per_beat
