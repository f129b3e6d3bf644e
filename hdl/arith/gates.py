"""Small gates over several lines, as they are wanted in more than one place."""

from functools import reduce
from operator import or_

from amaranth.hdl import Cat, Const


def any_of(values):
    """Return the OR of equally wide values, of which there is at least one."""
    return reduce(or_, values)


def number_of(lines, bits: int):
    """Return the number of the one line that is set, `bits` wide."""
    return Cat(Cat(line for k, line in enumerate(lines) if k >> bit & 1).any() for bit in range(bits))


def line_of(number, lines: int):
    """Return `lines` lines, of which the one called `number` is set."""
    return Cat(Cat(bit if k >> i & 1 else ~bit for i, bit in enumerate(number)).all() for k in range(lines))


def earlier(lines):
    """Return, for every line, whether one below it is set."""
    return Cat(lines[:k].any() if k else Const(0, 1) for k in range(len(lines)))
