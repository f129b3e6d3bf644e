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
    """Return, for every line, whether one below it is set: by halves, so in logarithmic depth."""
    return Cat(_earlier(list(lines))[0])


def _earlier(lines):
    """Return `earlier` as a list, and whether any line is set."""
    if len(lines) == 1:
        return [Const(0, 1)], lines[0]
    half = len(lines) // 2
    low, low_any = _earlier(lines[:half])
    high, high_any = _earlier(lines[half:])
    return low + [low_any] + [low_any | line for line in high[1:]], low_any | high_any
