"""The lookup element of float activations: integers up to a beat's sum, then a wide accumulator.

    select --> which entry --> AND-OR --> negate --> add all --> | sum | --> accumulate --> | acc |
    table -------------------------^                    ^             exponent --^    ^--------'
    - sum of activations -------------------------------'

The sum of a beat is exact. Where weights are two's complement the row's sum of activations goes into the
same compressor, once a beat: what is left are digits of the weight, twice, and a weight of 0 adds nothing.
Golden model: `golden.lut_float_gemm.sums`.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Shape, Signal, unsigned

from ..arith.prefix import prefix_add
from ..float.accumulate import WideNumber, accumulate
from ..pe.tree_mac import registered
from ..spec import integer
from .float_align import ADDER
from .lut_pe import DEADLINE, LutPe, LutRowsSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class LutFloatRowsSpec(LutRowsSpec):
    """Rows of lookup elements with a floating accumulator; `sum_bits` is the width of a beat's sum."""

    minus_bits: int = integer(0, 0, 40, "width of what is added to a beat's sum; 0: nothing", unit="bits")
    acc_bits: int = integer(20, 2, 48, "width of the accumulator's significand", unit="bits")
    exponent_bits: int = integer(9, 2, 12, "width of its exponent", unit="bits")

    #: Sum and accumulator are registers.
    element_latency = 2

    @property
    def a_word(self) -> Shape:
        """What a row gets: tables, what is added, and, a cycle later than these, exponent and NaN flag."""
        return unsigned(self.table_width + self.minus_bits + self.exponent_bits + 1)

    @property
    def acc_width(self) -> int:
        """Width of an accumulator: significand, exponent, NaN flag."""
        return self.acc_bits + self.exponent_bits + 1

    @property
    def acc_shape(self) -> Shape:
        """Shape of an accumulator."""
        return unsigned(self.acc_width)

    def make_element(self) -> "LutFloatPe":
        """Return the element of a cell."""
        return LutFloatPe(self)


class LutFloatPe(LutPe):
    """acc = (first ? 0 : acc) + sum of a beat * 2 ** exponent, per enabled cycle with `valid`.

    `acc` shows it two enabled cycles after its operands: significand, exponent and NaN flag, from the low
    bits up. Exponent and flag of `a` come an enabled cycle after the tables they belong to. The datapath has
    no reset.
    """

    def elaborate(self, platform):
        """Build the element."""
        m = Module()
        spec = self.spec
        late = self.a[spec.table_width + spec.minus_bits :]
        beat_sum = self._beat_sum(m)
        added = registered(m, self.en, beat_sum, "sum_reg")
        counts = registered(m, self.en, beat_sum.any(), "counts_reg")
        first = registered(m, self.en, self.first, "first_reg")
        valid = registered(m, self.en, self.valid, "valid_reg")

        parts = {"exponent": spec.exponent_bits, "significand": spec.acc_bits}
        held = {part: Signal(n, name=f"{part}_reg", reset_less=True) for part, n in parts.items()}
        held_nan = Signal(name="nan_reg", reset_less=True)
        exponent = Signal(spec.exponent_bits, name="added_exponent")
        # A sum of 0 has the smallest exponent, so that nothing is aligned to it.
        m.d.comb += exponent.eq(late[:-1] & counts.replicate(spec.exponent_bits))
        significand = Cat(Const(0, spec.acc_bits - len(added)), added)
        kept = WideNumber(**held, plus=held_nan, minus=held_nan).kept(first)
        total = accumulate(m, WideNumber(exponent, significand, late[-1], late[-1]), kept, ADDER)
        with m.If(self.en & valid):
            m.d.sync += [held[part].eq(getattr(total, part)) for part in held]
            m.d.sync += held_nan.eq(total.plus)
        m.d.comb += self.acc.eq(Cat(held["significand"], held["exponent"], held_nan))
        return m

    def _beat_sum(self, m: Module) -> Signal:
        """Return the sum of a beat."""
        spec = self.spec
        columns = self._looked_up(m)
        if spec.minus_bits:
            columns.add_signed(self.a[spec.table_width :][: spec.minus_bits])
        columns.compress(DEADLINE)
        total = prefix_add(m, *columns.rows(), ADDER, name="sum_adder")
        halved = 1 if spec.minus_bits else 0
        beat_sum = Signal(spec.sum_bits, name="beat_sum")
        m.d.comb += beat_sum.eq(total[halved : halved + spec.sum_bits])
        return beat_sum
