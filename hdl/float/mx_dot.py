"""Dot products of MX blocks: elements of fp8, fp6, fp4 or int8, multiplied in fixed point.

Source: OCP Microscaling Formats (MX) Specification 1.0, sections 5 and 6, which leaves open how blocks are
added up.
"""

import dataclasses

from ...golden.block_scale import SCALE_BIAS
from ...golden.errors import UsageError
from ...golden.float_format import FloatFormat
from ...golden.mx import BLOCK, ELEMENTS, element_unit, mx_dot_bits
from ..arith.prefix import KINDS
from ..spec import choice, integer
from .block_dot import BlockDot, BlockDotSpec, BlockSumFormat
from .fixed_product import SHIFTED, add_products, code_bits, product_bits
from .sum import DEADLINE


@dataclasses.dataclass(frozen=True, kw_only=True)
class MxDotSpec(BlockDotSpec):
    """Elements of both operands, and how many of a block's products are made at a time."""

    a_element: str = choice("mxfp8_e4m3", tuple(ELEMENTS), "elements of a")
    b_element: str = choice("mxfp8_e4m3", tuple(ELEMENTS), "elements of b")
    lanes: int = integer(32, 1, BLOCK, "products per cycle: all 32 of a block, or a part of it")
    adder: str = choice("brent_kung", KINDS, "prefix network of the carry-propagate adders")

    block = BLOCK

    def check(self):
        """Refuse parts of which a block is no multiple."""
        if BLOCK % self.lanes:
            raise UsageError(
                f"lanes={self.lanes} does not divide a block of {BLOCK}: use 1, 2, 4, 8, 16 or 32"
            )

    @property
    def operands(self) -> dict[str, FloatFormat | None]:
        """The format of the elements by operand; None for the integers of mxint8."""
        return {"a": ELEMENTS[self.a_element], "b": ELEMENTS[self.b_element]}

    @property
    def operand_bits(self) -> dict[str, int]:
        """Width of an element by operand."""
        return {name: code_bits(fmt) for name, fmt in self.operands.items()}

    @property
    def element_parts(self) -> dict[str, tuple[int, int, int, int]]:
        """By operand the bits of exponent and mantissa of an element, whether it has Inf, and NaN."""
        integers = 0, code_bits(None) - 1, 0, 0
        return {
            name: (fmt.exponent_bits, fmt.mantissa_bits, fmt.special == "ieee", fmt.nan_code is not None)
            if fmt
            else integers
            for name, fmt in self.operands.items()
        }

    @property
    def sum_bits(self) -> int:
        """Width of a block's exact sum, signed."""
        return mx_dot_bits(self.a_element, self.b_element)

    @property
    def product_bits(self) -> int:
        """Width of a product, without its sign."""
        return product_bits(self.operands.values())

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
