"""What a softmax is made for, and what follows from it: widths, memories, timing."""

import dataclasses

from amaranth.hdl import Shape, unsigned

from ...golden.errors import UsageError
from ..spec import check_widest, integer
from ..vector.queue import QueueSpec
from ..vector.scaler import ScalerSpec
from .divided_spec import DividedSpec

#: Beats that come in between the last one of a row and the first of its results.
BEATS_BETWEEN = 7


@dataclasses.dataclass(frozen=True, kw_only=True)
class SoftmaxSpec(DividedSpec):
    """Codes, exponentials, the reciprocal of their sum, and results."""

    baseline = "softmax"

    out_bits: int = integer(8, 1, 16, "width of a result, in steps of 2 ** -out_bits", unit="bits")
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
    def y_shape(self) -> Shape:
        """Shape of a result."""
        return unsigned(self.out_bits)

    @property
    def scaler(self) -> ScalerSpec:
        """The product of an exponential with the reciprocal."""
        return ScalerSpec(
            value_bits=self.exp_bits,
            value_signed=False,
            mult_bits=self.inverse.factor_bits,
            shift_bits=self.inverse.shift_bits,
            result_bits=self.out_bits,
            result_signed=False,
            rounding="truncate" if self.method == "softermax" else "half_up",
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
        width = self.inverse.factor_bits + self.inverse.shift_bits + self.octave_bits
        return QueueSpec(width=width, depth=2)

    @property
    def latency(self) -> int:
        """Cycles from the last beat of a row to the first of its results, without stalls."""
        return 6 + self.pipeline
