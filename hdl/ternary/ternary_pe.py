"""The ternary element: entries of its row's tables in, added or subtracted, all into one sum.

    select --> line per entry --> AND-OR --> ~ if minus --> add all --> (| register |) --> + --> sum
    table ---------------------------^                                                '------'

Two activations have a table of four words, x1, x0 - x1, x0 and x0 + x1, so that two products cost one
addition. A select of 0 looks nothing up and adds nothing. The entries of all tables go into one compressor
tree, and the +1 that comes with every ~ is a bit of its own there; the register stands behind it, in front of
the sum.
"""

import dataclasses

from amaranth.hdl import Const, Module, Shape, Signal, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.ternary import GROUPS, PACKINGS
from ..arith.columns import Columns
from ..arith.gates import line_of
from ..lut.lookup import looked_up
from ..pe.tree_mac import accumulated, placed_product
from ..spec import Spec, flag, integer

#: When an entry is there, in exclusive-ors after its select, by whether that comes as lines or as an index.
LINES_DELAY, INDEX_DELAY = 2.0, 4.0
#: When the columns of the sum are to be there.
DEADLINE = 6.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class TernaryRowsSpec(Spec):
    """Rows of ternary elements: the tables that a row gets, the selects that step down, the sums."""

    rows: int = integer(4, 1, 16, "rows, each with tables of its own")
    cols: int = integer(16, 1, 256, "elements that share tables")
    group: int = integer(2, 2, 4, "activations per table")
    depth: int = integer(4, 1, 40, "tables per row, whose entries an element adds")
    word_bits: int = integer(9, 3, 19, "width of an entry", unit="bits")
    sum_bits: int = integer(21, 2, 48, "width of a sum", unit="bits")
    pipeline: bool = flag(True, "a register between entries and sum")

    #: What rows of any array ask of its Spec (`array/rows.py`).
    dataflow = "broadcast"
    k_step = 1
    sum_rows = 1
    input_reg = False
    #: What the accumulator of any element asks of it (`pe/tree_mac.py`).
    overflow = "wrap"
    adder = "brent_kung"

    @property
    def entries(self) -> int:
        """Entries of a table: half of all sums, without 0."""
        return 3**self.group // 2

    @property
    def by_lines(self) -> bool:
        """Whether a select is a line per entry and a sign, and not an index and a sign."""
        return self.group not in GROUPS

    @property
    def select_bits(self) -> int:
        """Width of a select, with the sign on top."""
        return self.entries + 1 if self.by_lines else PACKINGS[GROUPS[self.group]][1]

    @property
    def a_word(self) -> Shape:
        """The tables of a row, entry 1 of the first in the low bits."""
        return unsigned(self.depth * self.entries * self.word_bits)

    @property
    def b_word(self) -> Shape:
        """The selects of a column, that of the first table in the low bits."""
        return unsigned(self.depth * self.select_bits)

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
    def cell_spec(self) -> "TernaryRowsSpec":
        """What a cell of a row is made of."""
        return dataclasses.replace(self, rows=1, cols=1)

    def make_element(self) -> "TernaryPe":
        """Return the element of a cell."""
        return TernaryPe(self)


class TernaryPe(wiring.Component):
    """acc = (first ? 0 : acc) + sum over tables of (+-entry, or 0), per enabled cycle.

    A cycle without `valid` has selects of 0, so that the entries need not look at it. `acc` shows the sum
    one enabled cycle after its last operands, with `pipeline` two. The datapath has no reset.
    """

    sum_ports = ("acc",)
    port_docs = {
        "en": "registers move only while this is high",
        "valid": "tables and selects are real; without it the selects are 0",
        "first": "they start a new sum",
        "a": "tables, entry 1 in the low bits",
        "b": "selects: entry and sign, the first in the low bits",
        "acc": "sum",
    }

    def __init__(self, spec: TernaryRowsSpec):
        """`spec`: of whose size an element makes no use."""
        self.spec = spec
        ports = {"en": In(1), "valid": In(1), "first": In(1), "a": In(spec.a_word), "b": In(spec.b_word)}
        super().__init__(ports | {"acc": Out(spec.acc_shape)})

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        spec = self.spec
        width = max(spec.sum_bits, spec.word_bits + spec.depth.bit_length() + 1)
        columns = Columns(m, width, "entries")
        for t in range(spec.depth):
            self._add_entry(m, columns, self.b.word_select(t, spec.select_bits), t)
        largest = spec.depth << (spec.word_bits - 1)
        first = self.first & self.valid
        product = placed_product(m, spec, spec.sum_bits, self.en, Const(1, 1), first, columns, largest)
        acc = Signal(spec.sum_bits, name="sum", reset_less=True)
        total = accumulated(m, spec, product, acc, DEADLINE)
        # `en` holds the sum itself: a product made 0 instead would put `en` at the beginning of the loop.
        with m.If(self.en):
            m.d.sync += acc.eq(total)
        m.d.comb += self.acc.eq(acc)
        return m

    def _add_entry(self, m: Module, columns: Columns, select, t: int) -> None:
        """Add the entry of table `t` that is selected, or its negative."""
        spec = self.spec
        table = self.a.word_select(t, spec.entries * spec.word_bits)
        entries = [table.word_select(i, spec.word_bits) for i in range(spec.entries)]
        lines = Signal(spec.entries, name=f"entry_lines_{t}")
        word = Signal(spec.word_bits, name=f"entry_{t}")
        chosen, minus = select[:-1], select[-1]
        # Index 0 and indices beyond the table have no line: such an entry is 0, and so is its negative.
        m.d.comb += lines.eq(chosen if spec.by_lines else line_of(chosen, spec.entries + 1)[1:])
        m.d.comb += word.eq(looked_up(m, entries, lines, f"{t}") ^ minus.replicate(spec.word_bits))
        columns.add_signed(word, 0, LINES_DELAY if spec.by_lines else INDEX_DELAY)
        columns.add_bit(minus, 0)
