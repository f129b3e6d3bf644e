"""The integer matrix engine: an output-stationary systolic array with streams on every side."""

import dataclasses

from amaranth.hdl import Module, Mux, Shape, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ...golden.recoding import RECODINGS
from ..mac_spec import MacSpec
from ..pe.elements import ELEMENTS, element_spec
from ..share import share
from ..spec import choice, integer
from .edge_coder import coded_edge
from .mac_row import TOKEN, rows_block
from .resolve import Resolve, ResolveSpec
from .skew import Skew, SkewSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class MacArraySpec(MacSpec):
    """Size of the array and the parameters of its elements."""

    rows: int = integer(8, 1, 256, "rows of C per tile, elements of A per beat")
    cols: int = integer(8, 1, 256, "columns of C per tile, elements of B per beat")

    element: str = choice(
        "operator",
        tuple(ELEMENTS),
        "what multiplies and accumulates: Verilog's own *, or an element made here",
    )

    recoding: str = choice(
        "own",
        ("own", *RECODINGS),
        "own: every element recodes its operands; else A is recoded once per row, at the edge",
    )

    def check(self):
        """Refuse what the element refuses."""
        super().check()
        element_spec(self.element, self)

    @property
    def a_word(self) -> Shape:
        """Shape in which A travels through the array: as it is, or as its coded word."""
        return self.a_shape if self.recoding == "own" else element_spec(self.element, self).a_word

    @property
    def sum_rows(self) -> int:
        """Words of acc_width bits in which an element keeps its sum: 2 in carry-save form."""
        return len(ELEMENTS[self.element][0].sum_ports)

    @property
    def latency(self) -> int:
        """Cycles from accepting the last beat of a tile to offering row 0 of its result, without stalls."""
        return self.cols + self.sum_rows + self.input_reg + (self.recoding != "own")

    @property
    def macs_per_cycle(self) -> int:
        """Products added per cycle while beats are accepted."""
        return self.rows * self.cols

    def tile_cycles(self, k: int) -> int:
        """Cycles per tile of length `k` when tiles follow each other and nothing stalls."""
        return max(k, self.rows)


def beat(shape, lanes: int) -> stream.Signature:
    """Return the signature of a stream of vectors with a `last` flag; lane 0 sits in the low bits."""
    return stream.Signature(data.StructLayout({"data": data.ArrayLayout(shape, lanes), "last": 1}))


