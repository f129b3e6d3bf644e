"""The rows of a square: half of those of a product, for x[i] x[j] occurs twice and weighs double instead.

    x ** 2 = sum of x[i] * 4 ** i  +  sum over i < j of x[i] x[j] * 2 ** (i + j + 1)

Of a two's complement x the top bit weighs negatively, so that its products with the others are subtracted;
the square of the bit itself is not. A subtracted bit is an inverted one and a constant, which `Columns`
collects.

Cost: n * (n - 1) / 2 AND gates, and as many bits to add. Source: B. Parhami, *Computer Arithmetic*, 2010,
section 12.5.
"""

from amaranth.hdl import Module, Signal

from .columns import Columns

#: When a product of bits is there, in exclusive-ors.
PRODUCT_DELAY = 0.6


def square_rows(m: Module, columns: Columns, x, prefix: str, subtract: bool = False) -> None:
    """Add x ** 2 to `columns`, or subtract it; signed if `x` is. Signals begin with `prefix`."""
    top = len(x) - 1 if x.shape().signed else None

    def add(bit, weight: int, negative: bool, arrival: float) -> None:
        columns.add_bit(~bit if negative else bit, weight, arrival)
        columns.add_constant(-negative << weight)

    for i, low in enumerate(x):
        add(low, 2 * i, subtract, 0.0)
        if i + 1 == len(x):
            break
        row = Signal(len(x) - i - 1, name=f"{prefix}row_{i}")
        m.d.comb += row.eq(x[i + 1 :] & low.replicate(len(row)))
        for j, bit in enumerate(row, i + 1):
            add(bit, i + j + 1, subtract ^ (j == top), PRODUCT_DELAY)
