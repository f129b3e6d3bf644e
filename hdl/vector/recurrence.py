"""Digit recurrences as streams: division and square root, a step per bit of the result, in one of two forms.

    serial       x -> steps of a cycle -> | registers | -> y      a beat in as many cycles as there are steps
                         ^-----------------------'
    pipelined    x -> steps -> | registers | -> steps -> | registers | -> y     a beat a cycle

`step_bits` is how many steps a cycle makes. As many as the result has bits: one cycle, and both forms are the
same logic with a register behind it.
"""

import dataclasses

from amaranth.hdl import Module, Mux, Shape, Signal, Value, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ...golden.errors import UsageError
from ..arith.restoring import count_steps
from ..array.skew import delayed
from ..share import share
from ..spec import Spec, choice, integer

FORMS = ("serial", "pipelined")
#: Widest operand.
WIDEST_OPERAND = 32


@dataclasses.dataclass(frozen=True, kw_only=True)
class RecurrenceSpec(Spec):
    """Lanes and form. Subclasses say how wide operands and results are, by the names of their fields."""

    lanes: int = integer(1, 1, 64, "operations per beat")
    form: str = choice("serial", FORMS, "one set of steps that a beat goes around, or steps in a row")
    step_bits: int = integer(1, 1, WIDEST_OPERAND, "bits of the result made in a cycle", unit="bits")

    def check(self):
        """Refuse to make more bits in a cycle than there are."""
        if self.step_bits > self.result_bits:
            raise UsageError(
                f"step_bits={self.step_bits} is more than the {self.result_bits} bits of the result: use "
                f"step_bits={self.result_bits} or less"
            )

    @property
    def operands(self) -> dict[str, int]:
        """Widths of the fields of x."""
        raise NotImplementedError

    @property
    def results(self) -> dict[str, int]:
        """Widths of the fields of y, the one that is made bit by bit first."""
        raise NotImplementedError

    @property
    def shapes(self) -> dict[str, Shape]:
        """Shapes of the fields of x."""
        return {name: unsigned(width) for name, width in self.operands.items()}

    @property
    def result_bits(self) -> int:
        """Bits that are made one by one."""
        return next(iter(self.results.values()))

    @property
    def steps(self) -> int:
        """Cycles of an operation."""
        return -(-self.result_bits // self.step_bits)

    @property
    def made_bits(self) -> int:
        """Bits that whole cycles make; those above the result are 0, or not wanted."""
        return self.steps * self.step_bits

    @property
    def circles(self) -> bool:
        """Whether a beat goes around."""
        return self.form == "serial" and self.steps > 1

    @property
    def interval(self) -> int:
        """Cycles from one beat of x to the next."""
        return self.steps if self.form == "serial" else 1

    @property
    def latency(self) -> int:
        """Cycles from a beat of x to its beat of y."""
        return self.steps

    @property
    def elements_per_cycle(self) -> int | float:
        """Results per cycle."""
        return self.lanes if self.interval == 1 else round(self.lanes / self.interval, 4)


class RecurrenceLane(wiring.Component):
    """The steps of one lane, and their registers, which have no reset.

    Subclasses say what a state is: `begin` makes one of the operands, `step` the next one, `finish` results.
    """

    def __init__(self, spec: RecurrenceSpec):
        """`spec`: of whose lanes this is one."""
        self.spec = spec
        super().__init__(
            {"en": In(1)}
            | ({"start": In(1)} if spec.circles else {})
            | {name: In(width) for name, width in spec.operands.items()}
            | {name: Out(width) for name, width in spec.results.items()}
        )

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are."""
        docs = {"en": "registers move only while this is high", "start": "take operands, not the state"}
        return (
            docs | dict.fromkeys(self.spec.operands, "operand") | dict.fromkeys(self.spec.results, "result")
        )

    def elaborate(self, platform):
        """Build the steps, around one set of registers or in a row."""
        m = Module()
        spec = self.spec
        state = self.begin()
        if spec.circles:
            held = _registers(state, "")
            now = {name: Signal(len(value), name=f"{name}_now") for name, value in state.items()}
            m.d.comb += [now[name].eq(Mux(self.start, state[name], held[name])) for name in state]
            self._move(m, held, self._steps(m, now, ""))
            state = held
        else:
            for k in range(spec.steps):
                prefix = f"cycle_{k}_" if spec.steps > 1 else ""
                made = self._steps(m, state, prefix)
                state = _registers(made, prefix)
                self._move(m, state, made)
        m.d.comb += [getattr(self, name).eq(value) for name, value in self.finish(state).items()]
        return m

    def begin(self) -> dict[str, Value]:
        """Return the state before the first step."""
        raise NotImplementedError

    def step(self, m: Module, state: dict[str, Value], prefix: str) -> dict[str, Value]:
        """Return the state after a step, of the same widths; signals begin with `prefix`."""
        raise NotImplementedError

    def finish(self, state: dict[str, Value]) -> dict[str, Value]:
        """Return results by name."""
        raise NotImplementedError

    def _steps(self, m: Module, state: dict[str, Value], prefix: str) -> dict[str, Value]:
        for k in range(self.spec.step_bits):
            state = self.step(m, state, f"{prefix}step_{k}_" if self.spec.step_bits > 1 else prefix)
        return state

    def _move(self, m: Module, registers: dict[str, Signal], values: dict[str, Value]) -> None:
        with m.If(self.en):
            m.d.sync += [registers[name].eq(value) for name, value in values.items()]


def _registers(state: dict[str, Value], prefix: str) -> dict[str, Signal]:
    return {
        name: Signal(len(value), name=f"{prefix}{name}_reg", reset_less=True) for name, value in state.items()
    }


class Recurrence(wiring.Component):
    """Base of the units: operands `x`, results `y`, lanes that keep step."""

    #: The component that is a lane.
    lane: type[RecurrenceLane]

    def __init__(self, spec: RecurrenceSpec):
        self.spec = spec
        super().__init__(
            {"x": In(_beats(spec.operands, spec.lanes)), "y": Out(_beats(spec.results, spec.lanes))}
        )

    def elaborate(self, platform):
        """Place the lanes, and what counts their steps."""
        m = Module()
        spec, x, y = self.spec, self.x, self.y
        take = Signal()
        en = Signal()
        m.d.comb += take.eq(x.valid & x.ready)
        last = Signal(name="y_last", reset_less=True)
        if spec.circles:
            running, done, ready = count_steps(m, take, y.ready & y.valid, spec.steps - 1)
            with m.If(take):
                m.d.sync += last.eq(x.payload.last)
            m.d.comb += [x.ready.eq(ready), y.valid.eq(done), y.payload.last.eq(last), en.eq(take | running)]
        else:
            m.d.comb += [
                en.eq(~y.valid | y.ready),
                x.ready.eq(en),
                y.valid.eq(delayed(m, platform, en, x.valid, spec.steps, "valid_delay", cleared=True)),
                y.payload.last.eq(delayed(m, platform, en, x.payload.last, spec.steps, "last_delay")),
            ]
        for k in range(spec.lanes):
            lane = self.lane(dataclasses.replace(spec, lanes=1))
            share(m, platform, lane, f"lane_{k}")
            m.d.comb += lane.en.eq(en)
            if spec.circles:
                m.d.comb += lane.start.eq(take)
            m.d.comb += [getattr(lane, name).eq(x.payload[name][k]) for name in spec.operands]
            m.d.comb += [y.payload[name][k].eq(getattr(lane, name)) for name in spec.results]
        return m


def _beats(fields: dict[str, int], lanes: int) -> stream.Signature:
    arrays = {name: data.ArrayLayout(unsigned(width), lanes) for name, width in fields.items()}
    return stream.Signature(data.StructLayout(arrays | {"last": 1}))
