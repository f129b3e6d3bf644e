"""A constant divided by what is known to be large: quotients of few bits, one a cycle.

The divisor is at least `least`, so that the quotient is at most dividend // least, and the steps that would
make the zeros above it are not there: the rest begins as the high part of the dividend.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ..arith.restoring import restoring_step
from ..spec import integer
from .recurrence import RecurrenceLane, RecurrenceSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class ConstantDivideSpec(RecurrenceSpec):
    """Dividend, smallest divisor, and width of a divisor."""

    dividend: int = integer(1 << 32, 1, 1 << 32, "what is divided")
    least: int = integer(1, 1, (1 << 32) - 1, "smallest divisor")
    divisor_bits: int = integer(32, 1, 48, "width of a divisor, unsigned", unit="bits")

    @property
    def operands(self) -> dict[str, int]:
        """Width of a divisor."""
        return {"divisor": self.divisor_bits}

    @property
    def results(self) -> dict[str, int]:
        """Width of a quotient."""
        return {"quotient": (self.dividend // self.least).bit_length()}


class ConstantDivideLane(RecurrenceLane):
    """dividend // divisor. Of divisors below `least` the quotient means nothing."""

    def begin(self) -> dict[str, Value]:
        """Return the dividend, of which the high part is what is left of steps that make no bit."""
        spec = self.spec
        rest = Const(spec.dividend >> spec.made_bits, spec.divisor_bits)
        word = Const(spec.dividend & ((1 << spec.made_bits) - 1), spec.made_bits)
        return {"divisor": self.divisor, "word": word, "rest": rest}

    def step(self, m: Module, state: dict[str, Value], prefix: str) -> dict[str, Value]:
        """Bring one bit of the dividend down, and subtract the divisor if it fits."""
        word = state["word"]
        rest = Signal(len(state["rest"]), name=f"{prefix}rest")
        fits, left = restoring_step(m, Cat(word[-1], state["rest"]), state["divisor"], prefix)
        m.d.comb += rest.eq(left)
        return {"divisor": state["divisor"], "word": Cat(fits, word[:-1]), "rest": rest}

    def finish(self, state: dict[str, Value]) -> dict[str, Value]:
        """Return the quotient."""
        return {"quotient": state["word"][: self.spec.result_bits]}
