"""Division of unsigned integers as a stream: exact quotient and remainder, a bit of the quotient a step."""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ..arith.restoring import restoring_step
from ..spec import integer
from .recurrence import WIDEST_OPERAND, Recurrence, RecurrenceLane, RecurrenceSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class DivideSpec(RecurrenceSpec):
    """Widths of the operands."""

    baseline = "divide"

    dividend_bits: int = integer(16, 1, WIDEST_OPERAND, "width of a dividend, unsigned", unit="bits")
    divisor_bits: int = integer(16, 1, WIDEST_OPERAND, "width of a divisor, unsigned", unit="bits")

    @property
    def operands(self) -> dict[str, int]:
        """Widths of dividend and divisor."""
        return {"dividend": self.dividend_bits, "divisor": self.divisor_bits}

    @property
    def results(self) -> dict[str, int]:
        """Widths of quotient and remainder."""
        return {"quotient": self.dividend_bits, "remainder": self.remainder_bits}

    @property
    def remainder_bits(self) -> int:
        """Width of a remainder, which is below the divisor, and not above the dividend."""
        return min(self.dividend_bits, self.divisor_bits)

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields."""
        return {"REMAINDER_BITS": self.remainder_bits}


class DivideLane(RecurrenceLane):
    """One division. Bits of the dividend leave `word` at the top, and those of the quotient enter below."""

    def begin(self) -> dict[str, Value]:
        """Return the operands; of a divisor wider than the dividend, whether anything is beyond it."""
        spec = self.spec
        n = spec.dividend_bits
        divisor = Cat(self.divisor[:n], self.divisor[n:].any()) if spec.divisor_bits > n else self.divisor
        word = Cat(self.dividend, Const(0, spec.made_bits - n))
        return {"divisor": divisor, "word": word, "rest": Const(0, spec.remainder_bits)}

    def step(self, m: Module, state: dict[str, Value], prefix: str) -> dict[str, Value]:
        """Bring one bit of the dividend down, and subtract the divisor if it fits."""
        word = state["word"]
        rest = Signal(len(state["rest"]), name=f"{prefix}rest")
        fits, left = restoring_step(m, Cat(word[-1], state["rest"]), state["divisor"], prefix)
        m.d.comb += rest.eq(left)
        return {"divisor": state["divisor"], "word": Cat(fits, word[:-1]), "rest": rest}

    def finish(self, state: dict[str, Value]) -> dict[str, Value]:
        """Return quotient and remainder."""
        return {"quotient": state["word"][: self.spec.dividend_bits], "remainder": state["rest"]}


class Divide(Recurrence):
    """quotient = dividend // divisor, remainder = dividend - quotient * divisor, lane by lane, unsigned.

    A divisor of 0 fits into everything: the quotient is all ones, and the remainder the dividend, or its low
    `divisor_bits` bits. A beat of `x` makes a beat of `y`, with its `last`. The golden model is
    `golden.int_divide.int_divide`.

    Timing: `y` is offered `latency` = ceil(dividend_bits / step_bits) cycles after its beat was accepted.
    With form=serial the next beat is accepted when `y` is taken, with form=pipelined one a cycle. A stalled
    `y` stops the unit. Reset drops whatever is in flight.
    """

    lane = DivideLane
    port_docs = {
        "x": "dividends and divisors; last goes with them",
        "y": "quotients and remainders; last of x",
    }
