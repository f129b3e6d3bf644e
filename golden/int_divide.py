"""Division of unsigned integers, with a rule for a divisor of 0: as whole arrays."""

from typing import NamedTuple

import numpy as np

from .integer import check_bits, check_range
from .reciprocal import MAX_BITS


class Divided(NamedTuple):
    """quotient * divisor + remainder is the dividend; int64 arrays of one shape."""

    quotient: np.ndarray
    remainder: np.ndarray


def int_divide(dividend, divisor, *, dividend_bits: int, divisor_bits: int) -> Divided:
    """Return quotient, rounded down, and remainder; shapes broadcast.

    dividend, divisor: unsigned, `dividend_bits` and `divisor_bits`, 1 to 62. A divisor of 0 fits into
    everything, as in restoring division: the quotient is 2 ** dividend_bits - 1, and the remainder the
    dividend modulo 2 ** divisor_bits. Raises UsageError for what is out of range.
    """
    check_bits("dividend_bits", dividend_bits, MAX_BITS)
    check_bits("divisor_bits", divisor_bits, MAX_BITS)
    dividend = check_range("dividend", dividend, dividend_bits, False)
    divisor = check_range("divisor", divisor, divisor_bits, False)
    quotient, remainder = np.divmod(dividend, np.maximum(divisor, 1))
    none = divisor == 0
    low_bits = dividend & ((1 << divisor_bits) - 1)
    return Divided(np.where(none, (1 << dividend_bits) - 1, quotient), np.where(none, low_bits, remainder))
