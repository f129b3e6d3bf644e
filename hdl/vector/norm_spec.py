"""What a norm is made for, and what follows from it: widths, memories, timing."""

import dataclasses

from amaranth.hdl import Shape, signed

from ...golden.errors import UsageError
from ...golden.int_sqrt import IVIT_STEPS
from ...golden.norm import METHODS
from ..arith.logic_table import table_word
from ..spec import check_fields_of, check_widest, choice, integer
from .inverse import InverseSpec
from .published_lane import RESULT_BITS
from .queue import QueueSpec
from .recurrence import WIDEST_OPERAND
from .row_division import RowDivisionSpec
from .row_moments import RowMomentsSpec
from .scaler import ScalerSpec

#: Enabled cycles from the last beat of a row to its scale, and one to read a memory, less one to write it.
BEATS_BETWEEN = 6
#: The same to its sums, which a published method takes from there: there is room while they are taken.
BEATS_TO_SUMS = 2
#: Widest number that `inverse` takes, and that of the published norms.
WIDEST_VARIANCE = 48
WIDEST_PUBLISHED = 32
#: By method, the fields that not all have: of the table and of its results, and of divisions.
FIELDS = dict.fromkeys(METHODS, ("step_bits",))
FIELDS["table"] = ("kind", "out_bits", "fraction", "eps", "index_bits", "mantissa_bits")


@dataclasses.dataclass(frozen=True, kw_only=True)
class NormSpec(RowMomentsSpec):
    """Integers, the reciprocal square root of their variance, and results."""

    out_bits: int = integer(8, 2, 24, "width of a result, signed", unit="bits")
    fraction: int = integer(5, 0, 16, "a result is in steps of 2 ** -fraction", unit="bits")
    eps: int = integer(0, 0, 1 << 40, "added to V, in its units: that of the formula times (N / scale) ** 2")
    index_bits: int = integer(6, 1, 9, "bits of V that the table of square roots looks at", unit="bits")
    mantissa_bits: int = integer(9, 2, 16, "width of a reciprocal root's mantissa", unit="bits")
    pipeline: int = integer(2, 1, 3, "registers from memory to result: 2 has one in front of the product")
    method: str = choice("table", METHODS, "table of roots, or divisions, as published")
    step_bits: int = integer(1, 1, WIDEST_OPERAND, "of published divisions, made in a cycle", unit="bits")

    def check(self):
        """Refuse rows whose V is too wide, steps finer than roots, and memories that are too wide."""
        check_fields_of(self, "method", FIELDS)
        if self.divides and self.pipeline > 2:
            raise UsageError(
                f"pipeline={self.pipeline} has a register in front of a shift, which method={self.method} "
                "has not: use pipeline=2 or less"
            )
        widest = WIDEST_PUBLISHED if self.divides else WIDEST_VARIANCE
        if self.variance_bits > widest:
            raise UsageError(
                f"row_max={self.row_max} and in_bits={self.in_bits} make V {self.variance_bits} bits wide, "
                f"and {widest} is the most: use a smaller row_max, or fewer in_bits"
            )
        if self.fraction > self.mantissa_bits:
            raise UsageError(
                f"fraction={self.fraction} is finer than roots with mantissa_bits={self.mantissa_bits}: use "
                f"mantissa_bits={self.fraction} or more"
            )
        check_widest(self.buffer.width, f"lanes={self.lanes} make beats", "fewer lanes")

    @property
    def divides(self) -> bool:
        """Whether mean and root are made by divisions, as published."""
        return self.method != "table"

    @property
    def division(self) -> RowDivisionSpec:
        """The divisions."""
        return RowDivisionSpec(**{name: getattr(self, name) for name in RowDivisionSpec.params()})

    @property
    def x_shape(self) -> Shape:
        """Shape of an integer that comes in."""
        return signed(self.in_bits)

    @property
    def y_shape(self) -> Shape:
        """Shape of a result."""
        return signed(RESULT_BITS if self.divides else self.out_bits)

    @property
    def variance_bits(self) -> int:
        """Width of V + eps."""
        if self.divides:
            return self.division.variance_bits
        return ((self.longest**2 << 2 * self.in_bits - 2) + self.eps).bit_length()

    @property
    def moments(self) -> RowMomentsSpec:
        """The sums."""
        return RowMomentsSpec(**{name: getattr(self, name) for name in RowMomentsSpec.params()})

    @property
    def inverse(self) -> InverseSpec:
        """The reciprocal square root of V."""
        return InverseSpec(
            function="rsqrt",
            bits=self.variance_bits,
            index_bits=self.index_bits,
            mantissa_bits=self.mantissa_bits,
        )

    @property
    def scaler(self) -> ScalerSpec:
        """x times the row's factor, and its offset."""
        factor_bits = self.count_bits + self.mantissa_bits
        return ScalerSpec(
            value_bits=self.in_bits,
            mult_bits=factor_bits,
            addend_bits=self.offset_bits,
            shift_bits=self.inverse.shift_bits,
            result_bits=min(self.out_bits, self.in_bits + factor_bits),
            product_reg=self.pipeline > 2,
        )

    @property
    def offset_bits(self) -> int:
        """Width of the sum of a row times its reciprocal root; none with kind=rms."""
        return self.total_bits + self.mantissa_bits if self.sums else 0

    @property
    def buffer(self) -> QueueSpec:
        """The memory of integers, until the row has ended."""
        between = BEATS_TO_SUMS if self.divides else BEATS_BETWEEN
        return QueueSpec(width=self.lanes * (self.in_bits + 1) + 1, depth=self.row_beats + between)

    @property
    def row_queue(self) -> QueueSpec:
        """The memory of factors, offsets and shifts."""
        return QueueSpec(width=self.scaler.mult_bits + self.offset_bits + self.inverse.shift_bits, depth=2)

    @property
    def tables(self) -> dict[str, dict]:
        """The table, for the manifest."""
        return {} if self.divides else self.inverse.tables

    @property
    def baseline(self) -> str:
        """Name of the design that it is compared with."""
        return "published_norm" if self.divides else "norm"

    @property
    def baseline_parameters(self) -> dict[str, int | str]:
        """Parameters of the baseline that are not fields."""
        row = {
            "ROW_BEATS": self.row_beats,
            "COUNT_BITS": self.count_bits,
            "TOTAL_BITS": self.total_bits,
            "SQUARES_BITS": self.squares_bits,
        }
        if self.divides:
            newton = IVIT_STEPS if self.division.newton else 0
            return row | {"NEWTON": newton, "TRUNCATES": int(self.method == "ivit_tvm")}
        return row | {
            "LAYER": int(self.sums),
            "VARIANCE_BITS": self.variance_bits,
            "SHIFT_BITS": self.inverse.shift_bits,
            "TABLE": table_word(self.inverse.table, self.mantissa_bits),
        }

    @property
    def latency(self) -> int:
        """Cycles from the last beat of a row to the first of its results, if nothing holds it."""
        if self.divides:
            return BEATS_TO_SUMS + self.division.latency + self.pipeline
        return BEATS_BETWEEN + self.pipeline

    @property
    def row_cycles(self) -> int:
        """Cycles from row to row, of the longest."""
        return self.row_beats + (self.division.latency - 1 if self.divides else 0)

    @property
    def elements_per_cycle(self) -> int | float:
        """Results per cycle, in the longest rows."""
        return round(self.longest / self.row_cycles, 4) if self.divides else self.lanes
