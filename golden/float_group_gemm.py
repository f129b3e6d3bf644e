"""Group-quantised matrix multiplication with float activations: sums per group, dequantised once per group.

    d[g] = round(sum over k in g of a[i, k] * b[k, j])          to `sum_format`
    y   <- round(y + d[g] * scale[g, j])                        to `out_format`;  g = 0, 1, ..., from y = +0

a are floats, b signed integers, scales floats. The sum is that of `golden.float_accumulate`, in the order of
k and not rounded before its end; or, by terms, that of `golden.float_terms`, which is a code already. The
product with the scale is exact, so that a group is rounded twice: as its sum, and with the result. Both round
to nearest even. NaN, Inf and zeros are as in `golden.float_arith.fma`.

Source: Zhang et al., MixPE, 2024 (dequantisation after the group's sum).
"""

import numpy as np

from .errors import UsageError
from .float_accumulate import AccumulatorFormat, acc_to_code, weight_dot
from .float_arith import fma
from .float_format import FloatFormat
from .float_terms import term_fma
from .group_gemm import check_per_group, group_count
from .integer import check_range


def float_group_gemm(
    a,
    b,
    scale,
    *,
    group: int,
    acc: AccumulatorFormat,
    terms: bool = False,
    sum_format: FloatFormat,
    scale_format: FloatFormat,
    out_format: FloatFormat,
) -> np.ndarray:
    """Return the codes of y, int64 (M, N), as the hardware computes them.

    a: (M, K) codes of `acc.fmt`. b: (K, N) signed integers of `acc.b_bits`. scale: (groups, N) codes. terms:
    sums are those of `float_terms`, and `sum_format` is `acc.fmt`.

    Raises UsageError if a shape or an operand is out of range.
    """
    a = check_range("a", a, acc.fmt.bits, False)
    b = check_range("b", b, acc.b_bits, True)
    scale = check_range("scale", scale, scale_format.bits, False)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or 0 in a.shape + b.shape:
        raise UsageError(f"a is {a.shape} and b is {b.shape}: they must be (M, K) and (K, N), none of them 0")
    if group < 1:
        raise UsageError(f"group={group} is not a number of rows: use 1 or more")
    check_per_group(*b.shape, group, {"scale": scale})
    y = np.zeros((a.shape[0], b.shape[1]), np.int64)
    formats = {"a_format": sum_format, "b_format": scale_format, "c_format": out_format}
    for g in range(group_count(len(b), group)):
        part = slice(g * group, (g + 1) * group)
        pairs = a[:, None, part], b.T[None, :, part]
        if terms:
            d = _by_terms(*pairs, acc)
        else:
            d = acc_to_code(weight_dot(*pairs, acc=acc), acc=acc, fmt=sum_format)
        y = fma(d, scale[g], y, **formats, out_format=out_format)
    return y


def _by_terms(a, b, acc: AccumulatorFormat) -> np.ndarray:
    """Return the codes of the sums over the last axis."""
    a, b = np.broadcast_arrays(a, b)
    total = np.zeros(a.shape[:-1], np.int64)
    for k in range(a.shape[-1]):
        total = term_fma(a[..., k], b[..., k], total, fmt=acc.fmt, b_bits=acc.b_bits)
    return total
