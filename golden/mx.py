"""OCP Microscaling (MX) blocks: 32 small elements that share a power of two, and their exact dot product.

    name          element           largest   smallest   sum of 32 products, bits, signed, exact
    mxfp8_e5m2    e5m2              57344     2^-16      70
    mxfp8_e4m3    e4m3fn            448       2^-9       42
    mxfp6_e3m2    e3m2fn            28        2^-4       24
    mxfp6_e2m3    e2m3fn            7.5       2^-3       18
    mxfp4_e2m1    e2m1fn            6         2^-1       14
    mxint8        8-bit word / 64   127/64    2^-6       21

Elements are codes of their format; those of mxint8 words of 0 to 255 in two's complement, of which conversion
leaves out 128, which is -2. A scale is an E8M0 code: 2 ** (code - 127), 255 is NaN and makes the block NaN.

Source: OCP Microscaling Formats (MX) Specification 1.0, sections 5 and 6. The specification leaves open what
is inside of a dot product, and what a block with Inf or NaN becomes: `mx_dot` and `golden.block_scale` say.
"""

import dataclasses

import numpy as np

from .bfp import from_bfp, mantissa_unit, to_bfp
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
from .fixed_point import Fixed, largest_value, sum_products, to_fixed, unit_exponent
from .float_code import FINITE, NAN, Unpacked, decode, encode
from .float_format import PRESETS, FloatFormat
from .fp_dot import check_terms
from .integer import int_width, wrap

BLOCK = 32
INT_BITS = 8
#: Formats of the elements by name; None for the integers of mxint8.
ELEMENTS: dict[str, FloatFormat | None] = {
    "mxfp8_e5m2": PRESETS["e5m2"],
    "mxfp8_e4m3": PRESETS["e4m3fn"],
    "mxfp6_e3m2": PRESETS["e3m2fn"],
    "mxfp6_e2m3": PRESETS["e2m3fn"],
    "mxfp4_e2m1": PRESETS["e2m1fn"],
    "mxint8": None,
}


def mx_dot_bits(a_element: str, b_element: str, block: int = BLOCK) -> int:
    """Return the width, in bits and signed, of the exact sum of a block's products."""
    largest = _largest_sum(a_element, b_element, block)
    return int_width(-largest, largest, True)


def exact_accumulator(
    blocks: int, *, a_element: str, b_element: str, scale_low: int = 0, scale_high: int = 0
) -> FixedAccumulator:
    """Return the narrowest accumulator in which the sum of `blocks` blocks is exact.

    scale_low, scale_high: range of the exponent that both scales of a block add up to, -254 to 254.
    Raises UsageError if there is no such accumulator, or one of more than 1024 bits.
    """
    if blocks < 1:
        raise UsageError(f"blocks={blocks} is not a number of blocks: use 1 or more")
    if scale_low > scale_high:
        raise UsageError(
            f"scale_low={scale_low} is above scale_high={scale_high}: make it as low as that, or lower"
        )
    largest = blocks * _largest_sum(a_element, b_element, BLOCK) << (scale_high - scale_low)
    return FixedAccumulator(
        bits=int_width(-largest, largest, True),
        fraction_bits=-(element_unit(a_element) + element_unit(b_element) + scale_low),
    )


def element_unit(element: str) -> int:
    """Return the exponent of the unit that elements are whole multiples of."""
    fmt = _find(element)
    return unit_exponent(fmt) if fmt else mantissa_unit(INT_BITS)


def to_mx(codes, *, fmt: FloatFormat, element: str, rule: str = "floor") -> Blocks:
    """Convert codes of `fmt`, (..., K), such as fp32 or bf16, to blocks of 32.

    rule: `floor`, as the specification suggests, or `ceiling`, as vendors ship; see `golden.block_scale`.
    Elements are rounded to nearest, ties to even, once; those beyond the largest number are clamped to it.
    Zeros keep their sign. A block of zeros has scale code 0, a block with Inf or NaN scale code 255 and
    element codes 0.

    Raises UsageError if K is not a number of whole blocks, or an option or a code is out of range.
    """
    target = _find(element)
    if target is None:
        x = to_bfp(codes, fmt=fmt, bits=INT_BITS, block=BLOCK, rule=rule, rounding="half_even")
        return Blocks(wrap(x.elements, INT_BITS, False), x.scales)
    codes = split_blocks(codes, BLOCK)
    scales = block_scale(codes, fmt=fmt, rule=rule, largest=largest_value(target), unit=unit_exponent(target))
    quotient = divide_by_scale(codes, scales, fmt=fmt)
    elements = encode(*quotient, fmt=dataclasses.replace(target, overflow="saturate"))
    return Blocks(elements.reshape(*codes.shape[:-2], -1), scales)


