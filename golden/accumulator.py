"""How wide an accumulator must be: the exact worst case, not a rule of thumb.

A sum of K products of an `a_bits` and a `b_bits` integer reaches K times the extreme product. For
int8 x int8 the largest product is (-128) x (-128) = 16384, which a single 16-bit sum holds; the
usual `a_bits + b_bits + ceil(log2 K)` asks for a bit more than is needed at most K.
"""

from .errors import UsageError
from .integer import int_range, int_width


def product_range(a_bits: int, b_bits: int, a_signed: bool, b_signed: bool) -> tuple[int, int]:
    """Return the smallest and the largest product of the two operands."""
    corners = [x * y for x in int_range(a_bits, a_signed) for y in int_range(b_bits, b_signed)]
    return min(corners), max(corners)


def sum_is_signed(a_signed: bool, b_signed: bool) -> bool:
    """Return whether a sum of products can be negative."""
    return a_signed or b_signed


def acc_bits_for(k: int, a_bits: int, b_bits: int, a_signed: bool, b_signed: bool) -> int:
    """Return the smallest accumulator width, in bits, that no sum of `k` products overflows."""
    low, high = product_range(a_bits, b_bits, a_signed, b_signed)
    return int_width(k * low, k * high, sum_is_signed(a_signed, b_signed))


def k_max_for(acc_bits: int, a_bits: int, b_bits: int, a_signed: bool, b_signed: bool) -> int:
    """Return the largest number of products that an `acc_bits` accumulator sums without overflow.

    0 means that not even one product fits.
    """
    low, high = product_range(a_bits, b_bits, a_signed, b_signed)
    acc_low, acc_high = int_range(acc_bits, sum_is_signed(a_signed, b_signed))
    return min(acc_high // high, acc_low // low if low < 0 else acc_high // high)


def check_exact(acc_bits: int, k: int, a_bits: int, b_bits: int, a_signed: bool, b_signed: bool) -> None:
    """Raise UsageError, with the width that would do, if `k` products can overflow the accumulator."""
    needed = acc_bits_for(k, a_bits, b_bits, a_signed, b_signed)
    if acc_bits >= needed:
        return
    low, high = product_range(a_bits, b_bits, a_signed, b_signed)
    extreme = max(abs(low), high)
    raise UsageError(
        f"acc_bits={acc_bits} cannot hold the sum of {k} products of {a_bits} x {b_bits} bits, "
        f"which reaches {k} x {extreme} = {k * extreme}: "
        f"use acc_bits={needed} or more, or overflow=wrap or saturate"
    )
