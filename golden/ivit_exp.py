"""Exponentials, softmax and GELU out of shifts and one division: Shiftmax and ShiftGELU.

Source: Li and Gu, I-ViT: Integer-only Quantization for Efficient Vision Transformer Inference, ICCV 2023, and
its released code, which holds two more integer functions than the paper. `one` codes stand for 1.0:

    p = max(x + (x >> 1) - (x >> 4), -n * one)      x * log2(e), as 1.4375 x
    q, r = divmod(p, -one)                          0 <= q <= n and -one < r <= 0
    e = (r / 2 + one) * 2 ** (n - q)                2 ** (p / one), by the chord of an octave

    variant     one                 n of softmax    lowest bit of r / 2     r / q for p above 0
    ivit        ceil(1 / scale)     15              kept                    floor
    tvm         floor(1 / scale)+1  16              dropped                 truncated

`ivit` is what the PyTorch code says, in exact integers; that code itself computes in fp32, which rounds sums
and products of more than 24 bits. `tvm` computes in int32, which wraps; what would wrap is refused here.
"""

from fractions import Fraction
from math import erf

import numpy as np

from .errors import UsageError
from .rows import check_differences, check_name, check_option, check_rows, check_scale

VARIANTS = ("ivit", "tvm")
#: The released code's shift of softmax; GELU's is the same in both variants.
SOFTMAX_SHIFT = {"ivit": 15, "tvm": 16}
GELU_SHIFT = 23
#: The sum saturates here, and this divided by it is the factor of a row.
_TOP = (1 << 31) - 1
#: From this length on, a shift of anything but 0 is beyond _TOP.
_FAR = 31
#: x * sigmoid(1.702 x) stands for GELU.
GELU_SLOPE = Fraction(1702, 1000)


def ivit_one(scale, *, variant: str = "ivit") -> int:
    """Return how many codes stand for 1.0 where a code weighs `scale`, a float or fraction above 0.

    ShiftGELU takes the `one` of GELU_SLOPE * scale.
    """
    check_name("variant", variant, VARIANTS)
    steps = 1 / Fraction(check_scale(scale))
    floor = steps.numerator // steps.denominator
    return floor + 1 if variant == "tvm" else floor + (steps != floor)


def longest_shiftmax_row(*, one: int, n: int) -> int:
    """Return the longest row whose sum never saturates, whatever its codes."""
    return _TOP // (one << n)


def shift_exp(x, *, one: int, n: int, in_bits: int = 8, variant: str = "ivit") -> np.ndarray:
    """Return 2 ** n * one * exp(x / one), approximately, as int64 from 0 to one << n.

    x: integers of any shape, 0 or less: differences of two signed ones of `in_bits`, 1 to 16.
    one: 1 or more. n: 1 to 30, with one << n below 2 ** 31. Raises UsageError for what is out of range.
    """
    check_one(one, n)
    check_name("variant", variant, VARIANTS)
    return _shift_exp(check_differences(x, in_bits), one, n, variant)


def shiftmax(
    x, *, one: int, n: int | None = None, in_bits: int = 8, out_bits: int = 8, variant: str = "ivit"
) -> np.ndarray:
    """Return the softmax of the rows of `x`, (..., N), in steps of 2 ** -(out_bits - 1), as int64.

    y = (e * F) >> (32 - out_bits),  F = (2 ** 31 - 1) // S,  S = min(sum of e, 2 ** 31 - 1), e of x - max(x).

    x: signed, `in_bits`, 1 to 16. one: see `ivit_one`. n: None is the variant's. out_bits: 2 to 16, the sign
    bit included, though y is 0 to 2 ** (out_bits - 1) - 1. An empty row has an empty result. `ivit`
    saturates the sum, beyond `longest_shiftmax_row`.

    Raises UsageError for what is out of range, and for a sum that `tvm` would wrap.
    """
    x = check_rows(x, in_bits)
    check_name("variant", variant, VARIANTS)
    n = SOFTMAX_SHIFT[variant] if n is None else n
    check_one(one, n)
    check_option("out_bits", out_bits, 2, 16)
    if not x.size:
        return x
    e = _shift_exp(x - x.max(axis=-1, keepdims=True), one, n, variant)
    return (e * _factor(e.sum(axis=-1, keepdims=True), variant)) >> (32 - out_bits)


def shiftmax_exponentials(*, one: int, in_bits: int = 8, variant: str = "ivit") -> tuple[int, ...]:
    """Return the exponentials that Shiftmax is made of, by max(x) - x from 0 to 2 ** in_bits - 1."""
    distance = np.arange(1 << in_bits)
    n = SOFTMAX_SHIFT[variant]
    return tuple(shift_exp(-distance, one=one, n=n, in_bits=in_bits, variant=variant).tolist())


