"""Activation functions of 11 to 16 bits on a fixed grid: small tables and one addition or product, faithful.

Faithful: y is one of the two integers around the real value, and the value itself where that is an integer;
it errs by less than one step. With m the bits of x above the low ones, and t the low ones:

    linear      y = (base[m] + slope[m] * t) >> shift
    bipartite   y = (initial[m] + offset[top bits of m, t]) >> shift

No error is analysed. Of every code `golden.enclosure` tells which integers are allowed; for a slope or
offset given, these leave an interval to base or initial, the intersection over all t of one m. If one is
empty, another size is tried. What is found is thereby proved for every code, the last shift included.

GELU and SiLU, where x and y have one grid, are max(x, 0) less a distance that is even in x. It is what the
tables hold, by ~x for x below 0, which is |x| - 1: t is 1 more there, and goes from 0 to 2 ** low_bits.

Sources: J.-M. Muller, Elementary Functions, 2016, chapter 6; bipartite tables: D. Das Sarma and D. W. Matula,
Faithful Bipartite ROM Reciprocal Tables, 1995.
"""

from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .activation import MAX_OUT_BITS
from .enclosure import FUNCTIONS
from .errors import UsageError
from .integer import check_bits, check_range, int_range, int_width, saturate
from .rows import check_name, check_option

MAX_IN_BITS = 16
METHODS = ("bipartite", "linear")
#: Functions that differ from max(x, 0) by little, less than this, and by the same at x and -x.
NEAR_RELU = ("gelu", "gelu_tanh", "silu")
_NEARNESS = Fraction(3, 10)
#: Bits beyond the point of enclosures.
_BITS = 40
#: Slopes that are tried on both sides of that of the ends, and the largest shift.
_SLOPES, _MOST_SHIFT = 3, 10
_FEW_SHIFTS = 4
#: A bit of a product is as large as so many bits of a table: of gates, about.
_PRODUCT_BIT = 100


class Grid(NamedTuple):
    """What a code of x weighs, what one of y does, and how wide they are."""

    in_fraction: int
    out_fraction: int
    in_bits: int = 16
    in_signed: bool = True
    out_bits: int = 16
    out_signed: bool = True


class Tables(NamedTuple):
    """What a function is computed with.

    main: base or initial, by the bits above the `low_bits`. local: slopes, by the same bits; or offsets, by
    the top ones of these, `top_bits`, and t below: 2 ** low_bits of them, or one more where `mirrored`.
    mirrored: they are those of the distance from max(x, 0), by x inverted where it is negative.
    saturates: what they come to may be beyond the range, by 2 ** out_bits at most, and saturates.
    """

    method: str
    mirrored: bool
    saturates: bool
    low_bits: int
    top_bits: int
    shift: int
    main: tuple[int, ...]
    local: tuple[int, ...]

    @property
    def size(self) -> int:
        """Bits of both tables, and of the product."""
        local_bits = _width(self.local)
        bits = len(self.main) * _width(self.main) + len(self.local) * local_bits
        return bits + (_PRODUCT_BIT * self.low_bits * local_bits if self.method == "linear" else 0)


def faithful_activation(x, *, function: str, method: str | None = None, **grid) -> np.ndarray:
    """Return `function` of integers of any shape as int64, by less than one step wrong.

    x: of the grid's `in_bits`. The rest: see `faithful_tables`. Raises UsageError as that does, and for
    integers out of range.
    """
    tables = faithful_tables(function=function, method=method, **grid)
    grid = Grid(**grid)
    x = check_range("x", x, grid.in_bits, grid.in_signed)
    negative = (x < 0) & tables.mirrored
    code = np.where(negative, ~x, x)
    upper = code >> tables.low_bits
    t = (code & (1 << tables.low_bits) - 1) + negative
    main, local = np.array(tables.main), np.array(tables.local)
    upper = upper & len(main) - 1
    if tables.method == "linear":
        found = main[upper] + local[upper] * t
    else:
        top = upper >> (len(main).bit_length() - 1 - tables.top_bits)
        found = main[upper] + local.reshape(1 << tables.top_bits, -1)[top, t]
    found >>= tables.shift
    return np.maximum(x, 0) - found if tables.mirrored else saturate(found, grid.out_bits, grid.out_signed)


