"""Sums of activations, row by row, when the array's sums of the same rows come out.

    a --> add lanes --> - --> | sum of the group so far, per row |
                        '--> | rows to come | --> delay of the array --> one row per cycle

The zero point of a group is subtracted from its sum as zero * (sum of activations), which all columns share.
The sum is kept negated, so that the columns only add. Cost: an adder and two registers per row, a delay line
of one sum.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..array.skew import delayed
from ..share import share
from ..spec import Spec, flag, integer


@dataclasses.dataclass(frozen=True, kw_only=True)
class RowSumsSpec(Spec):
    """How many rows and activations come at once, how wide they are, and when their sums are needed."""

    rows: int = integer(8, 1, 256, "rows")
    lanes: int = integer(1, 1, 256, "activations of a row in a beat")
    together: bool = flag(True, "a beat has all rows, not one row after the other")
    a_bits: int = integer(8, 2, 16, "width of an activation", unit="bits")
    a_signed: bool = flag(True, "activations are two's complement, not unsigned")
    sum_bits: int = integer(16, 2, 32, "width of a negated sum", unit="bits")
    wait: int = integer(16, 1, 65536, "from the beat that completes row 0 to its sum", unit="enabled cycles")


class RowSums(wiring.Component):
    """`negated` is minus the sum of row i, i cycles after that of row 0, which takes `wait` enabled cycles.

    `take` accepts a beat; `first` and `last` mark the beats of a group's first and last step. The registers
    have no reset.
    """

    port_docs = {
        "en": "the way out moves only while this is high",
        "take": "the beat is accepted",
        "first": "it starts new sums",
        "last": "it completes sums",
        "a": "activations, row 0 in the low bits",
        "negated": "minus the sum of a row",
    }

    def __init__(self, spec: RowSumsSpec):
        self.spec = spec
        lanes = spec.lanes * (spec.rows if spec.together else 1)
        super().__init__(
            {name: In(1) for name in ("en", "take", "first", "last")}
            | {"a": In(lanes * spec.a_bits), "negated": Out(signed(spec.sum_bits))}
        )

    def elaborate(self, platform):
        """Build the sums and the way out."""
        m = Module()
        spec = self.spec
        completed = self._all_rows(m) if spec.together else self._row_by_row(m)
        m.d.comb += self.negated.eq(
            delayed(m, platform, self.en, completed, spec.wait - spec.together, "way_out")
        )
        return m

    def _all_rows(self, m: Module) -> Value:
        """Return the sum that leaves for its delay: all are complete at once and leave row by row."""
        spec = self.spec
        width = spec.lanes * spec.a_bits
        totals = []
        for i in range(spec.rows):
            kept = Signal(signed(spec.sum_bits), name=f"sum_{i}", reset_less=True)
            totals.append(self._total(m, kept, self.a.word_select(i, width), f"total_{i}"))
            with m.If(self.take):
                m.d.sync += kept.eq(totals[-1])
        leaving = Signal(spec.rows * spec.sum_bits, reset_less=True)
        with m.If(self.en):
            m.d.sync += leaving.eq(Mux(self.take & self.last, Cat(totals), leaving >> spec.sum_bits))
        return leaving[: spec.sum_bits]

    def _row_by_row(self, m: Module) -> Value:
        """Return the sum of the row that is there; the others wait in a ring."""
        spec = self.spec
        ring = Signal(spec.rows * spec.sum_bits, reset_less=True)
        total = self._total(m, ring[-spec.sum_bits :].as_signed(), self.a, "total")
        with m.If(self.take):
            m.d.sync += ring.eq(Cat(total, ring))
        return total

    def _total(self, m: Module, kept: Value, a: Value, name: str) -> Signal:
        spec = self.spec
        terms = [a.word_select(k, spec.a_bits) for k in range(spec.lanes)]
        added = sum(term.as_signed() if spec.a_signed else term for term in terms)
        total = Signal(signed(spec.sum_bits), name=name)
        m.d.comb += total.eq(Mux(self.first, 0, kept) - added)
        return total


def row_sums(m: Module, platform, spec, en, take, first, last, a, wait: int) -> Value:
    """Place the sums of activations for a MixpeArraySpec; return that of the row that is out, negated.

    wait: enabled cycles from the beat that completes row 0.
    """
    unit = RowSums(
        RowSumsSpec(
            rows=spec.rows,
            lanes=spec.k_step,
            together=not spec.streams_rows,
            a_bits=spec.a_bits,
            a_signed=spec.a_signed,
            sum_bits=spec.a_sum_bits,
            wait=wait,
        )
    )
    share(m, platform, unit, "row_sums")
    m.d.comb += [unit.en.eq(en), unit.take.eq(take), unit.first.eq(first), unit.last.eq(last), unit.a.eq(a)]
    return unit.negated
