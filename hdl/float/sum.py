"""The sum of a term and a number, exact as far as rounding asks: align, invert, add.

    exponents ---> distance ---> shift --> ~ where signs differ --.
    significand of c ------------^                                 +--> sum, sign
    rows of the term (a product, or one row) ----------------------'

The rows of a product are added together with the shifted number, in one column compressor. The sum is two's
complement, one adder deep: it is negative only where the number is larger than the term and signs differ.
Nothing negates it. Rounding does (pack.py), because -n is ~n and a one that rounding adds or not.

The window and its bounds: geometry.py.
"""

import dataclasses
from collections.abc import Callable

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal, Value

from ..arith.columns import Columns
from ..arith.prefix import prefix_add
from .float_unit import FloatUnit, sum_with
from .normalise import normalise
from .unpack import Unpacked

#: When the shifted number reaches the compressor, in exclusive-or delays after the operands.
SHIFTED = 12.0
#: Exclusive-or delays in which a column may come down to one bit.
DEADLINE = 7.0


@dataclasses.dataclass(frozen=True)
class Part:
    """The term: its signals, and what adds its significand to columns."""

    sign: Value
    exponent: Value
    is_zero: Value
    is_inf: Value
    is_nan: Value
    add_rows: Callable


class SumUnit(FloatUnit):
    """Base of the units that add a number to a term."""

    def sum_of(self, m: Module, part: Part, number: Unpacked) -> Value:
        """Return the code of the sum of `part` and the last operand, `number`."""
        spec = self.spec
        window = spec.window
        subtract = Signal()
        nan, inf, minus = (Signal(name=name) for name in ("sum_nan", "sum_inf", "minus"))
        m.d.comb += [
            subtract.eq(part.sign ^ number.sign),
            nan.eq(part.is_nan | number.is_nan | (part.is_inf & number.is_inf & subtract)),
            inf.eq(part.is_inf | number.is_inf),
            minus.eq(Mux(number.is_inf, number.sign, part.sign)),
        ]
        # Where signs differ, a negative sum has the number's sign, and one that is exactly zero is +0.
        self.carried |= {"nan": nan, "inf": inf, "minus": minus, "differ": subtract & ~inf}
        aligned, lost, ceiling = self._align(m, part, number)
        columns = Columns(m, window.width + 1, "sum")
        part.add_rows(m, columns.above(window.low))
        columns.add_unsigned(Cat(aligned, Const(0, 1)) ^ subtract.replicate(window.width + 1), 0, SHIFTED)
        columns.add_bit(subtract & ~lost, 0, SHIFTED)
        columns.compress(float("inf") if spec.adder == "ripple" else DEADLINE)
        row_0, row_1 = columns.rows()
        rows = self.cut(m, "rows", row_0=row_0, row_1=row_1, lost=lost, ceiling=ceiling)
        row_0, row_1, lost, ceiling = rows
        total = prefix_add(m, row_0, row_1, spec.adder, name="total")[: window.width + 1]
        word, negative, lost, ceiling = self.cut(
            m, "sum", word=total[:-1], negative=total[-1], lost=lost, ceiling=ceiling
        )
        found = normalise(m, word, negative, lost, ceiling, spec.target, spec.headroom)
        return self.finish(m, found, negative)

    def _align(self, m: Module, part: Part, number: Unpacked):
        """Return the number in the window, whether bits of it are lost, and the window's exponent."""
        spec, window = self.spec, self.spec.window
        top_of_term = sum_with(m, part.exponent, spec.term_top, "top_of_term")
        top_of_number = sum_with(m, number.exponent, spec.addend_top, "top_of_number")
        significand = number.significand
        distance = top_of_term - top_of_number
        stages = min((window.width - 1).bit_length(), len(distance) - 1)
        far = Signal(distance.shape(), name="distance")
        leftmost, gone, lost = (Signal(name=name) for name in ("leftmost", "gone", "lost"))
        ceiling = Signal(_union(top_of_term.shape(), top_of_number.shape()), name="ceiling")
        amount = Signal(stages, name="amount")
        yields = number.is_zero if window.zero_yields else Const(0, 1)
        m.d.comb += [
            far.eq(distance),
            leftmost.eq((part.is_zero | far[-1]) & ~yields),
            gone.eq(far[stages:-1].any() & ~leftmost),
            ceiling.eq(Mux(leftmost, top_of_number, top_of_term)),
            amount.eq(far[:stages] & (~leftmost).replicate(stages)),
        ]
        left = significand & (~gone).replicate(len(significand))
        word = Cat(Const(0, window.width - len(significand)), left)
        aligned, fallen = right_shift(m, word, amount, "aligned")
        m.d.comb += lost.eq(fallen | (gone & significand.any()))
        return aligned, lost, ceiling


def right_shift(m: Module, word, amount, name: str) -> tuple[Value, Value]:
    """Return `word` shifted right, as wide as it was, and whether any bit that was shifted out is one.

    Small shifts go first: a short number in a wide window stays short for long.
    """
    fallen = []
    for stage, taken in enumerate(amount):
        step = min(1 << stage, len(word))
        below, shifted = Signal(name=f"{name}_{stage}_below"), Signal(len(word), name=f"{name}_{stage}")
        m.d.comb += [
            below.eq(taken & word[:step].any()),
            shifted.eq(Mux(taken, Cat(word[step:], Const(0, step)), word)),
        ]
        fallen.append(below)
        word = shifted
    return word, Cat(fallen).any()


def _union(x: Shape, y: Shape) -> Shape:
    """Return the shape that holds the values of both."""
    signed = x.signed or y.signed
    return Shape(
        max(len_of + (signed and not s) for len_of, s in ((x.width, x.signed), (y.width, y.signed))), signed
    )
