"""The end of a rounding shift: which way it goes is decided by the bits that fall out.

A shift to the right floors. What rounds is the guard bit, the highest that falls out, and for ties what
lies below it:

    half_up     floor + guard
    half_even   floor + (guard & (rest | odd)), where `rest` says that a bit below the guard is one
    half_away   half_up of the number less one where it is negative: the tie -2.5 becomes less than -2.5

The subtraction is made where the number is a sum of rows anyway, and costs a bit there. For `rest`, the
shift makes a row of ones below the guard, which does not depend on the number: lanes that share a shift
share it.

Numbers of sign and size need none of this: their size is rounded, and only `half_up` and `truncate` look at
the sign.
"""

from amaranth.hdl import Cat, Const, Module, Signal, Value


def rest_below(m: Module, number, amount, name: str) -> Value:
    """Return whether `number` has a one below the guard bit of a right shift by `amount`."""
    below = Signal(len(number), name=f"{name}_below_guard")
    # Bit k lies below the guard, which is bit amount - 1, if amount > k + 1.
    m.d.comb += below.eq(Cat(_exceeds(amount, k + 1) for k in range(len(number))))
    rest = Signal(name=f"{name}_rest")
    m.d.comb += rest.eq((number & below).any())
    return rest


def _exceeds(amount, k: int) -> Value:
    """Return amount > k for a constant `k`."""
    return amount > k if k < (1 << len(amount)) - 1 else Const(0, 1)


def rounded(m: Module, magnitude, above, sign, guard, round_up, name: str) -> Value:
    """Return a signed number from its parts, saturated, one bit wider than `magnitude`: see `to_round`."""
    floor, increment = to_round(m, magnitude, above, sign, guard, round_up, name)
    total = Signal(len(magnitude) + 1, name=f"{name}_rounded")
    m.d.comb += total.eq(floor + increment)
    return total


def to_round(m: Module, magnitude, above, sign, guard, round_up, name: str) -> tuple[Value, Value]:
    """Return (floor, increment), whose sum is a signed number, one bit wider than `magnitude`, saturated.

    magnitude: the bits below the sign, inverted where `sign`; above: it does not fit; guard: in the same
    sense; round_up: whether the guard bit counts (ties may not). Rounding never leaves the range: it is left
    out where the number is the largest already, and where it is saturated.
    """
    saturated, floor = (Signal(len(magnitude), name=f"{name}_{what}") for what in ("saturated", "floor"))
    at_top, increment = (Signal(name=f"{name}_{what}") for what in ("at_top", "increment"))
    m.d.comb += [
        saturated.eq(magnitude | above.replicate(len(magnitude))),
        floor.eq(saturated ^ sign.replicate(len(magnitude))),
        # Of a negative number all ones are the smallest; it is as far from the top as can be.
        at_top.eq(above | (magnitude.all() & ~sign)),
        increment.eq((guard ^ sign) & round_up & ~at_top),
    ]
    return Cat(floor, sign), increment


def round_up(rounding: str, odd, negative, guard, rest) -> Value:
    """Return whether the size of a number is rounded up, away from zero, after its floor was taken.

    rounding: one of `golden.requant`; odd: lowest bit of the floor; guard: highest bit that fell out; rest:
    whether any below it is one.
    """
    if rounding == "half_away":
        return guard
    if rounding == "half_even":
        return guard & (rest | odd)
    if rounding == "half_up":
        return guard & (rest | ~negative)
    return negative & (guard | rest)


def signed_size(m: Module, size, above, negative, up, symmetric: bool, name: str) -> Value:
    """Return a signed number from sign and size, rounded and saturated, one bit wider than `size`.

    size: floor of the number's size; above: it does not fit; up: round it up. Rounding and negating are one
    increment: -(size + up) is ~size + ~up. With `symmetric`, sizes end at all ones on both sides; else a
    negative number may be one larger.
    """
    floor, saturated = (Signal(len(size), name=f"{name}_{what}") for what in ("floor", "saturated"))
    at_top, increment = (Signal(name=f"{name}_{what}") for what in ("at_top", "increment"))
    total = Signal(len(size) + 1, name=f"{name}_rounded")
    m.d.comb += [
        saturated.eq(size | above.replicate(len(size))),
        floor.eq(saturated ^ negative.replicate(len(size))),
    ]
    if symmetric:
        m.d.comb += [at_top.eq(above | size.all()), increment.eq((up & ~at_top) ^ negative)]
    else:
        m.d.comb += [at_top.eq(above | (size.all() & ~negative)), increment.eq((up ^ negative) & ~at_top)]
    m.d.comb += total.eq(Cat(floor, negative) + increment)
    return total
