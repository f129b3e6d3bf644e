"""What lookup tiles have in common, whatever their activations: size, weights, planes, pace."""

import dataclasses

from ...golden.errors import UsageError
from ...golden.lut_gemm import WEIGHT_KINDS
from ..spec import Spec, check_widest, choice, integer


@dataclasses.dataclass(frozen=True, kw_only=True)
class LutShapeSpec(Spec):
    """Size of a tile, its weights, and how much of a weight and of a table there is at a time."""

    rows: int = integer(2, 1, 16, "rows of C per tile: tables at a time (M)")
    cols: int = integer(16, 1, 256, "columns of C per tile, which share the tables (N)")
    k: int = integer(4, 1, 6, "activations per table (K); 1: nothing to look up, only add or subtract")
    depth: int = integer(1, 1, 16, "tables per row, whose entries an element adds")
    activations: str = choice("int8", ("int8",), "format of an activation; which there are, each tile says")
    weight_bits: int = integer(4, 1, 8, "widest weights, narrower ones at run time", unit="bits")
    weight_kind: str = choice(
        "signed",
        WEIGHT_KINDS,
        "two's complement, unsigned less a zero point, or odd numbers (-1, +1)",
    )
    planes: int | None = integer(
        None, 1, 8, "planes of a weight per cycle; none: weight_bits, all of them", optional=True
    )

    #: A beat of `a` has all rows of A, not one of them.
    streams_rows = False

    def check(self):
        """Refuse more planes at a time than weights have."""
        if self.planes is not None and self.planes > self.weight_bits:
            raise UsageError(
                f"planes={self.planes} is more than weights have with weight_bits={self.weight_bits}: use "
                f"planes={self.weight_bits} or less, or leave planes out"
            )

    def check_size(self, rows: Spec) -> None:
        """Refuse tables and selects that are too much at once; rows: the Spec of the rows of elements."""
        check_widest(
            self.rows * rows.a_word.width,
            f"rows={self.rows} and depth={self.depth} with k={self.k} make tables",
            "a smaller depth or k, fewer rows or symmetric=true",
        )
        check_widest(
            rows.cols * rows.b_word.width,
            f"cols={self.cols} and depth={self.depth} with k={self.k} take selects",
            "a smaller depth, fewer columns or fewer planes at a time",
        )

    @property
    def planes_per_beat(self) -> int:
        """Planes of weights in a beat of `b`."""
        return self.planes or self.weight_bits

    @property
    def selects_per_column(self) -> int:
        """Selects of a column in a beat of `b`."""
        return self.planes_per_beat * self.depth

    @property
    def beats_per_step(self) -> int:
        """Beats of `b` for weights of the full width, while one beat of `a` stands."""
        return -(-self.weight_bits // self.planes_per_beat)

    @property
    def k_step(self) -> int:
        """Products that a sum grows by at a time; K is padded with zeros to a multiple of it."""
        return self.k * self.depth

    @property
    def a_lanes(self) -> int:
        """Elements of A in a beat."""
        return self.rows * self.k_step

    @property
    def macs_per_beat(self) -> int:
        """Products that an accepted beat of `a` stands for."""
        return self.rows * self.cols * self.k_step

    @property
    def macs_per_cycle(self) -> float:
        """Products added per cycle while beats are accepted, with weights of the full width."""
        return self.macs_per_beat / self.beats_per_step

    def tile_beats(self, stream_name: str, k: int) -> int:
        """Beats of stream `a`, `b` or `c` per tile of length `k`, with weights of the full width."""
        steps = -(-k // self.k_step)
        return {"a": steps, "b": steps * self.beats_per_step, "c": self.rows, "z": 1}[stream_name]

    def tile_cycles(self, k: int) -> int:
        """Cycles per tile of length `k`, back to back, without stalls, with weights of the full width."""
        return max(self.tile_beats(name, k) for name in "bc")
