"""The dequantisation of a column: a group's sums in, row by row, results out.

    sum ----> + --> |d| --> * --> |product| --> >> --> |window| --> round --> + --> saturate --> total
    -sum(a) -> * ---'       ^                   ^                             '-- | rows results so far |
    zero ------^          factor              shift

One lane serves a whole column, because a column has one complete sum a cycle; its results so far wait in a
ring of as many accumulators as there are rows. Behind the first register the multiplier, shifter and rounding
are the requantiser's (`vector/scaler.py`).
"""

from amaranth.hdl import Module, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.and_array import and_array_rows
from ..arith.columns import Columns
from ..arith.prefix import prefix_add
from ..array.chain import Accumulate, AccumulateSpec
from ..share import share
from ..vector.scaler import Scaler
from .mixpe_spec import MixpeArraySpec

#: Prefix network of the adder that subtracts the zero point's part.
ADDER = "brent_kung"


class DequantLane(wiring.Component):
    """total = saturate((first ? 0 : row's total) + round((sum + zero * negated) * factor / 2 ** shift)).

    `sum`, `negated` and `zero` belong together; `factor` is taken one enabled cycle later, `shift` two, and
    `valid` and `first` three, in the cycle of `total`. Registers have no reset.
    """

    port_docs = {
        "en": "every register moves only while this is high",
        "sum": "sum of the products of a row and a group",
        "negated": "minus the sum of its activations",
        "zero": "zero point of the group",
        "factor": "multiplier of the group's scale, as the scaler takes it",
        "shift": "right shift of the group's scale",
        "valid": "a row's total moves on",
        "first": "the group is the first of its tile",
        "total": "the row's result with this group, combinational",
    }

    def __init__(self, spec: MixpeArraySpec):
        """`spec`: of whose number of columns a lane makes no use."""
        self.spec = spec
        scaler = spec.scaler
        zero = {"negated": In(signed(spec.a_sum_bits)), "zero": In(spec.b_bits)} if spec.zero_point else {}
        super().__init__(
            {"en": In(1), "sum": In(spec.core.acc_shape)}
            | zero
            | {"factor": In(scaler.factor_bits), "shift": In(scaler.shift_bits)}
            | {"valid": In(1), "first": In(1), "total": Out(signed(spec.out_bits))}
        )

    def elaborate(self, platform):
        """Build the lane."""
        m = Module()
        spec = self.spec
        d = Signal(signed(spec.sum_bits), name="d_reg", reset_less=True)
        difference = self._difference(m)
        with m.If(self.en):
            m.d.sync += d.eq(difference)
        scaler = Scaler(spec.scaler)
        share(m, platform, scaler, "scaler")
        m.d.comb += [
            scaler.en.eq(self.en),
            scaler.value.eq(d),
            scaler.factor.eq(self.factor),
            scaler.shift.eq(self.shift),
        ]
        ring = Accumulate(
            AccumulateSpec(
                width=len(scaler.result),
                acc_bits=spec.out_bits,
                saturate=True,
                prefix=spec.element != "operator",
                slots=spec.rows,
            )
        )
        share(m, platform, ring, "results")
        m.d.comb += [
            ring.en.eq(self.en),
            ring.valid.eq(self.valid),
            ring.first.eq(self.first),
            ring.word.eq(scaler.result),
            self.total.eq(ring.total),
        ]
        return m

    def _difference(self, m: Module) -> Value:
        """Return the sum less the zero point's part."""
        spec = self.spec
        if not spec.zero_point:
            return self.sum
        columns = Columns(m, spec.sum_bits, "tree")
        if self.sum.shape().signed:
            columns.add_signed(self.sum)
        else:
            columns.add_unsigned(self.sum)
        and_array_rows(m, columns, self.zero, self.negated, False, True)
        columns.compress()
        difference = Signal(signed(spec.sum_bits), name="difference")
        m.d.comb += difference.eq(prefix_add(m, *columns.rows(), ADDER)[: spec.sum_bits])
        return difference
