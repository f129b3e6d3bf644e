"""The exact product of a float activation and an integer weight: Booth rows of the significand, an exponent.

The sign of the activation goes into the digits of the weight, so that the product is two's complement at
once; the exponent is the activation's. Golden model: `golden.float_accumulate.weight_product`.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ...golden.float_accumulate import AccumulatorFormat
from ..arith.booth import booth_digits
from ..arith.columns import Columns
from ..arith.digits import digit_rows
from ..arith.prefix import prefix_add
from .accumulate import WideNumber
from .unpack import unpack

#: Exclusive-or delays in which a column may come down to one bit.
DEADLINE = 7.0


def weight_product(
    m: Module, a: Value, b: Value, gate: Value, acc: AccumulatorFormat, adder: str
) -> WideNumber:
    """Return a * b as the accumulator `acc` takes it; zero, without flags, unless `gate`."""
    x = unpack(m, a, acc.fmt, "a")
    bits = acc.product_bits
    digits = booth_digits(m, b, True)
    signed = Signal(len(digits.neg), name="signed_neg")
    m.d.comb += signed.eq(digits.neg ^ x.sign.replicate(len(signed)))
    digits = dataclasses.replace(digits, neg=signed).gated(m, gate)
    columns = Columns(m, bits, "product")
    digit_rows(m, columns, digits, x.significand, False)
    columns.compress(DEADLINE)
    product = Signal(bits, name="product")
    exponent = Signal(acc.exponent_bits, name="product_exponent")
    weight, counts, invalid, minus = (
        Signal(name=f"product_{n}") for n in ("weight", "counts", "nan", "sign")
    )
    m.d.comb += [
        product.eq(prefix_add(m, *columns.rows(), adder, name="product_adder")[:bits]),
        weight.eq(b.any()),
        counts.eq(weight & ~x.is_zero & gate),
        exponent.eq((x.exponent + acc.offset) & counts.replicate(len(exponent))),
        invalid.eq(gate & (x.is_nan | (x.is_inf & ~weight))),
        minus.eq(x.sign ^ b[-1]),
    ]
    inf = x.is_inf & gate
    return WideNumber(
        exponent,
        Cat(Const(0, acc.acc_bits - bits), product),
        invalid | (inf & ~minus),
        invalid | (inf & minus),
    )
