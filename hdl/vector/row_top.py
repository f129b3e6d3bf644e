"""The largest code of a beat, and of a row as it streams."""

from amaranth.hdl import Const, Module, Mux, Shape, Signal, Value

from ..arith.largest import largest_of
from .row_stream import stage


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
