"""Block floating point: signed integers of 4 to 16 bits that share an exponent, and their exact dot product.

    v[i] is about q[i] * 2 ** (E - (m - 2))          q: m bits, two's complement; E: exponent of the block

A q of m bits has m - 2 bits behind the point, so that the largest is just below 2 and E is the exponent of
the block's largest number. E is kept as an E8M0 code, E + 127; code 255 makes the block NaN. With blocks of
32 and m = 8 this is MXINT8 of the OCP MX specification. Conversion uses -(2 ** (m - 1) - 1) to
2 ** (m - 1) - 1; the dot product takes -2 ** (m - 1) too. `golden.block_scale` has the rules for E.

Source: Drumond et al., Training DNNs with Hybrid Block Floating Point, 2018; published variants are 4- and
8-bit mantissas beside 8-bit exponents (Trukhanov and Soloveychik, Accurate Block Quantization in LLMs with
Outliers, 2024).
"""

import numpy as np

from .accumulator import acc_bits_for
from .block_scale import (
    NAN_SCALE,
    SCALE_BIAS,
    Blocks,
    apply_scales,
    block_scale,
    check_blocks,
    divide_by_scale,
    split_blocks,
)
from .block_sum import FixedAccumulator, sum_blocks
from .errors import UsageError
from .fixed_point import Fixed, sum_products
from .float_code import FINITE, NAN, Unpacked, normalise
from .float_format import FloatFormat
from .fp_dot import check_terms
from .integer import check_bits
from .requant import check_rounding, round_shift

MIN_BITS, MAX_BITS = 4, 16
# Wide enough for every significand and for the fraction bits of every mantissa.
_WIDE = 40


def mantissa_unit(bits: int) -> int:
    """Return the exponent of a mantissa's lowest bit, for E = 0."""
    return 2 - bits


def bfp_dot_bits(block: int, a_bits: int, b_bits: int) -> int:
    """Return the width, in bits and signed, of the exact sum of the products of `block` mantissas."""
    _check_widths(a_bits, b_bits)
    return acc_bits_for(block, a_bits, b_bits, True, True)


def to_bfp(
    codes,
    *,
    fmt: FloatFormat,
    bits: int = 8,
    block: int = 32,
    rule: str = "floor",
    rounding: str = "half_even",
) -> Blocks:
    """Convert codes of `fmt`, (..., K), to blocks of `block` mantissas of `bits` bits, 4 to 16.

    rule: `floor` or `ceiling`, see `golden.block_scale`. rounding: one of `golden.requant`; `truncate` rounds
    down. Mantissas beyond the ends are clamped. A block with Inf or NaN gets the scale NaN, and mantissas 0.

    Raises UsageError if K is not a number of whole blocks, or an option or a code is out of range.
    """
    _check_widths(bits)
    check_rounding(rounding)
    codes = split_blocks(codes, block)
    high = (1 << (bits - 1)) - 1
    scales = block_scale(codes, fmt=fmt, rule=rule, largest=high, unit=mantissa_unit(bits))
    x = divide_by_scale(codes, scales, fmt=fmt)
    top, significand = normalise(x.exponent, x.significand, _WIDE)
    shift = mantissa_unit(bits) - (top - (_WIDE - 1))
    q = round_shift(np.where(x.sign, -significand, significand), shift, rounding)
    return Blocks(np.clip(q, -high, high).reshape(*codes.shape[:-2], -1), scales)


def from_bfp(x: Blocks, *, bits: int, block: int = 32) -> Unpacked:
    """Return the numbers that blocks stand for, (..., K), exactly; `encode` makes codes of them.

    Raises UsageError for mantissas and scales out of range, and for shapes that do not fit.
    """
    q, scales = check_blocks(x, bits, block, True)
    nan = np.broadcast_to((scales == NAN_SCALE)[..., None], q.shape)
    exponent = np.where(nan, 0, (scales - SCALE_BIAS)[..., None] + mantissa_unit(bits))
    parts = (q < 0, exponent, np.where(nan, 0, np.abs(q)), np.where(nan, NAN, FINITE))
    return Unpacked(*(part.astype(np.int64).reshape(np.shape(x.elements)) for part in parts))


def bfp_dot(
    a: Blocks,
    b: Blocks,
    *,
    a_bits: int,
    b_bits: int,
    block: int = 32,
    accumulator: str | FixedAccumulator = "fp32",
) -> np.ndarray:
    """Return the fp32 codes of dot products along the last axis; int64.

    a, b: (..., K) of equal K; the other axes broadcast. The sum of a block is exact, its exponent is the sum
    of both; `golden.block_sum` adds up the blocks. A NaN scale makes the result NaN.

    Raises UsageError for operands out of range and shapes that do not fit.
    """
    _check_widths(a_bits, b_bits)
    check_terms(a.elements, b.elements)
    a_fixed, a_scales = _fixed(a, a_bits, block)
    b_fixed, b_scales = _fixed(b, b_bits, block)
    sums = sum_products(a_fixed, b_fixed, block << (a_bits + b_bits - 2))
    sums, exponent = apply_scales(sums, a_scales, b_scales)
    return sum_blocks(sums, exponent + mantissa_unit(a_bits) + mantissa_unit(b_bits), accumulator)


def _fixed(x: Blocks, bits: int, block: int) -> tuple[Fixed, np.ndarray]:
    q, scales = check_blocks(x, bits, block, True)
    nothing = np.zeros_like(q)
    return Fixed(q, nothing, nothing), scales


def _check_widths(*widths: int) -> None:
    for bits in widths:
        check_bits("bits", bits, MAX_BITS)
        if bits < MIN_BITS:
            raise UsageError(f"bits={bits} is too narrow for a mantissa: use {MIN_BITS} to {MAX_BITS}")
