"""EN-T recoding: magnitude in radix-4 digits -1, 0, 1, 2, so that two bits hold a digit.

A pair of bits is 0 to 3. Three is written as four minus one: digit -1, and a carry to the next pair. With
the sign of a kept apart, n bits become n + 1: cheap to store and to send through an array.

    pair + carry in |  0   1   2   3   4          carry[i+1] = pair[1] & (pair[0] | carry[i])
    digit           |  0   1   2  -1   0          code       = (pair + carry[i]) mod 4
    code            | 00  01  10  11  00
    carry out       |  0   0   0   1   1

a = (sign ? -1 : 1) * sum of digit[i] * 4 ** i. The carry chain is a prefix computation. Digits of small
numbers are mostly zero whatever the sign is, which two's complement does not give: 8 % fewer non-zero
digits than Booth's on normally distributed int8.

Cost: a conditional negation (n half adders), then about 6 gates a digit and the chain. Source: Wu et al.,
EN-T, ICCD 2024.
"""

from amaranth.hdl import Cat, Const, Module, Signal, Value

from .digits import Digits, digit_count
from .prefix import prefix_carries


def ent_codes(m: Module, a, signed: bool, kind: str = "sklansky") -> tuple[Value, Value]:
    """Return the sign of `a` and its codes, two bits a digit, digit 0 in the low bits.

    kind: the prefix network of the carry chain.
    """
    count = digit_count(len(a), signed)
    magnitude, sign = Signal(2 * count, name="magnitude"), Signal(name="sign")
    m.d.comb += sign.eq(a[-1] if signed else 0)
    m.d.comb += magnitude.eq((Cat(a) ^ sign.replicate(len(a))) + sign)  # Cat: without the port's sign
    low, high = Signal(count, name="pair_low"), Signal(count, name="pair_high")
    m.d.comb += [low.eq(magnitude[0::2]), high.eq(magnitude[1::2])]
    carry, codes = Signal(count, name="pair_carry"), Signal(2 * count, name="codes")
    carries = prefix_carries(m, high & low, high, kind, "ent")
    m.d.comb += carry.eq(Cat(Const(0, 1), carries))
    code_low, code_high = low ^ carry, high ^ (low & carry)
    m.d.comb += codes.eq(Cat(bit for pair in zip(code_low, code_high, strict=True) for bit in pair))
    return sign, codes


def ent_digits(m: Module, sign, codes, unsigned_top: bool = False, prefix: str = "") -> Digits:
    """Return the digits, sign included, that select the rows of a product; signals begin with `prefix`.

    unsigned_top: there is no sign, so that the top digit is never negative.
    """
    low, high = codes[0::2], codes[1::2]
    names = ("one", "two", "neg")
    digits = Digits(*(Signal(len(low), name=f"{prefix}digit_{name}") for name in names), unsigned_top)
    m.d.comb += [
        digits.one.eq(low),
        digits.two.eq(high & ~low),
        digits.neg.eq((high & low) ^ sign.replicate(len(low))),
    ]
    return digits
