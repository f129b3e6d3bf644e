"""Multiplication by addition: L-Mul in both of its meanings, and piecewise affine multiplication (PAM).

With x = (1 + xm) * 2 ** xe, m mantissa bits in both operands, and an offset of 2 ** -l:

    exact            (1 + xm + ym + xm * ym)   * 2 ** (xe + ye)
    lmul_formula     (1 + xm + ym + 2 ** -l)   * 2 ** (xe + ye)
    lmul_integer     (1 + frac s) * 2 ** (floor s + xe + ye)    s = xm + ym + 2 ** -l
    pam              lmul_integer without an offset

`lmul_integer` and `pam` add exponent and mantissa as one integer, X + Y - (bias << m) + (1 << (m - l)), in
which a mantissa sum of 1 or more carries into the exponent. The formula does not carry: from there on it is
less, by (s - 1) * 2 ** (xe + ye). The paper defines L-Mul by the formula, and promises one integer addition,
which is what most implementations do; its l is `default_offset`.

What all three do at the ends:

- Zeros and subnormal operands count as zeros; the product with a zero is a zero. Signs are those of products.
- NaN operands, and Inf times zero, give NaN; other products of Inf are Inf, as the format's `overflow` says.
- Too large results go the way of `overflow`. Where the integer sum is below the smallest normal number the
  result is zero; the formula is rounded to its format as any number.

Sources: Luo and Sun, Addition is All You Need for Energy-efficient Language Models, 2024; Kosson and Jaggi,
Multiplication-Free Transformer Training via Piecewise Affine Operations, 2023; before them Mogami, 2020.
"""

import numpy as np

from .errors import UsageError
from .float_code import FINITE, INF, NAN, Randomness, Unpacked, check_rounding, decode, encode
from .float_format import FloatFormat


def default_offset(mantissa_bits: int) -> int:
    """Return the paper's l for operands of `mantissa_bits`: as many up to 3, 3 for 4, and 4 beyond.

    Raises UsageError for 0 bits: there l would be 0, which doubles every product that is already exact.
    """
    if mantissa_bits < 1:
        raise UsageError("L-Mul needs a mantissa bit: without, products are exact sums of exponents, use pam")
    return mantissa_bits if mantissa_bits <= 3 else 3 if mantissa_bits == 4 else 4


def lmul_formula(
    a,
    b,
    *,
    fmt: FloatFormat,
    out_format: FloatFormat,
    offset: int | None = None,
    rounding: str = "nearest_even",
    random: Randomness | None = None,
) -> np.ndarray:
    """Return the codes in `out_format` of L-Mul by its formula, rounded once; int64 of the common shape.

    a, b: codes of `fmt`. offset: l, 0 to 23; None: the paper's. The formula has a mantissa bit more than the
    operands, and more than that if l is larger. rounding, random: as in `encode`.

    Raises UsageError for codes outside their format, and a format or an offset that cannot be.
    """
    check_rounding(rounding, random)
    _check_format(fmt)
    m = fmt.mantissa_bits
    l_bits = _offset(offset, m, 23)
    x, y, sign, kind = _operands(a, b, fmt)
    scale = max(m, l_bits)
    fraction = (_mantissa(x, m) + _mantissa(y, m)) << (scale - m)
    significand = (1 << scale) + fraction + (1 << (scale - l_bits))
    exponent = x.exponent + y.exponent + 2 * m - scale
    finite = (kind == FINITE) & (x.significand != 0) & (y.significand != 0)
    return encode(
        sign, exponent, significand * finite, kind, fmt=out_format, rounding=rounding, random=random
    )


def lmul_integer(a, b, *, fmt: FloatFormat, offset: int | None = None) -> np.ndarray:
    """Return the codes of L-Mul by one integer addition, in `fmt`; int64 of the common shape.

    a, b: codes of `fmt`. offset: l, 0 to `fmt.mantissa_bits`; None: the paper's.

    Raises UsageError for codes outside the format, and a format or an offset that cannot be.
    """
    _check_format(fmt)
    l_bits = _offset(offset, fmt.mantissa_bits, fmt.mantissa_bits)
    return _add_codes(a, b, fmt, 1 << (fmt.mantissa_bits - l_bits))


def pam(a, b, *, fmt: FloatFormat) -> np.ndarray:
    """Return the codes of piecewise affine products, in `fmt`; int64 of the common shape.

    a, b: codes of `fmt`. Products with a power of two are exact; the others are too small, by 1/9 at most.
    Raises UsageError for codes outside the format, and a format that cannot be.
    """
    _check_format(fmt)
    return _add_codes(a, b, fmt, 0)


def _add_codes(a, b, fmt: FloatFormat, added: int) -> np.ndarray:
    m = fmt.mantissa_bits
    x, y, sign, kind = _operands(a, b, fmt)
    # Both magnitudes as they are in the codes, whose exponent fields hold one bias each.
    total = _field(x, fmt) + _field(y, fmt) - (fmt.bias << m) + added
    finite = (kind == FINITE) & (x.significand != 0) & (y.significand != 0) & (total >= 1 << m)
    significand = (total & ((1 << m) - 1)) | 1 << m
    # A number of the format, or beyond its ends: nothing is rounded here.
    return encode(sign, (total >> m) - fmt.bias - m, significand * finite, kind, fmt=fmt)


def _operands(a, b, fmt: FloatFormat):
    """Both operands with subnormal numbers as zeros, and sign and kind of the product."""
    x, y = (_flushed(decode(codes, fmt=fmt), fmt) for codes in (a, b))
    zero = ((x.significand == 0) & (x.kind == FINITE)) | ((y.significand == 0) & (y.kind == FINITE))
    kind = x.kind | y.kind
    kind = np.where((kind >= NAN) | (kind == INF) & zero, NAN, kind)
    return x, y, x.sign ^ y.sign, kind


def _flushed(x: Unpacked, fmt: FloatFormat) -> Unpacked:
    return x._replace(significand=x.significand * (x.significand >= 1 << fmt.mantissa_bits))


def _mantissa(x: Unpacked, m: int) -> np.ndarray:
    return x.significand & ((1 << m) - 1)


def _field(x: Unpacked, fmt: FloatFormat) -> np.ndarray:
    m = fmt.mantissa_bits
    return (x.exponent + m + fmt.bias << m) + _mantissa(x, m)


def _check_format(fmt: FloatFormat) -> None:
    if not fmt.exponent_bits or not fmt.has_zero:
        raise UsageError(
            f"exponent_bits={fmt.exponent_bits} and has_zero={fmt.has_zero}: multiplication by addition "
            "needs an exponent to add to, and a zero for small products"
        )


def _offset(offset: int | None, m: int, highest: int) -> int:
    default = default_offset(m)
    if offset is None:
        return default
    if offset not in range(highest + 1):
        raise UsageError(f"offset={offset} is not from 0 to {highest}: it adds 2^-offset to the mantissas")
    return offset
