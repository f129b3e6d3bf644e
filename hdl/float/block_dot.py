"""Dot products of blocks that share a power of two: exact in each block, rounded to fp32, added in fp32.

    a, b --> products --> + --> | block | --> * 2 ** (scales) --> fp32 --> | code | --> + --> y
                          ^-------'    lanes < block: a block takes several beats       ^----'

What units of such blocks have in common; each says what its products are.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ...golden.block_scale import NAN_SCALE, SCALE_BITS
from ...golden.float_format import PRESETS
from ..arith.columns import Columns
from ..arith.prefix import prefix_add
from ..spec import Spec
from .acc_code import acc_code
from .accumulate import WideNumber
from .fixed_product import Specials
from .fp_add import FpAddSpec
from .term_tree import add_codes

FP32 = PRESETS["fp32"]


@dataclasses.dataclass(frozen=True)
class BlockSumFormat:
    """A block's sum as `acc_code` takes it: `acc_bits` of two's complement, times 2 ** (exponent + unit)."""

    acc_bits: int
    unit: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class BlockDotSpec(Spec):
    """Base of the Specs, which have `block`, the elements of a block, `lanes` of them a beat, and `adder`."""

    baseline = "mx_dot"

    @property
    def operand_bits(self) -> dict[str, int]:
        """Width of an element by operand."""
        raise NotImplementedError

    @property
    def element_parts(self) -> dict[str, tuple[int, int, int, int]]:
        """By operand the bits of exponent and mantissa of an element, whether it has Inf, and NaN."""
        raise NotImplementedError

    @property
    def sum_bits(self) -> int:
        """Width of a block's exact sum, signed."""
        raise NotImplementedError

    @property
    def product_bits(self) -> int:
        """Width of a product, without its sign."""
        raise NotImplementedError

    @property
    def block_format(self) -> BlockSumFormat:
        """What a block's sum is worth, where its exponent is 1 more than both scale codes."""
        raise NotImplementedError

    @property
    def beats_per_block(self) -> int:
        """Beats of a whole block."""
        return self.block // self.lanes

    @property
    def latency(self) -> int:
        """Cycles from accepting the last beat to offering the result, without stalls."""
        return 3

    @property
    def macs_per_cycle(self) -> int:
        """Products per cycle."""
        return self.lanes

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline: formats in parts, and widths."""
        values = {}
        for name, parts in self.element_parts.items():
            names = ("EXPONENT", "MANTISSA", "IEEE", "NAN")
            values |= {f"{name.upper()}_{part}": int(v) for part, v in zip(names, parts, strict=True)}
        total = FpAddSpec(a_format="fp32")
        return values | {
            "BEATS": self.beats_per_block,
            "BEAT_BITS": max((self.beats_per_block - 1).bit_length(), 1),
            "SUM_BITS": self.sum_bits,
            "PRODUCT_BITS": self.product_bits,
            "UNIT": self.block_format.unit,
            "LOW": total.window.low,
            "LEFTMOST": total.window.leftmost,
            "YIELDS": int(total.window.zero_yields),
            "TERM_TOP": total.term_top,
            "NUMBER_TOP": total.addend_top,
            "TOTAL_HEADROOM": total.headroom,
        }


class BlockDot(wiring.Component):
    """y = sum over blocks of 2 ** (a_scale - 127) * 2 ** (b_scale - 127) * sum over the block of a[i] * b[i].

    A block's sum is exact, rounded to fp32, and added in fp32 to those before it, nearest even. A scale of
    255, a NaN, and Infs of both signs make y NaN.

    Streams: a beat of `x` holds `lanes` elements of either operand. Scales count in the last beat of their
    block; `last` ends the dot product and, if it comes early, its block, whose other elements are zeros. A
    beat of `y` is a result, a code of fp32.

    Timing: a beat a cycle. The result is offered `latency` cycles after its last beat was accepted. A stalled
    `y` stops the whole unit. Reset drops whatever is in flight.

    A subclass says what its products are.
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
        x |= {"a_scale": SCALE_BITS, "b_scale": SCALE_BITS, "last": 1}
        super().__init__(
            {
                "x": In(stream.Signature(data.StructLayout(x))),
                "y": Out(stream.Signature(unsigned(FP32.bits))),
            }
        )

    def add_products(self, m: Module, platform, operands: dict[str, Value], columns: Columns) -> Specials:
        """Add the products of a beat to `columns`; return what of their sum is no number.

        operands: arrays of elements, `a` and `b`.
        """
        raise NotImplementedError

    def elaborate(self, platform):
        """Build the three stages, which move together."""
        m = Module()
        self.en = Signal(name="en")
        y_valid = Signal()
        m.d.comb += [
            self.en.eq(~y_valid | self.y.ready),
            self.x.ready.eq(self.en),
            self.y.valid.eq(y_valid),
        ]
        valid, first, last, number = self._block(m, platform)
        code_valid = Signal()
        code_first, code_last = (Signal(name=f"code_{name}", reset_less=True) for name in ("first", "last"))
        code, total = (Signal(FP32.bits, name=name, reset_less=True) for name in ("code", "total"))
        spec = self.spec
        added = add_codes(m, platform, total, code, "fp32", spec.adder, "fp32_sum")
        with m.If(self.en):
            m.d.sync += [
                code_valid.eq(valid),
                code_first.eq(first),
                code_last.eq(last),
                code.eq(acc_code(m, number, spec.block_format, FP32, spec.adder)),
                y_valid.eq(code_valid & code_last),
            ]
            with m.If(code_valid):
                m.d.sync += total.eq(Mux(code_first, code, added))
        m.d.comb += self.y.payload.eq(total)
        return m

    def _block(self, m: Module, platform):
        """Add up a block; return whether it is complete, is the first, is the last, and its sum."""
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
        exponent = Signal(SCALE_BITS + 1, name="block_exponent", reset_less=True)
        plus, minus = (Signal(name=f"block_{sign}", reset_less=True) for sign in ("plus", "minus"))
        columns = Columns(m, spec.sum_bits, "sum")
        found = self.add_products(m, platform, {"a": x.a, "b": x.b}, columns)
        if spec.beats_per_block > 1:
            columns.add_unsigned(block & (~opens).replicate(spec.sum_bits))
        columns.compress(float("inf") if spec.adder == "ripple" else self.deadline)
        total = prefix_add(m, *columns.rows(), spec.adder, name="block_sum")[: spec.sum_bits]
        nan = found.nan | (ends & Cat(x.a_scale == NAN_SCALE, x.b_scale == NAN_SCALE).any())
        valid, starts = Signal(name="block_valid"), Signal(name="next_is_first", init=1)
        first, last = (Signal(name=f"block_{name}", reset_less=True) for name in ("first", "last"))
        with m.If(self.en):
            m.d.sync += [valid.eq(take & ends), first.eq(starts), last.eq(x.last)]
        with m.If(take):
            m.d.sync += [
                block.eq(total),
                exponent.eq(x.a_scale + x.b_scale + 1),
                plus.eq((plus & ~opens) | found.plus | nan),
                minus.eq((minus & ~opens) | found.minus | nan),
                count.eq(Mux(ends, 0, count + 1)),
            ]
            with m.If(ends):
                m.d.sync += starts.eq(x.last)
        return valid, first, last, WideNumber(exponent, block, plus, minus)
