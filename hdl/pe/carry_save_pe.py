"""The carry-save element: the sum is kept as two rows, and no carry propagates inside the loop.

The sum leaves as `acc_sum` and `acc_carry`; one adder, shared by many elements, adds them when a result is
drained. Keeping a carry for every bit would double the accumulator; it is kept only where it is late, as
`carry_save.py` draws it.

Source: the OPT1 element of Wu et al., HPCA 2025, which keeps two full rows and extends four signs.
Latency: 1 enabled cycle, plus one each for `input_reg` and `pipeline`; a product every enabled cycle.
"""

import dataclasses

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.prefix import KINDS
from ..mac_spec import ELEMENT_DOCS, check_step, operand_pairs, operand_ports
from ..spec import choice, integer
from .carry_save import CarrySaveForm, carry_save_step, check_carry_save
from .tree_mac import TreeMacSpec, a_doc, kept_sum, make_dot


@dataclasses.dataclass(frozen=True, kw_only=True)
class CarrySavePeSpec(TreeMacSpec):
    """Operands, accumulator, multiplier, and how many carries are kept."""

    baseline = "carry_save_pe"

    adder: str = choice("brent_kung", KINDS, "prefix network of the adder of the columns above the product")
    carry_every: int = integer(1, 1, 16, "columns of the product per kept carry", unit="bits")
    lanes: int = integer(1, 1, 16, "products added in a step")

    def check(self):
        """Refuse saturation, which a sum in two rows cannot have, and too narrow a sum."""
        super().check()
        check_carry_save(self.overflow)
        check_step(self, self.lanes, "lanes")

    @property
    def macs_per_cycle(self) -> int:
        """Products added per enabled cycle."""
        return self.lanes


class CarrySavePe(wiring.Component):
    """acc_sum + acc_carry = (first ? 0 : sum so far) + a * b, once per enabled cycle; with lanes their sum.

    Ports: `en` (1) lets the sum and the input registers move; `first` (1) starts a new sum; `a` (lanes x
    a_word), `b` (lanes x b_bits), lane 0 in the low bits; `acc_sum` and `acc_carry` (acc_width each) add up,
    modulo 2 ** acc_width, to the sum, `latency` enabled cycles after its last operands. While `en` is low
    their sum stands still, but the two rows may not. The datapath has no reset.
    """

    sum_ports = ("acc_sum", "acc_carry")
    port_docs = ELEMENT_DOCS | {
        "en": "the sum moves only while this is high",
        "acc_sum": "with acc_carry the sum of products, {latency} enabled cycle(s) after its last operands",
        "acc_carry": "carry row: the kept carries, 0 where none is kept",
    }

    def __init__(self, spec: CarrySavePeSpec):
        self.spec = spec
        self.port_docs = self.port_docs | {"a": a_doc(spec, "operand of A")}
        ports = {"en": In(1), "first": In(1)} | operand_ports(spec)
        super().__init__(ports | {"acc_sum": Out(spec.acc_width), "acc_carry": Out(spec.acc_width)})

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        spec = self.spec
        width = spec.acc_width
        pairs = operand_pairs(spec, self.a, self.b)
        product = make_dot(m, spec, width, self.en, self.first, pairs)
        span = min(product.span, width)

        acc_sum = Signal(width, reset_less=True, name="sum_reg")
        acc_carry = Signal(width, reset_less=True, name="carry_reg")
        kept = kept_sum(m, product.clear, acc_sum, "kept_sum")
        kept_carry = kept_sum(m, product.clear, acc_carry, "kept_carry")
        form = CarrySaveForm(width, span, spec.adder, spec.carry_every)
        new_sum, new_carry = carry_save_step(m, form, kept, kept_carry, product.columns, product.largest)
        # No `en` here: without it the product is zero and nothing is cleared.
        m.d.sync += [acc_sum.eq(new_sum), acc_carry.eq(new_carry)]
        m.d.comb += [self.acc_sum.eq(acc_sum), self.acc_carry.eq(acc_carry)]
        return m
