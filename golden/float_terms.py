"""Float activations times integer weights by adding terms: one for each bit of the weight, all sums rounded.

    |x| * 2 ** i   where bit i of |w| is 1, else 0        i = 0 ... b_bits - 1
    product        the terms added in pairs, then the pairs, ..., every sum rounded to the format of x
    acc            (first ? +0 : acc) + product, rounded to the format of x

A term is x with i added to its exponent: exact, a subnormal x included, and of any exponent. Only sums are
codes: one too large is Inf, which the product then is too, as all terms have one sign. The sign of the
product, also of one that is zero, is that of x times that of w (of 0: plus). NaN, and Inf times 0, are NaN.
With an odd number of terms the last one waits for the next level.

Source: the reading of Zhang et al., MixPE, 2024, in which every term is a float; the order of the sums is
fixed here.
"""

import numpy as np

from .float_arith import fp_add, rounded_sum
from .float_code import INF, NAN, unpack
from .float_format import FloatFormat
from .integer import check_range


def term_tree(count: int) -> list[list[tuple[int, int]]]:
    """Return the pairs that are added at each level, by place; a last odd one passes to the next level."""
    levels = []
    while count > 1:
        levels.append([(k, k + 1) for k in range(0, count - 1, 2)])
        count = count - count // 2
    return levels


def term_product(a, b, *, fmt: FloatFormat, b_bits: int) -> np.ndarray:
    """Return the codes of a * b, each a sum of rounded sums, int64 of the common shape.

    a: codes of `fmt`, a signed format with Inf and NaN; b: signed integers of `b_bits`. Raises UsageError
    for operands out of range.
    """
    a = check_range("a", a, fmt.bits, False)
    b = check_range("b", b, b_bits, True)
    a, b = np.broadcast_arrays(a, b)
    shape, a, b = a.shape, a.reshape(-1), b.reshape(-1)
    size = a & ((1 << fmt.magnitude_bits) - 1)
    terms = [(size * (np.abs(b) >> i & 1), i) for i in range(b_bits)]
    for pairs in term_tree(b_bits):
        rest = terms[2 * len(pairs) :]
        terms = [(rounded_sum(*(_scaled(*terms[k], fmt) for k in pair), fmt), 0) for pair in pairs] + rest
    code, kind = terms[0][0], unpack(a, fmt).kind
    code = code | (a >> fmt.magnitude_bits ^ (b < 0)) << fmt.magnitude_bits
    return np.where((kind == NAN) | ((kind == INF) & (b == 0)), fmt.nan_code, code).reshape(shape)


def _scaled(code: np.ndarray, scale: int, fmt: FloatFormat):
    parts = unpack(code, fmt)
    return parts._replace(exponent=parts.exponent + scale)


def term_fma(a, b, acc, *, fmt: FloatFormat, b_bits: int) -> np.ndarray:
    """Return the codes of acc + a * b: one step of the element; operands as in `term_product`."""
    product = term_product(a, b, fmt=fmt, b_bits=b_bits)
    return fp_add(acc, product, a_format=fmt, b_format=fmt, out_format=fmt)
