"""Minimal-weight radix-4 recoding: as few non-zero digits from -2 to 2 as a number can have.

The non-adjacent form (NAF) writes a number in binary with digits -1, 0, 1 so that of two neighbours one is
zero; no signed binary form has fewer non-zero digits. Taken in pairs it is radix 4, and as a pair has at
most one non-zero digit, it is worth -2, -1, 0, 1 or 2:

    carry[k+1] = majority(a[k], a[k+1], carry[k])      a run of ones becomes +1 above it and -1 at its end
    nonzero[k] = a[k] ^ carry[k]
    digit      = nonzero[2i] ? +-1 : nonzero[2i+1] ? +-2 : 0, negative where the carry out is 1

Against Booth's: 7 % fewer non-zero digits on uniform int8 (2.78 of 4 instead of 3.00), 10 % fewer on
normal data with sigma 20; against EN-T's 2 to 5 % fewer, and no negation in front. As many digits as
Booth's. The price is a carry chain, here a prefix network.

Cost: 4 gates a bit and the chain. Source: G. W. Reitwiesner, Binary Arithmetic, 1960.
"""

from amaranth.hdl import Cat, Const, Module, Signal

from .digits import Digits, digit_count
from .prefix import prefix_carries


def non_adjacent_form(m: Module, a, signed: bool, kind: str = "sklansky") -> tuple[Signal, Signal]:
    """Return (nonzero, negative): where `a` has signed binary digits, and which of them are -1.

    Both have two bits per radix-4 digit; `kind` is the prefix network of the carry chain.
    """
    count = digit_count(len(a), signed)
    fill = a[-1] if signed else Const(0, 1)
    bits, above = Signal(2 * count, name="bits"), Signal(2 * count, name="bits_above")
    carry_in, carry_out = Signal(2 * count, name="carry_in"), Signal(2 * count, name="carry_out")
    nonzero, negative = Signal(2 * count, name="nonzero"), Signal(2 * count, name="negative")
    m.d.comb += bits.eq(Cat(a, fill.replicate(2 * count - len(a))))
    m.d.comb += above.eq(Cat(bits[1:], fill))
    m.d.comb += carry_out.eq(prefix_carries(m, bits & above, bits | above, kind, "naf"))
    m.d.comb += [
        carry_in.eq(Cat(Const(0, 1), carry_out)),
        nonzero.eq(bits ^ carry_in),
        negative.eq(nonzero & carry_out),
    ]
    return nonzero, negative


def minimal_weight_digits(m: Module, a, signed: bool, kind: str = "sklansky") -> Digits:
    """Return the radix-4 digits of `a` of least weight; `kind` is the prefix network of the carry chain."""
    count = digit_count(len(a), signed)
    nonzero, negative = non_adjacent_form(m, a, signed, kind)
    digits = Digits(*(Signal(count, name=f"digit_{name}") for name in ("one", "two", "neg")))
    m.d.comb += [
        digits.one.eq(nonzero[0::2]),
        digits.two.eq(nonzero[1::2]),
        digits.neg.eq(negative[0::2] | negative[1::2]),
    ]
    return digits
