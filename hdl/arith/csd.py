"""Weights as at most k signed powers of two: the coded word, and the rows of a product that it makes.

    word, digit 0 (the highest) low:   nonzero_0 neg_0 shift_0   nonzero_1 neg_1 shift_1  ...
    row i = nonzero_i ? (neg_i ? -b : b) << shift_i : 0

A number with more digits loses its lowest ones, and the coder says so. The coder stands at the edge of an
array; an element has a shifter per digit in place of a recoder and a row per two bits.

Cost of a row of n bits and s bits of shift: n * s multiplexers. Golden model: `golden.csd`. Source: QFX,
2024.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec import Spec, integer
from .columns import Columns
from .minimal_weight import non_adjacent_form

#: When a row is there, in exclusive-ors after its digit: a multiplexer per bit of the shift, and the sign.
STAGE_DELAY = 1.2


def shift_bits(bits: int) -> int:
    """Return the width of the shift of a digit in a number of `bits`."""
    return max(1, (bits - 1).bit_length())


def csd_code_bits(bits: int, digits: int) -> int:
    """Return the width of a coded word."""
    return digits * (2 + shift_bits(bits))


@dataclasses.dataclass(frozen=True, kw_only=True)
class CsdCoderSpec(Spec):
    """Width of a signed number, and how many digits are kept."""

    bits: int = integer(8, 2, 16, "width of the number, two's complement", unit="bits")
    digits: int = integer(2, 1, 8, "digits other than zero that are kept")

    @property
    def latency(self) -> int:
        """Cycles from number to word: none, there is no register."""
        return 0


class CsdCoder(wiring.Component):
    """`word` is the coded word of `a`; `excess` says that it had more digits. Combinational."""

    port_docs = {
        "a": "number",
        "word": "its highest digits: nonzero, neg and shift of each",
        "excess": "it had more digits, which are lost",
    }

    def __init__(self, spec: CsdCoderSpec):
        self.spec = spec
        size = csd_code_bits(spec.bits, spec.digits)
        super().__init__({"a": In(spec.bits), "word": Out(size), "excess": Out(1)})

    def elaborate(self, platform):
        """Build the coder: the highest digit is found, and taken away, as often as digits are kept."""
        m = Module()
        nonzero, negative = non_adjacent_form(m, self.a, True)
        # The highest digit of n bits weighs 2 ** (n - 1).
        left = nonzero[: self.spec.bits]
        word = []
        for i in range(self.spec.digits):
            above = Cat(left[k + 1 :].any() for k in range(len(left)))
            top = Signal(len(left), name=f"top_{i}")
            rest = Signal(len(left), name=f"rest_{i}")
            m.d.comb += [top.eq(left & ~above), rest.eq(left & above)]
            shift = Cat(
                Cat(bit for k, bit in enumerate(top) if k >> stage & 1).any()
                for stage in range(shift_bits(self.spec.bits))
            )
            word += [left.any(), (top & negative).any(), shift]
            left = rest
        m.d.comb += [self.word.eq(Cat(word)), self.excess.eq(left.any())]
        return m


def csd_rows(m: Module, columns: Columns, word, bits: int, gate, b, b_signed: bool, prefix: str = "") -> None:
    """Add the product of a coded number of `bits` and `b` to `columns`: per digit one row and one bit.

    gate: whether the digits count; else the product is zero. Signals begin with `prefix`.
    """
    stages = shift_bits(bits)
    for i in range(len(word) // (2 + stages)):
        digit = word.word_select(i, 2 + stages)
        fill = b[-1] if b_signed else Const(0, 1)
        shifted: Value = b
        for stage in range(stages):
            step = 1 << stage
            longer = Signal(min(len(shifted) + step, len(b) + bits - 1), name=f"{prefix}shifted_{i}_{stage}")
            m.d.comb += longer.eq(
                Mux(
                    digit[2 + stage],
                    Cat(Const(0, step), shifted),
                    Cat(shifted, fill.replicate(step)),
                )
            )
            shifted = longer
        # One more bit for the sign, which an unsigned b does not have.
        shifted = shifted if b_signed else Cat(shifted, Const(0, 1))
        row = Signal(len(shifted), name=f"{prefix}row_{i}")
        taken, neg = Signal(name=f"{prefix}taken_{i}"), digit[1]
        m.d.comb += taken.eq(digit[0] & gate)
        m.d.comb += row.eq((shifted & taken.replicate(len(row))) ^ neg.replicate(len(row)))
        columns.add_signed(row, 0, STAGE_DELAY * (stages + 1))
        columns.add_bit(neg, 0)
