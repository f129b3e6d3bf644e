"""The operator element: Verilog's own `*` and `+`, for tools that know best what to make of them.

An FPGA tool turns it into DSP blocks. For standard cells `mac_pe` and `carry_save_pe` are smaller.
"""

import dataclasses

from amaranth.hdl import Module, Mux, Shape, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.saturate import saturated
from ..mac_spec import ELEMENT_DOCS, MacSpec, check_step, operand_pairs, operand_ports
from ..spec import integer


@dataclasses.dataclass(frozen=True, kw_only=True)
class OperatorPeSpec(MacSpec):
    """Operands, accumulator, products per step and input registers of one element."""

    lanes: int = integer(1, 1, 16, "products added in a step")

    def check(self):
        """Refuse an accumulator that a single step can overflow, if sums are to be exact."""
        super().check()
        check_step(self, self.lanes, "lanes")

    @property
    def latency(self) -> int:
        """Enabled cycles from taking the operands to showing their sum on `acc`."""
        return 2 if self.input_reg else 1

    @property
    def macs_per_cycle(self) -> int:
        """Products added per enabled cycle."""
        return self.lanes


class OperatorPe(wiring.Component):
    """acc = (first ? 0 : acc) + a * b, once per enabled cycle; with lanes the sum of their products.

    Ports: `en` (1) lets every register move; `first` (1) starts a new sum; `a` (lanes x a_bits), `b` (lanes x
    b_bits), lane 0 in the low bits; `acc` (acc_width) shows the sum `latency` enabled cycles after its last
    operands. The datapath has no reset: `acc` means nothing until a first `first` has come through.
    """

    sum_ports = ("acc",)
    port_docs = ELEMENT_DOCS

    def __init__(self, spec: OperatorPeSpec):
        self.spec = spec
        ports = {"en": In(1), "first": In(1)} | operand_ports(spec)
        super().__init__(ports | {"acc": Out(spec.acc_shape)})

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        spec = self.spec
        first, a, b = self.first, self.a, self.b
        if spec.input_reg:
            first = Signal(reset_less=True, name="first_reg")
            a, b = (
                Signal(port.shape(), reset_less=True, name=f"{n}_reg") for n, port in (("a", a), ("b", b))
            )
            with m.If(self.en):
                m.d.sync += [first.eq(self.first), a.eq(self.a), b.eq(self.b)]

        acc = Signal(spec.acc_shape, reset_less=True, name="acc_reg")
        addend = Signal(spec.acc_shape)
        m.d.comb += [addend.eq(Mux(first, 0, acc)), self.acc.eq(acc)]
        total = addend
        for lane, (x, y) in enumerate(operand_pairs(spec, a, b)):
            # The product's Verilog width is a_bits + b_bits, which holds any mix of signs.
            name = "product" if spec.lanes == 1 else f"product_{lane}"
            product = Signal(Shape(spec.a_bits + spec.b_bits, spec.acc_shape.signed), name=name)
            m.d.comb += product.eq(x * y)
            total = total + product
        next_acc = saturated(m, total, spec.acc_shape) if spec.overflow == "saturate" else total
        with m.If(self.en):
            m.d.sync += acc.eq(next_acc)
        return m
