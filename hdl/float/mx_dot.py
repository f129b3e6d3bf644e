"""Dot products of MX blocks: exact in each block, rounded to fp32 with the block's scales, added in fp32.

    a, b --> products in fixed point --> + --> | block | --> * 2 ** (scales) --> fp32 --> | code | --> + --> y
                                         ^-------'    lanes < 32: a block takes several beats          ^----'

Source: OCP Microscaling Formats (MX) Specification 1.0, sections 5 and 6, which leaves open how blocks are
added up.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Signal, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ...golden.block_scale import NAN_SCALE, SCALE_BIAS, SCALE_BITS
from ...golden.errors import UsageError
from ...golden.float_format import PRESETS, FloatFormat
from ...golden.mx import BLOCK, ELEMENTS, element_unit, mx_dot_bits
from ..arith.columns import Columns
from ..arith.prefix import KINDS, prefix_add
from ..spec import Spec, choice, integer
from .acc_code import acc_code
from .accumulate import WideNumber
from .fixed_product import SHIFTED, add_products, code_bits, product_bits
from .fp_add import FpAddSpec
from .sum import DEADLINE
from .term_tree import add_codes

FP32 = PRESETS["fp32"]


@dataclasses.dataclass(frozen=True)
class BlockSumFormat:
    """A block's sum as `acc_code` takes it: `acc_bits` of two's complement, times 2 ** (exponent + unit)."""

    acc_bits: int
    unit: int


@dataclasses.dataclass(frozen=True, kw_only=True)
class MxDotSpec(Spec):
    """Elements of both operands, and how many of a block's products are made at a time."""

    baseline = "mx_dot"

    a_element: str = choice("mxfp8_e4m3", tuple(ELEMENTS), "elements of a")
    b_element: str = choice("mxfp8_e4m3", tuple(ELEMENTS), "elements of b")
    lanes: int = integer(32, 1, BLOCK, "products per cycle: all 32 of a block, or a part of it")
    adder: str = choice("brent_kung", KINDS, "prefix network of the carry-propagate adders")

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
    def beats_per_block(self) -> int:
        """Beats of a whole block."""
        return BLOCK // self.lanes

    @property
    def sum_bits(self) -> int:
        """Width of a block's exact sum, signed."""
        return mx_dot_bits(self.a_element, self.b_element)

    @property
    def block_format(self) -> BlockSumFormat:
        """What a block's sum is worth, where its exponent is 1 more than both scale codes."""
        unit = element_unit(self.a_element) + element_unit(self.b_element) - 2 * SCALE_BIAS - 1
        return BlockSumFormat(self.sum_bits, unit)

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
        for name, fmt in self.operands.items():
            parts = (fmt.exponent_bits, fmt.mantissa_bits, int(fmt.special == "ieee")) if fmt else (0, 7, 0)
            values |= {
                f"{name.upper()}_{part}": value
                for part, value in zip(("EXPONENT", "MANTISSA", "IEEE"), parts, strict=True)
            } | {f"{name.upper()}_NAN": int(bool(fmt) and fmt.nan_code is not None)}
        total = FpAddSpec(a_format="fp32")
        return values | {
            "BEATS": self.beats_per_block,
            "SUM_BITS": self.sum_bits,
            "PRODUCT_BITS": product_bits(self.operands.values()),
            "UNIT": self.block_format.unit,
            "LOW": total.window.low,
            "LEFTMOST": total.window.leftmost,
            "YIELDS": int(total.window.zero_yields),
            "TERM_TOP": total.term_top,
            "NUMBER_TOP": total.addend_top,
            "TOTAL_HEADROOM": total.headroom,
        }


class MxDot(wiring.Component):
    """y = sum over blocks of 2 ** (a_scale - 127) * 2 ** (b_scale - 127) * sum over the block of a[i] * b[i].

    A block's sum is exact, rounded to fp32, and added in fp32 to those before it, nearest even. A scale of
    255, a NaN, and Infs of both signs make y NaN.

    Streams: a beat of `x` holds `lanes` elements of either operand. Scales count in the last beat of their
    block; `last` ends the dot product and, if it comes early, its block, whose other elements are zeros. A
    beat of `y` is a result, a code of fp32. The golden model is `golden.mx.mx_dot`.

    Timing: a beat a cycle. The result is offered `latency` cycles after its last beat was accepted. A stalled
    `y` stops the whole unit. Reset drops whatever is in flight.
    """

    port_docs = {
        "x": "elements of a and b with the scales of their block; last marks the end of the dot product",
        "y": "result, a code of fp32",
    }

    def __init__(self, spec: MxDotSpec):
        self.spec = spec
        x = {
            name: data.ArrayLayout(unsigned(code_bits(fmt)), spec.lanes)
            for name, fmt in spec.operands.items()
        }
        x |= {"a_scale": SCALE_BITS, "b_scale": SCALE_BITS, "last": 1}
        super().__init__(
            {
                "x": In(stream.Signature(data.StructLayout(x))),
                "y": Out(stream.Signature(unsigned(FP32.bits))),
            }
        )

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
        found = add_products(m, platform, spec, {"a": x.a, "b": x.b}, columns)
        if spec.beats_per_block > 1:
            columns.add_unsigned(block & (~opens).replicate(spec.sum_bits))
        columns.compress(float("inf") if spec.adder == "ripple" else SHIFTED + DEADLINE)
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
