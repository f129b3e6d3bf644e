"""NVFP4: blocks of 16 fp4 numbers with an fp8 scale each and one fp32 scale for the tensor.

    v[i] is about P[i] * s * g          P: e2m1fn    s: e4m3fn, without sign, one per block    g: fp32

Conversion, every quotient exact and rounded once, to nearest, ties to even, and clamped:

    g = amax of the tensor / (6 * 448)        s = amax of the block / (6 * g)        P[i] = v[i] / (s * g)

Software divides in fp32 and so rounds more than once. A block whose largest number is far below the tensor's
gets the scale 0, and is lost.

Source: NVIDIA, cuDNN documentation, Block Scaling, for blocks and formats; it rounds s up, here it is
rounded to nearest, so that a P may be clamped.
"""

import dataclasses
from typing import NamedTuple

import numpy as np

from .block_scale import Blocks, check_blocks, magnitudes, split_blocks
from .block_sum import FP32, FixedAccumulator, sum_blocks
from .errors import UsageError
from .fixed_point import Fixed, largest_value, sum_products, to_fixed, unit_exponent
from .float_arith import fp_mul
from .float_code import FINITE, Unpacked, decode, encode
from .float_format import PRESETS, FloatFormat
from .fp_dot import check_terms
from .integer import int_width

BLOCK = 16
ELEMENT = PRESETS["e2m1fn"]
SCALE = dataclasses.replace(PRESETS["e4m3fn"], overflow="saturate")
_LARGEST_SUM = BLOCK * largest_value(ELEMENT) ** 2
# Of 24 bits each, a dividend so shifted still fits, and a quotient has ten bits or more.
_SHIFT = 37


class Nvfp4(NamedTuple):
    """Codes: elements (..., K), scales (..., K / 16), 0 to 127, which is NaN; tensor_scale: one of fp32."""

    elements: np.ndarray
    scales: np.ndarray
    tensor_scale: int


def tensor_scale(codes, *, fmt: FloatFormat) -> int:
    """Return the fp32 code of g for numbers given as codes of `fmt`, of any shape but empty.

    Inf and NaN are ignored. For zeros, and where the quotient rounds to 0, it is the smallest number.
    Raises UsageError for codes outside the format.
    """
    codes = np.asarray(codes)
    if not codes.size:
        raise UsageError("codes are empty: the largest of nothing is not defined")
    size = np.where(decode(codes, fmt=fmt).kind == FINITE, magnitudes(codes, fmt), 0).max()
    _, exponent, significand, _ = decode(size, fmt=fmt)
    # 6 * 448 is 21 * 2^7.
    code = _quotient(0, exponent, significand, np.int64(21), np.int64(7), FP32)
    return max(int(code), 1)


def to_nvfp4(codes, *, fmt: FloatFormat, scale: int | None = None) -> Nvfp4:
    """Convert codes of `fmt`, (..., K), such as fp32 or bf16, to blocks of 16.

    scale: fp32 code of g, a positive number; None: `tensor_scale(codes)`. Zeros keep their sign. A block
    with Inf or NaN gets the scale NaN, 127, and elements of 0.

    Raises UsageError if K is not a number of whole blocks, or an operand is out of range.
    """
    scale = tensor_scale(codes, fmt=fmt) if scale is None else scale
    g = _tensor_factor(scale)
    codes = split_blocks(codes, BLOCK)
    sign, exponent, significand, kind = decode(codes, fmt=fmt)
    special = (kind != FINITE).any(axis=-1)
    top = decode(np.where(special, 0, magnitudes(codes, fmt).max(axis=-1)), fmt=fmt)
    # 6 * g is 3 * g * 2.
    scales = _quotient(0, top.exponent, top.significand, 3 * g.significand, g.exponent + 1, SCALE)
    s = decode(scales, fmt=SCALE)
    divisor = (s.significand * g.significand)[..., None]
    kept = (~special[..., None] & (divisor != 0)).astype(np.int64)
    elements = _quotient(
        sign * ~special[..., None],
        exponent,
        significand * kept,
        np.maximum(divisor, 1),
        (s.exponent + g.exponent)[..., None],
        ELEMENT,
    )
    elements = elements.reshape(*codes.shape[:-2], -1)
    return Nvfp4(elements, np.where(special, SCALE.nan_code, scales), scale)


