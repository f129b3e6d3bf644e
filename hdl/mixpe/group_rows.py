"""The sums of groups, row by row: the array in front of the lanes, and what the lanes are told of each row.

With `os` the array's own registers are enough: the sums leave it skewed, column j j cycles after column 0,
and so the lanes work. With `ws` rows of A may come at any time, and the core delivers whole rows.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

from ..array.lockstep import intake, lockstep_rows
from ..array.mac_array import MacArray, beat
from ..array.skew import delayed
from ..share import share
from .intake import split_tiles
from .row_sums import row_sums


@dataclasses.dataclass
class GroupRows:
    """A row of sums on its way into the lanes.

    here: there is one; bottom: it is the bottom one; ends, starts: its group is the last, the first of its
    tile. words: of all columns, and in which order they are there says the dataflow. a_sum: the sum of its
    activations, None without zero points; of integers negated.
    """

    here: Value
    bottom: Value
    ends: Value
    starts: Value
    words: Value
    a_sum: Value | None


def systolic_rows(m: Module, platform, array, en) -> GroupRows:
    """Place an output-stationary array that moves with `en`; words of column j come j cycles late."""
    spec = array.spec
    inner = _Streams(spec.core)
    groups = split_tiles(m, platform, array, inner)
    token = intake(m, inner, en, spec.gap)
    a, b = (getattr(inner, name).payload.data.as_value() for name in "ab")
    if spec.edge_cycles:
        a, b = (delayed(m, platform, en, v, 1, f"edge_{n}") for v, n in ((a, "a"), (b, "b")))
        late = delayed(m, platform, en, Cat(token.values()), 1, "edge_token", cleared=True)
        token = dict(zip(token, late, strict=True))
    rows = lockstep_rows(m, platform, spec.core, en, token, a, b)
    words = Signal(len(rows.result), name="sum_words", reset_less=True)
    with m.If(en):
        m.d.sync += words.eq(rows.result)
    a_sum, words = _activation_sums(m, platform, array, en, groups, words, spec.systolic_wait)

    # A group's rows follow each other, so that its first one and a count say when they come.
    tile_starts = Signal(init=1)
    complete = Signal()
    m.d.comb += complete.eq(groups.take & groups.last)
    with m.If(complete):
        m.d.sync += tile_starts.eq(groups.ends)
    about = Cat(complete, groups.ends, tile_starts)
    top, ends, starts = delayed(m, platform, en, about, spec.systolic_wait, "group_delay", cleared=True)
    if spec.rows == 1:
        return GroupRows(top, Const(1, 1), ends, starts, words, a_sum)
    left = Signal(range(spec.rows), name="rows_left")
    held_ends, held_starts = (Signal(name=f"held_{name}", reset_less=True) for name in ("ends", "starts"))
    more = left.any()
    with m.If(en):
        m.d.sync += left.eq(Mux(top, spec.rows - 1, left - more))
    with m.If(en & top):
        m.d.sync += [held_ends.eq(ends), held_starts.eq(starts)]
    return GroupRows(
        top | more,
        ~top & (left == 1),
        Mux(top, ends, held_ends),
        Mux(top, starts, held_starts),
        words,
        a_sum,
    )


def streamed_rows(m: Module, platform, array, en, loaded) -> GroupRows:
    """Place a weight-stationary core, which stands still while a row of its sums waits for `en` or its scale.

    What is in the lanes already does not wait for that scale: the core may bring a row at any time, also
    when results have been offered and are stalled.
    """
    spec = array.spec
    core = MacArray(spec.core)
    share(m, platform, core, "core")
    groups = split_tiles(m, platform, array, core)
    go = loaded
    if spec.rows == 1 and spec.adder_stages:
        # Its own result is still in the adder. The core moves on while the lanes are stalled, so that its
        # rows may come closer together than they were made.
        entered = Signal(name="row_before")
        go = loaded & ~entered
    core_en = Signal()
    m.d.comb += [core_en.eq(~core.c.valid | core.c.ready), core.c.ready.eq(en & go)]
    words = core.c.payload.data.as_value()
    a_sum, words = _activation_sums(m, platform, array, core_en, groups, words, spec.core.latency)
    ends = delayed(m, platform, core_en, groups.ends, spec.core.latency, "ends_delay")
    starts = Signal(name="tile_starts", init=1)
    here = core.c.valid & go
    if go is not loaded:
        with m.If(en):
            m.d.sync += entered.eq(here)
    with m.If(here & en & core.c.payload.last):
        m.d.sync += starts.eq(ends)
    return GroupRows(here, core.c.payload.last, ends, starts, words, a_sum)


def _activation_sums(m: Module, platform, array, en, groups, words, wait: int) -> tuple[Value | None, Value]:
    """Return the sum of the activations of the row that is out, and the words of the columns of C.

    wait: enabled cycles from the beat that completes row 0.
    """
    spec = array.spec
    if spec.sum_column:
        # The first column made it, a cycle before the next one where columns are skewed.
        width = spec.core.acc_width
        return delayed(m, platform, en, words[:width], int(spec.columns_skewed), "a_sum"), words[width:]
    if not spec.zero_point:
        return None, words
    a = array.a.payload.data.as_value()
    return row_sums(m, platform, spec, en, groups.take, groups.first, groups.last, a, wait), words


class _Streams:
    """The streams of a core that is part of its surroundings, as `split_tiles` and `intake` want them."""

    def __init__(self, spec):
        self.spec = spec
        self.a = beat(spec.a_shape, spec.a_lanes).create(path=("core_a",))
        self.b = beat(spec.b_word, spec.b_lanes).create(path=("core_b",))
        self.last_mismatch = Signal(name="beats_disagree")
