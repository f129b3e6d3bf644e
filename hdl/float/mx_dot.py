"""Dot products of MX blocks: elements of fp8, fp6, fp4 or int8, multiplied in fixed point.

Source: OCP Microscaling Formats (MX) Specification 1.0, sections 5 and 6, which leaves open how blocks are
added up.
"""

import dataclasses

from ...golden.block_scale import SCALE_BIAS
from ...golden.block_sum import FixedAccumulator
from ...golden.float_format import FloatFormat
from ...golden.mx import BLOCK, ELEMENTS, element_unit, exact_accumulator, mx_dot_bits
from ..arith.prefix import KINDS
from ..spec import choice, integer
from .block_dot import BlockDot
from .block_dot_spec import BlockDotSpec
from .fixed_product import SHIFTED, add_products
from .fixed_sum import BlockSumFormat, exact_blocks, fixed_bits
from .sum import DEADLINE


@dataclasses.dataclass(frozen=True, kw_only=True)
class MxDotSpec(BlockDotSpec):
    """Elements of both operands, how many of a block's products are made at a time, and how blocks are added.

    In fixed point, the sum of `blocks` blocks, each of scales whose exponents add up to `scale_low` to
    `scale_high`, is exact.
    """

    a_element: str = choice("mxfp8_e4m3", tuple(ELEMENTS), "elements of a")
    b_element: str = choice("mxfp8_e4m3", tuple(ELEMENTS), "elements of b")
    lanes: int = integer(32, 1, BLOCK, "products per cycle: all 32 of a block, or a part of it")
    adder: str = choice("brent_kung", KINDS, "prefix network of the carry-propagate adders")
    blocks: int | None = exact_blocks()
    scale_low: int = integer(0, -254, 254, "smallest exponent of both scales for which it is exact")
    scale_high: int = integer(0, -254, 254, "largest exponent of both scales for which it is exact")
    acc_bits: int | None = fixed_bits()

    block = BLOCK

    @property
    def exact(self) -> FixedAccumulator | None:
        """The narrowest accumulator that is as exact as asked; None: blocks are added in fp32."""
        return self.blocks and exact_accumulator(
            self.blocks,
            a_element=self.a_element,
            b_element=self.b_element,
            scale_low=self.scale_low,
            scale_high=self.scale_high,
        )

    @property
    def operands(self) -> dict[str, FloatFormat | None]:
        """The format of the elements by operand; None for the integers of mxint8."""
        return {"a": ELEMENTS[self.a_element], "b": ELEMENTS[self.b_element]}

    @property
    def sum_bits(self) -> int:
        """Width of a block's exact sum, signed."""
        return mx_dot_bits(self.a_element, self.b_element)

    @property
    def block_format(self) -> BlockSumFormat:
        """What a block's sum is worth, where its exponent is 1 more than both scale codes."""
        unit = element_unit(self.a_element) + element_unit(self.b_element) - 2 * SCALE_BIAS - 1
        return BlockSumFormat(self.sum_bits, unit)


class MxDot(BlockDot):
    """The dot product of MX blocks. The golden model is `golden.mx.mx_dot`."""

    deadline = SHIFTED + DEADLINE

    def add_products(self, m, platform, operands, columns):
        """Place the products, which are shifted into fixed point."""
        return add_products(m, platform, self.spec, operands, columns)
