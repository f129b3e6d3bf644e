"""The plain multiply-accumulate element: one multiplier, one carry-propagate accumulator."""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Shape, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.integer import int_range
from ..mac_spec import MacSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class MacPeSpec(MacSpec):
    """Operands, accumulator and input registers of one element."""

    @property
    def latency(self) -> int:
        """Enabled cycles from taking the operands to showing their sum on `acc`."""
        return 2 if self.input_reg else 1

    @property
    def macs_per_cycle(self) -> int:
        """Products added per enabled cycle."""
        return 1


class MacPe(wiring.Component):
    """acc = (first ? 0 : acc) + a * b, once per enabled cycle.

    Ports: `en` (1) lets every register move; `first` (1) starts a new sum; `a` (a_bits), `b` (b_bits);
    `acc` (acc_width) shows the sum `latency` enabled cycles after its last operands. The datapath has no
    reset: `acc` means nothing until a first `first` has come through.
    """

    port_docs = {
        "en": "every register moves only while this is high",
        "first": "start a new sum with this product",
        "a": "operand of A",
        "b": "operand of B",
        "acc": "sum of products, {latency} enabled cycle(s) after its last operands",
    }

    def __init__(self, spec: MacPeSpec):
        self.spec = spec
        super().__init__(
            {
                "en": In(1),
                "first": In(1),
                "a": In(spec.a_shape),
                "b": In(spec.b_shape),
                "acc": Out(spec.acc_shape),
            }
        )

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        spec = self.spec
        first, a, b = self.first, self.a, self.b
        if spec.input_reg:
            first = Signal(reset_less=True, name="first_reg")
            a = Signal(spec.a_shape, reset_less=True, name="a_reg")
            b = Signal(spec.b_shape, reset_less=True, name="b_reg")
            with m.If(self.en):
                m.d.sync += [first.eq(self.first), a.eq(self.a), b.eq(self.b)]

        # The product's Verilog width is a_bits + b_bits, which holds any mix of signs.
        product = Signal(Shape(spec.a_bits + spec.b_bits, spec.acc_shape.signed))
        addend = Signal(spec.acc_shape)
        acc = Signal(spec.acc_shape, reset_less=True, name="acc_reg")
        m.d.comb += [product.eq(a * b), addend.eq(Mux(first, 0, acc)), self.acc.eq(acc)]
        total = addend + product
        next_acc = saturated(m, total, spec.acc_shape) if spec.overflow == "saturate" else total
        with m.If(self.en):
            m.d.sync += acc.eq(next_acc)
        return m


def saturated(m: Module, value, shape: Shape) -> Signal:
    """Return a signal of `shape` that holds `value`, or the end of the range that it passes."""
    total = Signal(value.shape(), name="total")
    clipped = Signal(shape)
    low, high = int_range(shape.width, shape.signed)
    m.d.comb += total.eq(value)
    if len(total) <= shape.width:
        m.d.comb += clipped.eq(total)
        return clipped
    overflow = Signal()
    if shape.signed:
        # It fits if every bit from the result's sign bit upwards is the same.
        upper = total[shape.width - 1 :]
        sign = total[-1]
        m.d.comb += overflow.eq(upper.any() & ~upper.all())
        extreme = Cat((~sign).replicate(shape.width - 1), sign)
    else:
        m.d.comb += overflow.eq(total[shape.width :].any())
        extreme = high
    m.d.comb += clipped.eq(Mux(overflow, extreme, total[: shape.width]))
    return clipped
