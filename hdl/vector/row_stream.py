"""Rows as streams: beats of integers with flags, where a row ends, and registers that move together."""

from amaranth.hdl import Module, Mux, Shape, Signal, Value, unsigned
from amaranth.lib import data, stream


def row_beat(shape: Shape, lanes: int) -> stream.Signature:
    """Return a stream of beats of `lanes` integers, with `keep` for each and `last` for the row."""
    fields = {"data": data.ArrayLayout(shape, lanes), "keep": unsigned(lanes), "last": 1}
    return stream.Signature(data.StructLayout(fields))


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


def parts(word: Value, *widths: int) -> list[Value]:
    """Return a word cut into parts of these widths, low bits first."""
    starts = [sum(widths[:k]) for k in range(len(widths))]
    return [word[start : start + width] for start, width in zip(starts, widths, strict=True)]
