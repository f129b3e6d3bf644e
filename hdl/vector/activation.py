"""Activation functions of integers on a fixed grid as a stream.

Up to 10 bits in flat logic, each code rounded correctly; beyond, faithful, from two small tables and one
addition or product.
"""

import dataclasses

import numpy as np
from amaranth.hdl import Cat, Module, Mux, Shape, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.activation import activation
from ...golden.enclosure import FUNCTIONS
from ...golden.errors import UsageError
from ...golden.faithful import (
    MAX_IN_BITS,
    METHODS,
    Grid,
    Tables,
    faithful_activation,
    faithful_tables,
    is_near_relu,
)
from ...golden.integer import int_range
from ..arith.logic_table import logic_table, table_facts
from ..array.mac_array import beat
from ..share import share
from ..spec import Spec, choice, flag, integer
from .faithful import faithful_value, saturated_value

#: Width of an integer up to which flat logic rounds each code correctly.
FLAT_BITS = 10


@dataclasses.dataclass(frozen=True, kw_only=True)
class ActivationSpec(Spec):
    """Which function, and the grids of x and y: a code weighs 2 ** -fraction."""

    baseline = "activation"

    lanes: int = integer(8, 1, 64, "integers per beat")
    function: str = choice("gelu", tuple(FUNCTIONS), "what is computed")
    in_bits: int = integer(8, 2, MAX_IN_BITS, "width of an integer that comes in", unit="bits")
    in_fraction: int = integer(5, 0, 16, "fraction bits of x", unit="bits")
    in_signed: bool = flag(True, "x is two's complement, not unsigned")
    out_bits: int = integer(8, 1, 16, "width of an integer that goes out, which saturates", unit="bits")
    out_fraction: int = integer(5, 0, 16, "fraction bits of y", unit="bits")
    out_signed: bool = flag(True, "y is two's complement, not unsigned")
    method: str = choice(
        "auto", ("auto", *METHODS), f"tables for more than {FLAT_BITS} bits; auto: the smaller ones"
    )

    def check(self):
        """Refuse a method where there is none to choose."""
        if self.flat and self.method != "auto":
            raise UsageError(
                f"method={self.method} is for in_bits={FLAT_BITS + 1} or more, and flat logic rounds "
                f"correctly with in_bits={self.in_bits}: leave method out"
            )

    @property
    def grid(self) -> dict[str, int | bool]:
        """The grids of x and y, as golden models take them."""
        return {name: value for name, value in self.as_dict().items() if name.startswith(("in_", "out_"))}

    @property
    def flat(self) -> bool:
        """Whether there is one table of all codes."""
        return self.in_bits <= FLAT_BITS

    @property
    def parts(self) -> Tables:
        """The small tables, where there is not one of all codes."""
        return faithful_tables(function=self.function, method=self._chosen, **self.grid)

    def golden(self, x: np.ndarray) -> np.ndarray:
        """Return y of integers x."""
        if self.flat:
            return activation(x, function=self.function, **self.grid)
        return faithful_activation(x, function=self.function, method=self._chosen, **self.grid)

    @property
    def _chosen(self) -> str | None:
        return None if self.method == "auto" else self.method

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
        first, last = int_range(self.in_bits, self.in_signed)
        return tuple(self.golden(np.arange(first, last + 1)).tolist())

    @property
    def tables(self) -> dict[str, dict]:
        """The table, or the small ones, for the manifest."""
        if self.flat:
            return {self.function: table_facts(self.table)}
        parts = self.parts
        return {
            f"{self.function}, {parts.method}, {name}": table_facts(getattr(parts, name))
            for name in ("main", "local")
        }

    @property
    def by_code(self) -> list[int]:
        """y of every code of x, its bits taken as unsigned."""
        middle = len(self.table) // 2 if self.in_signed else 0
        return list(self.table[middle:] + self.table[:middle])

    @property
    def near_relu(self) -> bool:
        """Whether y is made as max(x, 0) less a distance."""
        return is_near_relu(self.function, Grid(**self.grid))

    @property
    def distances(self) -> list[int]:
        """max(x, 0) - y by the sign of x and its other bits, inverted where x is negative: sign on top."""
        half = 1 << (self.in_bits - 1)
        by_code = self.by_code
        positive = [code - by_code[code] for code in range(half)]
        return positive + [-by_code[2 * half - 1 - code] for code in range(half)]

    @property
    def distance_bits(self) -> int:
        """Width of the largest distance that small tables come to, which on a coarse grid may be 0."""
        low = int_range(self.in_bits, True)[0]
        x = np.arange(low, -low)
        return max(int((np.maximum(x, 0) - self.golden(x)).max()), 1).bit_length()

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
            if spec.flat:
                value = logic_table(m, code, spec.by_code, spec.out_bits, "node")
            else:
                value = saturated_value(m, code, spec.parts, spec.y_shape)
            m.d.comb += self.y.eq(value)
            return m
        # Inverting is cheaper than negating, and tables do not mind: -1 lies where 0 does.
        negative = Signal()
        size = Signal(spec.in_bits - 1)
        m.d.comb += [negative.eq(code[-1]), size.eq(code[:-1] ^ negative.replicate(spec.in_bits - 1))]
        if spec.flat:
            width = max(*spec.distances, 1).bit_length()
            distance = logic_table(m, Cat(size, negative), spec.distances, width, "node")
        else:
            distance = faithful_value(m, size, negative, spec.parts, spec.distance_bits)
        m.d.comb += self.y.eq(Mux(negative, 0, code[:-1]) - distance)
        return m


class Activation(wiring.Component):
    """y = saturate(round(f(x))), lane by lane; ties are rounded up, and of 11 bits and more y is faithful.

    Faithful: one of the two integers around f(x), or f(x) itself if it is one. A beat of `x` makes a beat of
    `y`, with its `last`. The golden models are `golden.activation.activation`, whose table this is, and for
    11 bits and more `golden.faithful.faithful_activation`.

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
