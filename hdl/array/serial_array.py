"""The digit-serial matrix engine: every row works through the non-zero digits of its operands of A.

    a --> rings of A, one per row and lane --> skip units --.
    b --> window of B, one for all rows ------> cells <-----'---> column bus -> adders -> c

An operand of A takes as many cycles as it has non-zero digits, and one of zero takes none. So rows are not
in step: between the fastest and the slowest lie up to `queue` beats, which the window keeps once for all of
them. A slot of the window is free again when every row and lane is through with it.

Source: the arrays of OPT3, OPT4C and OPT4E of Wu et al., HPCA 2025, whose rows wait for each other after
every four operands, and whose encoders, buffers, synchronisation and adders stand in the test bench.
"""

import dataclasses

from amaranth.hdl import Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ...golden.errors import UsageError
from ..arith.gates import number_of
from ..arith.recoder import RECODINGS
from ..mac_spec import MacSpec
from ..pe.serial_cell import skip_spec
from ..share import share
from ..spec import choice, integer
from .resolve import Resolve, ResolveSpec
from .serial_row import serial_rows

SERIAL_ELEMENTS = ("bit_serial", "bit_serial_shared", "bit_serial_grouped")


def check_serial(spec) -> None:
    """Raise UsageError for what a digit-serial element cannot do."""
    if spec.overflow == "saturate":
        raise UsageError(
            "overflow=saturate is not possible in carry-save form, which does not know the sign of the "
            "sum before its carries are added: use overflow=wrap or error, or another element"
        )
    if spec.input_reg:
        raise UsageError(
            "input_reg=true changes nothing in a digit-serial element, whose queue always registers the "
            "operands: leave input_reg out"
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class SerialSpec(MacSpec):
    """Size of the array, how far rows may drift apart, and where the digits are made."""

    rows: int = integer(8, 1, 256, "rows of C per tile, lanes x rows elements of A per beat")
    cols: int = integer(8, 1, 256, "columns of C per tile, lanes x cols elements of B per beat")
    depth: int = integer(1, 1, 16, "lanes: products of a row and column that share one sum")
    queue: int = integer(8, 1, 64, "beats kept between the fastest and the slowest row")
    recoding: str = choice("minimal_weight", RECODINGS, "which digits the operands of A are taken in")
    element: str = choice(
        "bit_serial_shared", SERIAL_ELEMENTS, "where digits are made: in every cell, or once per row and lane"
    )

    def check(self):
        """Refuse what the elements cannot do."""
        super().check()
        check_serial(self)

    @property
    def latency(self) -> None:
        """None: how long a tile takes depends on its digits."""
        return None

    @property
    def macs_per_cycle(self) -> float:
        """Products added per cycle if every operand of A has all its digits; others take less."""
        return self.rows * self.cols * self.depth / skip_spec(self).digits

    def tile_cycles(self, k: int) -> None:
        """None: how long a tile takes depends on its digits."""
        return None


def beat(shape, lanes: int) -> stream.Signature:
    """Return the signature of a stream of vectors with a `last` flag; lane 0 sits in the low bits."""
    return stream.Signature(data.StructLayout({"data": data.ArrayLayout(shape, lanes), "last": 1}))


def serial_array(m: Module, platform, array) -> None:
    """Build a digit-serial engine between the streams of `array`: its a, b, c and last_mismatch."""
    spec = array.spec
    en = Signal()
    rows = serial_rows(spec)
    share(m, platform, rows, "rows")
    m.d.comb += [en.eq(~array.c.valid | array.c.ready), rows.en.eq(en)]
    take_beats(m, array, rows)

    # After reset it is the top row's turn, and then whenever the bottom row has left.
    start = Signal(init=1)
    m.d.sync += start.eq(0)
    m.d.comb += rows.turn.eq(rows.turn_down | start)

    adders = Resolve(ResolveSpec(lanes=spec.cols, width=spec.acc_width))
    share(m, platform, adders, "resolve")
    m.d.comb += [adders.en.eq(en), adders.i.eq(rows.result)]
    resolved = Signal()
    resolved_last = Signal(reset_less=True)
    c_valid = Signal()
    c_last = Signal(reset_less=True)
    c_data = Signal(spec.cols * spec.acc_width, reset_less=True)
    with m.If(en):
        m.d.sync += [
            resolved.eq(rows.done),
            resolved_last.eq(rows.bottom_done),
            c_valid.eq(resolved),
            c_last.eq(resolved_last),
            c_data.eq(adders.o),
        ]
    m.d.comb += [
        array.c.valid.eq(c_valid),
        array.c.payload.last.eq(c_last),
        array.c.payload.data.as_value().eq(c_data),
    ]


def take_beats(m: Module, array, rows) -> None:
    """Join the streams a and b, and keep the window of B.

    The slot behind the youngest is open: while it is free it takes in whatever comes, so that no register of
    the window waits for `valid`; the beat counts once it is accepted.
    """
    slots = array.spec.queue
    tail = Signal(slots, init=1)
    used = Signal(slots)
    tag = Signal(len(rows.tag))
    room = Signal()
    free = Signal(slots, name="open")
    push = Signal(slots)
    accept = Signal()
    last = Signal()
    disagree = Signal()
    m.d.comb += [
        free.eq(tail & ~used),
        rows.open.eq(free),
        room.eq(free.any()),
        array.a.ready.eq(array.b.valid & room),
        array.b.ready.eq(array.a.valid & room),
        accept.eq(array.a.valid & array.b.valid & room),
        last.eq(array.a.payload.last | array.b.payload.last),
        disagree.eq(accept & (array.a.payload.last ^ array.b.payload.last)),
        push.eq(free & accept.replicate(slots)),
        rows.push.eq(push),
        tag.eq(number_of(tail, len(rows.tag))),
        rows.tag.eq(tag),
        rows.last.eq(last),
        rows.a.eq(array.a.payload.data.as_value()),
    ]
    m.d.sync += used.eq(push | rows.busy)
    with m.If(accept):
        m.d.sync += tail.eq(tail.rotate_left(1))
    with m.If(disagree):
        m.d.sync += array.last_mismatch.eq(1)

    beats = array.b.payload.data.as_value()
    lasts = Signal(slots, reset_less=True)
    window = [Signal(len(beats), name=f"window_{k}", reset_less=True) for k in range(slots)]
    for k, slot in enumerate(window):
        with m.If(free[k]):
            m.d.sync += [slot.eq(beats), lasts[k].eq(last)]
        m.d.comb += rows.window.word_select(k, len(beats)).eq(slot)
    m.d.comb += rows.lasts.eq(lasts)


class SerialArray(wiring.Component):
    """C[rows, cols] = A[rows, K] x B[K, cols], one non-zero digit of A a cycle, row and lane.

    Streams: a beat of `a` is `depth` columns of A (lane i * depth + d is row i) and one of `b` `depth` rows
    of B (lane d * cols + j is column j); a pair of beats is accepted together. A tile ends with `last` on
    either stream, and a disagreement sets `last_mismatch` until reset. `c` brings C row by row, with `last`
    on the bottom row.

    Timing: a row takes as many cycles as the lane with the most non-zero digits has digits, and 4 more a
    tile. A row is offered 6 cycles after the last digit of its tile was issued, if it is its turn. Beats are
    taken while the window has a free slot. A stalled `c` stops the drain only: rows work on until their
    next sums are complete. Reset drops whatever is in flight.
    """

    port_docs = {
        "a": "depth columns of A per beat; lane i * depth + d is row i of C",
        "b": "depth rows of B per beat; lane d * cols + j is column j of C",
        "c": "one row of C per beat; lane j is column j; last marks the bottom row",
        "last_mismatch": "sticky: a and b disagreed about last",
    }

    def __init__(self, spec: SerialSpec):
        self.spec = spec
        super().__init__(
            {
                "a": In(beat(spec.a_shape, spec.rows * spec.depth)),
                "b": In(beat(spec.b_shape, spec.cols * spec.depth)),
                "c": Out(beat(spec.acc_shape, spec.cols)),
                "last_mismatch": Out(1),
            }
        )

    def elaborate(self, platform):
        """Build the engine."""
        m = Module()
        serial_array(m, platform, self)
        return m
