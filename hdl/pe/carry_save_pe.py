"""The carry-save element: the sum is kept as two rows, and no carry propagates inside the loop.

The sum leaves as `acc_sum` and `acc_carry`; one adder, shared by many elements, adds them when a result is
drained. Keeping a carry for every bit would double the accumulator. It is kept only where it is late:

    columns   acc_width-1 ... P       P-1 ... 0            P: where the product ends
              '---- upper ----'       '-- product --'
    sum        one bit each            one bit each
    carry      none, but for the       one bit each, or one every `carry_every` bits, with short
               lowest few              adders in between

The product is biased so that its rows are never negative (`Columns.add_signed`); what reaches the upper
columns is then a carry of two bits or so and a constant. The carry is kept, and added one cycle later by
an adder of its own: the upper columns are a counter, and the accumulator's width does not slow the loop.

Source: the OPT1 element of Wu et al., HPCA 2025, which keeps two full rows and extends four signs.
Latency: 1 enabled cycle, plus one each for `input_reg` and `pipeline`; a product every enabled cycle.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.errors import UsageError
from ..arith.columns import Columns
from ..arith.prefix import KINDS, prefix_add
from ..spec import choice, integer
from .tree_mac import TreeMacSpec, a_doc, kept_sum, make_product


@dataclasses.dataclass(frozen=True, kw_only=True)
class CarrySavePeSpec(TreeMacSpec):
    """Operands, accumulator, multiplier, and how many carries are kept."""

    baseline = "carry_save_pe"

    adder: str = choice("brent_kung", KINDS, "prefix network of the adder of the columns above the product")
    carry_every: int = integer(1, 1, 16, "columns of the product per kept carry", unit="bits")

    def check(self):
        """Refuse saturation, which a sum in two rows cannot have."""
        super().check()
        if self.overflow == "saturate":
            raise UsageError(
                "overflow=saturate is not possible in carry-save form, which does not know the sign of the "
                "sum before its carries are added: use overflow=wrap or error, or another element"
            )


class CarrySavePe(wiring.Component):
    """acc_sum + acc_carry = (first ? 0 : sum so far) + a * b, once per enabled cycle.

    Ports: `en` (1) lets the sum and the input registers move; `first` (1) starts a new sum; `a` (a_word),
    `b` (b_bits); `acc_sum` and `acc_carry` (acc_width each) add up, modulo 2 ** acc_width, to the sum,
    `latency` enabled cycles after its last operands. While `en` is low their sum stands still, but the two
    rows may not. The datapath has no reset.
    """

    sum_ports = ("acc_sum", "acc_carry")
    port_docs = {
        "en": "the sum moves only while this is high",
        "first": "start a new sum with this product",
        "a": "operand of A",
        "b": "operand of B",
        "acc_sum": "with acc_carry the sum of products, {latency} enabled cycle(s) after its last operands",
        "acc_carry": "carry row: the kept carries, 0 where none is kept",
    }

    def __init__(self, spec: CarrySavePeSpec):
        self.spec = spec
        self.port_docs = self.port_docs | {"a": a_doc(spec, "operand of A")}
        ports = {"en": In(1), "first": In(1), "a": In(spec.a_word), "b": In(spec.b_shape)}
        super().__init__(ports | {"acc_sum": Out(spec.acc_width), "acc_carry": Out(spec.acc_width)})

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        spec = self.spec
        width = spec.acc_width
        product = make_product(m, spec, width, self.en, self.first, self.a, self.b)
        span = min(product.span, width)

        acc_sum = Signal(width, reset_less=True, name="sum_reg")
        acc_carry = Signal(width, reset_less=True, name="carry_reg")
        kept = kept_sum(m, product.clear, acc_sum, "kept_sum")
        kept_carry = kept_sum(m, product.clear, acc_carry, "kept_carry")
        constant = product.columns.constant

        # Both kept rows and the product are below 2 ** span: so many bits carry into the upper columns.
        most = 2 * ((1 << span) - 1) + product.largest + constant % (1 << span)
        spill = min((most >> span).bit_length(), width - span)
        lower = Columns(m, span + spill, "lower")
        lower.columns[:span] = product.columns.columns[:span]
        lower.add_constant(constant % (1 << span))
        lower.add_unsigned(kept[:span])
        for column in self.carry_columns(span):
            lower.add_bit(kept_carry[column], column)
        lower.compress()
        new_sum, new_carry = self.resolve_groups(m, lower, span)

        if width > span:
            upper = Columns(m, width - span, "upper")
            upper.add_unsigned(kept[span:])
            upper.add_unsigned(kept_carry[span : span + spill])
            upper.add_constant(constant >> span)
            upper.compress()
            upper_sum = prefix_add(m, *upper.rows(), spec.adder, name="upper_adder")
            new_sum = Cat(new_sum, upper_sum[: width - span])
        # No `en` here: without it the product is zero and nothing is cleared.
        m.d.sync += [acc_sum.eq(new_sum), acc_carry.eq(new_carry)]
        m.d.comb += [self.acc_sum.eq(acc_sum), self.acc_carry.eq(acc_carry)]
        return m

    def carry_columns(self, span: int) -> range:
        """Return the columns below `span` that may keep a carry."""
        every = self.spec.carry_every
        return range(0 if every == 1 else every, span, every)

    def resolve_groups(self, m: Module, lower: Columns, span: int) -> tuple[Value, Value]:
        """Return the next sum row below `span`, and the next carry row up to the last spilled bit.

        Every `carry_every` columns have an adder; its carry is kept, and so is what spills over `span`.
        """
        x, y = lower.rows()
        every = self.spec.carry_every
        sums, carries = [], [Const(0, 1)] * (span + 1)
        if every == 1:
            sums, carries = [x[:span]], [*y[:span], Const(0, 1)]
        else:
            for low in range(0, span, every):
                high = min(low + every, span)
                group = prefix_add(m, x[low:high], y[low:high], "ripple", name=f"group_{low}")
                sums.append(group[:-1])
                carries[high] = group[-1]
        spill = Columns(m, max(lower.width - span, 1), "spill")
        spill.columns[: lower.width - span] = lower.columns[span:]
        spill.add_bit(carries[span], 0)
        spill.compress(deadline=float("inf"))
        return Cat(sums), Cat(*carries[:span], spill.rows()[0][: lower.width - span])
