"""How wide an accumulator must be: the exact worst case, not a rule of thumb.

A sum of K products of an `a_bits` and a `b_bits` integer reaches K times the extreme product. For
int8 x int8 the largest product is (-128) x (-128) = 16384, which a single 16-bit sum holds; the
usual `a_bits + b_bits + ceil(log2 K)` asks for a bit more than is needed at most K.

What is known of the weights makes the accumulator narrower, column by column of B (K, N):

    known                          function             largest |sum|                 reached by
    their type                     data_type_bits       K * extreme product           weights at an end
    the L1 norm of a column        l1_norm_bits         norm * max|a|                 weights of one sign
    ... and that its sum is zero   zero_centred_bits    norm / 2 * (max a - min a)    every such column
    all of them                    weight_bits          `sum_range`                   every column

Every bound holds in any order of summation, for partial sums too. Sources: Colbert et al., A2Q, ICCV 2023
(type and L1 norm), and A2Q+, ICML 2024 (zero-centred). The papers take the largest unsigned input for
2 ** a_bits; it is one less here, so that these widths are sometimes a bit narrower and still exact.
"""

import numpy as np

from .errors import UsageError
from .integer import check_bits, check_range, int_range, int_width


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


def check_exact(
    acc_bits: int,
    k: int,
    a_bits: int,
    b_bits: int,
    a_signed: bool,
    b_signed: bool,
    instead: str = "overflow=wrap or saturate",
) -> None:
    """Raise UsageError if `k` products can overflow the accumulator, with the width that would do.

    instead: what else would do.
    """
    needed = acc_bits_for(k, a_bits, b_bits, a_signed, b_signed)
    if acc_bits >= needed:
        return
    low, high = product_range(a_bits, b_bits, a_signed, b_signed)
    extreme = max(abs(low), high)
    raise UsageError(
        f"acc_bits={acc_bits} cannot hold the sum of {k} products of {a_bits} x {b_bits} bits, "
        f"which reaches {k} x {extreme} = {k * extreme}: "
        f"use acc_bits={needed} or more, or {instead}"
    )


def data_type_bits(
    weights, *, a_bits: int, b_bits: int = 8, a_signed: bool = True, b_signed: bool = True
) -> int:
    """Return the width that holds every sum of a column of B, whatever its K weights of this type are.

    weights: (K, N) integers of `b_bits`. Raises UsageError if they are not.
    """
    return acc_bits_for(len(_matrix(weights, b_bits, b_signed)), a_bits, b_bits, a_signed, b_signed)


def l1_norm_bits(
    weights, *, a_bits: int, b_bits: int = 8, a_signed: bool = True, b_signed: bool = True
) -> np.ndarray:
    """Return, per column, the width for all weights with the same L1 norm; the maximum is that of the matrix.

    weights: (K, N) integers of `b_bits`. Raises UsageError if they are not.
    """
    norms = np.abs(_matrix(weights, b_bits, b_signed)).sum(axis=0)
    reach = norms * max(abs(end) for end in _inputs(a_bits, a_signed))
    signed = sum_is_signed(a_signed, b_signed)
    return _widths(-reach if signed else 0 * reach, reach, signed)


def zero_centred_bits(weights, *, a_bits: int, b_bits: int = 8, a_signed: bool = True) -> np.ndarray:
    """Return, per column, the width for all weights with the same L1 norm whose sum is zero.

    weights: (K, N) signed integers of `b_bits`. Raises UsageError if a column does not add up to zero.
    """
    weights = _matrix(weights, b_bits, True)
    sums = weights.sum(axis=0)
    if sums.any():
        column = int(np.flatnonzero(sums)[0])
        raise UsageError(
            f"weights[:, {column}] add up to {sums[column]}, and the zero-centred bound is for columns that "
            "add up to 0: subtract their mean before rounding, or use l1_norm_bits"
        )
    low, high = _inputs(a_bits, a_signed)
    reach = np.abs(weights).sum(axis=0) // 2 * (high - low)
    return _widths(-reach, reach, True)


def weight_bits(
    weights, *, a_bits: int, b_bits: int = 8, a_signed: bool = True, b_signed: bool = True
) -> np.ndarray:
    """Return, per column, the smallest width that no sum with these weights overflows.

    weights: (K, N) integers of `b_bits`. Raises UsageError if they are not.
    """
    low, high = sum_range(weights, a_bits=a_bits, b_bits=b_bits, a_signed=a_signed, b_signed=b_signed)
    return _widths(low, high, sum_is_signed(a_signed, b_signed))


def sum_range(
    weights, *, a_bits: int, b_bits: int = 8, a_signed: bool = True, b_signed: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Return the smallest and the largest sum of each column of `weights` (K, N), as two (N,) int64 arrays.

    `adversarial_inputs` reach them.
    """
    weights = _matrix(weights, b_bits, b_signed)
    low, high = adversarial_inputs(weights, a_bits=a_bits, a_signed=a_signed)
    return (low * weights.T).sum(axis=1), (high * weights.T).sum(axis=1)


def adversarial_inputs(weights, *, a_bits: int, a_signed: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Return two (N, K) arrays of inputs: row n makes the smallest, and the largest, sum of column n.

    weights: (K, N) integers. The largest input meets every weight that is positive, the smallest every other
    one, and for the smallest sum the other way round.
    """
    low, high = _inputs(a_bits, a_signed)
    positive = np.asarray(weights).T > 0
    return np.where(positive, low, high), np.where(positive, high, low)


def _matrix(weights, b_bits: int, b_signed: bool) -> np.ndarray:
    check_bits("b_bits", b_bits, 16)
    weights = check_range("weights", weights, b_bits, b_signed)
    if weights.ndim != 2 or 0 in weights.shape:
        raise UsageError(f"weights are {weights.shape}: they must be (K, N), a column per output channel")
    return weights


def _inputs(a_bits: int, a_signed: bool) -> tuple[int, int]:
    check_bits("a_bits", a_bits, 16)
    return int_range(a_bits, a_signed)


def _widths(low: np.ndarray, high: np.ndarray, signed: bool) -> np.ndarray:
    return np.array([int_width(int(a), int(b), signed) for a, b in zip(low, high, strict=True)])