def shiftgelu(
    x, *, one: int, n: int = GELU_SHIFT, in_bits: int = 8, out_bits: int = 8, variant: str = "ivit"
) -> np.ndarray:
    """Return x * sigmoid(1.702 x) of the rows of `x`, (..., N), as int64.

    y = x * ((a * F) >> (32 - out_bits)),  F = (2 ** 31 - 1) // min(a + b, 2 ** 31 - 1), a and b being the
    exponentials of x - m and of -m. m is the row's maximum, so that no y is known before the row has ended.

    x: signed, `in_bits`, 1 to 16, a code of weight s. one: `ivit_one(GELU_SLOPE * s)`. out_bits: 2 to 16, of
    the sigmoid. y is in steps of s * 2 ** -(out_bits - 1), of in_bits + out_bits - 1 bits.

    n is also how many octaves the exponentials cover: in a row whose maximum is beyond n * ln 2 / 1.702,
    about 9.4 for n = 23, sigmoid(x) becomes 1/2 for x far below it. Raises UsageError as `shiftmax` does.
    """
    x = check_rows(x, in_bits)
    check_name("variant", variant, VARIANTS)
    check_one(one, n)
    check_option("out_bits", out_bits, 2, 16)
    if not x.size:
        return x
    top = x.max(axis=-1, keepdims=True)
    a = _shift_exp(x - top, one, n, variant)
    b = _shift_exp(-top, one, n, variant)
    return x * ((a * _factor(a + b, variant)) >> (32 - out_bits))


def shiftgelu_exponentials(*, one: int, n: int = GELU_SHIFT, in_bits: int = 8):
    """Return the exponentials that ShiftGELU (`ivit`) is made of, as two tuples of integers below 2 ** 31.

    Those of x - m by m - x, from 0 to 2 ** in_bits - 1; and those of -m by m, from the smallest to the
    largest.
    """
    check_one(one, n)
    distance = np.arange(1 << in_bits)
    top = distance - (1 << in_bits - 1)
    found = (np.minimum(_shift_exp(-codes, one, n, "ivit"), _TOP) for codes in (distance, top))
    return tuple(tuple(values.tolist()) for values in found)


def shiftgelu_error(*, one: int, n: int = GELU_SHIFT, in_bits: int = 8, largest: int | None = None) -> float:
    """Return the largest error of ShiftGELU (`ivit`, out_bits=8) against GELU, in rows of maximum `largest`.

    A code weighs what one stands for, 1 / (1.702 one). largest: None is the largest code there is.
    """
    end = (1 << in_bits - 1) - 1
    top = end if largest is None else largest
    x = np.arange(-end - 1, top + 1)
    scale = float(1 / (GELU_SLOPE * one))
    y = shiftgelu(x, one=one, n=n, in_bits=in_bits) * (scale / 128)
    return max(abs(a - v * (1 + erf(v / 2**0.5)) / 2) for a, v in zip(y, x * scale, strict=True))


def check_one(one: int, n: int) -> None:
    """Raise UsageError unless exponentials of `one` and `n` stay below 2 ** 31."""
    check_option("n", n, 1, 30)
    if one < 1 or one << n > _TOP:
        raise UsageError(
            f"one={one} and n={n} make exp(0) = one << n, which must be from 1 to 2**31 - 1: use one from 1 "
            f"to {_TOP >> n}, or another n"
        )


def _shift_exp(x: np.ndarray, one: int, n: int, variant: str) -> np.ndarray:
    p = np.maximum(x + (x >> 1) - (x >> 4), -n * one)
    q = p // -one
    if variant == "tvm":
        q = np.where(p > 0, -(p // one), q)
    r = p + q * one
    # Codes above 0 come from rows of negative numbers only; their exponentials may be too large.
    shift = np.minimum(n - q, _FAR)
    if variant == "tvm":
        return np.minimum(((r >> 1) + one) << shift, _TOP + 1)
    return np.minimum(((r + 2 * one) << shift) >> 1, _TOP + 1)


def _factor(total: np.ndarray, variant: str) -> np.ndarray:
    if variant == "tvm" and (total > _TOP).any():
        raise UsageError(
            f"a sum of exponentials is {total.max()}, and variant=tvm ends at 2**31 - 1: use shorter rows, a "
            "smaller n, a larger scale, or variant=ivit"
        )
    return _TOP // np.minimum(total, _TOP)
