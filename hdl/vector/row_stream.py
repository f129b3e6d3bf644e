"""Rows as streams: beats of integers with flags, where a row ends, and registers that move together.

Units that keep a row until something of all of it is known have two memories: of beats, and of what belongs
to a row. `next_beat` and `offer_results` are their ends.
"""

from amaranth.hdl import Cat, Module, Mux, Shape, Signal, Value, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..arith.coded import Coder, CoderSpec
from ..array.skew import delayed
from ..share import share
from ..spec import Spec
from .queue import Queue
from .scaler import ScalerSpec


def row_beat(shape: Shape, lanes: int) -> stream.Signature:
    """Return a stream of beats of `lanes` integers, with `keep` for each and `last` for the row."""
    fields = {"data": data.ArrayLayout(shape, lanes), "keep": unsigned(lanes), "last": 1}
    return stream.Signature(data.StructLayout(fields))


class RowUnit(wiring.Component):
    """Base of units that make a beat of results of every beat of a row: streams `x` and `y`, and `too_long`.

    The Spec has `lanes`, and the shapes `x_shape` and `y_shape`.
    """

    port_docs = {
        "x": "integers, their keep flags, and last of a row",
        "y": "results, and keep and last of x",
        "too_long": "sticky: a row had more beats than it may",
    }

    def __init__(self, spec: Spec):
        self.spec = spec
        super().__init__(
            {
                "x": In(row_beat(spec.x_shape, spec.lanes)),
                "y": Out(row_beat(spec.y_shape, spec.lanes)),
                "too_long": Out(1),
            }
        )


def row_end(m: Module, last, take, row_beats: int) -> tuple[Value, Signal]:
    """Return whether a beat is the last of its row, and a flag that rows without an end in time raise.

    A row ends with `last`, or after `row_beats` beats. `take`: a beat is taken. The flag stays until reset.
    """
    ends = Signal(name="row_ends")
    too_long = Signal(name="too_long_reg")
    if row_beats == 1:
        m.d.comb += ends.eq(1)
        full = 1
    else:
        position = Signal(range(row_beats))
        full = position == row_beats - 1
        m.d.comb += ends.eq(last | full)
        with m.If(take):
            m.d.sync += position.eq(Mux(ends, 0, position + 1))
    with m.If(take & full & ~last):
        m.d.sync += too_long.eq(1)
    return ends, too_long


def stage(m: Module, en, valid, **values) -> dict[str, Value]:
    """Return `valid` and the values behind registers that move with `en`; reset clears the first alone."""
    first = next(iter(values))
    registers = {"valid": Signal(name=f"{first}_valid_reg")}
    with m.If(en):
        m.d.sync += registers["valid"].eq(valid)
    for name, value in values.items():
        registers[name] = Signal(len(value), name=f"{name}_reg", reset_less=True)
        with m.If(en & valid):
            m.d.sync += registers[name].eq(value)
    return registers


def given_once(m: Module, en, valid, ready, name: str) -> tuple[Value, Value]:
    """Return whether a value that a register shows until `en` is to be given now, and whether `en` may come.

    It is given when `ready`, though other values that go with `en` may wait; they may even wait for it.
    """
    given = Signal(name=f"{name}_given")
    offers = valid & ~given
    with m.If(en):
        m.d.sync += given.eq(0)
    with m.Elif(offers & ready):
        m.d.sync += given.eq(1)
    return offers, ~offers | ready


def parts(word: Value, *widths: int) -> list[Value]:
    """Return a word cut into parts of these widths, low bits first."""
    starts = [sum(widths[:k]) for k in range(len(widths))]
    return [word[start : start + width] for start, width in zip(starts, widths, strict=True)]


def next_beat(m: Module, y, buffer: Queue, rows: Queue, last) -> tuple[Signal, Signal]:
    """Return what enables the registers of results, and whether a beat leaves; `last` of it ends its row."""
    en = Signal(name="y_en")
    go = Signal(name="go")
    m.d.comb += [
        en.eq(~y.valid | y.ready),
        go.eq(en & buffer.some & rows.some),
        buffer.pop.eq(go),
        rows.pop.eq(go & last),
    ]
    return en, go


def coded_factor(m: Module, platform, spec: ScalerSpec, factor: Value) -> Value:
    """Return the factor of a row as scalers of `spec` take it."""
    if not spec.recodes_factor:
        return factor
    coder = Coder(CoderSpec(bits=spec.mult_bits, signed=False))
    share(m, platform, coder, "coder")
    m.d.comb += coder.a.eq(factor)
    return coder.word


def kept(m: Module, there, value: Value, shape: Shape, k: int) -> Signal:
    """Return result `k` of a beat: the value where its integer is there, else 0."""
    result = Signal(shape, name=f"result_{k}")
    m.d.comb += result.eq(Mux(there, value, 0))
    return result


def offer_results(m: Module, platform, y, en, go, results: list[Value], keep, last, pipeline: int) -> None:
    """Drive `y` with the results, behind a register, and with flags, `pipeline` registers behind `go`."""
    register = Signal(sum(map(len, results)), name="y_reg", reset_less=True)
    with m.If(en):
        m.d.sync += register.eq(Cat(results))
    flags = delayed(m, platform, en, Cat(last, keep), pipeline, "flags_delay")
    m.d.comb += [
        y.valid.eq(delayed(m, platform, en, go, pipeline, "valid_delay", cleared=True)),
        y.payload.last.eq(flags[0]),
        y.payload.keep.eq(flags[1:]),
        y.payload.data.as_value().eq(register),
    ]
