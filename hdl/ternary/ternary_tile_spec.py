"""What a ternary tile is made for, and what follows from it: widths, timing, padding."""

import dataclasses

import numpy as np
from amaranth.hdl import Shape

from ...golden.ternary import GROUPS, PACKINGS, check_trits, ternary_bits, ternary_entry_bits
from ..spec import Spec, check_widest, choice, flag, integer
from .ternary_pe import TernaryRowsSpec
from .ternary_table import TernaryTableSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class TernaryTileSpec(Spec):
    """Size, activations, and how weights are packed."""

    baseline = "ternary_tile"

    rows: int = integer(4, 1, 16, "rows of C per tile (M)")
    cols: int = integer(16, 1, 256, "columns of C per tile (N)")
    packing: str = choice(
        "1in2",
        tuple(PACKINGS),
        "trits in bits of a code of `b`; 3in5 and 4in7 are looked up as they are, in tables of 3 or 4",
    )
    depth: int = integer(8, 1, 16, "codes of a column per beat, whose products an element adds")
    a_bits: int = integer(8, 2, 16, "width of an activation", unit="bits")
    a_signed: bool = flag(True, "activations are two's complement, not unsigned")
    k_max: int = integer(4096, 1, 65536, "longest sum that C must hold")
    pipeline: bool = flag(True, "a register in front of the sum")

    def check(self):
        """Refuse tables that are too many bits for one value."""
        check_widest(
            self.rows * self.row_spec.a_word.width,
            f"rows={self.rows} and depth={self.depth} with packing={self.packing} make tables",
            "a smaller depth, fewer rows or narrower a_bits",
        )

    @property
    def trits(self) -> int:
        """Trits of a code."""
        return PACKINGS[self.packing][0]

    @property
    def code_bits(self) -> int:
        """Width of a code."""
        return PACKINGS[self.packing][1]

    @property
    def group(self) -> int:
        """Trits that a table serves: those of a code, or, of codes that are decoded, two."""
        return self.trits if self.trits in GROUPS else 2

    @property
    def k_step(self) -> int:
        """Products that a sum grows by at a time; K is padded with zeros to a multiple of it."""
        return self.depth * self.trits

    @property
    def k_limit(self) -> int:
        """The longest K that cannot overflow."""
        return self.k_max

    @property
    def out_bits(self) -> int:
        """Width of an element of C, which no sum of k_max products overflows."""
        return ternary_bits(self.k_max, self.a_bits, self.a_signed)

    @property
    def acc_width(self) -> int:
        """Width of the sum in an element."""
        return self.out_bits

    @property
    def a_shape(self) -> Shape:
        """Shape of an activation."""
        return Shape(self.a_bits, self.a_signed)

    @property
    def row_spec(self) -> TernaryRowsSpec:
        """The rows of elements."""
        return TernaryRowsSpec(
            rows=self.rows,
            cols=self.cols,
            group=self.group,
            depth=-(-self.k_step // self.group),
            word_bits=ternary_entry_bits(self.group, self.a_bits, self.a_signed),
            sum_bits=self.out_bits,
            pipeline=self.pipeline,
        )

    @property
    def table_spec(self) -> TernaryTableSpec:
        """A table."""
        return TernaryTableSpec(
            group=self.group,
            a_bits=self.a_bits,
            a_signed=self.a_signed,
            word_bits=self.row_spec.word_bits,
        )

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields."""
        return {"TRITS": self.trits, "CODE_BITS": self.code_bits}

    #: A beat of `a` has all rows of A, not one of them.
    streams_rows = False

    def check_b(self, b) -> np.ndarray:
        """Return W as int64, or raise UsageError at the first that is not -1, 0 or 1."""
        return check_trits(b)

    @property
    def latency(self) -> int:
        """Cycles from accepting the last beat of a tile to offering row 0 of its result, without stalls."""
        return 2 + self.row_spec.element_latency

    @property
    def macs_per_beat(self) -> int:
        """Products that an accepted beat of `a` stands for."""
        return self.rows * self.cols * self.k_step

    @property
    def macs_per_cycle(self) -> int:
        """Products added per cycle while beats are accepted."""
        return self.macs_per_beat

    def tile_beats(self, stream_name: str, k: int) -> int:
        """Beats of stream `a`, `b` or `c` per tile of length `k`."""
        return self.rows if stream_name == "c" else -(-k // self.k_step)

    def tile_cycles(self, k: int) -> int:
        """Cycles per tile of length `k`, back to back, without stalls."""
        return max(self.tile_beats(name, k) for name in "abc")
