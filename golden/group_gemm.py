"""Group-quantised matrix multiplication: integer sums per group, dequantised once per group.

    d[g] = sum over k in g of a[i, k] * b[k, j]  -  zero[g, j] * sum over k in g of a[i, k]
    y   <- saturate(y + round(d[g] * mult[g, j] / 2 ** shift[g, j]))          g = 0, 1, ..., from y = 0

A group is `group` rows of B in a row, the last one of a matrix may be shorter; it has one scale, the dyadic
number mult / 2 ** shift, and one zero point per column. d is exact, and so is its product with mult; every
group is rounded once (half up, as `golden.requant` rounds) and added to a sum of `out_bits` that saturates.
Scale and zero point cost a multiplication each per group and column, and none per product.

Source: Zhang et al., MixPE, 2024 (dequantisation after the group's sum, through the sum of activations).
"""

from typing import NamedTuple

import numpy as np

from .accumulator import product_range, sum_range
from .errors import UsageError
from .float_code import unpack
from .float_format import FloatFormat
from .integer import check_bits, check_range, int_width, saturate
from .requant import dyadic, round_shift


class GroupQuantized(NamedTuple):
    """Weights in groups: `b` (K, N) and, a row per group, `mult`, `shift` and `zero` (groups, N).

    A weight is (b - zero) * mult / 2 ** shift; `zero` is None where `b` is signed.
    """

    b: np.ndarray
    mult: np.ndarray
    shift: np.ndarray
    zero: np.ndarray | None


