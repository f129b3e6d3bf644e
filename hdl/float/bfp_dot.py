"""Dot products of block floating point: integers that share an exponent, Booth rows in one adder tree.

Source: Drumond et al., Training DNNs with Hybrid Block Floating Point, 2018.
"""

import dataclasses

from amaranth.hdl import Const

from ...golden.bfp import MAX_BITS, MIN_BITS, bfp_dot_bits, mantissa_unit
from ...golden.block_scale import SCALE_BIAS
from ..arith.booth import booth_digits
from ..arith.digits import digit_rows
from ..arith.prefix import KINDS
from ..spec import choice, integer
from .block_dot import BlockDot
from .block_dot_spec import BlockDotSpec
from .fixed_product import Specials
from .fixed_sum import BlockSumFormat
from .sum import DEADLINE


@dataclasses.dataclass(frozen=True, kw_only=True)
class BfpDotSpec(BlockDotSpec):
    """Mantissas of both operands, how many share an exponent, and how many products are made at a time."""

    a_bits: int = integer(8, MIN_BITS, MAX_BITS, "mantissa of a, two's complement", unit="bits")
    b_bits: int = integer(8, MIN_BITS, MAX_BITS, "mantissa of b, two's complement", unit="bits")
    block: int = integer(32, 1, 1024, "elements that share an exponent")
    lanes: int = integer(8, 1, 256, "products per cycle: a block, or a part of which it is a multiple")
    adder: str = choice("brent_kung", KINDS, "prefix network of the carry-propagate adders")

    @property
    def operand_bits(self) -> dict[str, int]:
        """Width of a mantissa by operand."""
        return {"a": self.a_bits, "b": self.b_bits}

    @property
    def operands(self) -> dict[str, None]:
        """The format of the elements by operand: None, they are integers."""
        return dict.fromkeys(self.operand_bits)

    @property
    def sum_bits(self) -> int:
        """Width of a block's exact sum, signed."""
        return bfp_dot_bits(self.block, self.a_bits, self.b_bits)

    @property
    def product_bits(self) -> int:
        """Width of a product, without its sign."""
        return self.a_bits + self.b_bits - 1

    @property
    def block_format(self) -> BlockSumFormat:
        """What a block's sum is worth, where its exponent is 1 more than both scale codes."""
        unit = mantissa_unit(self.a_bits) + mantissa_unit(self.b_bits) - 2 * SCALE_BIAS - 1
        return BlockSumFormat(self.sum_bits, unit)


class BfpDot(BlockDot):
    """The dot product of blocks of integers. The golden model is `golden.bfp.bfp_dot`."""

    deadline = DEADLINE

    def add_products(self, m, platform, operands, columns):
        """Add the Booth rows of all products: none of them is added up by itself."""
        for i in range(self.spec.lanes):
            short, long = sorted((operands[name][i] for name in operands), key=len)
            prefix = f"lane_{i}_"
            digit_rows(m, columns, booth_digits(m, short, True, prefix), long, True, prefix=prefix)
        never = Const(0, 1)
        return Specials(never, never, never)