@lru_cache(maxsize=32)
def faithful_tables(*, function: str, method: str | None = None, **grid) -> Tables:
    """Return the smallest tables of a method, or with None of both methods.

    function: one of `golden.enclosure.FUNCTIONS`. grid: fields of Grid; in_bits: 4 to 16, out_bits: 1 to 16,
    fractions: 0 to 16. Results beyond the range saturate. Raises UsageError for what is out of range, and for
    grids that a method has no tables of.
    """
    check_name("function", function, FUNCTIONS)
    grid = Grid(**grid)
    check_option("in_bits", grid.in_bits, 4, MAX_IN_BITS)
    check_bits("out_bits", grid.out_bits, MAX_OUT_BITS)
    for name in ("in_fraction", "out_fraction"):
        check_option(name, getattr(grid, name), 0, 16)
    if method is not None:
        check_name("method", method, METHODS)
    allowed = _allowed(function, grid)
    found = [
        tables
        for name, search in (("bipartite", _bipartite), ("linear", _linear))
        if method in (None, name)
        for tables in search(allowed)
    ]
    if not found:
        raise UsageError(
            f"method={method} makes no faithful tables of {function} on this grid, where results saturate or "
            "are steep: use the other method, fewer out_bits or a smaller out_fraction"
        )
    return min(found, key=lambda tables: tables.size)


def is_near_relu(function: str, grid: Grid) -> bool:
    """Return whether the tables are those of the distance from max(x, 0)."""
    same_grid = grid.in_fraction == grid.out_fraction and grid.in_bits <= grid.out_bits
    return function in NEAR_RELU and same_grid and grid.in_signed and grid.out_signed


class Allowed(NamedTuple):
    """The smallest and the largest integer that every code may have, and about twice the value it has.

    In the order of the tables; mirrored: of the distances at 0 to 2 ** (in_bits - 1).
    """

    least: np.ndarray
    most: np.ndarray
    doubled: np.ndarray
    mirrored: bool
    saturates: bool

    @property
    def in_bits(self) -> int:
        """Bits of a code that the tables look at."""
        return (len(self.least) - self.mirrored).bit_length() - 1

    def by_low_bits(self, low_bits: int) -> tuple[np.ndarray, ...]:
        """Return least, most and doubled by upper bits and t: (uppers, ts)."""
        ends = 1 << low_bits
        t = np.arange(ends + self.mirrored)
        place = np.arange(1 << self.in_bits - low_bits)[:, None] * ends + t
        return self.least[place], self.most[place], self.doubled[place]


@lru_cache(maxsize=4)
def _allowed(function: str, grid: Grid) -> Allowed:
    if is_near_relu(function, grid):
        codes = range((1 << grid.in_bits - 1) + 1)
        least, most = np.array([_around(function, -code, grid) for code in codes]).T
        return Allowed(-most, -least, -least - most, True, False)
    first, last = int_range(grid.in_bits, grid.in_signed)
    pairs = np.array([_around(function, code, grid) for code in range(first, last + 1)])
    # As unsigned codes: those below 0 behind the others.
    floor, ceiling = np.roll(pairs, first, axis=0).T
    low, high = int_range(grid.out_bits, grid.out_signed)
    above, below = floor > high, ceiling < low
    least = np.where(below, low - (1 << grid.out_bits), np.clip(floor, low, high))
    most = np.where(above, high + (1 << grid.out_bits), np.clip(ceiling, low, high))
    return Allowed(least, most, floor + ceiling, False, bool((above | below).any()))


