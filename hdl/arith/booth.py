"""Radix-4 Booth recoding: digits from -2 to 2 without any carry.

The multiplier's bits are read three at a time, overlapping by one, and each window is a digit:

    a[2i+1] a[2i] a[2i-1] |  000  001  010  011  100  101  110  111
    digit                 |   0    1    1    2   -2   -1   -1   -0
    one                   |   0    1    1    0    0    1    1    0
    two                   |   0    0    0    1    1    0    0    0
    neg                   |   0    0    0    0    1    1    1    1

a = sum of digit[i] * 4 ** i. The top bit of a window weighs -2 and is 1 more in the next window, which is
the borrow and its return. `neg` is a bare bit of a: what it does to window 111 is harmless (digits.py).

Digits: ceil(a_bits / 2) signed, a_bits // 2 + 1 unsigned. Cost: 2 exclusive-ors and an AND a digit.
Depth: 2 gates at any width. Source: O. L. MacSorley, High-Speed Arithmetic in Binary Computers, 1961.
"""

from amaranth.hdl import Cat, Const, Module, Signal

from .digits import Digits, digit_count


def booth_digits(m: Module, a, signed: bool, prefix: str = "") -> Digits:
    """Return the radix-4 Booth digits of `a`, digit 0 in bit 0 of each word; signals begin with `prefix`."""
    count = digit_count(len(a), signed)
    fill = a[-1] if signed else Const(0, 1)
    window = [Const(0, 1), *a, *[fill] * (2 * count - len(a))]
    low, mid, high = (Cat(window[2 * i + k] for i in range(count)) for k in range(3))
    digits = Digits(
        *(Signal(count, name=f"{prefix}digit_{name}") for name in ("one", "two", "neg")), not signed
    )
    m.d.comb += [
        digits.one.eq(mid ^ low),
        digits.two.eq(~(mid ^ low) & (high ^ mid)),
        digits.neg.eq(high),
    ]
    return digits
