"""The dot-product element: several products a step, one compressor tree, one carry-propagate adder.

Every lane selects its rows; the rows of all lanes and the old sum are one heap of bits, and carries
propagate once per step, not once per product:

    a[0], b[0] -> rows --.
    a[1], b[1] -> rows --+--> compressor tree -> prefix adder -> | acc |
    ...                  |         ^-------- first ? 0 : -----------'
    a[n], b[n] -> rows --'

`reduction` says in which order the tree adds. `bit_weight` adds rows of equal weight over the lanes first
and shifts afterwards (`arith/weight_groups.py`); `flat` lets every adder take the bits of its column that
have been there longest, whatever lane and digit they come from.

Source: the OPT2 element of Wu et al., HPCA 2025. Latency: 1 enabled cycle, plus one each for `input_reg`
and `pipeline`; `lanes` products every enabled cycle.
"""

import dataclasses

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.digits import digit_count
from ..arith.prefix import KINDS
from ..mac_spec import ELEMENT_DOCS, check_step, operand_pairs, operand_ports
from ..spec import choice, integer
from .tree_mac import TreeMacSpec, a_doc, accumulated, make_dot, summed_width

REDUCTIONS = ("flat", "bit_weight")

#: Exclusive-or delays in which a column of the tree may come down to one bit.
DEADLINE = 10.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class BitWeightPeSpec(TreeMacSpec):
    """Operands, lanes, accumulator, and how products are made and added.

    `k_max` counts products as everywhere: a sum of k_max products takes k_max / lanes steps.
    """

    lanes: int = integer(4, 1, 16, "products added in a step")
    reduction: str = choice("flat", REDUCTIONS, "order in which rows are added: as they come, or by weight")
    adder: str = choice("han_carlson", KINDS, "prefix network of the carry-propagate adder")

    def check(self):
        """Refuse an accumulator that a single step can overflow, if sums are to be exact."""
        super().check()
        check_step(self, self.lanes, "lanes")

    @property
    def macs_per_cycle(self) -> int:
        """Products added per enabled cycle."""
        return self.lanes

    @property
    def gates_products(self) -> bool:
        """Whether `en` holds the sum by making the products zero, and not by holding the register.

        Both are right. Zero costs a gate per select line (in a pipeline per bit of the registered product,
        where there is time for it), and holding a multiplexer per accumulator bit behind the adder.
        """
        recoded = (self.b_bits, self.b_signed) if self.recodes_b else (self.a_bits, self.a_signed)
        lines = 2 * digit_count(*recoded) if self.multiplier == "booth" else recoded[0]
        return self.pipeline or self.lanes * lines <= self.acc_width

    @property
    def sum_bits(self) -> int:
        """Width that holds the sum of a step's products."""
        return self.a_bits + self.b_bits + (self.lanes - 1).bit_length()


class BitWeightPe(wiring.Component):
    """acc = (first ? 0 : acc) + sum over lanes of a[l] * b[l], once per enabled cycle.

    Ports: `en` (1) lets `acc` and the input registers move; `first` (1) starts a new sum; `a` (lanes x
    a_word), `b` (lanes x b_bits), lane 0 in the low bits; `acc` (acc_width) shows the sum `latency` enabled
    cycles after its last operands. The sum of a step is exact; `acc` wraps or saturates once per step. The
    datapath has no reset: `acc` means nothing until a first `first` has come through.
    """

    sum_ports = ("acc",)
    port_docs = ELEMENT_DOCS | {"first": "start a new sum with these products", "b": "operands of B"}

    def __init__(self, spec: BitWeightPeSpec):
        self.spec = spec
        self.port_docs = self.port_docs | {"a": a_doc(spec, "operands of A")}
        ports = {"en": In(1), "first": In(1)} | operand_ports(spec)
        super().__init__(ports | {"acc": Out(spec.acc_shape)})

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        spec = self.spec
        width = summed_width(spec, spec.sum_bits)
        pairs = operand_pairs(spec, self.a, self.b)
        by_weight = spec.reduction == "bit_weight"
        gated = spec.gates_products
        dot = make_dot(m, spec, width, self.en, self.first, pairs, by_weight, gated)
        acc = Signal(spec.acc_shape, reset_less=True, name="acc_reg")
        total = accumulated(m, spec, dot, acc, DEADLINE)
        # With `gated` the products are zero without `en`, and nothing is cleared.
        with m.If(gated | self.en):
            m.d.sync += acc.eq(total)
        m.d.comb += self.acc.eq(acc)
        return m
