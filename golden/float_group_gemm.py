"""Group-quantised matrix multiplication with float activations: sums per group, dequantised once per group.

    d[g] = round(sum over k in g of a[i, k] * b[k, j]  -  zero[g, j] * sum over k in g of a[i, k])
    y   <- round(y + d[g] * scale[g, j])                        g = 0, 1, ..., from y = +0

a are floats, scales floats or dyadic numbers, b signed integers, or unsigned ones with a zero point. d is
rounded to `sum_format`, y to `out_format`. The sums are those of `golden.float_accumulate`, in the order of k
and not rounded before their end; the zero point comes off them as `golden.float_zero_point` says. Or, by
terms, they are those of `golden.float_terms`, codes at every step, and the zero point is one more step: with
the sum of activations, its sign inverted, as activation, and the zero point as weight. Weights and zero
points are recentred before all that: both less 2 ** (b_bits - 1), unsigned ones are signed.

With `block` sums are added up by blocks of so many products: each from zero, and then the blocks, in their
order.

The product with the scale is exact, so that a group is rounded twice: as its sum, and with the result. Both
round to nearest even. NaN, Inf and zeros are as in `golden.float_arith.fma`.

Source: Zhang et al., MixPE, 2024 (dequantisation after the group's sum, through the sum of activations).
"""

import numpy as np

from .errors import UsageError
from .float_accumulate import Accumulator, AccumulatorFormat, acc_to_code, accumulate, no_sum, weight_dot
from .float_arith import fma, fp_add
from .float_code import encode
from .float_format import FloatFormat, find_format
from .float_terms import term_fma
from .float_zero_point import DifferenceFormat, less_zero_point
from .group_gemm import check_per_group, group_count
from .integer import check_range


def float_group_gemm(
    a,
    b,
    scale,
    zero=None,
    *,
    group: int,
    acc: AccumulatorFormat,
    terms: bool = False,
    block: int | None = None,
    sum_format: FloatFormat,
    scale_format: FloatFormat,
    out_format: FloatFormat,
) -> np.ndarray:
    """Return the codes of y, int64 (M, N), as the hardware computes them.

    a: (M, K) codes of `acc.fmt`. b: (K, N) integers of `acc.b_bits`, signed, or with `zero` unsigned. scale:
    (groups, N) codes; dyadic ones are made by `dyadic_scale`. zero: (groups, N) unsigned integers of
    `acc.b_bits`. terms: sums are those of `float_terms`, and `sum_format` is `acc.fmt`. block: products that
    are added up before they join the group's sum; None: each joins it by itself.

    Raises UsageError if a shape or an operand is out of range.
    """
    a = check_range("a", a, acc.fmt.bits, False)
    b = check_range("b", b, acc.b_bits, zero is None)
    scale = check_range("scale", scale, scale_format.bits, False)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or 0 in a.shape + b.shape:
        raise UsageError(f"a is {a.shape} and b is {b.shape}: they must be (M, K) and (K, N), none of them 0")
    if group < 1:
        raise UsageError(f"group={group} is not a number of rows: use 1 or more")
    if block is not None and (block < 1 or group % block):
        raise UsageError(f"block={block} does not divide group={group}: use a number that does")
    check_per_group(*b.shape, group, {"scale": scale} | ({} if zero is None else {"zero": zero}))
    if zero is not None:
        middle = 1 << (acc.b_bits - 1)
        b, zero = b - middle, check_range("zero", zero, acc.b_bits, False) - middle
    y = np.zeros((a.shape[0], b.shape[1]), np.int64)
    formats = {"a_format": sum_format, "b_format": scale_format, "c_format": out_format}
    sum_of = _by_terms if terms else _wide
    for g in range(group_count(len(b), group)):
        part = slice(g * group, (g + 1) * group)
        total = sum_of(a[:, None, part], b.T[None, :, part], acc, block)
        if zero is None:
            d = total if terms else acc_to_code(total, acc=acc, fmt=sum_format)
        else:
            activations = sum_of(a[:, None, part], np.int64(1), acc, block)
            if terms:
                taken = activations ^ 1 << acc.fmt.magnitude_bits
                d = term_fma(taken, zero[g], total, fmt=acc.fmt, b_bits=acc.b_bits)
            else:
                total = less_zero_point(total, activations, zero[g], acc=acc)
                d = acc_to_code(total, acc=DifferenceFormat(acc), fmt=sum_format)
        y = fma(d, scale[g], y, **formats, out_format=out_format)
    return y


def dyadic_format_name(mult_bits: int, shift_bits: int) -> str:
    """Return the name of the float format that holds every mult / 2 ** shift of these widths."""
    # The smallest is 2 ** -(2 ** shift_bits - 1), of field 1; no number has the highest field.
    bias = 1 << shift_bits
    return f"e{(bias + mult_bits).bit_length()}m{mult_bits - 1}b{bias}fn"


def dyadic_scale(mult, shift, *, mult_bits: int, shift_bits: int) -> np.ndarray:
    """Return mult / 2 ** shift, unsigned integers of these widths, as codes of their `dyadic_format_name`.

    Raises UsageError for operands out of range.
    """
    mult = check_range("mult", mult, mult_bits, False)
    shift = check_range("shift", shift, shift_bits, False)
    return encode(0, -shift, mult, fmt=find_format(dyadic_format_name(mult_bits, shift_bits)))


def _blocks(k: int, block: int | None):
    """Return the blocks of a group of K products as slices."""
    return [slice(start, start + (block or k)) for start in range(0, k, block or k)]


def _wide(a, b, acc: AccumulatorFormat, block: int | None) -> Accumulator:
    """Return the sums over the last axis in wide accumulators."""
    a, b = np.broadcast_arrays(a, b)
    total = no_sum(a.shape[:-1])
    for part in _blocks(a.shape[-1], block):
        found = weight_dot(a[..., part], b[..., part], acc=acc)
        total = accumulate(total, found, acc_bits=acc.acc_bits)
    return total


def _by_terms(a, b, acc: AccumulatorFormat, block: int | None) -> np.ndarray:
    """Return the codes of the sums over the last axis."""
    a, b = np.broadcast_arrays(a, b)
    total = np.zeros(a.shape[:-1], np.int64)
    for part in _blocks(a.shape[-1], block):
        found = np.zeros_like(total)
        for k in range(part.start, min(part.stop, a.shape[-1])):
            found = term_fma(a[..., k], b[..., k], found, fmt=acc.fmt, b_bits=acc.b_bits)
        total = fp_add(total, found, a_format=acc.fmt, b_format=acc.fmt, out_format=acc.fmt)
    return total
