"""Integer matrix multiplication with a finite accumulator: the contract of `mac_array` and its elements.

`C[M,N] = A[M,K] x B[K,N]`, every sum held in `acc_bits` bits. The accumulator is signed unless both
operands are unsigned.
"""

import numpy as np

from .accumulator import check_exact, sum_is_signed
from .errors import UsageError
from .integer import check_bits, check_range, saturate, wrap

OVERFLOW_RULES = ("error", "wrap", "saturate")


def mac_step(acc, first, a, b, *, acc_bits: int, signed: bool, overflow: str) -> np.ndarray:
    """Return the accumulator after one multiply-accumulate, element by element.

    All four arrays broadcast. Where `first` is true the old sum is dropped and a new one starts.
    The product is exact; the sum is wrapped or saturated to `acc_bits` (signed or not) at once, so a
    chain of these steps is what a multiply-accumulate element with that accumulator holds.
    """
    total = np.where(first, 0, acc) + np.asarray(a, np.int64) * np.asarray(b, np.int64)
    return (saturate if overflow == "saturate" else wrap)(total, acc_bits, signed)


def dot_step(acc, first, a, b, *, acc_bits: int, signed: bool, overflow: str) -> np.ndarray:
    """Return the accumulator after one step of an element with lanes, which adds several products at once.

    a, b: integers whose last axis is the lane; acc, first: arrays with the other axes, or scalars. Where
    `first` is true the old sum is dropped. The exact sum of the step's products is added, and only then
    the result is wrapped or saturated to `acc_bits`, once: lanes that cancel do not saturate on the way.
    """
    dot = (np.asarray(a, np.int64) * np.asarray(b, np.int64)).sum(axis=-1)
    return mac_step(acc, first, dot, 1, acc_bits=acc_bits, signed=signed, overflow=overflow)


def int_gemm(
    a,
    b,
    *,
    a_bits: int = 8,
    b_bits: int = 8,
    a_signed: bool = True,
    b_signed: bool = True,
    acc_bits: int = 32,
    overflow: str = "error",
    k_step: int = 1,
) -> np.ndarray:
    """Multiply integer matrices as the hardware does; returns int64 of shape (M, N).

    a: (M, K) integers of `a_bits` bits; b: (K, N) integers of `b_bits` bits; K >= 1. Operands have 1 to 16
    bits, the accumulator 1 to 62.
    overflow: `wrap` keeps the low `acc_bits` bits of the exact sum. `saturate` clips after every
    addition in the order k = 0, 1, ... K-1, which is the hardware's order: a sum that was clipped does
    not come back to what it would have been. An engine that adds `k_step` products at a time adds them
    exactly and clips once. `error` computes the exact sum and promises that it fits.

    Raises UsageError if a shape, a width or an operand is out of range, or, under `error`, if the worst case
    of K products does not fit in `acc_bits`.
    """
    for name, bits, highest in (("a_bits", a_bits, 16), ("b_bits", b_bits, 16), ("acc_bits", acc_bits, 62)):
        check_bits(name, bits, highest)
    a, b = check_range("a", a, a_bits, a_signed), check_range("b", b, b_bits, b_signed)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or a.shape[1] < 1:
        raise UsageError(
            f"a is {a.shape} and b is {b.shape}: they must be (M, K) and (K, N) with K at least 1"
        )
    if overflow not in OVERFLOW_RULES:
        raise UsageError(f"overflow={overflow!r} is not one of {', '.join(OVERFLOW_RULES)}")
    signed = sum_is_signed(a_signed, b_signed)
    if overflow == "error":
        check_exact(acc_bits, a.shape[1], a_bits, b_bits, a_signed, b_signed)
    if overflow != "saturate":
        return wrap(a @ b, acc_bits, signed)
    acc = np.zeros((a.shape[0], b.shape[1]), np.int64)
    for k in range(0, a.shape[1], k_step):
        dot = a[:, k : k + k_step] @ b[k : k + k_step]
        acc = mac_step(acc, False, dot, 1, acc_bits=acc_bits, signed=signed, overflow=overflow)
    return acc
