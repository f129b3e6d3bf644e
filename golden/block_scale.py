"""Powers of two that a block of numbers shares: E8M0 scale codes by two rules, 255 for NaN.

With L the largest number of the block's elements, of exponent emax, and |v| the block's largest magnitude:

    rule       scale                                     the block's largest number
    floor      2 ** (floor(log2 |v|) - emax)             may be clamped to L * scale
    ceiling    smallest power of two X, |v| / X <= L     is never clamped

Source of `floor`: OCP Microscaling Formats (MX) Specification 1.0, section 6.3, which suggests it; of
`ceiling`: NVIDIA, cuDNN documentation, Block Scaling (the scale is amax / L, rounded up).
Both are kept within 2 ** -127 and 2 ** 127, the codes 0 and 254; a block of zeros has the code 0. A block
with an Inf or a NaN has the scale NaN, which makes all of its elements NaN.
"""

from typing import NamedTuple

import numpy as np

from .errors import UsageError
from .fixed_point import Fixed
from .float_code import FINITE, NAN, SIGNIFICAND_BITS, Unpacked, decode, normalise
from .float_format import FloatFormat
from .integer import check_range

RULES = ("floor", "ceiling")
SCALE_BIAS = 127
MAX_SCALE, NAN_SCALE = 254, 255
SCALE_BITS = 8


class Blocks(NamedTuple):
    """Elements, (..., K) int64, and the E8M0 codes of their scales, (..., K / block) int64."""

    elements: np.ndarray
    scales: np.ndarray


def split_blocks(x, block: int) -> np.ndarray:
    """Return `x`, (..., K), as (..., K / block, block); raises UsageError unless `block` divides K."""
    x = np.asarray(x)
    if block < 1:
        raise UsageError(f"block={block} is not a number of elements: use 1 or more")
    if not x.ndim or not x.shape[-1] or x.shape[-1] % block:
        raise UsageError(
            f"x is {x.shape}: its last axis must be one or more whole blocks of {block}, pad it with zeros"
        )
    return x.reshape(*x.shape[:-1], -1, block)


def block_scale(codes, *, fmt: FloatFormat, rule: str, largest: int, unit: int) -> np.ndarray:
    """Return the E8M0 codes, (...), of blocks of numbers given as codes of `fmt`, (..., n); int64.

    largest: L, in units of 2 ** `unit`. Raises UsageError for an unknown rule and codes outside the format.
    """
    if rule not in RULES:
        raise UsageError(f"rule={rule!r} is not one of {', '.join(RULES)}")
    special = (decode(codes, fmt=fmt).kind != FINITE).any(axis=-1)
    _, exponent, significand, _ = decode(magnitudes(codes, fmt).max(axis=-1), fmt=fmt)
    top, significand = normalise(exponent, significand, SIGNIFICAND_BITS)
    top = top - (largest.bit_length() - 1 + unit)
    if rule == "ceiling":
        top = top + (significand > largest << SIGNIFICAND_BITS - largest.bit_length())
    return np.where(special, NAN_SCALE, np.clip(top + SCALE_BIAS, 0, MAX_SCALE))


def magnitudes(codes, fmt: FloatFormat) -> np.ndarray:
    """Return codes without their signs, which are in the order of their numbers."""
    return np.asarray(codes) & ((1 << fmt.magnitude_bits) - 1)


def divide_by_scale(codes, scales, *, fmt: FloatFormat) -> Unpacked:
    """Return v / X, exactly, for blocks of codes of `fmt`, (..., n), and their E8M0 codes, (...).

    In blocks whose scale is NaN all are +0, so that such blocks look the same whatever was in them.
    """
    x = decode(codes, fmt=fmt)
    scales = np.asarray(scales)[..., None]
    good = (scales != NAN_SCALE).astype(np.int64)
    exponent = x.exponent - (scales - SCALE_BIAS)
    return Unpacked(x.sign * good, exponent * good, x.significand * good, x.kind * good)


def check_blocks(x: Blocks, bits: int, block: int, signed: bool, scale_bits: int = SCALE_BITS) -> Blocks:
    """Return elements as (..., J, block) and scales as (..., J), or raise UsageError."""
    elements = split_blocks(check_range("elements", x.elements, bits, signed), block)
    scales = check_range("scales", x.scales, scale_bits, False)
    if scales.shape != elements.shape[:-1]:
        raise UsageError(
            f"scales are {scales.shape} for elements {np.shape(x.elements)}: every block of {block} has one, "
            f"which makes {elements.shape[:-1]}"
        )
    return Blocks(elements, scales)


def apply_scales(sums: Fixed, a_scales: np.ndarray, b_scales: np.ndarray) -> tuple[Fixed, np.ndarray]:
    """Return sums of blocks, NaN where a scale is, and the exponent that both E8M0 codes give them.

    The exponent, from -254 to 254, has the bias of both codes removed.
    """
    nan = (a_scales == NAN_SCALE) | (b_scales == NAN_SCALE)
    exponent = np.where(nan, 0, a_scales + b_scales - 2 * SCALE_BIAS)
    value = np.asarray(np.where(nan, 0, sums.value), sums.value.dtype)
    return Fixed(value, np.where(nan, NAN, sums.kind), sums.sign), exponent
