"""The digit-serial matrix engine: every row works through the non-zero digits of its operands of A.

    a --> rings of A, one per row and lane --> skip units --.
    b --> window of B, one for all rows ------> cells <-----'---> column bus -> adders -> c

An operand of A takes as many cycles as it has non-zero digits, and one of zero takes none. So rows are not
in step: between the fastest and the slowest lie up to `queue` beats, which the window keeps once for all of
them. A slot of the window is free again when every row and lane is through with it.

Source: the arrays of OPT3, OPT4C and OPT4E of Wu et al., HPCA 2025, whose rows wait for each other after
every four operands, and whose encoders, buffers, synchronisation and adders stand in the test bench.
"""

from amaranth.hdl import Module, Signal

from ...golden.errors import UsageError
from ..arith.gates import number_of
from ..pe.carry_save import check_carry_save
from ..share import share
from .resolve import Resolve, ResolveSpec
from .serial_row import SerialRows


def check_serial(spec) -> None:
    """Raise UsageError for what a digit-serial element cannot do. spec: a MacSpec."""
    check_carry_save(spec.overflow)
    if spec.input_reg:
        raise UsageError(
            "input_reg=true changes nothing in a digit-serial element, whose queue always registers the "
            "operands: leave input_reg out"
        )


def serial_array(m: Module, platform, array) -> None:
    """Build a digit-serial engine between the streams of `array`, a MacArray: a, b, c and last_mismatch.

    Timing: a row takes as many cycles as its lane with the most non-zero digits has digits, and 4 more a
    tile. A row is offered 6 cycles after the last digit of its tile was issued, if it is its turn. Beats are
    taken while the window has a free slot. A stalled `c` stops the drain only: rows work on until their
    next sums are complete.
    """
    spec = array.spec
    en = Signal()
    rows = SerialRows.of(spec)
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
    slots = array.spec.slots
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
