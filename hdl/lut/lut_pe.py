"""The lookup element: selects in, entries of its row's table out of a multiplexer, added to its sum.

    select --> which entry --> AND-OR --> negate --> add all --> (| register |) --> + --> sum
    table ------------------------^                                                '------'

A select reaches the multiplexer as one line per entry, which is cheaper than a tree of two-way multiplexers.
The entries of several tables and planes, each shifted by the weight of its plane, go into one compressor
tree; the register stands behind it, in front of the accumulator. What is looked up without a valid beat is
not kept: to make it zero would take a gate that drives every line, in the longest path.
"""

import dataclasses

from amaranth.hdl import Const, Module, Shape, Signal, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.columns import Columns
from ..arith.gates import line_of
from ..pe.tree_mac import accumulated, placed_product, registered
from ..spec import Spec, flag, integer
from .lookup import looked_up

#: When an entry is there, in exclusive-ors after its select, and when its columns are to be.
ENTRY_DELAY = 4.0
DEADLINE = 6.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class LutRowsSpec(Spec):
    """Rows of lookup elements: the table that a row gets, the selects that step down, the sums."""

    rows: int = integer(2, 1, 16, "rows, each with a table of its own")
    cols: int = integer(65, 1, 257, "elements that share a table")
    k: int = integer(4, 1, 6, "activations per table")
    depth: int = integer(1, 1, 16, "tables per row")
    planes: int = integer(1, 1, 8, "planes of weights per cycle")
    word_bits: int = integer(11, 2, 32, "width of an entry", unit="bits")
    symmetric: bool = flag(True, "half a table, whose entries an element negates")
    sum_bits: int = integer(24, 2, 48, "width of a sum", unit="bits")
    pipeline: bool = flag(False, "a register between table and sum")

    #: What rows of any array ask of its Spec (`array/rows.py`).
    dataflow = "broadcast"
    k_step = 1
    sum_rows = 1
    input_reg = False
    #: What the accumulator of any element asks of it (`pe/tree_mac.py`).
    overflow = "wrap"
    adder = "sklansky"

    @property
    def entries(self) -> int:
        """Entries of a table."""
        return 1 << (self.k - self.symmetric)

    @property
    def table_width(self) -> int:
        """Width of the tables of a row."""
        return self.depth * self.entries * self.word_bits

    @property
    def a_word(self) -> Shape:
        """The tables of a row, entry 0 of the first in the low bits."""
        return unsigned(self.table_width)

    @property
    def b_word(self) -> Shape:
        """The selects of a column: one per table, plane 0 in the low bits."""
        return unsigned(self.planes * self.depth * self.k)

    @property
    def acc_width(self) -> int:
        """Width of a sum."""
        return self.sum_bits

    @property
    def acc_shape(self) -> Shape:
        """Shape of a sum."""
        return signed(self.sum_bits)

    @property
    def element_latency(self) -> int:
        """Enabled cycles from a select to the sum with it."""
        return 1 + self.pipeline

    @property
    def cell_spec(self) -> "LutRowsSpec":
        """What a cell of a row is made of."""
        return dataclasses.replace(self, rows=1, cols=1)

    def make_element(self) -> "LutPe":
        """Return the element of a cell."""
        return LutPe(self)


class LutPe(wiring.Component):
    """acc = (first ? 0 : acc) + sum over planes p and tables of 2 ** p * (+-entry), per enabled cycle.

    Only cycles with `valid` add.
    The low bits of a plane's select are the entry's index; its top bit, where tables are symmetric, adds the
    entry if 1 and subtracts it if 0. `acc` shows the sum one enabled cycle after its last operands, with
    `pipeline` two. The datapath has no reset.
    """

    sum_ports = ("acc",)
    port_docs = {
        "en": "registers move only while this is high",
        "valid": "table and selects are real",
        "first": "they start a new sum",
        "a": "table, entry 0 in the low bits",
        "b": "selects, plane 0 in the low bits",
        "acc": "sum",
    }

    def __init__(self, spec: LutRowsSpec):
        """`spec`: of whose size an element makes no use."""
        self.spec = spec
        super().__init__(
            {"en": In(1), "valid": In(1), "first": In(1), "a": In(spec.a_word), "b": In(spec.b_word)}
            | {"acc": Out(spec.acc_shape)}
        )

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        spec = self.spec
        rows = self._looked_up(m)
        largest = spec.depth * ((1 << spec.planes) - 1) << (spec.word_bits - 1)
        product = placed_product(m, spec, spec.sum_bits, self.en, Const(1, 1), self.first, rows, largest)
        acc = Signal(spec.sum_bits, name="sum", reset_less=True)
        total = accumulated(m, spec, product, acc, DEADLINE)
        valid = registered(m, self.en, self.valid, "product_valid_reg") if spec.pipeline else self.valid
        with m.If(self.en & valid):
            m.d.sync += acc.eq(total)
        m.d.comb += self.acc.eq(acc)
        return m

    def _looked_up(self, m: Module) -> Columns:
        """Return the entries that selects choose, as columns of bits."""
        spec = self.spec
        width = spec.word_bits + spec.planes + spec.depth.bit_length()
        columns = Columns(m, max(width, spec.sum_bits), "entries")
        for p in range(spec.planes):
            for t in range(spec.depth):
                self._add_entry(m, columns, p, t)
        return columns

    def _add_entry(self, m: Module, columns: Columns, p: int, t: int) -> None:
        """Add the entry of table `t` for plane `p`."""
        spec = self.spec
        name = f"{p}_{t}" if spec.depth > 1 else f"{p}"
        select = self.b.word_select(p * spec.depth + t, spec.k)
        table = self.a.word_select(t, spec.entries * spec.word_bits)
        lines = Signal(spec.entries, name=f"entry_lines_{name}")
        word = Signal(spec.word_bits, name=f"entry_{name}")
        entries = [table.word_select(i, spec.word_bits) for i in range(spec.entries)]
        found = looked_up(m, entries, lines, name)
        m.d.comb += lines.eq(line_of(select[: spec.k - spec.symmetric], spec.entries))
        if spec.symmetric:
            minus = Signal(name=f"minus_{name}")
            m.d.comb += [minus.eq(~select[-1]), word.eq(found ^ minus.replicate(spec.word_bits))]
            columns.add_bit(minus, p)
        else:
            m.d.comb += word.eq(found)
        columns.add_signed(word, p, ENTRY_DELAY)
