"""The lookup element: selects in, entries of its row's table out of a multiplexer, added to its sum.

    select --> which entry --> AND-OR --> negate --> (| register |) --> + --> sum
    table ------------------------^                                     '------'

A select reaches the multiplexer as one line per entry, which is cheaper than a tree of two-way multiplexers:
without a valid beat no line is high, the entry is zero, and the sum stands without a multiplexer of its own.
Several planes at a time are added first, each shifted by its weight.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal, Value, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.columns import Columns
from ..arith.gates import any_of, line_of
from ..arith.prefix import prefix_add
from ..spec import Spec, flag, integer

#: Prefix network of the adders.
ADDER = "sklansky"


@dataclasses.dataclass(frozen=True, kw_only=True)
class LutRowsSpec(Spec):
    """Rows of lookup elements: the table that a row gets, the selects that step down, the sums."""

    rows: int = integer(2, 1, 16, "rows, each with a table of its own")
    cols: int = integer(65, 1, 257, "elements that share a table")
    k: int = integer(4, 2, 6, "activations per table")
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

    @property
    def entries(self) -> int:
        """Entries of a table."""
        return 1 << (self.k - self.symmetric)

    @property
    def a_word(self) -> Shape:
        """A table, entry 0 in the low bits."""
        return unsigned(self.entries * self.word_bits)

    @property
    def b_bits(self) -> int:
        """Width of the selects of a column: plane 0 in the low bits."""
        return self.planes * self.k

    @property
    def acc_width(self) -> int:
        """Width of a sum."""
        return self.sum_bits

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
    """acc = (first ? 0 : acc) + sum over planes p of 2 ** p * (+-entry), per enabled cycle with `valid`.

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
            {"en": In(1), "valid": In(1), "first": In(1), "a": In(spec.a_word), "b": In(spec.b_bits)}
            | {"acc": Out(signed(spec.sum_bits))}
        )

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        spec = self.spec
        valid = self.valid if spec.pipeline else self.valid & self.en
        term, carry = self._looked_up(m, valid)
        first = self.first & valid
        if spec.pipeline:
            held = Signal.like(Cat(term, carry, first), name="term_reg", reset_less=True)
            with m.If(self.en):
                m.d.sync += held.eq(Cat(term, carry, first))
            gated = Signal.like(held, name="term_gated")
            m.d.comb += gated.eq(Mux(self.en, held, 0))
            term, carry, first = gated[: len(term)].as_signed(), gated[-2], gated[-1]
        acc = Signal(spec.sum_bits, name="sum", reset_less=True)
        kept, added = Signal(spec.sum_bits, name="kept"), Signal(signed(spec.sum_bits), name="added")
        m.d.comb += [kept.eq(acc & ~first.replicate(len(acc))), added.eq(term)]
        m.d.sync += acc.eq(prefix_add(m, kept, added.as_unsigned(), ADDER, carry)[: spec.sum_bits])
        m.d.comb += self.acc.eq(acc)
        return m

    def _looked_up(self, m: Module, valid) -> tuple[Value, Value]:
        """Return what is added, and a carry into its lowest column; both 0 unless `valid`."""
        spec = self.spec
        words, minuses = [], []
        for p in range(spec.planes):
            select = self.b.word_select(p, spec.k)
            index = select[: spec.k - spec.symmetric]
            lines = Signal(spec.entries, name=f"entry_lines_{p}")
            minus = Signal(name=f"minus_{p}")
            word = Signal(signed(spec.word_bits), name=f"entry_{p}")
            found = any_of(
                self.a.word_select(i, spec.word_bits) & lines[i].replicate(spec.word_bits)
                for i in range(spec.entries)
            )
            m.d.comb += [
                lines.eq(line_of(index, spec.entries) & valid.replicate(spec.entries)),
                minus.eq(valid & ~select[-1] if spec.symmetric else 0),
                word.eq(found ^ minus.replicate(spec.word_bits)),
            ]
            words.append(word)
            minuses.append(minus)
        if spec.planes == 1:
            return words[0], minuses[0]
        columns = Columns(m, spec.word_bits + spec.planes, "planes")
        for p, (word, minus) in enumerate(zip(words, minuses, strict=True)):
            columns.add_signed(word, p)
            columns.add_bit(minus, p)
        columns.compress()
        total = prefix_add(m, *columns.rows(), ADDER, name="planes_adder")
        return total[: columns.width].as_signed(), Const(0, 1)
