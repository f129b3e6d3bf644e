"""What a softmax is made for, and what follows from it: widths, memories, timing.

Methods whose exponentials are to the base 2 are built here; the others have a frame, a Spec of their own.
"""

import dataclasses

from amaranth.hdl import Shape, unsigned

from ...golden.errors import UsageError
from ...golden.ivit_exp import VARIANTS
from ..spec import check_fields_of, check_widest, choice, integer
from ..vector.queue import QueueSpec
from ..vector.scaler import ScalerSpec
from .divided_spec import DividedSpec
from .factor_softmax import FactorSoftmaxSpec
from .octave_softmax import OctaveSoftmaxSpec

#: Methods, and the parameters that not all of them have.
METHODS = {
    "base2": ("fraction_bits", "exp_bits", "index_bits", "mantissa_bits"),
    "softermax": ("fraction_bits", "exp_bits", "mantissa_bits"),
    "ita": ("fraction_bits", "step_bits"),
    "sole": ("fraction_bits",),
    "shiftmax": ("variant", "scale", "scale_shift", "step_bits"),
    "ibert": ("scale", "scale_shift", "step_bits"),
}
#: The Spec of the frame of a method.
FRAMES = {
    "ita": OctaveSoftmaxSpec,
    "sole": OctaveSoftmaxSpec,
    "shiftmax": FactorSoftmaxSpec,
    "ibert": FactorSoftmaxSpec,
}
#: Beats that come in between the last one of a row and the first of its results.
BEATS_BETWEEN = 7


@dataclasses.dataclass(frozen=True, kw_only=True)
class SoftmaxSpec(DividedSpec):
    """Codes, exponentials, the reciprocal of their sum, and results."""

    method: str = choice(
        "base2", tuple(METHODS), "base2: exact tables; the others as published, each with its own error"
    )
    fraction_bits: int = integer(
        5, 0, 8, "a code weighs an octave / 2 ** this; of sole a nat / 2 ** this", unit="bits"
    )
    out_bits: int = integer(
        8,
        1,
        16,
        "width of a result, in steps of 2 ** -out_bits; of shiftmax its sign, 0, counts",
        unit="bits",
    )
    pipeline: int = integer(2, 1, 3, "registers from memory to result: 2 has one in front of the product")
    step_bits: int = integer(4, 1, 32, "bits of a division between two registers, at most", unit="bits")
    variant: str = choice("ivit", VARIANTS, "shiftmax: as the PyTorch code of I-ViT says, or its TVM code")
    scale: int = integer(1, 1, (1 << 53) - 1, "shiftmax, ibert: a code weighs scale / 2 ** scale_shift nats")
    scale_shift: int = integer(4, 0, 80, "see scale", unit="bits")

    def check(self):
        """Refuse parameters of other methods, results finer than reciprocals, memories that are too wide."""
        check_fields_of(self, "method", METHODS)
        if self.method in FRAMES:
            self._check_frame()
            return
        super().check()
        if self.mantissa_bits < self.out_bits:
            raise UsageError(
                f"mantissa_bits={self.mantissa_bits} is narrower than results with out_bits={self.out_bits}: "
                f"use mantissa_bits={self.out_bits} or more"
            )
        check_widest(self.buffer.width, f"lanes={self.lanes} make beats", "fewer lanes")

    def _check_frame(self) -> None:
        """Refuse what the frame of a method cannot have, and codes without octaves."""
        if self.pipeline > 2:
            raise UsageError(
                f"pipeline={self.pipeline} is more registers than method={self.method} has places for: use "
                "pipeline=2 or less"
            )
        if "fraction_bits" in METHODS[self.method]:
            self.check_octaves()
        self._made_frame()

    @property
    def frame(self) -> OctaveSoftmaxSpec | FactorSoftmaxSpec | None:
        """The Spec of the frame; None where exponentials are to the base 2."""
        return self._made_frame() if self.method in FRAMES else None

    def _made_frame(self) -> OctaveSoftmaxSpec | FactorSoftmaxSpec:
        frame = FRAMES[self.method]
        names = frame.params().keys() & self.params().keys()
        return frame(**{name: getattr(self, name) for name in names})

    @property
    def cautions(self) -> tuple[str, ...]:
        """What there is to know of a scale."""
        return self.frame.cautions if self.frame else super().cautions

    @property
    def baseline(self) -> str:
        """The baseline, which frames have of their own."""
        return self.frame.baseline if self.frame else "softmax"

    @property
    def baseline_parameters(self) -> dict[str, int | str]:
        """Parameters of the baseline that are not fields."""
        return self.frame.baseline_parameters if self.frame else super().baseline_parameters

    @property
    def tables(self) -> dict[str, dict]:
        """The tables, for the manifest."""
        return self.frame.tables if self.frame else super().tables

    @property
    def y_shape(self) -> Shape:
        """Shape of a result."""
        return self.frame.y_shape if self.frame else unsigned(self.out_bits)

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
        return self.frame.latency if self.frame else 6 + self.pipeline
