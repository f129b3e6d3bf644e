"""Where groups and tiles begin and end: the core's `last` is that of a group.

With `os` a beat of `a` and one of `b` are taken together, and every pair of beats is a step of the group.
With `ws` the beats of `b` say where a group ends, a block ahead of the rows of `a` that meet it.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

from ..arith.csd import CsdCoder, CsdCoderSpec
from ..share import share


@dataclasses.dataclass
class Groups:
    """What accepted beats of `a` mean. take: there is one. first, last: in its group. ends: in its tile."""

    take: Signal
    first: Signal
    last: Signal
    ends: Signal


def split_tiles(m: Module, platform, array, core) -> Groups:
    """Connect the streams of `array`, a MixpeArray, to its core, whose tiles are the groups."""
    groups = Groups(*(Signal(name=f"group_{name}") for name in ("take", "first", "last", "ends")))
    for name in "ab":
        outer, inner = getattr(array, name), getattr(core, name)
        m.d.comb += [inner.valid.eq(outer.valid), outer.ready.eq(inner.ready)]
    m.d.comb += [
        core.a.payload.data.as_value().eq(array.a.payload.data.as_value()),
        core.b.payload.data.as_value().eq(_weights(m, platform, array)),
    ]
    m.d.comb += groups.take.eq(array.a.valid & array.a.ready)
    if array.spec.core.streams_rows:
        _blocks(m, array, core, groups)
    else:
        _pairs(m, array, core, groups)
    return groups


def _weights(m: Module, platform, array) -> Value:
    """Return the weights of the beat of `b` as the elements take them."""
    spec = array.spec
    weights = array.b.payload.data.as_value()
    if spec.zero_point:
        # Recentred: less 2 ** (b_bits - 1), as the zero points are, an unsigned weight is a signed one.
        weights = weights ^ Const(spec.recentre, len(weights))
        return Cat(Const(1, spec.b_bits), weights) if spec.sum_column else weights
    if spec.recoding != "csd":
        return weights
    coders = []
    for lane in range(spec.b_lanes):
        coders.append(CsdCoder(CsdCoderSpec(bits=spec.b_bits, digits=spec.digit_limit)))
        share(m, platform, coders[-1], f"weight_coder_{lane}")
        m.d.comb += coders[-1].a.eq(weights.word_select(lane, spec.b_bits))
    if spec.flags_weights:
        excess = Signal(spec.b_lanes, name="excess_digits")
        m.d.comb += excess.eq(Cat(coder.excess for coder in coders))
        with m.If(array.b.valid & array.b.ready & excess.any()):
            m.d.sync += array.bad_weight.eq(1)
    return Cat(coder.word for coder in coders)


def _pairs(m: Module, array, core, groups: Groups) -> None:
    disagree = Signal()
    full = _counted(m, groups.take, groups.last, array.spec.group, "step")
    m.d.comb += [
        groups.ends.eq(array.a.payload.last | array.b.payload.last),
        groups.last.eq(full | groups.ends),
        groups.first.eq(_after(m, groups.take, groups.last, "group_starts")),
        core.a.payload.last.eq(groups.last),
        core.b.payload.last.eq(groups.last),
        disagree.eq(groups.take & (array.a.payload.last ^ array.b.payload.last)),
    ]
    _flag(m, array, disagree)


def _blocks(m: Module, array, core, groups: Groups) -> None:
    spec = array.spec
    b_take = Signal()
    b_last = Signal()
    block_loaded = Signal()
    full = _counted(m, b_take, b_last, spec.group, "weight_row")
    loaded_row = _counted(m, b_take, block_loaded, spec.k_step, "block_row")
    m.d.comb += [
        b_take.eq(array.b.valid & array.b.ready),
        b_last.eq(full | array.b.payload.last),
        block_loaded.eq(loaded_row),
        core.b.payload.last.eq(b_last),
    ]
    # Whether the next block ends its group and its tile, and whether the present one does.
    next_last, next_ends, held_last, held_ends = (
        Signal(name=name, reset_less=True)
        for name in ("next_ends_group", "next_ends_tile", "held_ends_group", "held_ends_tile")
    )
    with m.If(b_take):
        m.d.sync += [next_last.eq(b_last), next_ends.eq(array.b.payload.last)]
    bottom = Signal()
    block_last = Signal()
    disagree = Signal()
    top = _after(m, groups.take, bottom, "row_is_top")
    starts = Signal(name="group_starts", init=1)
    held_starts = Signal(name="held_group_starts", reset_less=True)
    with m.If(groups.take & top):
        m.d.sync += [held_last.eq(next_last), held_ends.eq(next_ends)]
        m.d.sync += [held_starts.eq(starts), starts.eq(next_last)]
    m.d.comb += [
        bottom.eq(_counted(m, groups.take, bottom, spec.rows, "row")),
        block_last.eq(Mux(top, next_last, held_last)),
        groups.first.eq(Mux(top, starts, held_starts)),
        groups.ends.eq(Mux(top, next_ends, held_ends)),
        groups.last.eq(block_last),
        core.a.payload.last.eq(block_last & bottom),
        disagree.eq(
            groups.take & (array.a.payload.last ^ (groups.ends & bottom))
            | b_take & array.b.payload.last & ~block_loaded
        ),
    ]
    _flag(m, array, disagree)


def _counted(m: Module, take, restart, length: int, name: str):
    """Return whether the accepted beat is the last of `length`, counted from the one after `restart`."""
    count = Signal(range(length), name=f"{name}_count")
    with m.If(take):
        m.d.sync += count.eq(Mux(restart, 0, count + 1))
    return count == length - 1


def _after(m: Module, take, last, name: str) -> Signal:
    """Return whether the accepted beat is the first one, or the first after one that was `last`."""
    starts = Signal(name=name, init=1)
    with m.If(take):
        m.d.sync += starts.eq(last)
    return starts


def _flag(m: Module, array, disagree) -> None:
    with m.If(disagree):
        m.d.sync += array.last_mismatch.eq(1)
