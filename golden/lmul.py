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

`MantissaSum` is what they have in common, of two formats even, whose mantissas begin at the same bit. In an
accumulator with exponents to spare (`golden.wide_fma`) its products meet no ends.

Sources: Luo and Sun, Addition is All You Need for Energy-efficient Language Models, 2024; Kosson and Jaggi,
Multiplication-Free Transformer Training via Piecewise Affine Operations, 2023; before them Mogami, 2020.
"""

import dataclasses

import numpy as np

from .errors import UsageError
from .float_code import FINITE, INF, NAN, Randomness, Unpacked, check_rounding, decode, encode
from .float_format import FloatFormat

#: In which meaning a product is an addition.
KINDS = ("lmul_formula", "lmul_integer", "pam")
#: Largest l of the formula, whose significand grows with it.
HIGHEST_OFFSET = 23


def default_offset(mantissa_bits: int) -> int:
    """Return the paper's l for operands of `mantissa_bits`: as many up to 3, 3 for 4, and 4 beyond.

    Raises UsageError for 0 bits: there l would be 0, which doubles every product that is already exact.
    """
    if mantissa_bits < 1:
        raise UsageError("L-Mul needs a mantissa bit: without, products are exact sums of exponents, use pam")
    return mantissa_bits if mantissa_bits <= 3 else 3 if mantissa_bits == 4 else 4


@dataclasses.dataclass(frozen=True, kw_only=True)
class MantissaSum:
    """Two mantissas, added where they would be multiplied: 1 + xm + ym + 2 ** -l, in the meaning of `kind`.

    kind: one of KINDS. offset: l, 0 to 23 for the formula, and to the wider mantissa's bits for the integer
    addition; None: the paper's for the wider mantissa; pam has none. Raises UsageError for others, and for
    formats without an exponent or a zero.
    """

    kind: str
    a_format: FloatFormat
    b_format: FloatFormat
    offset: int | None = None

    def __post_init__(self):
        if self.kind not in KINDS:
            raise UsageError(f"kind={self.kind!r} is not one of {', '.join(KINDS)}")
        for fmt in (self.a_format, self.b_format):
            _check_format(fmt)
        if self.kind == "pam" and self.offset is not None:
            raise UsageError(f"offset={self.offset}: pam adds nothing to the mantissas, leave it out")
        _ = self.l_bits

    @property
    def mantissa_bits(self) -> int:
        """Bits of the wider mantissa."""
        return max(self.a_format.mantissa_bits, self.b_format.mantissa_bits)

    @property
    def l_bits(self) -> int | None:
        """The l of 2 ** -l; None with pam."""
        m = self.mantissa_bits
        if self.kind == "pam":
            return None
        return _offset(self.offset, m, m if self.kind == "lmul_integer" else HIGHEST_OFFSET)

    @property
    def scale(self) -> int:
        """Bits of the significand below 1."""
        return max(self.mantissa_bits, self.l_bits or 0)

    @property
    def added(self) -> int:
        """The offset, in units of the significand's lowest bit."""
        return 0 if self.l_bits is None else 1 << (self.scale - self.l_bits)

    @property
    def largest_sum(self) -> int:
        """The largest xm + ym + 2 ** -l, in the same units."""
        sizes = (fmt.mantissa_bits for fmt in (self.a_format, self.b_format))
        return sum((1 << self.scale) - (1 << (self.scale - m)) for m in sizes) + self.added

    @property
    def largest_carry(self) -> int:
        """The most that the exponent grows by."""
        return 0 if self.kind == "lmul_formula" else self.largest_sum >> self.scale

    @property
    def bits(self) -> int:
        """Width of the significand, without a sign."""
        whole = 1 + (self.largest_sum >> self.scale) if self.kind == "lmul_formula" else 1
        return whole.bit_length() + self.scale

    def of(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return significand, in units of 2 ** -scale, and what is added to the exponent, of a product.

        x, y: significands of the operands; if one is not normalised the product is zero.
        """
        total = self.added
        normal = True
        for part, fmt in ((x, self.a_format), (y, self.b_format)):
            hidden = part >> fmt.mantissa_bits
            total = total + ((part - (hidden << fmt.mantissa_bits)) << (self.scale - fmt.mantissa_bits))
            normal = normal & hidden
        one = 1 << self.scale
        if self.kind == "lmul_formula":
            return (total + one) * normal, np.zeros_like(total)
        return (total & (one - 1) | one) * normal, total >> self.scale


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
    product = _product(a, b, MantissaSum(kind="lmul_formula", a_format=fmt, b_format=fmt, offset=offset))
    return encode(*product, fmt=out_format, rounding=rounding, random=random)


def lmul_integer(a, b, *, fmt: FloatFormat, offset: int | None = None) -> np.ndarray:
    """Return the codes of L-Mul by one integer addition, in `fmt`; int64 of the common shape.

    a, b: codes of `fmt`. offset: l, 0 to `fmt.mantissa_bits`; None: the paper's.

    Raises UsageError for codes outside the format, and a format or an offset that cannot be.
    """
    return _added_codes(a, b, MantissaSum(kind="lmul_integer", a_format=fmt, b_format=fmt, offset=offset))


def pam(a, b, *, fmt: FloatFormat) -> np.ndarray:
    """Return the codes of piecewise affine products, in `fmt`; int64 of the common shape.

    a, b: codes of `fmt`. Products with a power of two are exact; the others are too small, by 1/9 at most.
    Raises UsageError for codes outside the format, and a format that cannot be.
    """
    return _added_codes(a, b, MantissaSum(kind="pam", a_format=fmt, b_format=fmt))


def _added_codes(a, b, mantissas: MantissaSum) -> np.ndarray:
    fmt = mantissas.a_format
    sign, exponent, significand, kind = _product(a, b, mantissas)
    # A number of the format, or beyond its ends: nothing is rounded here.
    significand = significand * (exponent + fmt.mantissa_bits >= fmt.min_exponent)
    return encode(sign, exponent, significand, kind, fmt=fmt)


def _product(a, b, mantissas: MantissaSum):
    """Return sign, exponent, significand and kind, as `encode` takes them."""
    fmt = mantissas.a_format
    x, y, sign, kind = _operands(a, b, fmt)
    significand, carry = mantissas.of(x.significand, y.significand)
    exponent = x.exponent + y.exponent + carry + 2 * fmt.mantissa_bits - mantissas.scale
    return sign, exponent, significand * (kind == FINITE), kind


def _operands(a, b, fmt: FloatFormat):
    """Both operands with subnormal numbers as zeros, and sign and kind of the product."""
    x, y = (_flushed(decode(codes, fmt=fmt), fmt) for codes in (a, b))
    zero = ((x.significand == 0) & (x.kind == FINITE)) | ((y.significand == 0) & (y.kind == FINITE))
    kind = x.kind | y.kind
    kind = np.where((kind >= NAN) | (kind == INF) & zero, NAN, kind)
    return x, y, x.sign ^ y.sign, kind


def _flushed(x: Unpacked, fmt: FloatFormat) -> Unpacked:
    return x._replace(significand=x.significand * (x.significand >= 1 << fmt.mantissa_bits))


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
