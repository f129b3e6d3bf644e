"""Dot products of NVFP4 blocks: 16 products of fp4 numbers, times the product of two fp8 scales.

    a, b --> products --> + --> | block | --.
                                             * --> fp32 or fixed point --> + --> | total | --> * --> | y |
    a_scale, b_scale --> * --> | factor | --'                                      tensor --^

Source: NVIDIA, cuDNN documentation, Block Scaling.
"""

import dataclasses

from amaranth.hdl import Module, Signal, Value

from ...golden.block_sum import FixedAccumulator
from ...golden.float_format import FloatFormat
from ...golden.fp_dot import dot_bits
from ...golden.nvfp4 import BLOCK, ELEMENT, SCALE, exact_accumulator
from ..arith.and_array import and_array_rows
from ..arith.columns import Columns
from ..arith.prefix import KINDS, prefix_add
from ..array.skew import delayed
from ..spec import choice, flag, integer
from .block_dot import BlockDot, BlockScale
from .block_dot_spec import BlockDotSpec
from .combinational import multiply_codes
from .fixed_product import SHIFTED, add_products
from .fixed_sum import FP32, BlockSumFormat, exact_blocks, fixed_bits
from .sum import DEADLINE
from .unpack import unpack

#: Scales have no sign.
UNSIGNED = dataclasses.replace(SCALE, signed=False)
#: The product of two significands.
FACTOR_BITS = 2 * (SCALE.mantissa_bits + 1)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Nvfp4DotSpec(BlockDotSpec):
    """How many of a block's products are made at a time, how blocks are added, scales of tensors."""

    lanes: int = integer(16, 1, BLOCK, "products per cycle: all 16 of a block, or a part of it")
    adder: str = choice("brent_kung", KINDS, "prefix network of the carry-propagate adders")
    blocks: int | None = exact_blocks()
    acc_bits: int | None = fixed_bits()
    tensor_scale: bool = flag(True, "the sum is multiplied by the product of both tensors' scales")

    block = BLOCK
    scale_bits = UNSIGNED.bits
    exponent_bits = UNSIGNED.exponent_bits + 1
    factor_bits = FACTOR_BITS

    @property
    def exact(self) -> FixedAccumulator | None:
        """The narrowest accumulator that is as exact as asked; None: blocks are added in fp32."""
        return self.blocks and exact_accumulator(self.blocks)

    @property
    def edge_cycles(self) -> int:
        """Cycles from the sum to the result: a product with the tensors' scales."""
        return int(self.tensor_scale)

    @property
    def operands(self) -> dict[str, FloatFormat | None]:
        """The format of the elements by operand."""
        return {"a": ELEMENT, "b": ELEMENT}

    @property
    def sum_bits(self) -> int:
        """Width of a block's exact sum, signed."""
        return dot_bits(BLOCK, ELEMENT, ELEMENT)

    @property
    def block_format(self) -> BlockSumFormat:
        """What a block's sum times the scales' significands is worth, at the exponent 0 of both scales."""
        unit = ELEMENT.min_exponent - ELEMENT.mantissa_bits - (SCALE.bias + SCALE.mantissa_bits)
        return BlockSumFormat(self.sum_bits + FACTOR_BITS, 2 * unit)


class Nvfp4Dot(BlockDot):
    """The dot product of NVFP4 blocks; with `tensor_scale` it is multiplied by `tensor`, a code of fp32.

    `tensor` counts in the last beat. The golden model is `golden.nvfp4.nvfp4_sum`.
    """

    deadline = SHIFTED + DEADLINE

    @property
    def more_fields(self) -> dict[str, int]:
        """Widths of what a beat of `x` holds besides, by name."""
        return {"tensor": FP32.bits} if self.spec.tensor_scale else {}

    def add_products(self, m, platform, operands, columns):
        """Place the products, which are shifted into fixed point."""
        return add_products(m, platform, self.spec, operands, columns)

    def scale(self, m: Module, a: Value, b: Value) -> BlockScale:
        """Return both scales as one."""
        s, t = unpack(m, a, UNSIGNED, "a_scale"), unpack(m, b, UNSIGNED, "b_scale")
        columns = Columns(m, FACTOR_BITS, "factor")
        and_array_rows(m, columns, s.significand, t.significand, False, False, "factor_")
        columns.compress(DEADLINE)
        factor = prefix_add(m, *columns.rows(), self.spec.adder, name="factor")[:FACTOR_BITS]
        return BlockScale(s.exponent + t.exponent, s.is_nan | t.is_nan, factor)

    def result(self, m, platform, total, total_valid, y_valid):
        """Multiply by `tensor`, which waited as long as the sum took."""
        spec = self.spec
        if not spec.tensor_scale:
            return total
        waited = delayed(m, platform, self.en, self.x.payload.tensor, spec.latency - 1, "tensor_delay")
        y = Signal(FP32.bits, name="y_reg", reset_less=True)
        product = multiply_codes(m, platform, total, waited, "fp32", spec.adder, "tensor_product")
        with m.If(self.en):
            m.d.sync += [y_valid.eq(total_valid), y.eq(product)]
        return y
