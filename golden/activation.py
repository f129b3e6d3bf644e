"""Activation functions on a fixed grid: tables of integers, every entry rounded correctly.

    y = saturate(floor(f(x / 2 ** in_fraction) * 2 ** out_fraction + 1 / 2))

An entry is proved, not computed to some precision: `golden.enclosure` gives two fractions between which the
value lies, and both must round to the same integer; otherwise they are narrowed. Values exactly half way are
rational, and the functions that have them (all that are piecewise polynomials, and the others at 0) come
with enclosures of width 0.

    gelu          x * (1 + erf(x / sqrt(2))) / 2                exp            e ** x
    gelu_tanh     its usual approximation by tanh               relu           max(x, 0)
    silu          x * sigmoid(x)                                squared_relu   max(x, 0) ** 2
    sigmoid       1 / (1 + e ** -x)                             hard_sigmoid   x / 6 + 1 / 2 from 0 to 1
    tanh          tanh(x)                                       hard_silu      x * hard_sigmoid(x)
                                                                hard_tanh      x from -1 to 1
"""

from fractions import Fraction
from functools import lru_cache

import numpy as np

from .enclosure import FUNCTIONS
from .errors import UsageError
from .integer import check_bits, check_range, int_range
from .rows import check_name, check_option

MAX_IN_BITS = 12
MAX_OUT_BITS = 16
_FIRST_BITS, _LAST_BITS = 32, 1024


def activation(x, *, function: str, **grid) -> np.ndarray:
    """Return `function` of integers of any shape as int64, correctly rounded.

    x: of the grid's `in_bits`. function, grid: see `activation_table`. Raises UsageError as that does, and
    for integers out of range.
    """
    table = activation_table(function=function, **grid)
    signed = grid.get("in_signed", True)
    in_bits = len(table).bit_length() - 1
    x = check_range("x", x, in_bits, signed)
    return np.array(table, np.int64)[x - int_range(in_bits, signed)[0]]


@lru_cache(maxsize=64)
def activation_table(
    *,
    function: str,
    in_fraction: int,
    out_fraction: int,
    in_bits: int = 8,
    in_signed: bool = True,
    out_bits: int = 8,
    out_signed: bool = True,
) -> tuple[int, ...]:
    """Return the results of all 2 ** in_bits codes, from the smallest to the largest.

    function: one of `golden.enclosure.FUNCTIONS`. in_bits: 1 to 12; in_fraction: 0 to 16, a code weighs
    2 ** -in_fraction. out_bits: 1 to 16; out_fraction: 0 to 16. Results beyond the range saturate.

    Raises UsageError for what is out of range.
    """
    check_name("function", function, FUNCTIONS)
    check_bits("in_bits", in_bits, MAX_IN_BITS)
    check_bits("out_bits", out_bits, MAX_OUT_BITS)
    check_option("in_fraction", in_fraction, 0, 16)
    check_option("out_fraction", out_fraction, 0, 16)
    first, last = int_range(in_bits, in_signed)
    low, high = int_range(out_bits, out_signed)
    return tuple(
        min(max(_rounded(function, Fraction(code, 1 << in_fraction), out_fraction), low), high)
        for code in range(first, last + 1)
    )


def delta_table(*, function: str, fraction: int, bits: int = 8) -> tuple[int, ...]:
    """Return D of gelu, gelu_tanh or silu on one grid: y = max(x, 0) - D[min(|x|, 2 ** (bits - 1) - 1)].

    The distance from ReLU is even in x, and small: this is the table that hardware holds. fraction: of x and
    y, 0 to 16. bits: of x and y, 2 to 12. Raises UsageError for other functions, and for grids so narrow that
    the smallest code has a distance of its own.
    """
    check_name("function", function, ("gelu", "gelu_tanh", "silu"))
    check_option("bits", bits, 2, MAX_IN_BITS)
    grid = {"in_fraction": fraction, "out_fraction": fraction, "in_bits": bits, "out_bits": bits}
    table = activation_table(function=function, **grid)
    middle = len(table) // 2
    if table[0] != table[1]:
        raise UsageError(
            f"fraction={fraction} and bits={bits}: code {-middle} needs {-table[0]} taken away, and its "
            f"neighbour {-table[1]}: use a smaller fraction, or the whole table"
        )
    return tuple(code - y for code, y in enumerate(table[middle:]))


def _rounded(function: str, x: Fraction, out_fraction: int) -> int:
    bits = _FIRST_BITS
    while bits <= _LAST_BITS:
        ends = [(2 * (end * (1 << out_fraction)) + 1) // 2 for end in FUNCTIONS[function](x, bits)]
        if ends[0] == ends[1]:
            return ends[0]
        bits *= 2
    raise ArithmeticError(f"{function}({x}) is too near to a tie to be rounded with {_LAST_BITS} bits")
