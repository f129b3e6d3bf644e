"""What a lookup tile is made for, and what follows from it: tables, selects, widths, timing."""

import dataclasses
import functools

import numpy as np
from amaranth.hdl import Shape, signed

from ...golden.accumulator import weight_bits
from ...golden.errors import UsageError
from ...golden.lut_gemm import ROUNDED_BITS, TABLES, check_weights, entry_bits, lut_bits
from ..known_weights import LOWEST_BITS, KnownWeights, check_sized_by_weights
from ..spec import choice, flag, integer
from .lut_pe import LutRowsSpec
from .lut_shape import LutShapeSpec
from .table import TableSpec

#: Width of an activation by its name.
ACTIVATIONS = {"int4": 4, "int8": 8, "int16": 16}
#: K that sizes the sums where neither `k_max` nor `acc_bits` is given.
DEFAULT_K_MAX = 4096


@dataclasses.dataclass(frozen=True, kw_only=True)
class LutTileSpec(LutShapeSpec):
    """Shape, activations, tables and sums."""

    baseline = "lut_tile"

    activations: str = choice("int8", tuple(ACTIVATIONS), "format of an activation, signed")
    table: str = choice("full", TABLES, "entries exact, or rounded to 8 bits with a shift per row")
    symmetric: bool = flag(True, "half a table, whose other half an element makes by negation")
    k_max: int | None = integer(None, 1, 65536, "longest sum that C must hold; none: 4096", optional=True)
    acc_bits: int | str | KnownWeights | None = integer(
        None,
        2,
        48,
        "width of an element's sum; none: the worst case of k_max; from:FILE.npy: that of these weights, W",
        unit="bits",
        optional=True,
        weights=True,
    )
    pipeline: bool = flag(True, "a register between table and sum")

    def check(self):
        """Refuse more planes at a time than weights have, sums that could overflow, and too much at once."""
        super().check()
        if self.weights:
            self._check_weights()
        elif self.acc_bits is not None and self.acc_bits < (exact := self._exact_bits):
            raise UsageError(
                f"acc_bits={self.acc_bits} cannot hold every sum of K={self.k_limit}: use acc_bits={exact}, "
                "or a lower k_max"
            )
        self.check_size(self.row_spec)

    def _check_weights(self):
        if self.weight_kind == "zero_point" or self.table == "int8":
            raise UsageError(
                f"acc_bits={self.acc_bits} needs weights that are known and sums that are exact: use "
                f"weight_kind=signed or odd and table=full, not {self.weight_kind} and {self.table}"
            )
        check_sized_by_weights(self)

    @property
    def a_bits(self) -> int:
        """Width of an activation."""
        return ACTIVATIONS[self.activations]

    @property
    def corrected(self) -> bool:
        """Whether the sum of activations is subtracted."""
        return self.weight_kind != "odd"

    @property
    def halved(self) -> bool:
        """Whether what the elements add up is twice C."""
        return self.corrected and self.table == "full"

    @property
    def out_bits(self) -> int:
        """Width of an element of C: that of an element's sum, less the bit that is halved away."""
        return self.acc_width - self.halved

    @property
    def table_bits(self) -> int:
        """Width of an entry as it is made; it is shifted left for later planes."""
        return ROUNDED_BITS if self.table == "int8" else entry_bits(self.a_bits, self.k, self.symmetric)

    @property
    def row_spec(self) -> LutRowsSpec:
        """The rows of elements, with one more column where the sum of activations is subtracted."""
        return LutRowsSpec(
            rows=self.rows,
            cols=self.cols + self.corrected,
            k=self.k,
            depth=self.depth,
            planes=self.planes_per_beat,
            word_bits=self.table_bits + self.planes_per_beat * (self.beats_per_step - 1),
            symmetric=self.symmetric,
            sum_bits=self.acc_width,
            pipeline=self.pipeline,
        )

    @property
    def table_spec(self) -> TableSpec:
        """A table."""
        return TableSpec(
            k=self.k,
            a_bits=self.a_bits,
            table_bits=self.table_bits,
            word_bits=self.row_spec.word_bits,
            step=self.planes_per_beat,
            symmetric=self.symmetric,
            rounded=self.table == "int8",
        )

    @property
    def acc_width(self) -> int:
        """Width of the sum in an element."""
        if self.weights:
            return _known_bits(self)
        return self.acc_bits or self._exact_bits

    @property
    def _exact_bits(self) -> int:
        kinds = (self.k, self.a_bits, self.weight_bits, self.weight_kind, self.table)
        return lut_bits(self.k_limit, *kinds) + self.halved

    def bits_for(self, b) -> int:
        """Return how wide the sums of elements with these weights, (K, N), are.

        Raises UsageError unless they are weights of the Spec.
        """
        b = self.check_b(b)
        # An odd number of b bits is one of b + 1 in two's complement.
        widest = weight_bits(b, a_bits=self.a_bits, b_bits=self.weight_bits + (self.weight_kind == "odd"))
        return max(int(widest.max()), LOWEST_BITS) + self.halved

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields."""
        return {
            "PLANES": self.planes_per_beat,
            "BEATS": self.beats_per_step,
            "A_BITS": self.a_bits,
            "SUM_BITS": self.acc_width,
            "OUT_BITS": self.out_bits,
            "ROUNDED": int(self.table == "int8"),
            "CORRECTED": int(self.corrected),
            "ZERO_POINT": int(self.weight_kind == "zero_point"),
        }

    @property
    def offset_shape(self) -> Shape:
        """Shape of what a column's sum of activations is multiplied by, with weight_kind=zero_point."""
        return signed(self.weight_bits + 1)

    @property
    def k_limit(self) -> int:
        """The longest K that cannot overflow; where weights size the sums, theirs."""
        return self.weights.k if self.weights else self.k_max or DEFAULT_K_MAX

    #: Activations have a sign.
    a_signed = True

    def check_b(self, b) -> np.ndarray:
        """Return W as int64, or raise UsageError at the first that is no weight, or if zeros go with it."""
        if self.weight_kind == "zero_point":
            raise UsageError(
                "weight_kind=zero_point has zero points in a stream of their own, which is not fed here: "
                "subtract them from the weights, and use weight_kind=signed with a bit more"
            )
        return check_weights(b, self.weight_bits, self.weight_kind)

    #: Cycles from the streams to the tables.
    front_cycles = 1

    @property
    def latency(self) -> int:
        """Cycles from accepting the last beat of a tile to offering row 0 of its result, without stalls."""
        return self.front_cycles + self.row_spec.element_latency + self.corrected + 1


@functools.lru_cache(maxsize=256)
def _known_bits(spec: LutTileSpec) -> int:
    # A Spec is asked for its widths hundreds of times while hardware is made of it.
    return spec.bits_for(spec.weights.matrix)