class MacArray(wiring.Component):
    """C[rows, cols] = A[rows, K] x B[K, cols] on an output-stationary systolic array.

    Streams: `a` brings one column of A a beat and `b` one row of B a beat; a pair of beats is accepted
    together. K is as many beats as come up to `last`, which both streams carry on the same beat; a tile
    ends with either, and a disagreement sets `last_mismatch` until reset. `c` brings C row by row, with
    `last` on the bottom row, while the next tile is computed.

    Timing: one beat a cycle, no idle cycle between tiles while K >= rows. Row 0 is offered
    `latency` = cols + 1 cycles after the last beat was accepted, one more with `input_reg`, one more with a
    carry-save element, whose sums one adder per column resolves, and one more where A is recoded at the
    edge (`recoding`); the other rows follow. C leaves through `rows` beats, so with K < rows the last beat
    of a tile waits until rows cycles have passed since the one before. A stalled `c` stops the whole array.
    Reset drops whatever is in flight.
    """

    port_docs = {
        "a": "one column of A per beat; lane i is row i of C",
        "b": "one row of B per beat; lane j is column j of C",
        "c": "one row of C per beat; lane j is column j; last marks the bottom row",
        "last_mismatch": "sticky: a and b disagreed about last",
    }

    def __init__(self, spec: MacArraySpec):
        self.spec = spec
        super().__init__(
            {
                "a": In(beat(spec.a_shape, spec.rows)),
                "b": In(beat(spec.b_shape, spec.cols)),
                "c": Out(beat(spec.acc_shape, spec.cols)),
                "last_mismatch": Out(1),
            }
        )

    def elaborate(self, platform):
        """Build the array: intake, skew, rows, output register."""
        m = Module()
        spec = self.spec
        en = Signal()
        c_free = Signal()
        m.d.comb += [c_free.eq(~self.c.valid), en.eq(c_free | self.c.ready)]
        token = self.intake(m, en)

        a_skew = Skew(SkewSpec(lanes=spec.rows, width=spec.a_bits))
        b_skew = Skew(SkewSpec(lanes=spec.cols, width=spec.b_bits))
        rows = rows_block(spec)
        c_skew = Skew(SkewSpec(lanes=spec.cols, width=spec.acc_width, descending=True))
        for name, part in {"a_skew": a_skew, "b_skew": b_skew, "rows": rows, "c_deskew": c_skew}.items():
            share(m, platform, part, name)
            m.d.comb += part.en.eq(en)
        token, a, b = coded_edge(m, platform, spec, en, token, a_skew.o, b_skew.o)
        m.d.comb += [getattr(rows, name).eq(value) for name, value in token.items()]
        m.d.comb += [
            a_skew.i.eq(self.a.payload.data.as_value()),
            b_skew.i.eq(self.b.payload.data.as_value()),
            rows.a.eq(a),
            rows.b.eq(b),
        ]
        done, bottom_done, sums = self.resolve(m, platform, en, rows)
        m.d.comb += c_skew.i.eq(sums)

        c_valid = Signal()
        c_last = Signal(reset_less=True)
        c_data = Signal(spec.cols * spec.acc_width, reset_less=True)
        with m.If(en):
            m.d.sync += [c_valid.eq(done), c_last.eq(bottom_done), c_data.eq(c_skew.o)]
        m.d.comb += [
            self.c.valid.eq(c_valid),
            self.c.payload.last.eq(c_last),
            self.c.payload.data.as_value().eq(c_data),
        ]
        return m

    def resolve(self, m: Module, platform, en: Signal, rows):
        """Return `done`, `bottom_done` and one word per column; adding two words takes a cycle."""
        spec = self.spec
        if spec.sum_rows == 1:
            return rows.done, rows.bottom_done, rows.result
        adders = Resolve(ResolveSpec(lanes=spec.cols, width=spec.acc_width))
        share(m, platform, adders, "resolve")
        done = Signal(name="resolved_done")
        bottom_done = Signal(name="resolved_bottom_done", reset_less=True)
        m.d.comb += [adders.en.eq(en), adders.i.eq(rows.result)]
        with m.If(en):
            m.d.sync += [done.eq(rows.done), bottom_done.eq(rows.bottom_done)]
        return done, bottom_done, adders.o

    def intake(self, m: Module, en: Signal) -> dict[str, Signal]:
        """Join the A and B streams and return the token of the accepted pair."""
        spec = self.spec
        token = {name: Signal(name=f"token_{name}") for name in TOKEN}
        first = Signal(init=1)
        both_valid = Signal()
        go = Signal()
        completes = Signal()
        one_last = Signal()
        disagree = Signal()
        m.d.comb += [
            token["first"].eq(first),
            token["last"].eq(self.a.payload.last | self.b.payload.last),
            both_valid.eq(self.a.valid & self.b.valid),
            token["valid"].eq(both_valid & go),
            completes.eq(token["valid"] & token["last"]),
            self.a.ready.eq(self.b.valid & go),
            self.b.ready.eq(self.a.valid & go),
            one_last.eq(self.a.payload.last ^ self.b.payload.last),
            disagree.eq(token["valid"] & one_last),
        ]
        with m.If(token["valid"]):
            m.d.sync += first.eq(token["last"])
        with m.If(disagree):
            m.d.sync += self.last_mismatch.eq(1)

        if spec.rows == 1:
            m.d.comb += go.eq(en)
            return token
        # A tile leaves through `rows` beats: the next may not complete before they are through.
        drain_left = Signal(range(spec.rows))
        drain_left_next = Signal(range(spec.rows))
        draining = Signal()
        must_wait = Signal()
        may_complete = Signal()
        m.d.comb += [
            draining.eq(drain_left != 0),
            must_wait.eq(token["last"] & draining),
            may_complete.eq(~must_wait),
            go.eq(en & may_complete),
            drain_left_next.eq(Mux(completes, spec.rows - 1, drain_left - draining)),
        ]
        with m.If(en):
            m.d.sync += drain_left.eq(drain_left_next)
        return token
