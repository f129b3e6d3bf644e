"""The fused multiply-accumulate element: one compressor tree, one carry-propagate adder.

A multiplier followed by an adder propagates carries twice. Here the old sum is one more row of the
multiplier's compressor tree, and carries propagate once:

    a -> recoder -> | register |-> row selection --.
    b ------------> | register |------^            v
                                         compressor tree -> prefix adder -> | acc |
                                                   ^-------- first ? 0 : -----'

Source: textbook (merged arithmetic; E. Swartzlander, 1980). Latency: 1 enabled cycle, plus one each for
`input_reg` and `pipeline`; a product every enabled cycle.
"""

import dataclasses

from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.prefix import KINDS
from ..mac_spec import ELEMENT_DOCS
from ..spec import choice
from .tree_mac import TreeMacSpec, a_doc, accumulated, make_product, summed_width

#: Exclusive-or delays in which a column of the tree may come down to one bit.
DEADLINE = 7.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class MacPeSpec(TreeMacSpec):
    """Operands, accumulator, multiplier and adder of one element."""

    adder: str = choice("han_carlson", KINDS, "prefix network of the carry-propagate adder")


class MacPe(wiring.Component):
    """acc = (first ? 0 : acc) + a * b, once per enabled cycle, with a single carry propagation.

    Ports: `en` (1) lets `acc` and the input registers move; `first` (1) starts a new sum; `a` (a_word),
    `b` (b_bits); `acc` (acc_width) shows the sum `latency` enabled cycles after its last operands. The
    datapath has no reset: `acc` means nothing until a first `first` has come through.
    """

    sum_ports = ("acc",)
    port_docs = ELEMENT_DOCS

    def __init__(self, spec: MacPeSpec):
        self.spec = spec
        self.port_docs = self.port_docs | {"a": a_doc(spec, "operand of A")}
        ports = {"en": In(1), "first": In(1), "a": In(spec.a_word), "b": In(spec.b_shape)}
        super().__init__(ports | {"acc": Out(spec.acc_shape)})

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        spec = self.spec
        width = summed_width(spec, spec.a_bits + spec.b_bits)
        product = make_product(m, spec, width, self.en, self.first, self.a, self.b)
        acc = Signal(spec.acc_shape, reset_less=True, name="acc_reg")
        total = accumulated(m, spec, product, acc, DEADLINE)
        # No `en` here: without it the product is zero and nothing is cleared.
        m.d.sync += acc.eq(total)
        m.d.comb += self.acc.eq(acc)
        return m
