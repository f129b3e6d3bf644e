"""Dot products of blocks that share a scale: exact in each block, rounded to fp32, added in fp32.

    a, b --> products --> + --> | block | --> * scales --> fp32 --> | code | --> + --> y
                          ^-------'    lanes < block: a block takes several beats ^----'

Or blocks are added in fixed point (fixed_sum.py). What units of such blocks have in common; each says what
its products are.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ...golden.block_scale import NAN_SCALE
from ..arith.and_array import and_array_rows
from ..arith.columns import Columns
from ..arith.prefix import prefix_add
from .acc_code import acc_code
from .accumulate import WideNumber
from .block_dot_spec import BlockDotSpec
from .fixed_product import Specials
from .fixed_sum import FP32, BlockSum, fixed_sum
from .sum import DEADLINE
from .term_tree import add_codes


@dataclasses.dataclass(frozen=True)
class BlockScale:
    """Both scales of a block as one: 2 ** `exponent`, times `factor` if there is one; is either NaN?"""

    exponent: Value
    nan: Value
    factor: Value | None = None


class BlockDot(wiring.Component):
    """y = sum over blocks of a_scale * b_scale * sum over the block of a[i] * b[i].

    A block's sum is exact, rounded to fp32, and added in fp32 to those before it, nearest even; or it is
    added in the fixed point of `spec.fixed`, which saturates, and only y is rounded. A scale that is NaN, and
    Infs of both signs make y NaN.

    Streams: a beat of `x` holds `lanes` elements of either operand. Scales count in the last beat of their
    block; `last` ends the dot product and, if it comes early, its block, whose other elements are zeros. A
    beat of `y` is a result, a code of fp32.

    Timing: a beat a cycle. The result is offered `latency` cycles after its last beat was accepted. A stalled
    `y` stops the whole unit. Reset drops whatever is in flight.

    A subclass says what its products are, and its scales if they are no E8M0 codes.
    """

    #: When the columns of a beat's products are to be down to two rows, in exclusive-or delays.
    deadline: float

    port_docs = {
        "x": "elements of a and b with the scales of their block; last marks the end of the dot product",
        "y": "result, a code of fp32",
    }

    def __init__(self, spec: BlockDotSpec):
        self.spec = spec
        x = {name: data.ArrayLayout(unsigned(bits), spec.lanes) for name, bits in spec.operand_bits.items()}
        x |= {"a_scale": spec.scale_bits, "b_scale": spec.scale_bits} | self.more_fields | {"last": 1}
        super().__init__(
            {
                "x": In(stream.Signature(data.StructLayout(x))),
                "y": Out(stream.Signature(unsigned(FP32.bits))),
            }
        )

    @property
    def more_fields(self) -> dict[str, int]:
        """Widths of what a beat of `x` holds besides, by name."""
        return {}

    def add_products(self, m: Module, platform, operands: dict[str, Value], columns: Columns) -> Specials:
        """Add the products of a beat to `columns`; return what of their sum is no number.

        operands: arrays of elements, `a` and `b`.
        """
        raise NotImplementedError

    def scale(self, m: Module, a: Value, b: Value) -> BlockScale:
        """Return both scales as one; its exponent is 1 more than the sum of E8M0 codes."""
        return BlockScale(a + b + 1, Cat(a == NAN_SCALE, b == NAN_SCALE).any())

    def result(self, m: Module, platform, total: Value, total_valid: Value, y_valid: Signal) -> Value:
        """Return the payload of `y`, a register; it and `y_valid` are `spec.edge_cycles` behind the total."""
        return total

    def elaborate(self, platform):
        """Build the stages, which move together."""
        m = Module()
        spec = self.spec
        self.en = Signal(name="en")
        y_valid = Signal()
        total_valid = Signal(name="total_valid") if spec.edge_cycles else y_valid
        m.d.comb += [
            self.en.eq(~y_valid | self.y.ready),
            self.x.ready.eq(self.en),
            self.y.valid.eq(y_valid),
        ]
        block = self._block(m, platform)
        if spec.fixed:
            total = Signal(FP32.bits, reset_less=True)
            done, code = fixed_sum(m, self.en, block, spec.block_format, spec.fixed, spec.adder)
            with m.If(self.en):
                m.d.sync += [total_valid.eq(done), total.eq(code)]
        else:
            total = self._fp32_sum(m, platform, block, total_valid)
        m.d.comb += self.y.payload.eq(self.result(m, platform, total, total_valid, y_valid))
        return m

    def _fp32_sum(self, m: Module, platform, block: BlockSum, total_valid: Signal) -> Value:
        """Return the sum of the blocks, each of them rounded to fp32."""
        spec = self.spec
        code_valid = Signal()
        code_first, code_last = (Signal(name=f"code_{name}", reset_less=True) for name in ("first", "last"))
        code, total = (Signal(FP32.bits, name=name, reset_less=True) for name in ("code", "total"))
        added = add_codes(m, platform, total, code, "fp32", spec.adder, "fp32_sum")
        with m.If(self.en):
            m.d.sync += [
                code_valid.eq(block.valid),
                code_first.eq(block.first),
                code_last.eq(block.last),
                code.eq(acc_code(m, block.number, spec.block_format, FP32, spec.adder)),
                total_valid.eq(code_valid & code_last),
            ]
            with m.If(code_valid):
                m.d.sync += total.eq(Mux(code_first, code, added))
        return total

    def _block(self, m: Module, platform) -> BlockSum:
        """Add up a block."""
        spec = self.spec
        x = self.x.payload
        take = Signal()
        opens, ends = Signal(name="block_opens"), Signal(name="block_ends")
        count = Signal(range(spec.beats_per_block), name="beat_in_block")
        m.d.comb += [
            take.eq(self.x.valid & self.en),
            opens.eq(~count.any()),
            ends.eq((count == spec.beats_per_block - 1) | x.last),
        ]
        block = Signal(spec.sum_bits, reset_less=True)
        exponent = Signal(spec.exponent_bits, name="block_exponent", reset_less=True)
        plus, minus = (Signal(name=f"block_{sign}", reset_less=True) for sign in ("plus", "minus"))
        columns = Columns(m, spec.sum_bits, "sum")
        found = self.add_products(m, platform, {"a": x.a, "b": x.b}, columns)
        if spec.beats_per_block > 1:
            columns.add_unsigned(block & (~opens).replicate(spec.sum_bits))
        columns.compress(float("inf") if spec.adder == "ripple" else self.deadline)
        total = prefix_add(m, *columns.rows(), spec.adder, name="block_sum")[: spec.sum_bits]
        scale = self.scale(m, x.a_scale, x.b_scale)
        nan = found.nan | (ends & scale.nan)
        valid, starts = Signal(name="block_valid"), Signal(name="next_is_first", init=1)
        first, last = (Signal(name=f"block_{name}", reset_less=True) for name in ("first", "last"))
        with m.If(self.en):
            m.d.sync += [valid.eq(take & ends), first.eq(starts), last.eq(x.last)]
        with m.If(take):
            m.d.sync += [
                block.eq(total),
                exponent.eq(scale.exponent),
                plus.eq((plus & ~opens) | found.plus | nan),
                minus.eq((minus & ~opens) | found.minus | nan),
                count.eq(Mux(ends, 0, count + 1)),
            ]
            with m.If(ends):
                m.d.sync += starts.eq(x.last)
        number = block
        if spec.factor_bits:
            factor = Signal(spec.factor_bits, name="block_factor", reset_less=True)
            with m.If(take):
                m.d.sync += factor.eq(scale.factor)
            number = self._product(m, block, factor)
        return BlockSum(valid, first, last, WideNumber(exponent, number, plus, minus))

    def _product(self, m: Module, block: Value, factor: Value) -> Value:
        """Return a block's sum times the factor of its scales."""
        columns = Columns(m, len(block) + len(factor), "scaled")
        and_array_rows(m, columns, factor, block, False, True, "scaled_")
        columns.compress(float("inf") if self.spec.adder == "ripple" else DEADLINE)
        return prefix_add(m, *columns.rows(), self.spec.adder, name="scaled")[: columns.width]
