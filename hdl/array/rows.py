"""Rows of an array whose sums stay in its cells, and the cells that rows are made of.

Operands of A and their token (`valid`, `first`, `last`) enter on the left, operands of B on top, row i one
cycle later than row i-1. In a systolic row A moves right a cell per enabled cycle; in a broadcast row it
reaches all cells at once. The token says what a cell does with the operands that meet in it.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..share import share
from .chain import ChainedSum
from .stack import Stack

TOKEN = ("valid", "first", "last")

CELL_DOCS = {
    "en": "every register moves only while this is high",
    "valid": "the operands below are real, not a bubble",
    "first": "they start a new sum",
    "last": "they complete a sum",
    "a": "operands of A, from the left",
    "b": "operands of B, from above",
    "done": "a sum is complete",
    "result": "the sum while done, else 0",
}

ROW_DOCS = {
    "en": "every register moves only while this is high",
    "valid": "the operands of the top left cell are real, not a bubble",
    "first": "they start a new sum",
    "last": "they complete a sum",
    "a": "operands of A from the left, top row in the low bits; row i is i cycles late",
    "b": "operands of B from above, column 0 in the low bits",
    "valid_down": "`valid` for the row below",
    "first_down": "`first` for the row below",
    "last_down": "`last` for the row below",
    "b_down": "operands of B for the row below",
    "done": "the rightmost cell of some row has a complete sum",
    "bottom_done": "the rightmost cell of the bottom row has a complete sum",
    "result": "one sum per column where complete, else 0; column 0 in the low bits",
}

#: At most one row of a column is complete in any cycle, because row i is i cycles behind row 0 and tiles are
#: at least `rows` cycles apart; so results are joined by OR.
ROLES = {
    "en": "shared",
    **dict.fromkeys((*TOKEN, "b"), "down"),
    "a": "split",
    "done": "joined",
    "bottom_done": "bottom",
    "result": "joined",
}


def row_ports(spec) -> dict:
    """Return the ports of one row."""
    b_width = spec.k_step * spec.cols * spec.b_word.width
    return (
        {"en": In(1)}
        | {name: In(1) for name in TOKEN}
        | {"a": In(spec.k_step * spec.a_word.width), "b": In(b_width)}
        | {f"{name}_down": Out(1) for name in TOKEN}
        | {"b_down": Out(b_width), "done": Out(1), "bottom_done": Out(1)}
        | {"result": Out(spec.cols * spec.sum_rows * spec.acc_width)}
    )


def place_element(m: Module, platform, spec, en, valid, first, a, b) -> Value:
    """Place the element of an array and return its sum: `sum_rows` words of acc_width bits."""
    if spec.dataflow == "cube":
        # Its chain always moves; only the sum at the end looks at `valid`.
        pe = ChainedSum(spec)
        m.d.comb += [pe.en.eq(en), pe.valid.eq(valid)]
    else:
        pe = spec.make_element()
        if hasattr(pe, "valid"):
            m.d.comb += [pe.en.eq(en), pe.valid.eq(valid)]
        else:
            m.d.comb += pe.en.eq(en & valid)
    share(m, platform, pe, "pe")
    m.d.comb += [pe.first.eq(first), Value.cast(pe.a).eq(a), Value.cast(pe.b).eq(b)]
    return Cat(getattr(pe, port) for port in pe.sum_ports)


def forwarded(m: Module, en, values: dict[str, Value]) -> dict[str, Signal]:
    """Return the values as they were an enabled cycle ago, registered as `<name>_reg`."""
    held = {}
    for name, value in values.items():
        # Only `valid` needs a reset: nothing looks at the others without it.
        held[name] = Signal(len(value), name=f"{name}_reg", reset_less=name != "valid")
        with m.If(en):
            m.d.sync += held[name].eq(value)
    return held


class SystolicCell(wiring.Component):
    """A processing element with the registers that pass its operands on and gate its result.

    The element works on the operands as they come in, or, with `input_reg`, on the copies that the cell
    passes on: the element's input registers and the systolic registers are the same ones.
    `done` is high for one enabled cycle when a sum is complete; `result` is the sum then (in carry-save
    form two words) and 0 otherwise, so that the results of a column can be joined by OR.
    """

    port_docs = CELL_DOCS | {f"{name}_out": f"`{name}` for the next cell" for name in (*TOKEN, "a", "b")}

    def __init__(self, spec):
        """`spec`: a MacArraySpec, of whose size a cell makes no use."""
        self.spec = spec
        step = spec.k_step
        entering = {name: 1 for name in TOKEN} | {
            "a": step * spec.a_word.width,
            "b": step * spec.b_word.width,
        }
        super().__init__(
            {"en": In(1)}
            | {name: In(width) for name, width in entering.items()}
            | {f"{name}_out": Out(width) for name, width in entering.items()}
            | {"done": Out(1), "result": Out(spec.sum_rows * spec.acc_width)}
        )

    def elaborate(self, platform):
        """Build the cell."""
        m = Module()
        entering = {name: getattr(self, name) for name in (*TOKEN, "a", "b")}
        passed = forwarded(m, self.en, entering)
        used = passed if self.spec.input_reg else entering
        operands = (used[name] for name in ("valid", "first", "a", "b"))
        total = place_element(m, platform, self.spec, self.en, *operands)
        done = Signal(name="done_reg")
        completes = Signal()
        m.d.comb += [getattr(self, f"{name}_out").eq(value) for name, value in passed.items()]
        m.d.comb += [
            completes.eq(used["valid"] & used["last"]),
            self.done.eq(done),
            self.result.eq(Mux(done, total, 0)),
        ]
        with m.If(self.en):
            m.d.sync += done.eq(completes)
        return m


class SystolicRow(wiring.Component):
    """`cols` cells side by side: A and its token enter on the left, B on top; both leave below.

    `result` holds one accumulator per column, column 0 in the low bits; column j is complete j cycles
    after column 0, and `done` marks the last column.
    """

    port_docs = ROW_DOCS
    roles = ROLES

    def __init__(self, spec):
        """`spec`: a MacArraySpec with `rows` = 1."""
        self.spec = spec
        super().__init__(row_ports(spec))

    def elaborate(self, platform):
        """Build the row."""
        m = Module()
        spec = self.spec
        b_columns, b_down = columns_of(self.b, spec), columns_of(self.b_down, spec)
        left = {name: getattr(self, name) for name in (*TOKEN, "a")}
        for j in range(spec.cols):
            cell = SystolicCell(dataclasses.replace(spec, rows=1, cols=1))
            share(m, platform, cell, f"cell_{j}")
            m.d.comb += [cell.en.eq(self.en), cell.b.eq(b_columns[j]), b_down[j].eq(cell.b_out)]
            m.d.comb += [getattr(cell, name).eq(value) for name, value in left.items()]
            m.d.comb += self.result.word_select(j, len(cell.result)).eq(cell.result)
            left = {name: getattr(cell, f"{name}_out") for name in left}
            if j == 0:
                m.d.comb += [getattr(self, f"{name}_down").eq(left[name]) for name in TOKEN]
        m.d.comb += [self.done.eq(cell.done), self.bottom_done.eq(cell.done)]
        return m


class BroadcastRow(wiring.Component):
    """`cols` elements side by side that get the same operands of A at once; B and the token step down.

    The row passes B and the token on a cycle later, and so its results come a cycle after those of the row
    above, all columns together. With `input_reg` it works on what it passes on, and on a copy of A.
    """

    port_docs = ROW_DOCS
    roles = ROLES

    def __init__(self, spec):
        """`spec`: a MacArraySpec with `rows` = 1."""
        self.spec = spec
        super().__init__(row_ports(spec))

    def elaborate(self, platform):
        """Build the row."""
        m = Module()
        spec = self.spec
        entering = {name: getattr(self, name) for name in (*TOKEN, "b")}
        used = passed = forwarded(m, self.en, entering)
        m.d.comb += [getattr(self, f"{name}_down").eq(value) for name, value in passed.items()]
        if spec.input_reg:
            used = passed | forwarded(m, self.en, {"a": self.a})
        else:
            used = entering | {"a": self.a}
        done = Signal(name="done_reg")
        completes = Signal()
        m.d.comb += [
            completes.eq(used["valid"] & used["last"]),
            self.done.eq(done),
            self.bottom_done.eq(done),
        ]
        with m.If(self.en):
            for _ in range(spec.element_latency - 1):
                completed = Signal(name="completed")
                m.d.sync += completed.eq(completes)
                completes = completed
            m.d.sync += done.eq(completes)
        for j, b in enumerate(columns_of(used["b"], spec)):
            cell = BroadcastCell(spec.cell_spec)
            share(m, platform, cell, f"cell_{j}")
            m.d.comb += [
                cell.en.eq(self.en),
                cell.valid.eq(used["valid"]),
                cell.first.eq(used["first"]),
                cell.a.eq(used["a"]),
                cell.b.eq(b),
                cell.done.eq(done),
                self.result.word_select(j, len(cell.result)).eq(cell.result),
            ]
        return m


class BroadcastCell(wiring.Component):
    """A processing element whose sum shows while `done`, and 0 otherwise. `done` comes from its row."""

    port_docs = CELL_DOCS

    def __init__(self, spec):
        """`spec`: a MacArraySpec, of whose size a cell makes no use."""
        self.spec = spec
        ports = {name: In(1) for name in ("en", "valid", "first", "done")}
        ports |= {"a": In(spec.k_step * spec.a_word.width), "b": In(spec.k_step * spec.b_word.width)}
        super().__init__(ports | {"result": Out(spec.sum_rows * spec.acc_width)})

    def elaborate(self, platform):
        """Build the cell."""
        m = Module()
        total = place_element(m, platform, self.spec, self.en, self.valid, self.first, self.a, self.b)
        m.d.comb += self.result.eq(Mux(self.done, total, 0))
        return m


def columns_of(b: Value, spec) -> list[Value]:
    """Return what belongs to each column of a beat of B: `k_step` words of `b_word`.

    A beat has row k of its block in lanes cols * k to cols * k + cols - 1.
    """
    words = [b.word_select(lane, spec.b_word.width) for lane in range(spec.k_step * spec.cols)]
    return [Cat(words[j :: spec.cols]) for j in range(spec.cols)]


class SystolicRows(Stack):
    """Systolic rows, one below the other; results of a column are joined by OR."""

    row = SystolicRow


class BroadcastRows(Stack):
    """Broadcast rows, one below the other; results of a column are joined by OR."""

    row = BroadcastRow
