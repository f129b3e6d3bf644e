"""Matrix multiplication of floats in wide accumulators: every result is rounded once, at the array's edge.

    c = round(sum over k of a[i, k] * b[k, j])      to out_format, nearest even

The sums are those of `golden.wide_fma`, from zero, in the order of k. With `block` they are added up by
blocks of so many products, each from zero, and then the blocks, in their order; K is filled up with zeros to
whole blocks. Inf, NaN and zeros are as there: a result that is zero is +0.

Source: Alexandridis et al., Floating-Point Multiply-Add with Approximate Normalization, 2024 (sums leave a
column of a systolic array unrounded).
"""

import numpy as np

from .errors import UsageError
from .float_accumulate import acc_to_code, accumulate, no_sum
from .float_format import FloatFormat
from .integer import check_range
from .wide_fma import FmaAccumulatorFormat, wide_dot, wide_fma


def fma_gemm(
    a, b, *, acc: FmaAccumulatorFormat, out_format: FloatFormat, block: int | None = None
) -> np.ndarray:
    """Return the codes of C, int64 (M, N), as the hardware computes them.

    a: (M, K) codes of `acc.a_format`, b: (K, N) codes of `acc.b_format`. block: products that are added up
    before they join the sum; None: each joins it by itself. Raises UsageError if a shape or a code is out of
    range.
    """
    a = check_range("a", a, acc.a_format.bits, False)
    b = check_range("b", b, acc.b_format.bits, False)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or 0 in a.shape + b.shape:
        raise UsageError(f"a is {a.shape} and b is {b.shape}: they must be (M, K) and (K, N), none of them 0")
    if block is not None and block < 1:
        raise UsageError(f"block={block} is not a number of products: use 1 or more")
    columns, rows = a[:, None, :], b.T[None, :, :]
    total = no_sum((a.shape[0], b.shape[1]))
    if block is None:
        for k in range(len(b)):
            total = wide_fma(columns[..., k], rows[..., k], total, acc=acc)
        return acc_to_code(total, acc=acc, fmt=out_format)
    columns, rows = (np.pad(x, ((0, 0), (0, 0), (0, -len(b) % block))) for x in (columns, rows))
    for start in range(0, len(b), block):
        part = slice(start, start + block)
        found = wide_dot(columns[..., part], rows[..., part], acc=acc)
        total = accumulate(total, found, acc_bits=acc.acc_bits, groups=acc.groups)
    return acc_to_code(total, acc=acc, fmt=out_format)
