"""A sum of blocks in fixed point: shifted to its grid, added, saturated, rounded to fp32 at the end.

    block, exponent --> shift, saturate --> | term | --> + --> saturate --> | total | --> round --> | y |
                                                         ^-----------------------'

A term has one bit more than the total, which is all that saturation has to know of it: any term beyond that
takes every total to the end of its range. Golden model: `golden.block_sum`.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed

from ...golden.block_sum import FixedAccumulator
from ...golden.errors import UsageError
from ...golden.float_format import PRESETS
from ..arith.prefix import prefix_add
from ..arith.saturate import saturated
from ..arith.shifter import shift
from ..spec import integer
from .acc_code import acc_code
from .accumulate import WideNumber

FP32 = PRESETS["fp32"]
#: Bits of the widest accumulator that is built.
WIDEST = 192


def exact_blocks():
    """Declare the field `blocks` of a Spec, which asks for a sum in fixed point that is exact."""
    return integer(
        None,
        1,
        1 << 20,
        "blocks whose sum is exact, in fixed point; none: they are added in fp32",
        optional=True,
    )


def fixed_bits():
    """Declare the field `acc_bits` of a Spec with `blocks`."""
    return integer(
        None,
        4,
        WIDEST,
        "width of the sum in fixed point; none: as wide as is exact",
        unit="bits",
        optional=True,
    )


def check_fixed_bits(spec) -> None:
    """Raise UsageError if `acc_bits` is too narrow for what `blocks` asks for, or means nothing."""
    exact = spec.exact
    if exact is None:
        if spec.acc_bits is not None:
            raise UsageError(
                f"acc_bits={spec.acc_bits} is the width of a sum in fixed point, and with blocks=none blocks "
                "are added in fp32: say with blocks how many are to be exact, or leave acc_bits out"
            )
        return
    if exact.bits > WIDEST:
        raise UsageError(
            f"blocks={spec.blocks}: their exact sum has {exact.bits} bits, and {WIDEST} is the most: use "
            "fewer blocks, scales nearer to each other, or blocks=none for fp32"
        )
    if spec.acc_bits is not None and spec.acc_bits < exact.bits:
        raise UsageError(
            f"acc_bits={spec.acc_bits} cannot hold the exact sum of blocks={spec.blocks} blocks, in units of "
            f"2^{-exact.fraction_bits}: use acc_bits={exact.bits} or more, or fewer blocks"
        )


def as_wide(exact: FixedAccumulator | None, bits: int | None) -> FixedAccumulator | None:
    """Return `exact`, as wide as `bits` if that says a width."""
    return dataclasses.replace(exact, bits=bits) if exact and bits else exact


@dataclasses.dataclass(frozen=True)
class BlockSumFormat:
    """A block's sum as `acc_code` takes it: `acc_bits` of two's complement, times 2 ** (exponent + unit)."""

    acc_bits: int
    unit: int


@dataclasses.dataclass(frozen=True)
class BlockSum:
    """A block in its registers: whether there is one, the first or the last of its sum, and its number."""

    valid: Value
    first: Value
    last: Value
    number: WideNumber


def fixed_sum(
    m: Module, en, block: BlockSum, block_format: BlockSumFormat, acc: FixedAccumulator, adder: str
) -> tuple[Value, Value]:
    """Return whether a sum is complete, and its code, both to be registered.

    Two stages, terms and total, which move with `en`.
    """
    term_valid = Signal()
    total_valid = Signal(name="fixed_total_valid")
    first, last = (Signal(name=f"term_{name}", reset_less=True) for name in ("first", "last"))
    term = Signal(signed(acc.bits + 1), reset_less=True)
    total = Signal(signed(acc.bits), name="fixed_total", reset_less=True)
    plus, minus = (Signal(name=f"term_{sign}", reset_less=True) for sign in ("plus", "minus"))
    any_plus, any_minus = (Signal(name=f"total_{sign}", reset_less=True) for sign in ("plus", "minus"))
    kept = Signal(acc.bits + 1, name="kept_total")
    m.d.comb += kept.eq(Cat(total, total[-1]) & (~first).replicate(acc.bits + 1))
    words = (Cat(word, word[-1]) for word in (kept, term))
    added = prefix_add(m, *words, adder, name="fixed_adder")[: acc.bits + 2].as_signed()
    following = saturated(m, added, signed(acc.bits))
    shifted = _term(m, block.number, block_format, acc)
    with m.If(en):
        m.d.sync += [
            term_valid.eq(block.valid),
            first.eq(block.first),
            last.eq(block.last),
            term.eq(shifted),
            plus.eq(block.number.plus),
            minus.eq(block.number.minus),
            total_valid.eq(term_valid & last),
        ]
        with m.If(term_valid):
            m.d.sync += [
                total.eq(following),
                any_plus.eq((any_plus & ~first) | plus),
                any_minus.eq((any_minus & ~first) | minus),
            ]
    number = WideNumber(Const(1, 1), total, any_plus, any_minus)
    # Its exponent, which never changes, is 1.
    return total_valid, acc_code(m, number, BlockSumFormat(acc.bits, -acc.fraction_bits - 1), FP32, adder)


def _term(m: Module, number: WideNumber, block_format: BlockSumFormat, acc: FixedAccumulator) -> Value:
    """Return a block's sum on the grid, what is below cut off, saturated to a bit more than the total has."""
    width = block_format.acc_bits
    # The sum stands above `acc.bits` zeros and goes right: from there no bit of it, but for its sign, fits.
    nearest = acc.bits - block_format.unit - acc.fraction_bits
    farthest = acc.bits + width - 1
    lowest = nearest + 1 - (1 << len(number.exponent))
    distance = Signal(range(lowest, nearest + 1), name="distance")
    amount = Signal(range(farthest + 1), name="term_shift")
    near = Mux(distance < 0, 0, distance) if lowest < 0 else distance
    m.d.comb += [
        distance.eq(nearest - number.exponent),
        amount.eq(Mux(distance > farthest, farthest, near) if nearest > farthest else near),
    ]
    word = Cat(Const(0, acc.bits), number.significand)
    aligned = shift(m, word, amount, "arithmetic_right", "aligned")
    return saturated(m, aligned.as_signed(), signed(acc.bits + 1))