def from_mx(x: Blocks, *, element: str) -> Unpacked:
    """Return the numbers that blocks stand for, (..., K), exactly; `encode` makes codes of them.

    All of them are numbers of fp32, but for those of 2^128 and more, which large scales make.
    Raises UsageError for elements and scales out of range, and for shapes that do not fit.
    """
    fmt = _find(element)
    codes, scales = check_blocks(x, _bits(element), BLOCK, False)
    if fmt is None:
        return from_bfp(Blocks(wrap(x.elements, INT_BITS, True), scales), bits=INT_BITS, block=BLOCK)
    sign, exponent, significand, kind = decode(codes, fmt=fmt)
    kind = np.where((scales == NAN_SCALE)[..., None], NAN, kind)
    finite = kind == FINITE
    exponent = exponent + (scales - SCALE_BIAS)[..., None]
    parts = (sign, exponent * finite, significand * finite, kind)
    return Unpacked(*(part.reshape(np.shape(x.elements)) for part in parts))


def mx_block_sums(a: Blocks, b: Blocks, *, a_element: str, b_element: str) -> tuple[Fixed, np.ndarray]:
    """Return the exact sums of the products of each block, (..., K / 32), and their exponents.

    A sum stands for `value * 2 ** exponent`; the value has `mx_dot_bits` bits, the exponent the bias of both
    scales removed. It is NaN if a scale or an element is, and as `golden.fixed_point` says with Inf.
    """
    check_terms(a.elements, b.elements)
    a_fixed, a_scales = _fixed(a, a_element)
    b_fixed, b_scales = _fixed(b, b_element)
    sums = sum_products(a_fixed, b_fixed, _largest_sum(a_element, b_element, BLOCK))
    sums, exponent = apply_scales(sums, a_scales, b_scales)
    return sums, exponent + element_unit(a_element) + element_unit(b_element)


def mx_dot(
    a: Blocks,
    b: Blocks,
    *,
    a_element: str,
    b_element: str,
    accumulator: str | FixedAccumulator = "fp32",
) -> np.ndarray:
    """Return the fp32 codes of dot products along the last axis (the specification's DotGeneral); int64.

    a, b: (..., K) of equal K, of the same or of different elements; the other axes broadcast. The sum of a
    block is exact; `golden.block_sum` says how `accumulator` adds up the blocks.

    Raises UsageError for operands out of range and shapes that do not fit.
    """
    sums, exponent = mx_block_sums(a, b, a_element=a_element, b_element=b_element)
    return sum_blocks(sums, exponent, accumulator)


def _find(element: str) -> FloatFormat | None:
    if element not in ELEMENTS:
        raise UsageError(f"element={element!r} is not one of {', '.join(ELEMENTS)}")
    return ELEMENTS[element]


def _bits(element: str) -> int:
    fmt = _find(element)
    return fmt.bits if fmt else INT_BITS


def _fixed(x: Blocks, element: str) -> tuple[Fixed, np.ndarray]:
    fmt = _find(element)
    codes, scales = check_blocks(x, _bits(element), BLOCK, False)
    if fmt:
        return to_fixed(codes, fmt=fmt), scales
    value = wrap(codes, INT_BITS, True)
    return Fixed(value, np.zeros_like(value), (value < 0).astype(np.int64)), scales


def _largest_sum(a_element: str, b_element: str, block: int) -> int:
    # -128 is the one number whose magnitude no positive element has.
    sizes = [largest_value(fmt) if fmt else 1 << (INT_BITS - 1) for fmt in map(_find, (a_element, b_element))]
    return block * sizes[0] * sizes[1]
