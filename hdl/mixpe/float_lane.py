"""The dequantisation of a column of float sums, and its results between groups.

    sum --> - -> round -> | d | --> d * scale, exact -> | product | --> + --> | | --> round --> | newest ... |
            ^                                                         ^---------------- & ~first, oldest -'
    sum(a) * zero

The product is not rounded: it goes, as the term of a fused multiply-add, into the adder in front of the ring.
Golden model: `golden.float_group_gemm`.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.float_zero_point import DifferenceFormat
from ..arith.columns import Columns
from ..arith.prefix import prefix_add
from ..float.acc_code import acc_code
from ..float.accumulate import WideNumber
from ..float.fma_pe import FmaPe, FmaPeSpec
from ..float.product import product
from ..float.sum import DEADLINE, Part
from ..float.unpack import unpack
from ..share import share
from ..spec import Spec, float_format, integer
from .float_zero_point import code_difference, wide_difference
from .result_ring import ResultRing


class FloatLane(wiring.Component):
    """`product` is round(sum - zero * a_sum) * scale, exact; `a_sum` and `zero` come with the sum.

    It comes 2 enabled cycles after the sum, and `scale` is taken a cycle before that; with zero points sums
    in wide accumulators take a cycle more. Registers have no reset.
    """

    port_docs = {
        "en": "every register moves only while this is high",
        "word": "sum of a row's products in a group, as the elements show it",
        "a_sum": "sum of its activations, likewise",
        "zero": "zero point of the group, recentred",
        "scale": "scale of the group",
        "product": "what the group adds to the row's result, before rounding",
    }

    def __init__(self, spec):
        """`spec`: a MixpeFloatArraySpec, of whose size a lane makes no use."""
        self.spec = spec
        width = spec.core.acc_width
        zero = {"a_sum": In(width), "zero": In(spec.b_bits)} if spec.zero_point else {}
        super().__init__(
            {"en": In(1), "word": In(width)}
            | zero
            | {"scale": In(spec.scale_code.bits), "product": Out(product_bits(spec.fma))}
        )

    def elaborate(self, platform):
        """Build the lane."""
        m = Module()
        spec = self.spec
        d = Signal(spec.sum_code.bits, name="d_reg", reset_less=True)
        held = Signal(len(self.product), name="product_reg", reset_less=True)
        part = product(m, unpack(m, d, spec.sum_code, "d"), unpack(m, self.scale, spec.scale_code, "scale"))
        bits = spec.fma.term.bits
        columns = Columns(m, bits, "product")
        part.add_rows(m, columns)
        columns.compress(DEADLINE)
        significand = prefix_add(m, *columns.rows(), spec.adder, name="product_adder")[:bits]
        rounded = self._rounded(m, platform)
        with m.If(self.en):
            m.d.sync += [
                d.eq(rounded),
                held.eq(Cat(significand, part.exponent, part.sign, part.is_zero, part.is_inf, part.is_nan)),
            ]
        m.d.comb += self.product.eq(held)
        return m

    def _rounded(self, m: Module, platform) -> Value:
        """Return the code of the sum, less the zero point's part."""
        spec = self.spec
        if spec.microarchitecture == "terms":
            if spec.zero_point:
                return code_difference(m, platform, spec, self.word, self.a_sum, self.zero)
            return self.word
        if not spec.zero_point:
            number = WideNumber.of(self.word, spec.acc.acc_bits)
            return acc_code(m, number, spec.acc, spec.sum_code, spec.adder)
        fmt = DifferenceFormat(spec.acc)
        number = wide_difference(m, spec, self.word, self.a_sum, self.zero)
        held = Signal(len(number.word), name="difference_reg", reset_less=True)
        with m.If(self.en):
            m.d.sync += held.eq(number.word)
        return acc_code(m, WideNumber.of(held, fmt.acc_bits), fmt, spec.sum_code, spec.adder)


