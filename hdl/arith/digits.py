"""Radix-4 digits from -2 to 2, and the rows of a product that they select.

A multiplier recoded into radix-4 digits makes half as many rows as it has bits, and every multiple of b
that such a digit asks for is b, shifted and inverted. A digit is three lines:

    one: take b      two: take 2 b      neg: invert the row, and add 1 in its lowest column

Inverting and adding one is negation, also of nothing: a digit -0 makes a row of ones, and the one that is
added makes it zero again. That one goes to a free place below the next row, so it costs a bit and no row.

             s  x  x  x  x  x        row 0        s: inverted sign (Columns.add_signed)
       s  x  x  x  x  x     n        row 1        n: neg of the row above
 s  x  x  x  x  x     n              row 2
                n

Recoders: booth.py (fastest), ent.py (fewer non-zero digits, 2 bits a digit), minimal_weight.py (fewest).
Cost per bit of a row: an AND-OR and an exclusive-or. Depth: 2 gates.
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

    def gated(self, m: Module, enable, prefix: str = "") -> "Digits":
        """Return these digits, or zeros unless `enable`."""
        one, two = (Signal(len(self.one), name=f"{prefix}gated_{name}") for name in ("one", "two"))
        m.d.comb += [
            one.eq(self.one & enable.replicate(len(one))),
            two.eq(self.two & enable.replicate(len(two))),
        ]
        return dataclasses.replace(self, one=one, two=two)

    def registered(self, m: Module, enable, prefix: str = "") -> "Digits":
        """Return these digits as they were at the last clock edge with `enable`."""
        words = {name: getattr(self, name) for name in ("one", "two", "neg")}
        held = {
            name: Signal(len(word), name=f"{prefix}digit_{name}_reg", reset_less=True)
            for name, word in words.items()
        }
        with m.If(enable):
            m.d.sync += [held[name].eq(word) for name, word in words.items()]
        return dataclasses.replace(self, **held)


def digit_rows(
    m: Module, columns: Columns, digits: Digits, b, signed: bool, arrival: float = 0.0, prefix: str = ""
) -> None:
    """Add the product of `digits` and `b` to `columns`: per digit one row and one bit.

    The names of its signals begin with `prefix`.
    """
    wide = Cat(b, b[-1] if signed else Const(0, 1))  # 2b needs one more bit than b
    for i in range(len(digits.one)):
        one, two = digits.one[i], digits.two[i]
        multiple = Signal(len(wide), name=f"{prefix}multiple_{i}")
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
        row = Signal(len(wide) + (not signed), name=f"{prefix}row_{i}")
        m.d.comb += row.eq(Cat(multiple, Const(0, 1))[: len(row)] ^ neg.replicate(len(row)))
        columns.add_signed(row, 2 * i, arrival + ROW_DELAY)
        columns.add_bit(neg, 2 * i, arrival)
