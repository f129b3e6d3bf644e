"""The array of float elements that makes the sums of groups, as `hdl/array` places it."""

import dataclasses

from amaranth.hdl import Shape, unsigned

from ..float.weight_fma_pe import WeightFmaPe, WeightFmaPeSpec
from ..spec import choice, integer
from .float_chain import FloatAccumulate, FloatAccumulateSpec, FloatWeightRowsSpec, element_fields


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatSumsSpec(WeightFmaPeSpec):
    """Elements, how many rows and columns of them there are, and where sums are kept."""

    rows: int = integer(8, 1, 256, "rows of C per tile")
    cols: int = integer(8, 1, 257, "columns of C per tile, and one that adds up activations")
    dataflow: str = choice("os", ("os", "ws"), "output- or weight-stationary")
    k_step: int = integer(1, 1, 256, "rows of cells with ws; else 1")

    sum_rows = 1
    edge_cycles = 0
    input_reg = False
    serial = False

    def make_element(self) -> WeightFmaPe:
        """Return the element of the array."""
        return WeightFmaPe(WeightFmaPeSpec(**element_fields(self)))

    @property
    def weight_rows(self) -> FloatWeightRowsSpec:
        """The rows of cells in which weights rest, with ws."""
        return FloatWeightRowsSpec(**element_fields(self), rows=self.k_step, cols=self.cols)

    def make_sums(self) -> FloatAccumulate:
        """Return the sums of a column, with ws."""
        return FloatAccumulate(FloatAccumulateSpec(**element_fields(self), slots=self.rows))

    @property
    def acc_shape(self) -> Shape:
        """Shape of a sum: the element's word."""
        return unsigned(self.acc_width)

    @property
    def streams_rows(self) -> bool:
        """Whether a beat of `a` is part of a row of A (ws), and not of all its rows."""
        return self.dataflow == "ws"

    @property
    def a_lanes(self) -> int:
        """Elements of A in a beat."""
        return self.k_step if self.streams_rows else self.rows

    @property
    def b_lanes(self) -> int:
        """Elements of B in a beat."""
        return self.cols

    @property
    def latency(self) -> int:
        """Cycles from accepting the beat of `a` that completes row 0 to offering its sums, with ws."""
        return self.k_step + self.cols + 1

    @property
    def macs_per_beat(self) -> int:
        """Products that an accepted beat of `a` stands for."""
        return self.cols * self.a_lanes

    def tile_beats(self, stream_name: str, k: int) -> int:
        """Beats of stream `a`, `b` or `c` per tile of length `k`."""
        steps = -(-k // self.k_step)
        per_step = {"a": self.rows, "b": self.k_step} if self.streams_rows else {"a": 1, "b": 1}
        return self.rows if stream_name == "c" else steps * per_step[stream_name]
