"""The array of float elements that makes the sums of groups, as `hdl/array` places it."""

import dataclasses

from amaranth.hdl import Shape, unsigned

from ..float.float_chain import FloatArrayShape, FloatStage, RowsOfStages, Slots, StageSums
from ..float.weight_fma_pe import WeightFmaPe, WeightFmaPeSpec
from ..spec import choice, integer


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatStageSpec(StageSums, WeightFmaPeSpec):
    """The element that a stage of a column's chain is."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatWeightRowsSpec(RowsOfStages, FloatStageSpec):
    """A stage of the column's chain, and how many rows and columns of them there are."""

    def make_stage(self) -> FloatStage:
        """Return the stage in a cell."""
        return FloatStage(FloatStageSpec(**{n: getattr(self, n) for n in FloatStageSpec.params()}))


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatAccumulateSpec(Slots, WeightFmaPeSpec):
    """What the sums are, and how many."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatSumsSpec(FloatArrayShape, WeightFmaPeSpec):
    """Elements, how many rows and columns of them there are, and where sums are kept."""

    rows: int = integer(8, 1, 256, "rows of C per tile")
    cols: int = integer(8, 1, 257, "columns of C per tile, and one that adds up activations")
    dataflow: str = choice("os", ("os", "ws"), "output- or weight-stationary")
    k_step: int = integer(1, 1, 256, "rows of cells with ws; else 1")

    element_kind = WeightFmaPe, WeightFmaPeSpec
    row_kind = FloatWeightRowsSpec
    sum_kind = FloatAccumulateSpec

    @property
    def acc_shape(self) -> Shape:
        """Shape of a sum: the element's word."""
        return unsigned(self.acc_width)

    @property
    def latency(self) -> int:
        """Cycles from accepting the beat of `a` that completes row 0 to offering its sums, with ws."""
        return self.k_step + self.cols + 1
