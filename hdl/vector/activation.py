"""Activation functions of integers on a fixed grid, a stream of flat logic: each code rounded correctly."""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Shape, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.activation import activation_table
from ...golden.enclosure import FUNCTIONS
from ..arith.logic_table import logic_table, table_facts
from ..array.mac_array import beat
from ..share import share
from ..spec import Spec, choice, flag, integer

#: Functions that differ from max(x, 0) by little, and by nearly the same at x and -x.
NEAR_RELU = ("gelu", "gelu_tanh", "silu")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ActivationSpec(Spec):
    """Which function, and the grids of x and y: a code weighs 2 ** -fraction."""

    baseline = "activation"

    lanes: int = integer(8, 1, 64, "integers per beat")
    function: str = choice("gelu", tuple(FUNCTIONS), "what is computed")
    in_bits: int = integer(8, 2, 10, "width of an integer that comes in", unit="bits")
    in_fraction: int = integer(5, 0, 16, "fraction bits of x", unit="bits")
    in_signed: bool = flag(True, "x is two's complement, not unsigned")
    out_bits: int = integer(8, 1, 16, "width of an integer that goes out, which saturates", unit="bits")
    out_fraction: int = integer(5, 0, 16, "fraction bits of y", unit="bits")
    out_signed: bool = flag(True, "y is two's complement, not unsigned")

    @property
    def x_shape(self) -> Shape:
        """Shape of an integer that comes in."""
        return Shape(self.in_bits, self.in_signed)

    @property
    def y_shape(self) -> Shape:
        """Shape of an integer that goes out."""
        return Shape(self.out_bits, self.out_signed)

    @property
    def table(self) -> tuple[int, ...]:
        """y of every x, from the smallest x to the largest."""
        grid = {name: value for name, value in self.as_dict().items() if name.startswith(("in_", "out_"))}
        return activation_table(function=self.function, **grid)

    @property
    def tables(self) -> dict[str, dict]:
        """The table, for the manifest."""
        return {self.function: table_facts(self.table)}

    @property
    def by_code(self) -> list[int]:
        """y of every code of x, its bits taken as unsigned."""
        middle = len(self.table) // 2 if self.in_signed else 0
        return list(self.table[middle:] + self.table[:middle])

    @property
    def near_relu(self) -> bool:
        """Whether y is made as max(x, 0) less a distance."""
        same_grid = self.in_fraction == self.out_fraction and self.in_bits <= self.out_bits
        return self.function in NEAR_RELU and same_grid and self.in_signed and self.out_signed

    @property
    def distances(self) -> list[int]:
        """max(x, 0) - y by the sign of x and its other bits, inverted where x is negative: sign on top."""
        half = 1 << (self.in_bits - 1)
        by_code = self.by_code
        positive = [code - by_code[code] for code in range(half)]
        return positive + [-by_code[2 * half - 1 - code] for code in range(half)]

    @property
    def baseline_parameters(self) -> dict[str, int | str]:
        """Parameters of the baseline that are not fields."""
        word = sum((y & (1 << self.out_bits) - 1) << self.out_bits * i for i, y in enumerate(self.by_code))
        return {"TABLE": f"{len(self.table) * self.out_bits}'h{word:x}"}

    @property
    def latency(self) -> int:
        """Cycles from a beat of x to its beat of y."""
        return 1

    @property
    def elements_per_cycle(self) -> int:
        """Results per cycle."""
        return self.lanes


class ActivationLane(wiring.Component):
    """The function of one integer, without a register."""

    port_docs = {"x": "integer", "y": "the function of it, rounded and saturated"}

    def __init__(self, spec: ActivationSpec):
        """`spec`: of whose lanes this is one."""
        self.spec = spec
        super().__init__({"x": In(spec.x_shape), "y": Out(spec.y_shape)})

    def elaborate(self, platform):
        """Build the table, or what is left of it behind max(x, 0)."""
        m = Module()
        spec = self.spec
        code = self.x.as_unsigned()
        if not spec.near_relu:
            m.d.comb += self.y.eq(logic_table(m, code, spec.by_code, spec.out_bits, "node"))
            return m
        # Inverting is cheaper than negating, and the table does not mind: -1 lies where 0 does.
        negative = Signal()
        size = Signal(spec.in_bits - 1)
        m.d.comb += [negative.eq(code[-1]), size.eq(code[:-1] ^ negative.replicate(spec.in_bits - 1))]
        width = max(*spec.distances, 1).bit_length()
        distance = logic_table(m, Cat(size, negative), spec.distances, width, "node")
        m.d.comb += self.y.eq(Mux(negative, 0, code[:-1]) - distance)
        return m


class Activation(wiring.Component):
    """y = saturate(round(f(x))), lane by lane; ties are rounded up.

    A beat of `x` makes a beat of `y`, with its `last`. The golden model is `golden.activation.activation`,
    whose table this is.

    Timing: one beat a cycle, offered the cycle after it was accepted. A stalled `y` stops the unit. Reset
    drops a beat that waits.
    """

    port_docs = {"x": "integers; last goes with them", "y": "the function of each, and last of x"}

    def __init__(self, spec: ActivationSpec):
        self.spec = spec
        super().__init__({"x": In(beat(spec.x_shape, spec.lanes)), "y": Out(beat(spec.y_shape, spec.lanes))})

    def elaborate(self, platform):
        """Place the lanes, and the register behind them."""
        m = Module()
        valid = Signal(name="y_valid")
        last = Signal(name="y_last", reset_less=True)
        results = Signal(len(self.y.payload.data.as_value()), name="y_data", reset_less=True)
        lanes = []
        for k in range(self.spec.lanes):
            lane = ActivationLane(dataclasses.replace(self.spec, lanes=1))
            share(m, platform, lane, f"lane_{k}")
            m.d.comb += lane.x.eq(self.x.payload.data[k])
            lanes.append(lane.y)
        m.d.comb += [
            self.x.ready.eq(~valid | self.y.ready),
            self.y.valid.eq(valid),
            self.y.payload.last.eq(last),
            self.y.payload.data.as_value().eq(results),
        ]
        with m.If(self.x.ready):
            m.d.sync += [valid.eq(self.x.valid), last.eq(self.x.payload.last), results.eq(Cat(lanes))]
        return m
