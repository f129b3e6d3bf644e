"""Radix-4 Booth recoding: half as many rows per multiplication as the multiplier has bits.

The multiplier's bits are read three at a time, overlapping by one; each window is a digit from -2 to 2,
and every multiple of b that such a digit asks for is b, shifted and inverted:

    a[2i+1] a[2i] a[2i-1] |  000  001  010  011  100  101  110  111
    digit                 |   0    1    1    2   -2   -1   -1    0
    one                   |   0    1    1    0    0    1    1    0     take b
    two                   |   0    0    0    1    1    0    0    0     take b << 1
    neg                   |   0    0    0    0    1    1    1    1     invert, and add 1 in the lowest column

a = sum of digit[i] * 4 ** i. `neg` is a bare bit of a: for window 111 the row is -0, all ones, and the one
that is added makes it zero again. The one goes to a free place below the next row, so that it costs a bit
and no row. Digits: ceil(a_bits / 2) signed, a_bits // 2 + 1 unsigned.

Cost: 3 gates a digit, and an AND-OR and an exclusive-or per bit of a row. Depth: 2 + 2 gates.
Source: O. L. MacSorley, High-Speed Arithmetic in Binary Computers, 1961.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value

from .columns import XOR_DELAY, Columns

#: When a row is there, in exclusive-ors after its digit (the select lines of a digit drive a whole row).
ROW_DELAY = 2.5


def digit_count(bits: int, signed: bool) -> int:
    """Return how many radix-4 digits hold every `bits`-wide integer."""
    return (bits + 1) // 2 if signed else bits // 2 + 1


@dataclasses.dataclass(frozen=True)
class Digits:
    """Recoded digits as three words, one bit per digit: value = (one + 2 * two) * (neg ? -1 : 1).

    With `unsigned_top` the top digit is never negative.
    """

    one: Value
    two: Value
    neg: Value
    unsigned_top: bool = False

    def gated(self, m: Module, enable) -> "Digits":
        """Return these digits, or zeros unless `enable`."""
        one, two = Signal(len(self.one), name="gated_one"), Signal(len(self.two), name="gated_two")
        m.d.comb += [
            one.eq(self.one & enable.replicate(len(one))),
            two.eq(self.two & enable.replicate(len(two))),
        ]
        return dataclasses.replace(self, one=one, two=two)

    def registered(self, m: Module, enable) -> "Digits":
        """Return these digits as they were at the last clock edge with `enable`."""
        words = {name: getattr(self, name) for name in ("one", "two", "neg")}
        held = {name: Signal(len(word), name=f"digit_{name}_reg", reset_less=True) for name, word in words.items()}
        with m.If(enable):
            m.d.sync += [held[name].eq(word) for name, word in words.items()]
        return dataclasses.replace(self, **held)


def booth_digits(m: Module, a, signed: bool) -> Digits:
    """Return the radix-4 Booth digits of `a`, digit 0 in bit 0 of each word."""
    count = digit_count(len(a), signed)
    fill = a[-1] if signed else Const(0, 1)
    window = [Const(0, 1), *a, *[fill] * (2 * count - len(a))]
    low, mid, high = (Cat(window[2 * i + k] for i in range(count)) for k in range(3))
    digits = Digits(*(Signal(count, name=f"digit_{name}") for name in ("one", "two", "neg")), not signed)
    m.d.comb += [
        digits.one.eq(mid ^ low),
        digits.two.eq((high & ~mid & ~low) | (~high & mid & low)),
        digits.neg.eq(high),
    ]
    return digits


def booth_rows(m: Module, columns: Columns, digits: Digits, b, signed: bool, arrival: float = 0.0) -> None:
    """Add the product of `digits` and `b` to `columns`: per digit one row and one bit."""
    wide = Cat(b, b[-1] if signed else Const(0, 1))  # 2b needs one more bit than b
    for i in range(len(digits.one)):
        one, two = digits.one[i], digits.two[i]
        multiple = Signal(len(wide), name=f"multiple_{i}")
        m.d.comb += multiple.eq(
            (one.replicate(len(wide)) & wide) | (two.replicate(len(wide)) & Cat(Const(0, 1), wide))
        )
        if digits.unsigned_top and i == len(digits.one) - 1:
            # The top digit of an unsigned number is 0, 1 or 2: nothing to invert.
            add = columns.add_signed if signed else columns.add_unsigned
            add(multiple, 2 * i, arrival + ROW_DELAY - XOR_DELAY)
            continue
        neg = digits.neg[i]
        # The multiple of an unsigned b has no sign bit yet.
        row = Signal(len(wide) + (not signed), name=f"row_{i}")
        m.d.comb += row.eq(Cat(multiple, Const(0, 1))[: len(row)] ^ neg.replicate(len(row)))
        columns.add_signed(row, 2 * i, arrival + ROW_DELAY)
        columns.add_bit(neg, 2 * i, arrival)
