"""What a softmax is made for, and what follows from it: widths, memories, timing."""

import dataclasses

from amaranth.hdl import Shape, signed

from ...golden.base2_softmax import exp2_table
from ...golden.errors import UsageError
from ..arith.logic_table import table_facts, table_word
from ..spec import check_widest, integer
from ..vector.inverse import InverseSpec
from ..vector.queue import QueueSpec
from ..vector.scaler import ScalerSpec
from .row_exp import RowExpSpec

#: Beats that come in between the last one of a row and the first of its results.
BEATS_BETWEEN = 7


@dataclasses.dataclass(frozen=True, kw_only=True)
class SoftmaxSpec(RowExpSpec):
    """Codes, exponentials, the reciprocal of their sum, and results."""

    baseline = "softmax"

    out_bits: int = integer(8, 1, 16, "width of a result, in steps of 2 ** -out_bits", unit="bits")
    index_bits: int = integer(6, 1, 9, "bits of the sum that the table of reciprocals looks at", unit="bits")
    mantissa_bits: int = integer(9, 2, 16, "width of a reciprocal's mantissa", unit="bits")
    pipeline: int = integer(2, 1, 3, "registers from memory to result: 2 has one in front of the product")

    def check(self):
        """Refuse results finer than reciprocals, and memories that are too wide."""
        super().check()
        if self.mantissa_bits < self.out_bits:
            raise UsageError(
                f"mantissa_bits={self.mantissa_bits} is narrower than results with out_bits={self.out_bits}: "
                f"use mantissa_bits={self.out_bits} or more"
            )
        check_widest(self.buffer.width, f"lanes={self.lanes} make beats", "fewer lanes")

    @property
    def x_shape(self) -> Shape:
        """Shape of a code."""
        return signed(self.in_bits)

    @property
    def inverse(self) -> InverseSpec:
        """The reciprocal of a total."""
        return InverseSpec(bits=self.total_bits, index_bits=self.index_bits, mantissa_bits=self.mantissa_bits)

    @property
    def row_exp(self) -> RowExpSpec:
        """The exponentials."""
        return RowExpSpec(**{name: getattr(self, name) for name in RowExpSpec.params()})

    @property
    def scaler(self) -> ScalerSpec:
        """The product of an exponential with the reciprocal."""
        return ScalerSpec(
            value_bits=self.exp_bits,
            value_signed=False,
            mult_bits=self.mantissa_bits,
            shift_bits=self.inverse.shift_bits,
            result_bits=self.out_bits,
            result_signed=False,
            product_reg=self.pipeline > 2,
        )

    @property
    def buffer(self) -> QueueSpec:
        """The memory of exponentials, with their maximum, until the row has ended."""
        beat_bits = self.lanes * (self.exp_bits + 1) + self.octave_bits + 1
        return QueueSpec(width=beat_bits, depth=self.row_beats + BEATS_BETWEEN)

    @property
    def row_queue(self) -> QueueSpec:
        """The memory of reciprocals, with the row's maximum."""
        width = self.mantissa_bits + self.inverse.shift_bits + self.octave_bits
        return QueueSpec(width=width, depth=2)

    @property
    def tables(self) -> dict[str, dict]:
        """The tables, for the manifest."""
        return {"exp2": table_facts(self.lane_spec.table), **self.inverse.tables}

    @property
    def baseline_parameters(self) -> dict[str, int | str]:
        """Parameters of the baseline that are not fields."""
        exps = exp2_table(fraction_bits=self.fraction_bits, exp_bits=self.exp_bits)
        return {
            "ROW_BEATS": self.row_beats,
            "TOTAL_BITS": self.total_bits,
            "SHIFT_BITS": self.inverse.shift_bits,
            "EXP_TABLE": table_word(exps, self.exp_bits),
            "RECIPROCAL_TABLE": table_word(self.inverse.table, self.mantissa_bits),
        }

    @property
    def latency(self) -> int:
        """Cycles from the last beat of a row to the first of its results, without stalls."""
        return 6 + self.pipeline

    @property
    def elements_per_cycle(self) -> int:
        """Results per cycle."""
        return self.lanes