def _around(function: str, code: int, grid: Grid) -> tuple[int, int]:
    """Return the smallest and the largest integer that differ from the value by less than 1.

    Values beyond the range by more than 2 ** out_bits count as that.
    """
    x = Fraction(code, 1 << grid.in_fraction)
    one = 1 << grid.out_fraction
    least, most = int_range(grid.out_bits, grid.out_signed)
    least, most = least - (1 << grid.out_bits), most + (1 << grid.out_bits)
    # Far beyond the range nothing needs to be computed, nor could it: e ** 1000 has 1443 bits.
    near = function in NEAR_RELU and (x - _NEARNESS) * one >= most
    if near or (function == "exp" and x > grid.out_bits):
        return most, most
    low, high = (end * one for end in FUNCTIONS[function](x, _BITS))
    # More than high - 1, and less than low + 1.
    ends = high.numerator // high.denominator, -(-low.numerator // low.denominator)
    return tuple(min(max(end, least), most) for end in ends)


def _linear(allowed: Allowed):
    """Yield tables of every number of segments that goes."""
    for low_bits in range(1, allowed.in_bits):
        least, most, doubled = allowed.by_low_bits(low_bits)
        t = np.arange(least.shape[1])
        for shift in range(_MOST_SHIFT + 1):
            rise = ((doubled[:, -1] - doubled[:, 0]) << shift) // (2 * t[-1])
            slopes = rise[:, None] + np.arange(-_SLOPES, _SLOPES + 1)
            room = [_interval(least, most, slope[:, None] * t, shift) for slope in slopes.T]
            bottom, top = (np.stack(ends, axis=1) for ends in zip(*room, strict=True))
            best = (top - bottom).argmax(axis=1)[:, None]
            bottom, top, slope = (np.take_along_axis(v, best, axis=1)[:, 0] for v in (bottom, top, slopes))
            if (bottom <= top).all():
                kind = ("linear", allowed.mirrored, allowed.saturates, low_bits, 0, shift)
                yield Tables(*kind, _ints(_roundest(bottom, top)), _ints(slope))
                break


def _bipartite(allowed: Allowed):
    """Yield tables of every division of the code into three that goes."""
    for low_bits in range(1, allowed.in_bits - 1):
        least, most, doubled = allowed.by_low_bits(low_bits)
        t = np.arange(least.shape[1])
        for top_bits in range(1, allowed.in_bits - low_bits):
            group = 1 << allowed.in_bits - low_bits - top_bits
            # Twice the rise over all of a group.
            rise = doubled[group - 1 :: group, -1] - doubled[::group, 0]
            length = (group << low_bits) - 1 + allowed.mirrored
            for shift in range(_FEW_SHIFTS):
                offset = ((rise[:, None] * t << shift) + length) // (2 * length)
                bottom, top = _interval(least, most, offset.repeat(group, axis=0), shift)
                if (bottom <= top).all():
                    kind = ("bipartite", allowed.mirrored, allowed.saturates, low_bits, top_bits, shift)
                    yield Tables(*kind, _ints(_roundest(bottom, top)), _ints(offset.ravel()))
                    break


def _interval(least: np.ndarray, most: np.ndarray, added: np.ndarray, shift: int):
    """Return between what the main entry must lie, for its sum with `added` to be allowed once shifted."""
    bottom = ((least << shift) - added).max(axis=1)
    top = (((most + 1) << shift) - 1 - added).min(axis=1)
    return bottom, top


def _roundest(bottom: np.ndarray, top: np.ndarray) -> np.ndarray:
    """Return of each interval an integer with the most zeros at its end: less logic."""
    found = top
    for zeros in range(1, MAX_OUT_BITS + _MOST_SHIFT):
        rounded = top >> zeros << zeros
        found = np.where(rounded >= bottom, rounded, found)
    return found


def _ints(values: np.ndarray) -> tuple[int, ...]:
    return tuple(int(value) for value in values)


def _width(values: tuple[int, ...]) -> int:
    return int_width(min(values), max(values), min(values) < 0)
