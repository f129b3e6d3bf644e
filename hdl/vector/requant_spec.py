"""What a requantiser is made for, and what follows from it: widths, saturation, registers, waiting times."""

import dataclasses

from amaranth.hdl import Shape, unsigned

from ...golden.errors import UsageError
from ...golden.requant import ACTIVATIONS, ROUNDINGS
from ..arith.prefix import KINDS
from ..spec import Spec, choice, flag, integer
from .scaler import ScalerSpec

#: Registers in front of the output's, in the order in which `pipeline` adds them.
CUTS = ("product", "sums", "window", "operands")


@dataclasses.dataclass(frozen=True, kw_only=True)
class RequantSpec(Spec):
    """Integers in and out, their parameters, and how the result is made from them."""

    baseline = "requant"

    lanes: int = integer(8, 1, 64, "integers per beat")
    in_bits: int = integer(32, 2, 48, "width of an integer that comes in", unit="bits")
    in_signed: bool = flag(True, "integers that come in are two's complement, not unsigned")
    out_bits: int = integer(8, 2, 16, "width of an integer that goes out", unit="bits")
    out_signed: bool = flag(True, "integers that go out are two's complement, not unsigned")
    mult_bits: int = integer(16, 8, 31, "width of the unsigned multipliers", unit="bits")
    shift_bits: int = integer(6, 1, 7, "width of the shifts, all of which are legal", unit="bits")
    per: str = choice("tensor", ("tensor", "channel"), "one set of parameters per beat, or one per lane")
    bias: bool = flag(False, "a signed bias of in_bits is added before the multiplication")
    residual: bool = flag(False, "a second branch is scaled and rounded on its own, and added")
    residual_bits: int | None = integer(
        None, 2, 48, "width of the second branch; none: in_bits", unit="bits", optional=True
    )
    residual_signed: bool = flag(True, "the second branch is two's complement, not unsigned")
    rounding: str = choice("half_up", ROUNDINGS, "how both shifts round; truncate: towards minus infinity")
    activation: str = choice(
        "none", ACTIVATIONS, "relu: before the zero point; clamp: to bounds given as data"
    )
    zero_point: bool = flag(False, "a zero point is added before the result is clamped")
    adder: str = choice("brent_kung", KINDS, "prefix network of the carry-propagate adders")
    pipeline: int = integer(1, 1, 5, "registers in a row: 1 is the output's alone", unit="cycles")

    def check(self):
        """Refuse parameters that would mean nothing."""
        if not self.residual and (self.residual_bits is not None or not self.residual_signed):
            raise UsageError(
                f"residual_bits={self.residual_bits} and residual_signed={str(self.residual_signed).lower()} "
                "describe a second branch, and residual=false has none: set residual=true"
            )
        if self.activation == "relu" and not self.out_signed and not self.zero_point:
            raise UsageError(
                "activation=relu does nothing with out_signed=false and zero_point=false, where negative "
                "results become 0 in any case: use activation=none"
            )

    @property
    def sets(self) -> int:
        """Sets of parameters in a beat."""
        return self.lanes if self.per == "channel" else 1

    @property
    def x_shape(self) -> Shape:
        """Shape of an integer that comes in."""
        return Shape(self.in_bits, self.in_signed)

    @property
    def residual_shape(self) -> Shape:
        """Shape of an integer of the second branch."""
        return Shape(self.residual_bits or self.in_bits, self.residual_signed)

    @property
    def y_shape(self) -> Shape:
        """Shape of an integer that goes out."""
        return Shape(self.out_bits, self.out_signed)

    @property
    def value_shape(self) -> Shape:
        """Shape of x + bias, exact."""
        return Shape(self.in_bits + 2 - self.in_signed, True) if self.bias else self.x_shape

    @property
    def parameter_shapes(self) -> dict[str, Shape]:
        """The fields of a set of parameters, in order."""
        shapes = {"mult": unsigned(self.mult_bits), "shift": unsigned(self.shift_bits)}
        if self.bias:
            shapes["bias"] = Shape(self.in_bits, True)
        if self.residual:
            shapes |= {f"residual_{name}": shapes[name] for name in ("mult", "shift")}
        return shapes | {name: self.y_shape for name in self.end_parameters}

    @property
    def end_parameters(self) -> tuple[str, ...]:
        """The fields that are needed behind the scalers."""
        bounds = ("low", "high") if self.activation == "clamp" else ()
        return ("zero_point",) * self.zero_point + bounds

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields, or fields with names for values."""
        return {
            "SETS": self.sets,
            "RESIDUAL_BITS": self.residual_shape.width,
            "ROUNDING": ROUNDINGS.index(self.rounding),
            "ACTIVATION": ACTIVATIONS.index(self.activation),
            "CLAMP": int(self.activation == "clamp"),
        }

    @property
    def cuts(self) -> tuple[str, ...]:
        """Where registers stand, besides the output."""
        return CUTS[: self.pipeline - 1]

    @property
    def branches(self) -> dict[str, ScalerSpec]:
        """The scaler of each branch, by the prefix of its parameters."""
        shapes = {"": self.value_shape} | ({"residual_": self.residual_shape} if self.residual else {})
        exact = [shape.width + self.mult_bits + (not shape.signed) for shape in shapes.values()]
        return {
            prefix: self._branch(shape, product, other)
            for (prefix, shape), product, other in zip(shapes.items(), exact, exact[::-1], strict=True)
        }

    def _branch(self, value: Shape, product: int, other: int) -> ScalerSpec:
        """Return the scaler of a branch. product, other: signed widths of its product and the other's."""
        if self.residual:
            # Where this branch saturates, the sum has to be out of range whatever the other one is.
            signed, width = True, max(other, self.out_bits + 1) + 1
        elif self.activation == "relu" or not value.signed or not (self.out_signed or self.zero_point):
            signed, width = False, self.out_bits - (self.out_signed and not self.zero_point)
        else:
            signed, width = True, self.out_bits + self.zero_point
        return ScalerSpec(
            value_bits=value.width,
            value_signed=value.signed,
            mult_bits=self.mult_bits,
            shift_bits=self.shift_bits,
            result_bits=min(width, product - (not signed)),
            result_signed=signed,
            rounding=self.rounding,
            adder=self.adder,
            sums_reg="sums" in self.cuts,
            product_reg="product" in self.cuts,
            window_reg="window" in self.cuts,
        )

    @property
    def factor_wait(self) -> int:
        """Enabled cycles after x at which its multiplier is needed."""
        return int("operands" in self.cuts)

    @property
    def shift_wait(self) -> int:
        """Enabled cycles after x at which its shift is needed."""
        return self.factor_wait + self.branches[""].shift_wait

    @property
    def end_wait(self) -> int:
        """Enabled cycles after x at which zero point and bounds are needed."""
        return self.pipeline - 1

    @property
    def latency(self) -> int:
        """Cycles from accepting a beat to offering its result, without stalls."""
        return self.pipeline

    @property
    def elements_per_cycle(self) -> int:
        """Results per cycle."""
        return self.lanes
