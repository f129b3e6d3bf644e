"""The product of two numbers, exact: sign, exponent, rows of its significand, and whether it is no number."""

from amaranth.hdl import Module, Signal

from ..arith.and_array import and_array_rows
from ..arith.booth import booth_digits
from ..arith.digits import digit_rows
from .sum import Part
from .unpack import Unpacked

#: Bits of the shorter significand up to which a row per bit takes fewer gates than half as many Booth digits.
AND_ARRAY_BITS = 11


def product(m: Module, x: Unpacked, y: Unpacked) -> Part:
    """Return the product of two operands."""
    exponent = Signal(max(len(x.exponent), len(y.exponent)) + 1, name="product_exponent")
    sign, zero, inf, nan = (Signal(name=f"product_{name}") for name in ("sign", "zero", "inf", "nan"))
    m.d.comb += [
        exponent.eq(x.exponent + y.exponent),
        sign.eq(x.sign ^ y.sign),
        zero.eq(x.is_zero | y.is_zero),
        inf.eq(x.is_inf | y.is_inf),
        nan.eq(x.is_nan | y.is_nan | (inf & zero)),
    ]
    return Part(
        sign,
        exponent,
        zero,
        inf,
        nan,
        lambda m, columns: _add_rows(m, columns, x.significand, y.significand),
    )


def _add_rows(m: Module, columns, x, y) -> None:
    short, long = sorted((x, y), key=len)
    if len(short) <= AND_ARRAY_BITS:
        and_array_rows(m, columns, short, long, False, False)
    else:
        digit_rows(m, columns, booth_digits(m, short, False), long, False)