def product_bits(spec: FmaPeSpec) -> int:
    """Return the width of an exact product in one word: significand, exponent, sign, and three flags."""
    return spec.term.bits + _exponent_bits(spec) + 4


def _exponent_bits(spec: FmaPeSpec) -> int:
    return max(spec.operands[name].exponent_bits for name in "ab") + 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class ProductSumSpec(FmaPeSpec):
    """Formats of a multiply-add whose product is there already; `pipeline` = 2 registers its sum."""


class ProductSum(FmaPe):
    """y = product + c, rounded once, an enabled cycle later. The registers have no reset."""

    port_docs = {
        "en": "registers move only while this is high",
        "product": "exact product",
        "c": "number",
        "y": "their sum",
    }

    def __init__(self, spec: ProductSumSpec):
        self.spec = spec
        bits = spec.out.bits
        ports = {"en": In(1), "product": In(product_bits(spec)), "c": In(bits), "y": Out(bits)}
        wiring.Component.__init__(self, ports)

    def elaborate(self, platform):
        """Build the sum of a multiply-add, without handshake."""
        m = Module()
        self.carried = {}
        bits, top = self.spec.term.bits, self.spec.term.bits + _exponent_bits(self.spec)
        significand, exponent = self.product[:bits], self.product[bits:top]
        sign, zero, inf, nan = self.product[top:]
        part = Part(sign, exponent, zero, inf, nan, lambda m, columns: columns.add_unsigned(significand))
        m.d.comb += self.y.eq(self.sum_of(m, part, unpack(m, self.c, self.spec.out, "c")))
        return m


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatRingSpec(Spec):
    """Number and format of the results, and of the factors of what is added."""

    rows: int = integer(8, 1, 256, "results")
    sum_format: str = float_format("bf16", "format of a group's sum")
    scale_format: str = float_format("bf16", "format of a scale")
    out_format: str = float_format("fp32", "format of a result")

    @property
    def fma(self) -> ProductSumSpec:
        """The adder of the ring."""
        formats = (self.sum_format, self.scale_format, self.out_format, self.out_format)
        names = ("a_format", "b_format", "c_format", "out_format")
        return ProductSumSpec(**dict(zip(names, formats, strict=True)), pipeline=2)

    @property
    def out_bits(self) -> int:
        """Width of a result."""
        return self.fma.out.bits


class FloatRing(ResultRing):
    """With `moves` the oldest result leaves and round((first ? 0 : oldest) + product) enters.

    `first` and `product` come an enabled cycle before that: what they are added to is then the oldest result,
    or with `moves` the one behind it. With one row no result is read in the cycle in which another is
    written. `results` holds all, the newest in the low bits. The registers have no reset.
    """

    port_docs = {
        "en": "the adder moves only while this is high",
        "moves": "the ring moves on",
        "first": "a new result starts: the oldest does not count; an enabled cycle early",
        "product": "what to add, an enabled cycle early",
        "results": "all results, the newest in the low bits",
    }

    def __init__(self, spec: FloatRingSpec):
        self.spec = spec
        wiring.Component.__init__(
            self,
            {"en": In(1), "moves": In(1), "first": In(1), "product": In(product_bits(spec.fma))}
            | {"results": Out(spec.rows * spec.out_bits)},
        )

    def oldest(self, ring: Signal) -> Value:
        """Return the result that is the oldest behind the clock edge."""
        bits = self.spec.out_bits
        if self.spec.rows == 1:
            return ring
        return Mux(self.moves, ring[-2 * bits : -bits], ring[-bits:])

    def total(self, m: Module, platform, kept: Signal) -> Value:
        """Return the rounded sum of the product and the result that was kept an enabled cycle ago."""
        added = ProductSum(self.spec.fma)
        share(m, platform, added, "sum")
        m.d.comb += [added.en.eq(self.en), added.product.eq(self.product), added.c.eq(kept)]
        return added.y
