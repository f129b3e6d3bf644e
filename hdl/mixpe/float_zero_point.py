"""What a zero point takes off the sum of a group of float activations.

    sum of activations --> * zero, exact --> + --> number, b_bits wider than a sum
    sum of products ------------------------'

One step of the wide accumulator, or with terms one of their element. Golden model:
`golden.float_zero_point`, `golden.float_group_gemm`.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ...golden.float_zero_point import DifferenceFormat
from ..arith.booth import booth_digits
from ..arith.columns import Columns
from ..arith.digits import digit_rows
from ..arith.prefix import prefix_add
from ..float.accumulate import WideNumber, accumulate
from ..float.term_tree import add_codes, term_product
from ..float.weight_product import DEADLINE


def wide_difference(m: Module, spec, total: Value, a_sum: Value, zero: Value) -> WideNumber:
    """Return total - zero * a_sum, words of the wide accumulator and a signed number, as `DifferenceFormat`.

    spec: a MixpeFloatArraySpec.
    """
    left, right = (WideNumber.of(word, spec.acc.acc_bits) for word in (total, a_sum))
    fmt = DifferenceFormat(spec.acc)
    digits = booth_digits(m, zero, True, "zero_")
    # Minus the zero point.
    digits = dataclasses.replace(digits, neg=~digits.neg)
    columns = Columns(m, fmt.acc_bits, "part")
    digit_rows(m, columns, digits, right.significand, True, prefix="zero_")
    columns.compress(DEADLINE)
    counts, no_number = Signal(name="part_counts"), Signal(name="no_number")
    exponent = Signal(fmt.exponent_bits, name="part_exponent")
    part = Signal(fmt.acc_bits, name="part")
    m.d.comb += [
        counts.eq(zero.any() & right.significand.any()),
        exponent.eq((right.exponent + spec.b_bits) & counts.replicate(len(exponent))),
        part.eq(prefix_add(m, *columns.rows(), spec.adder, name="part_adder")[: len(part)]),
        no_number.eq(left.plus | left.minus | right.plus | right.minus),
    ]
    kept_exponent = Signal(fmt.exponent_bits, name="total_exponent")
    m.d.comb += kept_exponent.eq(left.exponent)
    kept = WideNumber(kept_exponent, Cat(Const(0, spec.b_bits), left.significand), no_number, no_number)
    return accumulate(m, kept, WideNumber(exponent, part, no_number, no_number), spec.adder)


def code_difference(m: Module, platform, spec, total: Value, a_sum: Value, zero: Value) -> Value:
    """Return total - zero * a_sum of codes, by one more step of an element that adds terms."""
    taken = Cat(a_sum[:-1], ~a_sum[-1])
    part = term_product(m, platform, taken, zero, spec.a_format, spec.adder)
    return add_codes(m, platform, total, part, spec.a_format, spec.adder, "difference")
