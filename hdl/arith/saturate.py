"""Saturation: a number that does not fit becomes the end of the range that it passed.

A signed number fits in n bits if bit n-1 and all bits above it are equal; an unsigned one if all bits above
bit n-1 are 0. Cost: that comparison and a multiplexer per bit. Depth: log2 of the bits above, and one.
"""

from amaranth.hdl import Cat, Module, Mux, Shape, Signal

from ...golden.integer import int_range


def saturated(m: Module, value, shape: Shape) -> Signal:
    """Return a signal of `shape` that holds `value`, or the end of the range that it passes."""
    total = Signal(value.shape(), name="total")
    clipped = Signal(shape)
    low, high = int_range(shape.width, shape.signed)
    m.d.comb += total.eq(value)
    if len(total) <= shape.width:
        m.d.comb += clipped.eq(total)
        return clipped
    overflow = Signal()
    if shape.signed:
        # It fits if every bit from the result's sign bit upwards is the same.
        upper = total[shape.width - 1 :]
        sign = total[-1]
        m.d.comb += overflow.eq(upper.any() & ~upper.all())
        extreme = Cat((~sign).replicate(shape.width - 1), sign)
    else:
        m.d.comb += overflow.eq(total[shape.width :].any())
        extreme = high
    m.d.comb += clipped.eq(Mux(overflow, extreme, total[: shape.width]))
    return clipped
