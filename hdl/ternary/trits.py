"""Codes of trits as the selects that elements want, and which codes are illegal.

    1in2   bit 0 says that a trit is not 0, bit 1 that it is negative
    5in8   trit n of a byte c is which third of 256 the number (3 ** n * c) mod 256 lies in: -1 below 86, +1
           from 171 on. Four products by constants, an adder each, side by side: no trit waits for another
    3in5   sign and index of an entry of a table, which an element looks up as they are
    4in7   the same

Golden model: `golden.ternary.unpack_trits`.
"""

from typing import NamedTuple

from amaranth.hdl import Cat, Module, Signal, Value

#: Where the thirds of a byte begin: the smallest c with 3 * c >= 256, and with 3 * c >= 512.
ZERO_FROM, PLUS_FROM = 86, 171


class Trit(NamedTuple):
    """A trit as two bits, of which at most one is 1: +1 and -1."""

    plus: Value
    minus: Value


def two_bit_trit(code: Value) -> tuple[list[Trit], Value]:
    """Return the trit of a code of two bits, and whether the code is illegal."""
    return [Trit(code[0] & ~code[1], code[0] & code[1])], code[1] & ~code[0]


def byte_trits(m: Module, code: Value, name: str) -> tuple[list[Trit], Value]:
    """Return the five trits of a byte, and whether the byte is illegal; signals begin with `name`."""
    times = {1: code} | {n: Signal(8, name=f"{name}_times_{n}") for n in (3, 9, 27, 81, 13)}
    m.d.comb += [
        times[3].eq(code + (code << 1)),
        times[9].eq(code + (code << 3)),
        times[27].eq(times[9] + (times[9] << 1)),
        times[81].eq(times[9] + (times[9] << 3)),
        times[13].eq(code + (times[3] << 2)),
    ]
    trits = [Trit(times[3**n] >= PLUS_FROM, times[3**n] < ZERO_FROM) for n in range(5)]
    # A byte that means what the one before it means: golden.ternary.
    return trits, times[13].any() & (times[13] <= 13)


def is_illegal(code: Value, group: int) -> Value:
    """Return whether a code of 3 or 4 trits is no sum of theirs: too large, or minus 0."""
    size = code[:-1]
    return (size > 3**group // 2) | (~size.any() & code[-1])


def pair_select(first: Trit, second: Trit) -> Value:
    """Return the select of two trits: a line per entry of their table, see `ternary_table`, and the sign."""
    one, other = first.plus | first.minus, second.plus | second.minus
    opposite = (first.plus & second.minus) | (first.minus & second.plus)
    same = (first.plus & second.plus) | (first.minus & second.minus)
    return Cat(~one & other, opposite, one & ~other, same, first.minus | (~one & second.minus))
