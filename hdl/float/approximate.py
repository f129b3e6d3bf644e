"""Approximate normalisation: a few OR gates over groups of bits, and shifts by their widths.

    sum ^ its next bit --> one bit too many? --.   shift right by 1
          |               any of the first k? --+-> 0
          |               any of the next l? ---+-> left by k
          '----------------------------- else --'-> left by k + l

In place of a count of all leading bits and a shifter for every count, this is an OR for each group and a
multiplexer of as many inputs as there are shifts; the exponent gets one of as many constants. What it leaves
unnormalised the next steps shift out. Golden model: `golden.wide_fma`.

Source: Alexandridis et al., Floating-Point Multiply-Add with Approximate Normalization, 2024.
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

from ..arith.prefix import prefix_add


def approximately_normalised(
    m: Module, total: Value, exponent: Value, groups: tuple[int, ...], moves: Value | None, adder: str
) -> tuple[Value, Value]:
    """Return exponent and significand of a sum with a bit more than a significand.

    groups: widths of the groups, below the bit that may be one too many. moves: unless it is 1 nothing is
    shifted to the left, so that adding zero leaves an accumulator as it is; None: always 1.
    """
    width = len(total) - 1
    turns = Signal(width, name="turns")
    over = Signal(name="one_bit_too_many")
    m.d.comb += [turns.eq(total[:-1] ^ total[1:]), over.eq(turns[-1])]
    significand = Mux(over, total[1:], total[:-1])
    correction = Const(1, len(exponent)) & over
    repeats = ~over if moves is None else ~over & moves
    low, by = width - 1, 0
    for number, size in enumerate(groups):
        low -= size
        by += size
        empty = Signal(name=f"group_{number}_empty")
        m.d.comb += empty.eq(repeats & ~turns[low : low + size].any())
        moved = Cat(Const(0, by), total[: width - by])
        significand = Mux(empty, moved, significand)
        correction = Mux(empty, Const(-by % (1 << len(exponent)), len(exponent)), correction)
        repeats = empty
    changed, shifted = Signal(len(exponent), name="correction"), Signal(width, name="normalised")
    m.d.comb += [changed.eq(correction), shifted.eq(significand)]
    lowered = prefix_add(m, exponent, changed, adder, name="exponent_adder")[: len(exponent)]
    return lowered & total.any().replicate(len(exponent)), shifted
