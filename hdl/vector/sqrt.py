"""Square roots of unsigned integers as a stream, rounded down, a bit of the root a step."""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ..arith.restoring import restoring_step
from ..spec import integer
from .recurrence import WIDEST_OPERAND, Recurrence, RecurrenceLane, RecurrenceSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class SqrtSpec(RecurrenceSpec):
    """Width of the operand."""

    baseline = "sqrt"

    bits: int = integer(32, 1, WIDEST_OPERAND, "width of an integer, unsigned", unit="bits")

    @property
    def operands(self) -> dict[str, int]:
        """Width of the radicand."""
        return {"radicand": self.bits}

    @property
    def results(self) -> dict[str, int]:
        """Widths of the root and of what it leaves, which is at most twice the root."""
        root = (self.bits + 1) // 2
        return {"root": root, "remainder": root + 1}


class SqrtLane(RecurrenceLane):
    """One root. With `root` found so far, the next bit is one if (2 root + 1)**2 is not too much.

    That is, if 4 root + 1 fits into what the root has left, with two more bits of the radicand.
    """

    def begin(self) -> dict[str, Value]:
        """Return the radicand, and nothing found yet."""
        made = self.spec.made_bits
        word = Cat(self.radicand, Const(0, 2 * made - self.spec.bits))
        return {"word": word, "rest": Const(0, made + 1), "root": Const(0, made)}

    def step(self, m: Module, state: dict[str, Value], prefix: str) -> dict[str, Value]:
        """Bring two bits of the radicand down, and find one of the root."""
        word, root = state["word"], state["root"]
        partial = Cat(word[-2:], state["rest"])
        rest = Signal(len(state["rest"]), name=f"{prefix}rest")
        fits, left = restoring_step(m, partial, Cat(Const(1, 2), root), prefix)
        m.d.comb += rest.eq(left)
        return {"word": Cat(Const(0, 2), word[:-2]), "rest": rest, "root": Cat(fits, root[:-1])}

    def finish(self, state: dict[str, Value]) -> dict[str, Value]:
        """Return the root and what is left."""
        return {
            name: state[part][:width]
            for (name, width), part in zip(self.spec.results.items(), ("root", "rest"), strict=True)
        }


class Sqrt(Recurrence):
    """root = floor(sqrt(radicand)), remainder = radicand - root ** 2, lane by lane, unsigned.

    A beat of `x` makes a beat of `y`, with its `last`. The golden model is `golden.int_sqrt.int_sqrt`.

    Timing: `y` is offered `latency` = ceil(root bits / step_bits) cycles after its beat was accepted, where a
    root has (bits + 1) // 2 bits. With form=serial the next beat is accepted when `y` is taken, with
    form=pipelined a beat a cycle. A stalled `y` stops the unit. Reset drops whatever is in flight.
    """

    lane = SqrtLane
    port_docs = {"x": "radicands; last goes with them", "y": "roots, and what they leave; last of x"}
