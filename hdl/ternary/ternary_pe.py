"""The ternary element: activations or entries of tables in, added, subtracted or skipped, and summed.

    group 1   x   --> plus: x, minus: ~x, neither: 0 ---------.
    group 3+  code -> line per entry -> AND-OR -> ~ if minus --+--> add all --> (| register |) --> + --> sum
                      table ---------------^

The +1 that goes with every ~ is a bit of its own. All products of a step go into one compressor tree and
share one sum, in carry-save form.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Shape, Signal, signed, unsigned
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.ternary import GROUPS, PACKINGS
from ..arith.columns import Columns
from ..arith.gates import line_of
from ..lut.lookup import looked_up
from ..pe.carry_save import CarrySaveForm, carry_save_step
from ..pe.tree_mac import accumulated, kept_sum, placed_product
from ..spec import Spec, flag, integer
import os
CS = os.environ.get("TPE", "cs") == "cs"

#: When a word is there, in exclusive-ors after its select.
ADDEND_DELAY = 1.0
ENTRY_DELAY = 4.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class TernaryRowsSpec(Spec):
    """Rows of ternary elements: what a row gets of A, the selects that step down, the sums."""

    rows: int = integer(2, 1, 16, "rows")
    cols: int = integer(16, 1, 256, "elements that share a row's activations")
    group: int = integer(1, 1, 4, "trits per word: 1, an activation; 3 or 4, an entry of a table")
    depth: int = integer(8, 1, 80, "words that an element adds in a step")
    word_bits: int = integer(8, 2, 19, "width of an activation or of an entry", unit="bits")
    word_signed: bool = flag(True, "words have a sign")
    sum_bits: int = integer(21, 2, 48, "width of a sum", unit="bits")
    pipeline: bool = flag(False, "a register in front of the sum")

    #: What rows of any array ask of its Spec (`array/rows.py`).
    dataflow = "broadcast"
    k_step = 1
    sum_rows = 2 if CS else 1
    input_reg = False
    overflow = "wrap"
    adder = "sklansky"

    @property
    def acc_shape(self):
        return signed(self.sum_bits)

    @property
    def entries(self) -> int:
        """Words that a select chooses from: one, or the entries of half a table but the zero."""
        return 3**self.group // 2

    @property
    def select_bits(self) -> int:
        """Width of a select: plus and minus, or index and sign."""
        return 2 if self.group == 1 else PACKINGS[GROUPS[self.group]][1]

    @property
    def a_word(self) -> Shape:
        """What a row gets of A: the words of each select, the first in the low bits."""
        return unsigned(self.depth * self.entries * self.word_bits)

    @property
    def b_word(self) -> Shape:
        """The selects of a column."""
        return unsigned(self.depth * self.select_bits)

    @property
    def acc_width(self) -> int:
        """Width of a sum."""
        return self.sum_bits

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
    """acc_sum + acc_carry = (first ? 0 : sum so far) + sum of the selected words, per enabled cycle.

    A select of 0 adds nothing. It shows the sum one enabled cycle after its last operands, with `pipeline`
    two. While `en` is low the sum stands, but its two words may not. The datapath has no reset.
    """

    sum_ports = ("acc_sum", "acc_carry") if CS else ("acc",)
    port_docs = {
        "en": "the sum moves only while this is high",
        "first": "start a new sum",
        "a": "activations, or tables with entry 1 in the low bits",
        "b": "selects: plus and minus, or index and sign, the first in the low bits",
        "acc_sum": "with acc_carry the sum",
        "acc_carry": "carry row: the kept carries, 0 where none is kept",
    }

    def __init__(self, spec: TernaryRowsSpec):
        """`spec`: of whose size an element makes no use."""
        self.spec = spec
        ports = {"en": In(1), "first": In(1), "valid": In(1), "a": In(spec.a_word), "b": In(spec.b_word)}
        super().__init__(ports | {name: Out(spec.sum_bits) for name in self.sum_ports})

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        spec = self.spec
        width = spec.sum_bits
        largest = spec.depth << (spec.word_bits - spec.word_signed)
        b = self.b
        if not spec.pipeline:
            # Without a register behind the words `en` keeps them from being added.
            b = Signal(len(self.b), name="gated_select")
            m.d.comb += b.eq(self.b & self.en.replicate(len(self.b)))
        columns = Columns(m, max(width, spec.word_bits + spec.depth.bit_length() + 2), "words")
        for t in range(spec.depth):
            self._add_word(m, columns, b.word_select(t, spec.select_bits), t)
        product = placed_product(m, spec, width, self.en, self.en, self.first, columns, largest)
        if not CS:
            acc = Signal(spec.sum_bits, name="sum", reset_less=True)
            m.d.sync += acc.eq(accumulated(m, spec, product, acc, 6.0))
            m.d.comb += self.acc.eq(acc)
            return m

        acc_sum = Signal(width, reset_less=True, name="sum_reg")
        acc_carry = Signal(width, reset_less=True, name="carry_reg")
        kept = kept_sum(m, product.clear, acc_sum, "kept_sum")
        kept_carry = kept_sum(m, product.clear, acc_carry, "kept_carry")
        form = CarrySaveForm(width, min(product.span, width), "brent_kung")
        new_sum, new_carry = carry_save_step(m, form, kept, kept_carry, product.columns, product.largest)
        m.d.sync += [acc_sum.eq(new_sum), acc_carry.eq(new_carry)]
        m.d.comb += [self.acc_sum.eq(acc_sum), self.acc_carry.eq(acc_carry)]
        return m

    def _add_word(self, m: Module, columns: Columns, select, t: int) -> None:
        """Add the word of a select, or its negative."""
        spec = self.spec
        words = self.a.word_select(t, spec.entries * spec.word_bits)
        word = Signal(spec.word_bits, name=f"word_{t}")
        if spec.group == 1:
            plus, minus = select[0], select[1]
            m.d.comb += word.eq(
                (words & plus.replicate(len(words))) | (~words & minus.replicate(len(words)))
            )
            arrival = ADDEND_DELAY
        else:
            minus = select[-1]
            entries = [words.word_select(i, spec.word_bits) for i in range(spec.entries)]
            lines = Signal(spec.entries, name=f"lines_{t}")
            m.d.comb += lines.eq(line_of(select[:-1], spec.entries + 1)[1:])
            m.d.comb += word.eq(looked_up(m, entries, lines, f"{t}") ^ minus.replicate(spec.word_bits))
            arrival = ENTRY_DELAY
        # An unsigned word and its complement have a sign all the same: minus.
        columns.add_signed(word if spec.word_signed else Cat(word, minus), 0, arrival)
        columns.add_bit(minus, 0)
