"""The product of two floats for a wide accumulator: significands multiplied, or mantissas added.

Multiplied: Booth rows of significands, exponents added. The signs go into the digits, so that the product is
two's complement at once. Significands of subnormal numbers count as they are, and nothing is normalised.
Added: `mantissa_sum`. Golden model: `golden.wide_fma.float_product`.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ...golden.wide_fma import FmaAccumulatorFormat
from ..arith.booth import booth_digits
from ..arith.columns import Columns
from ..arith.digits import digit_rows
from ..arith.prefix import prefix_add
from .accumulate import WideNumber
from .mantissa_sum import mantissa_sum
from .unpack import Unpacked, unpack
from .weight_product import DEADLINE


def float_product(
    m: Module, a: Value, b: Value, gate: Value, acc: FmaAccumulatorFormat, adder: str
) -> WideNumber:
    """Return a * b as the accumulator `acc` takes it; zero, without flags, unless `gate`."""
    x, y = unpack(m, a, acc.a_format, "a"), unpack(m, b, acc.b_format, "b")
    minus, zero, inf, nan = (Signal(name=f"product_{name}") for name in ("minus", "zero", "inf", "nan"))
    # Where mantissas are added, subnormal numbers are zeros. The NaN of `fnuz` has no significand either.
    counted = [part.significand[-1] if acc.mantissas else part.significand.any() for part in (x, y)]
    m.d.comb += [
        minus.eq(x.sign ^ y.sign),
        zero.eq(~counted[0] | ~counted[1]),
        inf.eq(gate & (x.is_inf | y.is_inf)),
        nan.eq((gate & (x.is_nan | y.is_nan)) | (inf & zero)),
    ]
    bits = acc.product_bits
    counts = Signal(name="product_counts")
    if acc.mantissas:
        total, significand = mantissa_sum(m, a, b, minus, acc, adder)
        significand &= counts.replicate(bits)
    else:
        total, significand = (
            x.exponent + y.exponent + acc.offset,
            _multiplied(m, x, y, minus, gate, bits, adder),
        )
    product, exponent = Signal(bits, name="product"), Signal(acc.exponent_bits, name="product_exponent")
    m.d.comb += [
        product.eq(significand),
        counts.eq(gate & ~zero),
        exponent.eq(total & counts.replicate(len(exponent))),
    ]
    return WideNumber(
        exponent,
        Cat(Const(0, acc.acc_bits - bits), product),
        nan | (inf & ~minus),
        nan | (inf & minus),
    )


def _multiplied(
    m: Module, x: Unpacked, y: Unpacked, minus: Value, gate: Value, bits: int, adder: str
) -> Value:
    short, long = sorted((x.significand, y.significand), key=len)
    digits = booth_digits(m, short, False)
    neg = Signal(len(digits.neg), name="signed_neg")
    m.d.comb += neg.eq(digits.neg ^ minus.replicate(len(neg)))
    digits = dataclasses.replace(digits, neg=neg, unsigned_top=False).gated(m, gate)
    columns = Columns(m, bits, "product")
    digit_rows(m, columns, digits, long, False)
    columns.compress(DEADLINE)
    return prefix_add(m, *columns.rows(), adder, name="product_adder")[:bits]