def from_nvfp4(x: Nvfp4) -> Unpacked:
    """Return the numbers P * s * g, (..., K), exactly; `encode` makes codes of them.

    Raises UsageError for operands out of range, and shapes that do not fit.
    """
    elements, scales = _check(x)
    g = _tensor_factor(x.tensor_scale)
    sign, exponent, significand, _ = decode(elements, fmt=ELEMENT)
    _, s_exponent, s_significand, kind = (part[..., None] for part in decode(scales, fmt=SCALE))
    finite = kind == FINITE
    exponent = (exponent + s_exponent + g.exponent) * finite
    significand = significand * s_significand * g.significand
    kind = np.broadcast_to(kind, sign.shape)
    return Unpacked(*(part.reshape(np.shape(x.elements)) for part in (sign, exponent, significand, kind)))


def nvfp4_dot_bits(blocks: int) -> int:
    """Return the width, in bits and signed, of the exact sum of `blocks` blocks with their fp8 scales.

    In units of 2 ** -20. 13 bits of it are what the sum of 16 products of fp4 numbers takes.
    """
    if blocks < 1:
        raise UsageError(f"blocks={blocks} is not a number of blocks: use 1 or more")
    largest = blocks * _LARGEST_SUM * largest_value(SCALE) ** 2
    return int_width(-largest, largest, True)


def exact_accumulator(blocks: int) -> FixedAccumulator:
    """Return the narrowest accumulator in which the sum of `blocks` blocks is exact."""
    fraction_bits = -2 * (unit_exponent(ELEMENT) + unit_exponent(SCALE))
    return FixedAccumulator(bits=nvfp4_dot_bits(blocks), fraction_bits=fraction_bits)


def nvfp4_sum(a: Blocks, b: Blocks, *, accumulator: str | FixedAccumulator = "fp32") -> np.ndarray:
    """Return the fp32 codes of dot products along the last axis, without the tensors' scales; int64.

    a, b: elements (..., K) of equal K, scales (..., K / 16); the other axes broadcast. Each block's sum times
    both of its scales is exact; `golden.block_sum` adds up the blocks. A NaN scale makes the result NaN.

    Raises UsageError for operands out of range and shapes that do not fit.
    """
    check_terms(a.elements, b.elements)
    (a_elements, a_scales), (b_elements, b_scales) = _check(a), _check(b)
    sums = sum_products(to_fixed(a_elements, fmt=ELEMENT), to_fixed(b_elements, fmt=ELEMENT), _LARGEST_SUM)
    s, t = decode(a_scales, fmt=SCALE), decode(b_scales, fmt=SCALE)
    kind = np.maximum(s.kind, t.kind)
    value = sums.value * s.significand * t.significand
    exponent = s.exponent + t.exponent + 2 * unit_exponent(ELEMENT)
    return sum_blocks(Fixed(value, kind, np.zeros_like(kind)), exponent, accumulator)


def nvfp4_dot(a: Nvfp4, b: Nvfp4, *, accumulator: str | FixedAccumulator = "fp32") -> np.ndarray:
    """Return the fp32 codes of dot products along the last axis; int64.

    They are those of `nvfp4_sum`, multiplied by ga * gb: both products are rounded to fp32.
    """
    for scale in (a.tensor_scale, b.tensor_scale):
        _tensor_factor(scale)
    total = nvfp4_sum(Blocks(a.elements, a.scales), Blocks(b.elements, b.scales), accumulator=accumulator)
    fp32 = {"a_format": FP32, "b_format": FP32, "out_format": FP32}
    return fp_mul(total, fp_mul(a.tensor_scale, b.tensor_scale, **fp32), **fp32)


def _quotient(sign, exponent, significand, divisor, divisor_exponent, fmt: FloatFormat) -> np.ndarray:
    quotient, rest = np.divmod(significand << _SHIFT, divisor)
    return encode(sign, exponent - divisor_exponent - _SHIFT, quotient, fmt=fmt, sticky=rest != 0)


def _tensor_factor(scale: int) -> Unpacked:
    g = decode(scale, fmt=FP32)
    if g.significand.ndim or g.sign or g.kind != FINITE or not g.significand:
        raise UsageError(
            f"tensor_scale={scale} is not the fp32 code of a positive number: see tensor_scale()"
        )
    return g


def _check(x: Nvfp4 | Blocks) -> Blocks:
    return check_blocks(Blocks(x.elements, x.scales), ELEMENT.bits, BLOCK, False, SCALE.magnitude_bits)
