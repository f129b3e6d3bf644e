"""Reciprocals and reciprocal square roots of integers as a stream: a normaliser and a table."""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Shape, Signal, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ...golden.reciprocal import reciprocal_table, rsqrt_table
from ..arith.logic_table import logic_table, table_facts, table_word
from ..arith.normalised_top import normalised_top
from ..array.mac_array import beat
from ..share import share
from ..spec import Spec, choice, integer
from .lane_stream import register_results


@dataclasses.dataclass(frozen=True, kw_only=True)
class InverseSpec(Spec):
    """Which function, of integers how wide, and the size of its table."""

    baseline = "inverse"

    lanes: int = integer(1, 1, 64, "integers per beat")
    function: str = choice("reciprocal", ("reciprocal", "rsqrt"), "1 / x, or 1 / sqrt(x)")
    bits: int = integer(20, 2, 48, "width of an integer, unsigned", unit="bits")
    index_bits: int = integer(6, 1, 9, "bits below the leading one that the table looks at", unit="bits")
    mantissa_bits: int = integer(9, 2, 16, "width of a mantissa", unit="bits")
    pipeline: int = integer(1, 1, 2, "registers in a row: 2 has one between normaliser and table")

    @property
    def x_shape(self) -> Shape:
        """Shape of an integer that comes in."""
        return unsigned(self.bits)

    @property
    def factor_bits(self) -> int:
        """Width of a mantissa."""
        return self.mantissa_bits

    @property
    def shift_bits(self) -> int:
        """Width of a shift."""
        return max(self.shift_by_zeros).bit_length()

    @property
    def table(self) -> tuple[int, ...]:
        """Mantissas by the bits below the leading one; for rsqrt of even exponents, then of odd ones."""
        made = reciprocal_table if self.function == "reciprocal" else rsqrt_table
        return made(self.index_bits, self.mantissa_bits)

    @property
    def tables(self) -> dict[str, dict]:
        """The table, for the manifest."""
        return {self.function: table_facts(self.table)}

    @property
    def zero_bits(self) -> int:
        """Width of the number of leading zeros."""
        return self.bits.bit_length()

    @property
    def shift_by_zeros(self) -> list[int]:
        """The shift by the number of leading zeros; 0 where that says that x is 0."""
        exponents = [self.bits - 1 - zeros for zeros in range(1 << self.zero_bits)]
        halved = self.function == "rsqrt"
        return [(e >> halved) + self.mantissa_bits if e >= 0 else 0 for e in exponents]

    @property
    def baseline_parameters(self) -> dict[str, int | str]:
        """Parameters of the baseline that are not fields."""
        return {
            "TABLE": table_word(self.table, self.mantissa_bits),
            "RSQRT": int(self.function == "rsqrt"),
            "SHIFT_BITS": self.shift_bits,
        }

    @property
    def latency(self) -> int:
        """Cycles from a beat of x to its beat of y."""
        return self.pipeline

    @property
    def elements_per_cycle(self) -> int:
        """Results per cycle."""
        return self.lanes


class InverseLane(wiring.Component):
    """The inverse of one integer; with `pipeline` = 2 an enabled cycle late. The register has no reset."""

    port_docs = {
        "en": "the register moves only while this is high",
        "x": "integer",
        "mantissa": "its inverse is mantissa / 2 ** shift",
        "shift": "see mantissa",
    }

    def __init__(self, spec: InverseSpec):
        """`spec`: of whose lanes this is one."""
        self.spec = spec
        ports = {"en": In(1)} if spec.pipeline > 1 else {}
        super().__init__(
            ports | {"x": In(spec.bits), "mantissa": Out(spec.mantissa_bits), "shift": Out(spec.shift_bits)}
        )

    def elaborate(self, platform):
        """Build normaliser and table."""
        m = Module()
        spec = self.spec
        top, zeros = normalised_top(m, self.x, spec.index_bits + 1, "top")
        if spec.pipeline > 1:
            held = Signal(len(top) + len(zeros), name="normalised_reg", reset_less=True)
            with m.If(self.en):
                m.d.sync += held.eq(Cat(top, zeros))
            top, zeros = held[: len(top)], held[len(top) :]
        index = top[:-1]
        if spec.function == "rsqrt":
            # The exponent is bits - 1 - zeros.
            index = Cat(index, zeros[0] ^ Const((spec.bits - 1) & 1, 1))
        mantissa = logic_table(m, index, spec.table, spec.mantissa_bits, "mantissa_node")
        m.d.comb += [
            self.mantissa.eq(mantissa & top[-1].replicate(spec.mantissa_bits)),
            self.shift.eq(logic_table(m, zeros, spec.shift_by_zeros, spec.shift_bits, "shift_node")),
        ]
        return m


class Inverse(wiring.Component):
    """mantissa / 2 ** shift is 1 / x or 1 / sqrt(x), lane by lane, within the table's error; 0 for x = 0.

    A beat of `x` makes a beat of `y`, with its `last`. Golden model: `golden.reciprocal.reciprocal` and
    `rsqrt`, whose `reciprocal_error` and `rsqrt_error` bound the error.

    Timing: one beat a cycle; `y` is offered `latency` cycles after its beat was accepted. A stalled `y` stops
    the unit. Reset drops whatever is in flight.
    """

    port_docs = {"x": "integers; last goes with them", "y": "inverses: mantissa / 2 ** shift; last of x"}

    def __init__(self, spec: InverseSpec):
        self.spec = spec
        fields = {
            "mantissa": data.ArrayLayout(unsigned(spec.mantissa_bits), spec.lanes),
            "shift": data.ArrayLayout(unsigned(spec.shift_bits), spec.lanes),
            "last": 1,
        }
        super().__init__(
            {
                "x": In(beat(spec.x_shape, spec.lanes)),
                "y": Out(stream.Signature(data.StructLayout(fields))),
            }
        )

    def elaborate(self, platform):
        """Place the lanes, and the registers behind them."""
        m = Module()
        spec = self.spec
        en = Signal()
        x, y = self.x, self.y
        lanes = []
        for k in range(spec.lanes):
            lane = InverseLane(dataclasses.replace(spec, lanes=1))
            share(m, platform, lane, f"lane_{k}")
            m.d.comb += lane.x.eq(x.payload.data[k])
            if spec.pipeline > 1:
                m.d.comb += lane.en.eq(en)
            lanes.append(lane)
        results = [lane.mantissa for lane in lanes] + [lane.shift for lane in lanes]
        register_results(m, platform, x, y, en, results, spec.latency)
        return m
