"""The exact product of a float activation and an integer weight: rows of the significand, an exponent.

The sign of the activation goes into the weight, so that the product is two's complement at once; the exponent
is the activation's. Golden model: `golden.float_accumulate.weight_product`.

    radix4   a row per Booth digit of the weight; the sign inverts the digit
    bits     a row per bit; the sign inverts the weight, and one row more adds the 1 of its negation
    csd      a row per signed digit, in which the weight comes in already; the sign inverts the digit
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ...golden.float_accumulate import AccumulatorFormat
from ..arith.and_array import and_array_rows
from ..arith.booth import booth_digits
from ..arith.columns import Columns
from ..arith.csd import csd_rows, shift_bits
from ..arith.digits import digit_rows
from ..arith.prefix import prefix_add
from .accumulate import WideNumber
from .unpack import Unpacked, unpack

#: Exclusive-or delays in which a column may come down to one bit.
DEADLINE = 7.0


def weight_product(m: Module, a: Value, b: Value, gate: Value, acc: AccumulatorFormat, spec) -> WideNumber:
    """Return a * b as the accumulator `acc` takes it; zero, without flags, unless `gate`.

    spec: a WeightFmaPeSpec, which says how `b` comes and is recoded, and the adder.
    """
    x = unpack(m, a, acc.fmt, "a")
    bits = acc.product_bits
    columns = Columns(m, bits, "product")
    rows = {"radix4": _radix4_rows, "bits": _bit_rows, "csd": _csd_rows}[spec.recoding]
    rows(m, columns, b, x, gate, acc.b_bits)
    columns.compress(DEADLINE)
    product = Signal(bits, name="product")
    exponent = Signal(acc.exponent_bits, name="product_exponent")
    weight, counts, invalid, minus = (
        Signal(name=f"product_{n}") for n in ("weight", "counts", "nan", "sign")
    )
    m.d.comb += [
        product.eq(prefix_add(m, *columns.rows(), spec.adder, name="product_adder")[:bits]),
        # The first digit is the highest: there is none if the weight is 0, and it has the weight's sign.
        weight.eq(b[0] if spec.digit_limit else b.any()),
        counts.eq(weight & ~x.is_zero & gate),
        exponent.eq((x.exponent + acc.offset) & counts.replicate(len(exponent))),
        invalid.eq(gate & (x.is_nan | (x.is_inf & ~weight))),
        minus.eq(x.sign ^ (b[1] if spec.digit_limit else b[-1])),
    ]
    inf = x.is_inf & gate
    return WideNumber(
        exponent,
        Cat(Const(0, acc.acc_bits - bits), product),
        invalid | (inf & ~minus),
        invalid | (inf & minus),
    )


def _radix4_rows(m: Module, columns: Columns, b: Value, x: Unpacked, gate: Value, b_bits: int) -> None:
    digits = booth_digits(m, b, True)
    signed = Signal(len(digits.neg), name="signed_neg")
    m.d.comb += signed.eq(digits.neg ^ x.sign.replicate(len(signed)))
    digits = dataclasses.replace(digits, neg=signed).gated(m, gate)
    digit_rows(m, columns, digits, x.significand, False)


def _bit_rows(m: Module, columns: Columns, b: Value, x: Unpacked, gate: Value, b_bits: int) -> None:
    signed = Signal(b_bits, name="signed_weight")
    one = Signal(len(x.significand), name="negation_row")
    m.d.comb += [
        signed.eq((b ^ x.sign.replicate(b_bits)) & gate.replicate(b_bits)),
        one.eq(x.significand & (x.sign & gate).replicate(len(one))),
    ]
    and_array_rows(m, columns, signed, x.significand, True, False)
    columns.add_unsigned(one, 0, 1.0)


def _csd_rows(m: Module, columns: Columns, b: Value, x: Unpacked, gate: Value, b_bits: int) -> None:
    size = 2 + shift_bits(b_bits)
    digits = (b.word_select(i, size) for i in range(len(b) // size))
    signed = Signal(len(b), name="signed_digits")
    m.d.comb += signed.eq(Cat(Cat(digit[0], digit[1] ^ x.sign, digit[2:]) for digit in digits))
    csd_rows(m, columns, signed, b_bits, gate, x.significand, False)
