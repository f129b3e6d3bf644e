"""Activation functions of rational numbers, enclosed between two fractions: exact integer arithmetic.

An enclosure is (low, high), low <= f(x) <= high, some 2 ** -bits wide, and of width 0 where f(x) is rational.
Series are sums of positive terms, with every division rounded down for low and up for high.
"""

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from math import isqrt

Enclosure = tuple[Fraction, Fraction]
_GUARD = 16


def exp(x: Fraction, bits: int) -> Enclosure:
    """Return an enclosure of e ** x; its width is relative to the result where that is above 1."""
    if x == 0:
        return Fraction(1), Fraction(1)
    if x > 0:
        low, high = exp(-x, bits + 2 * (int(x * 3 / 2) + 1))
        return 1 / high, 1 / low
    if -x > bits:
        return Fraction(0), Fraction(1, 1 << bits)
    # e ** -x is the 2 ** halvings-th power of that of a number below 1/2, and every squaring costs a bit.
    halvings = (2 * int(-x)).bit_length() + 1
    one = 1 << (bits + halvings + _GUARD)
    part = -x / (1 << halvings)
    low = high = low_term = high_term = one
    n = 0
    while high_term > 1:
        n += 1
        low_term = low_term * part.numerator // (part.denominator * n)
        high_term = -(-high_term * part.numerator // (part.denominator * n))
        low, high = low + low_term, high + high_term
    # What is left of the series is below its last term, as each is less than half of the one before.
    low, high = one * one // (high + high_term), -(-one * one // low)
    for _ in range(halvings):
        low, high = low * low // one, -(-high * high // one)
    return Fraction(low, one), Fraction(high, one)


def sigmoid(x: Fraction, bits: int) -> Enclosure:
    """Return an enclosure of 1 / (1 + e ** -x)."""
    low, high = exp(-abs(x), bits)
    low, high = low / (1 + low), high / (1 + high)
    return (1 - high, 1 - low) if x > 0 else (low, high)


def tanh(x: Fraction, bits: int) -> Enclosure:
    """Return an enclosure of tanh(x) = 2 sigmoid(2 x) - 1."""
    low, high = sigmoid(2 * x, bits + 1)
    return 2 * low - 1, 2 * high - 1


def silu(x: Fraction, bits: int) -> Enclosure:
    """Return an enclosure of x * sigmoid(x)."""
    return _times(x, sigmoid(x, bits + _size(x)))


def gelu(x: Fraction, bits: int) -> Enclosure:
    """Return an enclosure of x * (1 + erf(x / sqrt(2))) / 2."""
    low, high = _tail(abs(x), bits + _size(x))
    return _times(x, (1 - high, 1 - low) if x > 0 else (low, high))


def gelu_tanh(x: Fraction, bits: int) -> Enclosure:
    """Return an enclosure of x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x ** 3))) / 2."""
    bits += _size(x)
    inner = 2 * (x + Fraction(44715, 1000000) * x**3)
    roots = _root_2_over_pi(bits + 2 * _size(inner))
    first, last = sorted(root * inner for root in roots)
    return _times(x, (sigmoid(first, bits)[0], sigmoid(last, bits)[1]))


def relu(x: Fraction, bits: int) -> Enclosure:
    """Return max(x, 0)."""
    return (max(x, Fraction(0)),) * 2


def squared_relu(x: Fraction, bits: int) -> Enclosure:
    """Return max(x, 0) ** 2."""
    return (max(x, Fraction(0)) ** 2,) * 2


def hard_sigmoid(x: Fraction, bits: int) -> Enclosure:
    """Return x / 6 + 1 / 2 between 0 and 1."""
    return (min(max(x / 6 + Fraction(1, 2), Fraction(0)), Fraction(1)),) * 2


def hard_silu(x: Fraction, bits: int) -> Enclosure:
    """Return x * hard_sigmoid(x)."""
    return _times(x, hard_sigmoid(x, bits))


def hard_tanh(x: Fraction, bits: int) -> Enclosure:
    """Return x between -1 and 1."""
    return (min(max(x, Fraction(-1)), Fraction(1)),) * 2


FUNCTIONS: dict[str, Callable[[Fraction, int], Enclosure]] = {
    function.__name__: function
    for function in (
        gelu,
        gelu_tanh,
        silu,
        sigmoid,
        tanh,
        exp,
        relu,
        squared_relu,
        hard_sigmoid,
        hard_silu,
        hard_tanh,
    )
}


def _tail(x: Fraction, bits: int) -> Enclosure:
    """Return an enclosure of (1 - erf(x / sqrt(2))) / 2 for x of 0 or more.

    erf(x / sqrt(2)) = sqrt(2 / pi) * e ** (-x * x / 2) * (x + x ** 3 / 3 + x ** 5 / 15 + ...), by double
    factorials. From x * x / 2 = bits on, the tail is below 2 ** -bits.
    """
    half_square = x * x / 2
    if half_square > bits:
        return Fraction(0), Fraction(1, 1 << bits)
    # The series is as large as e ** (x * x / 2).
    work = bits + 2 * int(half_square) + _GUARD
    one = 1 << work
    square = x * x
    low_term, high_term = _floor(x * one), -_floor(-x * one)
    low, high, n = low_term, high_term, 1
    while high_term > 1 or square * 2 > n:
        n += 2
        low_term = low_term * square.numerator // (square.denominator * n)
        high_term = -(-high_term * square.numerator // (square.denominator * n))
        low, high = low + low_term, high + high_term
    high += high_term
    falls, root = exp(-half_square, work), _root_2_over_pi(work)
    # Fractions of many digits are slow: back to one denominator.
    low, high = Fraction(low, one) * falls[0] * root[0], Fraction(high, one) * falls[1] * root[1]
    return Fraction(_floor((1 - high) / 2 * one), one), Fraction(-_floor((low - 1) / 2 * one), one)


@lru_cache
def _root_2_over_pi(bits: int) -> Enclosure:
    """Return an enclosure of sqrt(2 / pi), pi being 16 arctan(1 / 5) - 4 arctan(1 / 239)."""
    bits += _GUARD
    one = 1 << bits
    (low5, high5), (low239, high239) = _arctan(5, bits), _arctan(239, bits)
    low, high = 16 * low5 - 4 * high239, 16 * high5 - 4 * low239
    return Fraction(isqrt(2 * one**3 // high), one), Fraction(isqrt(2 * one**3 // low) + 1, one)


def _arctan(n: int, bits: int) -> tuple[int, int]:
    """Return arctan(1 / n) * 2 ** bits, rounded down and up, with room for the error of every term."""
    power, total, k = (1 << bits) // n, 0, 0
    while power:
        total += (-power if k & 1 else power) // (2 * k + 1)
        power //= n * n
        k += 1
    # A term's own two divisions err by less than 2, and what is left of the series by less than 1.
    return total - 2 * k - 1, total + 2 * k + 1


def _times(x: Fraction, value: Enclosure) -> Enclosure:
    low, high = sorted((x * value[0], x * value[1]))
    return low, high


def _size(x: Fraction) -> int:
    return int(abs(x)).bit_length()


def _floor(x: Fraction) -> int:
    return x.numerator // x.denominator
