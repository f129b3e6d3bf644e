"""The largest code of a beat, and of a row as it streams."""

from collections.abc import Callable

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal, Value

from ..arith.largest import largest_of
from .queue import Queue
from .row_stream import row_end, stage


def beat_top(m: Module, data, keep: Value, lanes: int, shape: Shape) -> Value:
    """Return the largest code of a beat; the smallest that there is if no code is there."""
    lowest = Const(-(1 << shape.width - 1), shape)
    codes = []
    for k in range(lanes):
        code = Signal(shape, name=f"code_{k}")
        m.d.comb += code.eq(Mux(keep[k], data[k], lowest))
        codes.append(code)
    return largest_of(m, codes)


def row_top(m: Module, en, x, ends, lanes: int, shape: Shape) -> tuple[Value, Signal]:
    """Return whether a row of the stream `x` has ended two enabled cycles ago, and its largest code."""
    top_of_beat = beat_top(m, x.payload.data, x.payload.keep, lanes, shape)
    beat = stage(m, en, x.valid, beat_top=top_of_beat, beat_last=ends)
    fresh = Signal(init=1, name="row_begins")
    top = Signal(shape, name="top_reg", reset_less=True)
    held_top = beat["beat_top"].as_signed()
    with m.If(en & beat["valid"]):
        m.d.sync += [fresh.eq(beat["beat_last"]), top.eq(Mux(fresh | (held_top > top), held_top, top))]
    row_valid = Signal(name="row_valid_reg")
    with m.If(en):
        m.d.sync += row_valid.eq(beat["valid"] & beat["beat_last"])
    return row_valid, top


def wait_for_top(
    m: Module, unit, buffer: Queue, rows: Queue, word: Callable[[Signal], Value] = lambda top: top
) -> None:
    """Put the beats of `x` of a unit into `buffer`, and the largest code of a row that has ended into `rows`.

    word: what goes there instead, made of the largest code. Connects `too_long`.
    """
    spec, payload = unit.spec, unit.x.payload
    en = Signal()
    ends, too_long = row_end(m, payload.last, en & unit.x.valid, spec.row_beats)
    row_valid, top = row_top(m, en, unit.x, ends, spec.lanes, spec.x_shape)
    kept = word(top)
    m.d.comb += [
        en.eq(buffer.space & (~row_valid | rows.space)),
        unit.x.ready.eq(en),
        unit.too_long.eq(too_long),
        buffer.push.eq(en & unit.x.valid),
        buffer.i.eq(Cat(payload.data.as_value(), payload.keep, ends)),
        rows.push.eq(en & row_valid),
        rows.i.eq(kept),
    ]
