"""Normalisation: the leading one of a sum goes to the top, unless the smallest exponent comes first.

    word ^ sign --> leading zeros --.
                                     min --> shift left --> significand | fraction | anything below?
    exponent above the smallest ----'   '--> exponent left

A result below the smallest normal number keeps the leading zeros that it has at the smallest exponent; a word
that may lie lower still has zeros in front ("headroom"), so that every shift goes to the left.

A negative word is counted as its inverse, which is the number less one, and is inverted only behind the
shifter: what is added to it there depends on all bits below (pack.py). If the number is a power of two the
count is one too large; the inverse is then all ones, and rounding carries it up.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

from ..arith.leading_zeros import leading_zeros
from ..arith.window import window_shift
from .geometry import Target


@dataclasses.dataclass(frozen=True)
class Normalised:
    """significand and fraction: `target.bits` and `target.fraction` wide, of a number less one if negative.

    rest: something below is one, in two's complement. exponent: above the smallest; means something where the
    significand's top bit is one.
    """

    significand: Value
    fraction: Value
    rest: Value
    exponent: Value


def normalise(m: Module, word, negative, lost, ceiling, target: Target, headroom: int) -> Normalised:
    """Return the number `word`, normalised.

    word: two's complement without its sign `negative`; lost: the number is larger by less than one; ceiling:
    how far the exponent of the word's top bit, plus `headroom`, lies above the smallest, plus one.
    """
    size = Signal(len(word) + headroom, name="size")
    m.d.comb += size.eq(word ^ negative.replicate(len(word)))
    zeros = leading_zeros(m, size)
    exponent = Signal((ceiling - zeros - 1).shape(), name="exponent")
    clamped = Signal()
    limit, amount = (Signal(len(zeros), name=name) for name in ("limit", "amount"))
    least = ceiling - 1
    m.d.comb += [
        exponent.eq(ceiling - zeros - 1),
        clamped.eq(exponent < 0),
        limit.eq(Mux(least < 0, 0, least) if ceiling.shape().signed else least),
        amount.eq(Mux(clamped, limit, zeros)),
    ]
    wide = Cat(Const(0, max(target.needed - len(size), 0)), word, negative.replicate(headroom))
    kept, rest = window_shift(m, wide[::-1], amount, target.needed, "normalised")
    bits = Signal(target.needed, name="kept")
    m.d.comb += bits.eq(kept[::-1] ^ negative.replicate(target.needed))
    return Normalised(bits[target.fraction :], bits[: target.fraction], rest | lost, exponent[:-1])
