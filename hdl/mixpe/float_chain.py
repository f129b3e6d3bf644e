"""Float elements of a weight-stationary array: sums run down a column, unrounded, to its accumulators.

    sum from above --> + --> | sum for the row below |        ... of the last row --> + --> | a ring of sums |
    a, b --> product --^                                                              ^----------------------'

Every + is a step of the element's accumulator (`float/weight_fma_pe.py`), which takes a cycle here as there:
a row of A may follow the other with no gap. Golden model: `golden.float_group_gemm`, by blocks.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..array.chain import Accumulate, ChainStage
from ..float.accumulate import WideNumber, accumulate
from ..float.term_tree import add_codes, term_product
from ..float.weight_fma_pe import WeightFmaPeSpec
from ..float.weight_product import weight_product
from ..spec import integer


def added(m: Module, platform, spec: WeightFmaPeSpec, total: Value, word: Value) -> Value:
    """Return the sum of two sums, as the element adds."""
    if spec.microarchitecture == "terms":
        return add_codes(m, platform, total, word, spec.a_format, spec.adder, "accumulate")
    bits = spec.acc.acc_bits
    return accumulate(m, WideNumber.of(word, bits), WideNumber.of(total, bits), spec.adder).word


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatStageSpec(WeightFmaPeSpec):
    """The element that a stage of a column's chain is."""

    words = 1

    @property
    def width(self) -> int:
        """Width of the chain's sum."""
        return self.acc_width


class FloatStage(ChainStage):
    """`sum_out` is, an enabled cycle later, `sum_in` + a * b. The register has no reset."""

    def total(self, m: Module, platform) -> Value:
        """Return the sum with the product."""
        spec = self.spec
        if spec.microarchitecture == "terms":
            product = term_product(m, platform, self.a, self.b, spec.a_format, spec.adder)
        else:
            product = weight_product(m, self.a, self.b, Const(1, 1), spec.acc, spec).word
        return added(m, platform, spec, self.sum_in, product)


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatWeightRowsSpec(FloatStageSpec):
    """A stage of the column's chain, and how many rows and columns of them there are."""

    rows: int = integer(4, 1, 256, "rows of cells: stages of each column's chain")
    cols: int = integer(8, 1, 257, "columns")

    def make_stage(self) -> FloatStage:
        """Return the stage in a cell."""
        return FloatStage(FloatStageSpec(**element_fields(self)))


@dataclasses.dataclass(frozen=True, kw_only=True)
class FloatAccumulateSpec(WeightFmaPeSpec):
    """What the sums are, and how many."""

    slots: int = integer(1, 1, 256, "accumulators, which take turns")


class FloatAccumulate(wiring.Component):
    """`slots` sums that take turns: each word with `valid` goes to the next one.

    `total` is, in the same cycle, what the sum becomes: (first ? 0 : old) + word. The sums are a ring of
    registers without reset.
    """

    port_docs = {name: text for name, text in Accumulate.port_docs.items() if name != "acc"}

    def __init__(self, spec: FloatAccumulateSpec):
        self.spec = spec
        ports = {name: In(1) for name in ("en", "valid", "first")}
        super().__init__(ports | {"word": In(spec.acc_width), "total": Out(spec.acc_width)})

    def elaborate(self, platform):
        """Build the adder and the ring."""
        m = Module()
        width = self.spec.acc_width
        ring = Signal(width * self.spec.slots, name="sum_reg", reset_less=True)
        kept = Signal(width, name="kept_sum")
        m.d.comb += [
            kept.eq(ring[-width:] & ~self.first.replicate(width)),
            self.total.eq(added(m, platform, self.spec, kept, self.word)),
        ]
        with m.If(self.en & self.valid):
            m.d.sync += ring.eq(Cat(self.total, ring))
        return m


def element_fields(spec: WeightFmaPeSpec) -> dict:
    """Return what the element itself is made of."""
    return {name: getattr(spec, name) for name in WeightFmaPeSpec.params()}
