"""A step of the wide accumulator: align the smaller exponent, add, normalise. No rounding to a format.

    exponents ----> distance --> which is larger --.-------------------------.
                        |                          v                         |
    significands ---> swap --> smaller --> >> --> guard is the carry in --> + --> normalise --> significand
                        '----> larger ----------------------------------> |      '--> exponent

Two's complement throughout: nothing is negated, and the sign of the sum needs no case of its own. Of the
number that is shifted one bit more is kept, its guard; as the adder's carry it rounds half up, where cutting
alone would round every negative number down.

Cost: a swap, a shifter, an adder and the normaliser's shifter, each as wide as the accumulator. The golden
model is `golden.float_accumulate`.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

from ..arith.leading_zeros import leading_zeros
from ..arith.prefix import prefix_add
from ..arith.shifter import shift
from .approximate import approximately_normalised


@dataclasses.dataclass(frozen=True)
class WideNumber:
    """significand, two's complement, times 2 ** exponent; plus, minus: Inf of that sign, both: NaN."""

    exponent: Value
    significand: Value
    plus: Value
    minus: Value

    @classmethod
    def of(cls, word: Value, acc_bits: int) -> "WideNumber":
        """Return the parts of a word whose significand has `acc_bits`."""
        return cls(word[acc_bits:-2], word[:acc_bits], word[-2], word[-1])

    @property
    def word(self) -> Value:
        """All parts in one word."""
        return Cat(self.significand, self.exponent, self.plus, self.minus)

    def kept(self, clear: Value) -> "WideNumber":
        """Return this number, or zero without flags with `clear`."""
        parts = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return WideNumber(**{name: part & (~clear).replicate(len(part)) for name, part in parts.items()})


def accumulate(
    m: Module,
    x: WideNumber,
    y: WideNumber,
    adder: str,
    groups: tuple[int, ...] | None = None,
    moves: Value | None = None,
) -> WideNumber:
    """Return x + y: their words are equally wide, and a zero has the exponent 0.

    groups, moves: as in `approximately_normalised`; without groups the sum is normalised exactly.
    """
    width, exponent_bits = len(x.significand), len(x.exponent)
    difference = Signal(exponent_bits + 1, name="difference")
    x_first = Signal(name="x_first")
    exponent, distance = (Signal(exponent_bits, name=name) for name in ("larger_exponent", "distance"))
    larger, smaller = (Signal(width, name=name) for name in ("larger", "smaller"))
    stages = width.bit_length()
    far = distance[stages:].any()
    m.d.comb += [
        difference.eq(prefix_add(m, x.exponent, ~y.exponent, adder, Const(1, 1), "distance_adder")),
        x_first.eq(difference[-1]),
        exponent.eq(Mux(x_first, x.exponent, y.exponent)),
        distance.eq(Mux(x_first, difference[:-1], -difference[:-1])),
        larger.eq(Mux(x_first, x.significand, y.significand)),
        smaller.eq(Mux(x_first, y.significand, x.significand) & (~far).replicate(width)),
    ]
    guarded = Cat(Const(0, 1), smaller)
    aligned = shift(m, guarded, distance[:stages], "arithmetic_right", "aligned")
    words = (Cat(word, word[-1]) for word in (larger, aligned[1:]))
    total = Signal(width + 1, name="total")
    m.d.comb += total.eq(prefix_add(m, *words, adder, aligned[0], "total_adder")[: width + 1])
    if groups is None:
        exponent, significand = normalised(m, total, exponent)
    else:
        exponent, significand = approximately_normalised(m, total, exponent, groups, moves, adder)
    return WideNumber(exponent, significand, x.plus | y.plus, x.minus | y.minus)


def normalised(m: Module, total: Value, exponent: Value) -> tuple[Value, Value]:
    """Return exponent and significand of a sum with a bit more than a significand, exactly normalised."""
    turns = Signal(len(total) - 1, name="turns")
    m.d.comb += turns.eq(total[:-1] ^ total[1:])
    repeated = leading_zeros(m, turns, "repeated")
    significand = shift(m, total, repeated, "left", "normalised")[1:]
    lowered = Signal(len(exponent), name="lowered_exponent")
    m.d.comb += lowered.eq((exponent + 1 - repeated) & total.any().replicate(len(exponent)))
    return lowered, significand
