"""The weight-stationary array: a block of B rests in the cells while rows of A stream through it.

    b --> skew -----------> buses of the columns
    a --> skew by row --> rows of cells (weight_rows.py) --> (add words) --> accumulators --> deskew --> c
          tokens ------> delay of the chain ----------------------^

A block is `depth` rows of B and as many columns of A. Its products are summed down the columns of cells and
added, row of A by row of A, to `rows` accumulators per column, which take turns; in the last block of a tile
the new sums are rows of C. Blocks follow each other without an idle cycle while rows >= depth: the next
weights are loaded while the present ones work.

The tile ends with the block in which `b` says so: that is known before the first row of A meets the block.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Signal

from ..share import share
from .chain import resolved
from .edge_coder import coded
from .lockstep import register_c, resolve
from .skew import delayed, skewed
from .weight_rows import WeightRows


@dataclasses.dataclass
class Control:
    """What the intake tells the datapath.

    load: one bit per row of cells. swap: the accepted row of A is the first to meet new weights. valid: a row
    of A was accepted. first, last: it belongs to the first, to the last block of a tile. bottom: it is the
    bottom one.
    """

    load: Signal
    swap: Signal
    valid: Signal
    first: Signal
    last: Signal
    bottom: Signal


def weight_stationary_array(m: Module, platform, array) -> None:
    """Fill `array`, a MacArray with dataflow=ws."""
    spec = array.spec
    en = Signal()
    c_free = Signal()
    m.d.comb += [c_free.eq(~array.c.valid), en.eq(c_free | array.c.ready)]
    control = intake(m, array, en)

    stages = spec.weight_rows
    cells = WeightRows.of(stages)
    share(m, platform, cells, "cells")
    a, b = array.a.payload.data.as_value(), array.b.payload.data.as_value()
    b = skewed(m, platform, en, b, spec.cols, "b_skew")
    change = Cat(control.swap, control.load)
    change = delayed(m, platform, en, change, spec.edge_cycles, "change_delay", cleared=True)
    m.d.comb += [
        cells.en.eq(en),
        cells.swap.eq(change[0]),
        cells.load.eq(change[1:]),
        cells.a.eq(coded(m, platform, spec, en, skewed(m, platform, en, a, spec.k_step, "a_skew"))),
        cells.b.eq(delayed(m, platform, en, b, spec.edge_cycles, "b_delay")),
        cells.sum.eq(0),
    ]

    # An operand is registered in its cell and the sum behind every cell.
    wait = spec.edge_cycles + 1 + spec.k_step + stages.words - 1
    token = Cat(control.valid, control.first, control.last, control.bottom)
    token = delayed(m, platform, en, token, wait, "token_delay", cleared=True)
    totals = []
    size = stages.words * stages.width
    for j in range(spec.cols):
        if j:
            token = delayed(m, platform, en, token, 1, f"token_{j}", cleared=True)
        words = cells.sum_down.word_select(j, size)
        word = resolved(m, platform, en, words, stages, f"resolve_{j}")
        column = spec.make_sums()
        share(m, platform, column, f"accumulate_{j}")
        m.d.comb += [
            column.en.eq(en),
            column.valid.eq(token[0]),
            column.first.eq(token[1]),
            column.word.eq(word),
        ]
        totals.append(column.total)
    done = Signal()
    m.d.comb += done.eq(token[0] & token[2])
    done, bottom_done, sums = resolve(m, platform, spec, en, done, token[3], Cat(totals))
    sums = skewed(m, platform, en, sums, spec.cols, "c_deskew", descending=True)
    register_c(m, array, en, done, bottom_done, sums)


def intake(m: Module, array, en: Signal) -> Control:
    """Take weights while there is room for them, and rows of A while there are weights."""
    spec = array.spec
    a, b = array.a, array.b
    control = Control(
        Signal(spec.k_step, name="load"),
        *(Signal(name=name) for name in ("swap", "row_valid", "row_first", "row_last", "row_bottom")),
    )
    take_a = Signal()
    take_b = Signal()
    m.d.comb += [take_a.eq(a.valid & a.ready), take_b.eq(b.valid & b.ready)]

    # The next block: which of its rows comes, whether all are there, whether it is the last of its tile.
    load_row = Signal(spec.k_step, init=1)
    full = Signal()
    kept_full = Signal()
    room = Signal()
    next_last = Signal(reset_less=True)
    block_loaded = Signal()
    m.d.comb += [
        room.eq(~full | control.swap),
        b.ready.eq(en & room),
        control.load.eq(load_row & take_b.replicate(spec.k_step)),
        block_loaded.eq(control.load[-1]),
        kept_full.eq(full & ~control.swap),
    ]
    m.d.sync += full.eq(block_loaded | kept_full)
    with m.If(take_b):
        m.d.sync += [load_row.eq(load_row.rotate_left(1)), next_last.eq(b.payload.last)]

    # The present block: which row of A comes, whether the block is the first or the last of its tile.
    a_row = Signal(range(spec.rows))
    next_row = Signal(range(spec.rows))
    top = Signal()
    may_take = Signal()
    tile_over = Signal(init=1)
    held_first = Signal(reset_less=True)
    held_last = Signal(reset_less=True)
    m.d.comb += [
        top.eq(~a_row.any()),
        next_row.eq(Mux(control.bottom, 0, a_row + 1)),
        may_take.eq(~top | full),
        a.ready.eq(en & may_take),
        control.swap.eq(take_a & top),
        control.valid.eq(take_a),
        control.first.eq(Mux(top, tile_over, held_first)),
        control.last.eq(Mux(top, next_last, held_last)),
        control.bottom.eq(a_row == spec.rows - 1),
    ]
    with m.If(take_a):
        m.d.sync += a_row.eq(next_row)
    with m.If(control.swap):
        m.d.sync += [held_first.eq(tile_over), held_last.eq(next_last), tile_over.eq(next_last)]

    a_ends = Signal()
    a_wrong = Signal()
    b_wrong = Signal()
    disagree = Signal()
    m.d.comb += [
        a_ends.eq(control.bottom & control.last),
        a_wrong.eq(take_a & (a.payload.last ^ a_ends)),
        b_wrong.eq(take_b & b.payload.last & ~block_loaded),
        disagree.eq(a_wrong | b_wrong),
    ]
    with m.If(disagree):
        m.d.sync += array.last_mismatch.eq(1)
    return control
