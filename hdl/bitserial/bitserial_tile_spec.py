"""What a bit-serial tile is made for, and what follows from it: widths, timing."""

import dataclasses

import numpy as np
from amaranth.hdl import Shape, signed, unsigned

from ...golden.bit_serial_gemm import MAX_BITS, bit_serial_bits
from ...golden.errors import UsageError
from ...golden.integer import check_range
from ..spec import Spec, choice, integer
from .bitserial_pe import BitserialPe


@dataclasses.dataclass(frozen=True, kw_only=True)
class BitserialTileSpec(Spec):
    """Size, widest operands, and how planes are multiplied."""

    baseline = "bitserial_tile"

    rows: int = integer(4, 1, 16, "rows of C per tile (M)")
    cols: int = integer(8, 1, 256, "columns of C per tile (N)")
    depth: int = integer(16, 1, 128, "bits of a plane per row, column and beat")
    w_bits: int = integer(8, 1, MAX_BITS, "widest weights, narrower ones at run time", unit="bits")
    a_bits: int = integer(8, 1, MAX_BITS, "widest activations, narrower ones at run time", unit="bits")
    planes: str = choice(
        "and", ("and", "xor"), "bits are 0 and 1, signed or not (and), or -1 and +1, bipolar (xor)"
    )
    k_max: int = integer(4096, 1, 65536, "longest sum that C must hold")

    #: What rows of any array ask of its Spec (`array/rows.py`).
    dataflow = "broadcast"
    k_step = 1
    sum_rows = 1
    input_reg = False
    #: Enabled cycles from planes to the sum with them: a register behind the count.
    element_latency = 2
    #: A beat of `a` has all rows of A, not one of them.
    streams_rows = False
    a_signed = True

    @property
    def bipolar(self) -> bool:
        """Whether bits are -1 and +1."""
        return self.planes == "xor"

    @property
    def out_bits(self) -> int:
        """Width of an element of C, signed: no sum of k_max products of any kind overflows it."""
        # Unsigned numbers reach as far as bipolar ones, and signed ones not so far.
        kinds = {"w_kind": "bipolar", "a_kind": "bipolar"}
        return bit_serial_bits(self.k_max, w_bits=self.w_bits, a_bits=self.a_bits, **kinds)

    @property
    def acc_width(self) -> int:
        """Width of the sum in an element."""
        return self.out_bits

    @property
    def acc_shape(self) -> Shape:
        """Shape of a sum."""
        return signed(self.out_bits)

    @property
    def count_bits(self) -> int:
        """Width of a count of ones."""
        return self.depth.bit_length()

    @property
    def a_shape(self) -> Shape:
        """A plane of a row."""
        return unsigned(self.depth)

    @property
    def a_word(self) -> Shape:
        """Shape in which an element takes A: as it comes."""
        return self.a_shape

    @property
    def b_word(self) -> Shape:
        """A plane of a column; above it shift, and whether to subtract, or how many bits count."""
        return unsigned(self.depth + 1 + (self.count_bits if self.bipolar else 1))

    @property
    def cell_spec(self) -> "BitserialTileSpec":
        """What a cell of a row is made of."""
        return dataclasses.replace(self, rows=1, cols=1)

    def make_element(self) -> BitserialPe:
        """Return the element of a cell."""
        return BitserialPe(self)

    @property
    def most_shifts(self) -> int:
        """How often a sum of the widest operands doubles."""
        return self.w_bits + self.a_bits - 2

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields."""
        return {"MOST_SHIFTS": self.most_shifts, "BIPOLAR": int(self.bipolar)}

    @property
    def k_limit(self) -> int:
        """The longest K that cannot overflow."""
        return self.k_max

    def check_b(self, b) -> np.ndarray:
        """Return W as int64, or raise UsageError at the first element that is out of range."""
        if self.bipolar:
            raise UsageError(
                "planes=xor multiplies odd numbers, and plain matrices are fed as signed ones: use planes=and"
            )
        return check_range("b", b, self.w_bits, True)

    @property
    def latency(self) -> int:
        """Cycles from accepting the last beat of a tile to offering row 0 of its result, without stalls."""
        return 1 + self.element_latency

    @property
    def steps(self) -> int:
        """Pairs of planes of the widest operands."""
        return self.w_bits * self.a_bits

    @property
    def macs_per_cycle(self) -> float:
        """Products of the widest operands per cycle while beats are accepted."""
        return self.rows * self.cols * self.depth / self.steps

    def tile_beats(self, stream_name: str, k: int) -> int:
        """Beats of stream `a`, `b` or `c` per tile of length `k`, with operands of the full width."""
        return self.rows if stream_name == "c" else self.steps * -(-k // self.depth)

    def tile_cycles(self, k: int) -> int:
        """Cycles per tile of length `k`, back to back, without stalls, with operands of the full width."""
        return max(self.tile_beats(name, k) for name in "abc")
