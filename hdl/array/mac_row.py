"""Rows of an output-stationary systolic array, and the cell that they are made of.

A operands and their token (`valid`, `first`, `last`) move right one cell per enabled cycle; B operands
move down one row. The token says what the cell does with the pair of operands that meets in it.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..pe.elements import ELEMENTS, element_spec
from ..share import share

TOKEN = ("valid", "first", "last")


ROW_DOCS = {
    "en": "every register moves only while this is high",
    "valid": "the operands of the top left cell are real, not a bubble",
    "first": "they start a new sum",
    "last": "they complete a sum",
    "a": "operands of A from the left, top row in the low bits; row i is i cycles late",
    "b": "operands of B from above, column 0 in the low bits; column j is j cycles late",
    "valid_down": "the token for the row below",
    "b_down": "operands of B for the row below",
    "done": "the rightmost cell of some row has a complete sum",
    "bottom_done": "the rightmost cell of the bottom row has a complete sum",
    "result": "one sum per column where complete, else 0; column 0 in the low bits",
}


def row_ports(spec) -> dict:
    """Return the ports of a row and of a block of rows."""
    ports = {"en": In(1)} | {name: In(1) for name in TOKEN}
    ports |= {"a": In(spec.rows * spec.a_word.width), "b": In(spec.cols * spec.b_bits)}
    ports |= {f"{name}_down": Out(1) for name in TOKEN} | {"b_down": Out(spec.cols * spec.b_bits)}
    return ports | {
        "done": Out(1),
        "bottom_done": Out(1),
        "result": Out(spec.cols * spec.sum_rows * spec.acc_width),
    }


class MacCell(wiring.Component):
    """A processing element with the registers that pass its operands on and gate its result.

    The element works on the operands as they come in, or, with `input_reg`, on the copies that the cell
    passes on: the element's input registers and the systolic registers are the same ones.
    `done` is high for one enabled cycle when a sum is complete; `result` is the sum then (in carry-save
    form two words) and 0 otherwise, so that the results of a column can be joined by OR.
    """

    port_docs = {
        "en": "every register moves only while this is high",
        "valid": "the operands below are real, not a bubble",
        "first": "they start a new sum",
        "last": "they complete a sum",
        "a": "operand of A, from the left",
        "b": "operand of B, from above",
        "done": "a sum is complete",
        "result": "the sum while done, else 0",
    }

    def __init__(self, spec):
        """`spec`: a MacArraySpec, of whose size a cell makes no use."""
        self.spec = spec
        ports = {"en": In(1)}
        ports |= {name: In(1) for name in TOKEN} | {"a": In(spec.a_word), "b": In(spec.b_shape)}
        ports |= {f"{name}_out": Out(port.shape) for name, port in ports.items() if name != "en"}
        super().__init__(ports | {"done": Out(1), "result": Out(spec.sum_rows * spec.acc_width)})

    def elaborate(self, platform):
        """Build the cell."""
        m = Module()
        forward = {}
        for name in (*TOKEN, "a", "b"):
            port = getattr(self, f"{name}_out")
            # Only `valid` needs a reset: nothing looks at the others without it.
            forward[name] = Signal(port.shape(), name=f"{name}_reg", reset_less=name != "valid")
            m.d.comb += port.eq(forward[name])
            with m.If(self.en):
                m.d.sync += forward[name].eq(getattr(self, name))
        used = forward if self.spec.input_reg else {name: getattr(self, name) for name in forward}

        pe = ELEMENTS[self.spec.element][0](element_spec(self.spec.element, self.spec))
        share(m, platform, pe, "pe")
        done = Signal(name="done_reg")
        completes = Signal()
        m.d.comb += [
            completes.eq(used["valid"] & used["last"]),
            pe.en.eq(self.en & used["valid"]),
            pe.first.eq(used["first"]),
            pe.a.eq(used["a"]),
            pe.b.eq(used["b"]),
            self.done.eq(done),
            self.result.eq(Mux(done, Cat(getattr(pe, port) for port in pe.sum_ports), 0)),
        ]
        with m.If(self.en):
            m.d.sync += done.eq(completes)
        return m


class MacRow(wiring.Component):
    """`cols` cells side by side: A and its token enter on the left, B on top; both leave below.

    `result` holds one accumulator per column, column 0 in the low bits; column j is complete j cycles
    after column 0, and `done` marks the last column.
    """

    port_docs = ROW_DOCS

    def __init__(self, spec):
        """`spec`: a MacArraySpec with `rows` = 1."""
        self.spec = spec
        super().__init__(row_ports(spec))

    def elaborate(self, platform):
        """Build the row."""
        m = Module()
        spec = self.spec
        left = {name: getattr(self, name) for name in (*TOKEN, "a")}
        for j in range(spec.cols):
            cell = MacCell(dataclasses.replace(spec, rows=1, cols=1))
            share(m, platform, cell, f"cell_{j}")
            m.d.comb += [cell.en.eq(self.en), cell.b.eq(self.b.word_select(j, spec.b_bits))]
            m.d.comb += [getattr(cell, name).eq(value) for name, value in left.items()]
            m.d.comb += [
                self.b_down.word_select(j, spec.b_bits).eq(cell.b_out),
                self.result.word_select(j, len(cell.result)).eq(cell.result),
            ]
            left = {name: getattr(cell, f"{name}_out") for name in left}
            if j == 0:
                m.d.comb += [getattr(self, f"{name}_down").eq(left[name]) for name in TOKEN]
        m.d.comb += [self.done.eq(cell.done), self.bottom_done.eq(cell.done)]
        return m


class MacRows(wiring.Component):
    """A block of rows with the ports of a row: two half blocks, the lower one a row's delay further on.

    At most one row of a column is complete in any cycle, because row i is i cycles behind row 0 and
    tiles are at least `rows` cycles apart; so results are joined by OR, along the tree of half blocks.
    """

    port_docs = ROW_DOCS

    def __init__(self, spec):
        """`spec`: a MacArraySpec."""
        self.spec = spec
        super().__init__(row_ports(spec))

    def elaborate(self, platform):
        """Build both halves."""
        m = Module()
        spec = self.spec
        upper_rows = (spec.rows + 1) // 2
        split = upper_rows * spec.a_word.width
        upper = rows_block(dataclasses.replace(spec, rows=upper_rows))
        lower = rows_block(dataclasses.replace(spec, rows=spec.rows - upper_rows))
        share(m, platform, upper, "upper")
        share(m, platform, lower, "lower")
        for name in (*TOKEN, "b"):
            m.d.comb += [
                getattr(upper, name).eq(getattr(self, name)),
                getattr(lower, name).eq(getattr(upper, f"{name}_down")),
                getattr(self, f"{name}_down").eq(getattr(lower, f"{name}_down")),
            ]
        m.d.comb += [
            upper.en.eq(self.en),
            lower.en.eq(self.en),
            upper.a.eq(self.a[:split]),
            lower.a.eq(self.a[split:]),
            self.done.eq(upper.done | lower.done),
            self.bottom_done.eq(lower.bottom_done),
            self.result.eq(upper.result | lower.result),
        ]
        return m


def rows_block(spec) -> MacRow | MacRows:
    """Return the component that holds `spec.rows` rows."""
    return MacRow(spec) if spec.rows == 1 else MacRows(spec)