def group_count(k: int, group: int) -> int:
    """Return how many groups of `group` rows K rows make, the last of which may be shorter."""
    return -(-k // group)


def group_sum_bits(group: int, a_bits: int, b_bits: int, a_signed: bool, zero_point: bool) -> int:
    """Return the width, in bits and signed, of d, whatever the operands and the zero points are.

    With zero points b is unsigned, and b - zero has one bit more and as many signs as zero has values.
    """
    if not zero_point:
        low, high = product_range(a_bits, b_bits, a_signed, True)
    else:
        reach = (1 << b_bits) - 1
        high = reach * (1 << (a_bits - 1) if a_signed else (1 << a_bits) - 1)
        low = -high
    return int_width(group * low, group * high, True)


def known_sum_bits(weights, *, group: int, a_bits: int, b_bits: int, a_signed: bool, zero_point: bool) -> int:
    """Return the width, in bits and signed, of the sums of products of each group of known weights.

    weights: b, (K, N). With zero points the sums are those with b less 2 ** (b_bits - 1), as the hardware
    makes them: what a zero point takes off is not in them. Raises UsageError unless they are integers of
    `b_bits`.
    """
    weights = check_range("weights", weights, b_bits, not zero_point)
    weights = weights - (1 << (b_bits - 1) if zero_point else 0)
    ends = [
        sum_range(weights[start : start + group], a_bits=a_bits, b_bits=b_bits, a_signed=a_signed)
        for start in range(0, len(weights), group)
    ]
    return int_width(min(int(low.min()) for low, _ in ends), max(int(high.max()) for _, high in ends), True)


def group_gemm(
    a,
    b,
    mult,
    shift,
    zero=None,
    *,
    group: int,
    a_bits: int = 8,
    b_bits: int = 4,
    a_signed: bool = True,
    mult_bits: int = 8,
    shift_bits: int = 5,
    out_bits: int = 32,
) -> np.ndarray:
    """Return y, int64 (M, N), as the hardware computes it.

    a: (M, K) integers of `a_bits`, 2 to 16. b: (K, N) integers of `b_bits`, 2 to 16, signed, or with `zero`
    unsigned. mult, zero: unsigned, of `mult_bits` (1 to 16) and `b_bits`; shift: 0 to 2 ** shift_bits - 1;
    all three (groups, N). The difference to real arithmetic on the same scales is at most `error_bound`,
    as long as nothing saturates.

    Raises UsageError if a shape, a width or an operand is out of range.
    """
    for name, bits, most in (("a_bits", a_bits, 16), ("b_bits", b_bits, 16), ("mult_bits", mult_bits, 16)):
        check_bits(name, bits, most)
    check_bits("out_bits", out_bits, 48)
    a = check_range("a", a, a_bits, a_signed)
    b = check_range("b", b, b_bits, zero is None)
    _check_shapes(a, b, group, mult=mult, shift=shift, **({} if zero is None else {"zero": zero}))
    mult = check_range("mult", mult, mult_bits, False)
    shift = check_range("shift", shift, shift_bits, False)
    zero = None if zero is None else check_range("zero", zero, b_bits, False)
    y = np.zeros((a.shape[0], b.shape[1]), np.int64)
    for g in range(group_count(a.shape[1], group)):
        part = slice(g * group, (g + 1) * group)
        d = a[:, part] @ b[part]
        if zero is not None:
            d = d - a[:, part].sum(axis=1, keepdims=True) * zero[g]
        y = saturate(y + round_shift(d * mult[g], shift[g], "half_up"), out_bits, True)
    return y


def error_bound(k: int, group: int) -> float:
    """Return by how much y differs from real arithmetic on the same scales at most, in units of y."""
    return group_count(k, group) / 2


def float_scale(codes, *, fmt: FloatFormat, frac: int, shift_bits: int) -> tuple[np.ndarray, ...]:
    """Return (mult, shift, bad) of scales given as codes of `fmt`, for a y with `frac` fraction bits.

    mult is the significand, shift minus the exponent of its lowest bit minus `frac`, where that is beyond
    2 ** shift_bits - 1 that. bad: the scale is negative, infinite or no number, or so large that it would
    have to be shifted left: the hardware raises its flag. Then the sign is ignored, Inf and NaN are read as
    if their exponent were one more, and the shift is 0.

    Raises UsageError for codes outside the format.
    """
    codes = check_range("scale", codes, fmt.bits, False)
    magnitude = codes & ((1 << fmt.magnitude_bits) - 1)
    found = unpack(magnitude, fmt)
    shift = -(found.exponent + frac)
    bad = (codes != magnitude) | (found.kind != 0) | (shift < 0)
    return found.significand, np.clip(shift, 0, (1 << shift_bits) - 1), bad


def quantize_groups(
    weights,
    *,
    group: int,
    bits: int = 4,
    zero_point: bool = True,
    mult_bits: int = 8,
    shift_bits: int = 5,
    frac: int = 0,
) -> GroupQuantized:
    """Quantise real weights (K, N) in groups, from smallest to largest, or to the largest magnitude.

    The scales are dyadic numbers for a y with `frac` fraction bits: they are times 2 ** frac. Groups without
    any weight but zero get the smallest scale.

    Raises UsageError if weights are not finite, or a scale is too large or too small for its pair.
    """
    weights = np.asarray(weights, np.float64)
    if weights.ndim != 2 or 0 in weights.shape or not np.isfinite(weights).all():
        raise UsageError(f"weights are {weights.shape}: they must be (K, N) finite numbers")
    check_bits("bits", bits, 8)
    _check_group(group)
    k, n = weights.shape
    groups = group_count(k, group)
    padded = np.pad(weights, ((0, groups * group - k), (0, 0))).reshape(groups, group, n)
    low, high = np.minimum(padded.min(axis=1), 0), np.maximum(padded.max(axis=1), 0)
    steps = (1 << bits) - 1
    span = high - low if zero_point else 2 * np.maximum(-low, high) * steps / (steps - 1)
    smallest = 2.0 ** (mult_bits - 1 - ((1 << shift_bits) - 1) - frac)
    mult, shift = dyadic(np.where(span > 0, span / steps, smallest) * 2.0**frac, mult_bits, shift_bits)
    scale = np.ldexp(mult.astype(np.float64), -shift - frac)
    zero = np.clip(np.rint(-low / scale), 0, steps).astype(np.int64) if zero_point else None
    whole = np.rint(padded / scale[:, None]).astype(np.int64)
    ends = (0, steps) if zero_point else (-(steps + 1) // 2, steps // 2)
    b = np.clip(whole + (0 if zero is None else zero[:, None]), *ends)
    return GroupQuantized(b.reshape(-1, n)[:k], mult, shift, zero)


def _check_group(group: int) -> None:
    if group < 1:
        raise UsageError(f"group={group} is not a number of rows: use 1 or more")


def check_per_group(k: int, n: int, group: int, fields: dict[str, np.ndarray]) -> None:
    """Raise UsageError unless every array, by name, has a row per group of K and a column per column of B."""
    wanted = (group_count(k, group), n)
    for name, values in fields.items():
        if np.shape(values) != wanted:
            raise UsageError(
                f"{name} is {np.shape(values)}, and K={k} in groups of {group} needs one per group and "
                f"column: {wanted}"
            )


def _check_shapes(a, b, group: int, **per_group) -> None:
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or 0 in a.shape + b.shape:
        raise UsageError(f"a is {a.shape} and b is {b.shape}: they must be (M, K) and (K, N), none of them 0")
    _check_group(group)
    check_per_group(a.shape[1], b.shape[1], group, per_group)
