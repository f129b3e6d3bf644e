"""The dequantisation of a column: a group's sums in, row by row, what they add to the results out.

    sum ----> + --> |d| --> * --> |product| --> >> --> |window| --> word, up
    -sum(a) -> * --'        ^                   ^
    zero ------^          factor              shift

One lane serves a whole column, which has at most one complete sum a cycle. In carry-save form the two words
of the sum are added together with the zero point's rows, by one adder. Behind the first register
the multiplier and shifter are the requantiser's (`vector/scaler.py`); rounding is a carry into the next
adder.
"""

from amaranth.hdl import Module, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.coded import decode
from ..arith.columns import Columns
from ..arith.digits import digit_rows
from ..arith.prefix import prefix_add
from ..share import share
from ..vector.scaler import Scaler
from .mixpe_spec import MixpeArraySpec

#: Prefix network of the adder that makes d.
ADDER = "brent_kung"


class DequantLane(wiring.Component):
    """word + up = round((sum + zero * negated) * factor / 2 ** shift), 3 enabled cycles after the sum.

    `words`, whose sum is the group's, `negated` and `zero` belong together; `factor` is taken one enabled
    cycle later, `shift` two. Registers have no reset.
    """

    port_docs = {
        "en": "every register moves only while this is high",
        "words": "sum of the products of a row and a group, as one word or as two to be added",
        "negated": "minus the sum of its activations",
        "zero": "zero point of the group, recentred, in Booth digits",
        "factor": "multiplier of the group's scale, as the scaler takes it",
        "shift": "right shift of the group's scale",
        "word": "what the group adds to the row's result, before rounding",
        "up": "rounding adds one to it",
    }

    def __init__(self, spec: MixpeArraySpec):
        """`spec`: of whose size a lane makes no use."""
        self.spec = spec
        scaler = spec.scaler
        zero = {"negated": In(signed(spec.a_sum_bits)), "zero": In(spec.zero_code_bits)}
        super().__init__(
            {"en": In(1), "words": In(spec.sum_words * spec.core.acc_width)}
            | (zero if spec.zero_point else {})
            | {"factor": In(scaler.factor_bits), "shift": In(scaler.shift_bits)}
            | {"word": Out(signed(scaler.result_bits)), "up": Out(1)}
        )

    def elaborate(self, platform):
        """Build the lane."""
        m = Module()
        d = Signal(signed(self.spec.sum_bits), name="d_reg", reset_less=True)
        difference = self._difference(m)
        with m.If(self.en):
            m.d.sync += d.eq(difference)
        scaler = Scaler(self.spec.scaler)
        share(m, platform, scaler, "scaler")
        m.d.comb += [
            scaler.en.eq(self.en),
            scaler.value.eq(d),
            scaler.factor.eq(self.factor),
            scaler.shift.eq(self.shift),
            self.word.eq(scaler.result),
            self.up.eq(scaler.up),
        ]
        return m

    def _difference(self, m: Module) -> Value:
        """Return the sum less the zero point's part."""
        spec = self.spec
        width = spec.core.acc_width
        words = [self.words.word_select(k, width) for k in range(spec.sum_words)]
        if width < spec.sum_bits:
            # Words that add up modulo 2 ** width have no sign of their own.
            words = [self._added(m, words, "sum").as_signed()]
        if not spec.zero_point and len(words) == 1:
            return words[0]
        columns = Columns(m, spec.sum_bits, "tree")
        for word in words:
            if word.shape().signed:
                columns.add_signed(word)
            else:
                columns.add_unsigned(word)
        if spec.zero_point:
            digits = decode(m, self.zero, spec.b_bits, True, "booth")
            digit_rows(m, columns, digits, self.negated, True)
        columns.compress()
        return self._added(m, columns.rows(), "difference")

    def _added(self, m: Module, words, name: str) -> Value:
        """Return the sum of one word or two, as wide as they are."""
        if len(words) == 1:
            return words[0]
        total = Signal(len(words[0]), name=name)
        m.d.comb += total.eq(prefix_add(m, *words, ADDER, name=f"{name}_adder")[: len(total)])
        return total
