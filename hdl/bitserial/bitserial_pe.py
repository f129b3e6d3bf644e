"""The bit-serial element: two planes in, their ones counted, added to a sum that doubles now and then.

a, b --> AND or XOR --> count ones --> | register | --> +- --> + --> | sum |
                                              (0 | sum | 2 sum) --'
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.columns import Columns
from ..arith.popcount import popcount
from ..arith.prefix import prefix_add


class BitserialPe(wiring.Component):
    """acc = (first ? 0 : shift ? 2 * acc : acc) + count, per enabled cycle, modulo 2 ** out_bits.

    With planes=and `count` is the number of ones of a AND b, subtracted if `negate`; with planes=xor it is
    used - 2 * (ones of a XOR b). Without `valid` planes, shift and used are 0. `acc` shows the sum two
    enabled cycles after its last planes. The datapath has no reset.
    """

    sum_ports = ("acc",)
    port_docs = {
        "en": "registers move only while this is high",
        "valid": "planes are real; without it they are 0",
        "first": "they start a new sum",
        "a": "plane of A",
        "b": "plane of W; above it shift, and negate or used",
        "acc": "sum",
    }

    def __init__(self, spec):
        """`spec`: a BitserialTileSpec, of whose size an element makes no use."""
        self.spec = spec
        ports = {"en": In(1), "valid": In(1), "first": In(1), "a": In(spec.a_word), "b": In(spec.b_word)}
        super().__init__(ports | {"acc": Out(spec.acc_shape)})

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        spec = self.spec
        depth = spec.depth
        b, shift, sign = self.b[:depth], self.b[depth], self.b[depth + 1 :]
        common = Signal(depth, name="pairs")
        m.d.comb += common.eq(self.a ^ b if spec.bipolar else self.a & b)
        held = {"count": popcount(m, common), "shift": shift, "sign": sign, "first": self.first & self.valid}
        held = {name: (Signal(len(v), name=f"{name}_reg", reset_less=True), v) for name, v in held.items()}
        with m.If(self.en):
            m.d.sync += [register.eq(value) for register, value in held.values()]
        count, shift, sign, first = (register for register, _ in held.values())

        acc = Signal(spec.out_bits, name="sum", reset_less=True)
        kept = Signal(spec.out_bits, name="kept_sum")
        m.d.comb += kept.eq(Mux(first, 0, Mux(shift, acc << 1, acc)))
        columns = Columns(m, spec.out_bits, "total")
        columns.add_unsigned(kept)
        if spec.bipolar:
            # used - 2 * count, where -count is ~count + 1 and its sign is 1.
            columns.add_unsigned(sign)
            columns.add_signed(Cat(~count, Const(1, 1)), 1)
            columns.add_constant(2)
        else:
            columns.add_signed(Cat(count ^ sign.replicate(len(count)), sign))
            columns.add_bit(sign, 0)
        columns.compress()
        total = prefix_add(m, *columns.rows(), "brent_kung")
        with m.If(self.en):
            m.d.sync += acc.eq(total)
        m.d.comb += self.acc.eq(acc)
        return m
