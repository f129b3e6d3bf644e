"""Products of floats by addition: L-Mul in both of its meanings, and piecewise affine multiplication.

    lmul_formula     exponents ------> + --------------------------------------> exponent
                     mantissas, offset, inverted if negative --> + ------------> significand
    lmul_integer,    codes without signs, offset --> + --> upper bits ----------> exponent
    pam                                              '--> lower bits --> 1.x --> negated --> significand

The formula's sum is as long as the mantissas, and a sign costs nothing: its rows are inverted in front of it.
The integer addition carries into the exponent, so that the sign has to wait for it. Golden model:
`golden.lmul.MantissaSum`.
"""

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ...golden.wide_fma import FmaAccumulatorFormat
from ..arith.columns import Columns
from ..arith.prefix import prefix_add
from .weight_product import DEADLINE


def mantissa_sum(
    m: Module, a: Value, b: Value, minus: Value, acc: FmaAccumulatorFormat, adder: str
) -> tuple[Value, Value]:
    """Return the product's exponent and its significand, two's complement, of operands that are not zero.

    a, b: codes; minus: the product's sign.
    """
    if acc.multiplier == "lmul_formula":
        return _formula(m, a, b, minus, acc, adder)
    return _integer(m, a, b, minus, acc, adder)


def _formula(m, a, b, minus, acc, adder):
    sums, bits = acc.mantissas, acc.product_bits
    columns = Columns(m, bits, "product")
    for code, fmt in zip((a, b), acc.formats, strict=True):
        row = Cat(Const(0, sums.scale - fmt.mantissa_bits), code[: fmt.mantissa_bits])
        columns.add_signed(Cat(row ^ minus.replicate(sums.scale), minus))
    # What is constant is so for each sign; of both rows that are inverted, a one is missing.
    positive = (1 << sums.scale) + sums.added
    for k in range(bits):
        match positive >> k & 1, 2 - positive >> k & 1:
            case 1, 1:
                columns.add_constant(1 << k)
            case 1, 0:
                columns.add_bit(~minus, k)
            case 0, 1:
                columns.add_bit(minus, k)
    columns.compress(DEADLINE)
    significand = prefix_add(m, *columns.rows(), adder, name="product_adder")[:bits]
    fields = (
        code[fmt.mantissa_bits : fmt.magnitude_bits] for code, fmt in zip((a, b), acc.formats, strict=True)
    )
    return sum(fields, start=Const(acc.offset)), significand


def _integer(m, a, b, minus, acc, adder):
    sums, scale = acc.mantissas, acc.mantissas.scale
    columns = Columns(m, scale + acc.exponent_bits, "product")
    for code, fmt in zip((a, b), acc.formats, strict=True):
        columns.add_unsigned(code[: fmt.magnitude_bits], scale - fmt.mantissa_bits)
    columns.add_constant((acc.offset << scale) + sums.added)
    columns.compress(DEADLINE)
    total = Signal(columns.width, name="code_sum")
    m.d.comb += total.eq(prefix_add(m, *columns.rows(), adder, name="code_adder")[: columns.width])
    inverted = Signal(acc.product_bits, name="inverted")
    m.d.comb += inverted.eq(Cat(total[:scale], Const(1, 2)) ^ minus.replicate(len(inverted)))
    negated = prefix_add(m, inverted, Const(0, len(inverted)), adder, minus, "sign_adder")
    return total[scale:], negated[: len(inverted)]
