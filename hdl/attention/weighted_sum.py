"""The values of a row, weighed by its exponentials and added up; a new maximum shifts the sums.

A value comes in beats, and the sums go around in a ring: those of a beat stand in front when it comes.

    ring: -> | sums of beat 0 | -> shift --.
          -> | sums of beat 1 | ...         + -> back into the ring
                     v * e ----------------'
"""

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.coded import decode
from ..arith.columns import Columns
from ..arith.digits import digit_rows
from ..arith.prefix import prefix_add
from ..arith.shifter import shift
from .attention_spec import AttentionSpec

#: Exclusive-or delays after which shifted sums come, and in which a column may come down to one bit.
SHIFTED, DEADLINE = 3.0, 10.0


class WeightedSum(wiring.Component):
    """`sums` are those of the beat that is there, this one included. No register has a reset."""

    port_docs = {
        "en": "there is a beat of a value",
        "first": "it is of the row's first value: sums begin",
        "rise": "octaves by which the maximum rose with the value's key",
        "e": "exponential that weighs the value",
        "v": "elements of the value, in Booth's digits",
        "sums": "weighted sums of these elements",
    }

    def __init__(self, spec: AttentionSpec):
        self.spec = spec
        super().__init__(
            {
                "en": In(1),
                "first": In(1),
                "rise": In(spec.row_exp.octave_bits),
                "e": In(spec.exp_bits),
                "v": In(spec.lanes * spec.value_code_bits),
                "sums": Out(spec.lanes * spec.acc_bits),
            }
        )

    def elaborate(self, platform):
        """Build the ring, and a product and a shift per lane."""
        m = Module()
        spec = self.spec
        width = len(self.sums)
        ring = Signal(spec.beats * width, name="ring_reg", reset_less=True)
        m.d.comb += self.sums.eq(
            Cat(self._sum(m, k, ring.word_select(k, spec.acc_bits)) for k in range(spec.lanes))
        )
        with m.If(self.en):
            m.d.sync += ring.eq(Cat(ring[width:], self.sums))
        return m

    def _sum(self, m: Module, k: int, before: Value) -> Value:
        """Return the sum of lane `k`, which was `before`."""
        spec = self.spec
        columns = Columns(m, spec.acc_bits, f"tree_{k}")
        digits = decode(
            m, self.v.word_select(k, spec.value_code_bits), spec.bits, True, "booth", f"lane_{k}_"
        )
        digit_rows(m, columns, digits, self.e, False, prefix=f"lane_{k}_")
        shifted = shift(m, before, self.rise, "arithmetic_right", f"shifted_{k}")
        kept = Signal(spec.acc_bits, name=f"kept_{k}")
        m.d.comb += kept.eq(Mux(self.first, 0, shifted))
        columns.add_unsigned(kept, arrival=SHIFTED)
        columns.compress(DEADLINE)
        return prefix_add(m, *columns.rows(), "brent_kung", name=f"adder_{k}")[: spec.acc_bits]
