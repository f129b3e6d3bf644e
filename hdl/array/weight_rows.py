"""Rows of a weight-stationary array: every cell keeps an operand of B, sums run down the columns.

    load, swap, a --> [b next|b now] --> load, swap, a            b next: loaded from the column's bus
                            |                                     b now:  taken from b next with `swap`
    sum from above --> + <- *
                       v
                 sum for the row below

A row of A moves right through a row of cells; `swap` moves with it, a cycle ahead of the first one that
meets the new weights, so that cells change over one after the other while sums of both blocks are on their
way. The next weights are loaded meanwhile, a row of cells per beat of B.
"""

import dataclasses

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..share import share
from ..spec import integer
from .chain import ChainStage, ChainStageSpec
from .stack import Stack

PASSED = ("load", "swap", "a")


@dataclasses.dataclass(frozen=True, kw_only=True)
class WeightRowsSpec(ChainStageSpec):
    """A stage of the column's chain, and how many rows and columns of them there are."""

    rows: int = integer(4, 1, 256, "rows of cells: stages of each column's chain")
    cols: int = integer(8, 1, 256, "columns")

    def make_stage(self) -> ChainStage:
        """Return the stage in a cell."""
        return ChainStage(ChainStageSpec(**{n: getattr(self, n) for n in ChainStageSpec.params()}))


class WeightCell(wiring.Component):
    """A stage of a column's chain with the weight that it multiplies by, and the weight that comes next."""

    port_docs = {
        "en": "every register moves only while this is high",
        "load": "take the next weight from the bus",
        "swap": "take the next weight into use",
        "a": "operand of A, from the left",
        "load_out": "`load` for the next cell",
        "swap_out": "`swap` for the next cell",
        "a_out": "operand of A for the next cell, and the one multiplied here",
        "b": "the column's bus of weights",
        "sum_in": "sum from above",
        "sum_out": "sum with this product",
    }

    def __init__(self, spec: WeightRowsSpec):
        self.spec = spec
        entering = {"load": 1, "swap": 1, "a": spec.a_word.width}
        size = spec.words * spec.width
        super().__init__(
            {"en": In(1), "b": In(spec.b_word.width), "sum_in": In(size), "sum_out": Out(size)}
            | {name: In(width) for name, width in entering.items()}
            | {f"{name}_out": Out(width) for name, width in entering.items()}
        )

    def elaborate(self, platform):
        """Build the cell."""
        m = Module()
        spec = self.spec
        passed = {n: Signal(len(getattr(self, n)), name=f"{n}_reg", reset_less=n == "a") for n in PASSED}
        b_next, b_now = (
            Signal(spec.b_word.width, name=name, reset_less=True) for name in ("b_next", "b_now")
        )
        stage = spec.make_stage()
        share(m, platform, stage, "stage")
        loads, swaps = Signal(name="loads"), Signal(name="swaps")
        m.d.comb += [loads.eq(self.en & self.load), swaps.eq(self.en & self.swap)]
        with m.If(self.en):
            m.d.sync += [passed[name].eq(getattr(self, name)) for name in PASSED]
        with m.If(loads):
            m.d.sync += b_next.eq(self.b)
        with m.If(swaps):
            m.d.sync += b_now.eq(b_next)
        m.d.comb += [getattr(self, f"{name}_out").eq(value) for name, value in passed.items()]
        m.d.comb += [
            stage.en.eq(self.en),
            stage.a.eq(passed["a"]),
            stage.b.eq(b_now),
            stage.sum_in.eq(self.sum_in),
            self.sum_out.eq(stage.sum_out),
        ]
        return m


class WeightRow(wiring.Component):
    """`cols` cells side by side: one stage of every column. `swap` steps down a row per cycle."""

    port_docs = {
        "en": "every register moves only while this is high",
        "load": "take the weights of this row from the buses, column j j cycles later",
        "swap": "take the next weights into use, column j j cycles later",
        "swap_down": "`swap` for the row below",
        "a": "operands of A from the left, top row in the low bits; row i is i cycles late",
        "b": "buses of weights, column 0 in the low bits; column j is j cycles late",
        "sum": "sums from above, column 0 in the low bits; column j is j cycles late",
        "sum_down": "sums for the row below",
    }
    roles = {"en": "shared", "load": "split", "swap": "down", "a": "split", "b": "shared", "sum": "down"}

    def __init__(self, spec: WeightRowsSpec):
        """`spec`: with `rows` = 1."""
        self.spec = spec
        size = spec.cols * spec.words * spec.width
        super().__init__(
            {"en": In(1), "load": In(1), "swap": In(1), "swap_down": Out(1)}
            | {"a": In(spec.a_word.width), "b": In(spec.cols * spec.b_word.width)}
            | {"sum": In(size), "sum_down": Out(size)}
        )

    def elaborate(self, platform):
        """Build the row."""
        m = Module()
        spec = self.spec
        size = spec.words * spec.width
        left = {name: getattr(self, name) for name in PASSED}
        for j in range(spec.cols):
            cell = WeightCell(dataclasses.replace(spec, cols=1))
            share(m, platform, cell, f"cell_{j}")
            m.d.comb += [getattr(cell, name).eq(value) for name, value in left.items()]
            m.d.comb += [
                cell.en.eq(self.en),
                cell.b.eq(self.b.word_select(j, spec.b_word.width)),
                cell.sum_in.eq(self.sum.word_select(j, size)),
                self.sum_down.word_select(j, size).eq(cell.sum_out),
            ]
            left = {name: getattr(cell, f"{name}_out") for name in PASSED}
            if j == 0:
                m.d.comb += self.swap_down.eq(cell.swap_out)
        return m


class WeightRows(Stack):
    """Rows of cells, one below the other: every column is a chain of `rows` stages."""

    row = WeightRow
