"""Elements in a chain: each adds its product to the sum that comes from the one before.

    a[0], b[0] -> * -> | + |     a[1], b[1] -> * -> | + |          words of `chain_width` bits, or,
                0 ---> |   | ---------------------> |   | --> ...   with carry_save, sum and carry

The sum moves on a stage per enabled cycle, so operand k of a product has to come k cycles after operand 0.
A chain is the column of a weight-stationary array and the third dimension of a cube.
Source of the carry-save chain: the OPT1 arrays of Wu et al., HPCA 2025.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Shape, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.accumulator import acc_bits_for, sum_is_signed
from ..arith.prefix import prefix_add
from ..arith.saturate import saturated
from ..pe.tree_mac import TreeMacSpec, make_product
from ..share import share
from ..spec import Spec, choice, flag, integer
from .resolve import Resolve, ResolveSpec

#: The prefix network of every adder in and behind a chain.
ADDER = "han_carlson"
#: Exclusive-or delays in which a column of a stage's tree may come down to one bit.
DEADLINE = 7.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChainStageSpec(TreeMacSpec):
    """Operands of a stage, what it is made of, and how many stages the chain has."""

    element: str = choice("mac", ("operator", "mac", "carry_save"), "what multiplies and adds")
    b_digits: int | None = integer(
        None, 1, 4, "B comes in at most so many signed digits; none: as it is", optional=True
    )
    depth: int = integer(4, 1, 256, "stages of the chain, which decide how wide its sum is")

    @property
    def width(self) -> int:
        """Width of the chain's sum in bits: the exact worst case."""
        return acc_bits_for(self.depth, *self.operands)

    @property
    def words(self) -> int:
        """Words that the sum is kept in: in carry-save form 2."""
        return 2 if self.element == "carry_save" else 1

    @property
    def sum_shape(self) -> Shape:
        """Shape of the sum."""
        return Shape(self.width, sum_is_signed(self.a_signed, self.b_signed))


def stage_spec(spec) -> ChainStageSpec:
    """Return the Spec of the stages in an array with the Spec `spec` (MacArraySpec, or one with more)."""
    names = ("a_bits", "b_bits", "a_signed", "b_signed", "element", "recoding")
    shared = {name: getattr(spec, name) for name in (*names, "multiplier", "b_digits") if hasattr(spec, name)}
    return ChainStageSpec(**shared, depth=spec.k_step)


class ChainStage(wiring.Component):
    """`sum_out` is, an enabled cycle later, `sum_in` + a * b modulo 2 ** width.

    With carry_save each of the two is a pair of words whose sum counts. The registers have no reset.
    """

    port_docs = {
        "en": "the register moves only while this is high",
        "a": "operand of A",
        "b": "operand of B",
        "sum_in": "sum of the stages before",
        "sum_out": "sum with this product, registered",
    }

    def __init__(self, spec: ChainStageSpec):
        self.spec = spec
        size = spec.words * spec.width
        ports = {"en": In(1), "a": In(spec.a_word), "b": In(spec.b_word)}
        super().__init__(ports | {"sum_in": In(size), "sum_out": Out(size)})

    def elaborate(self, platform):
        """Build the stage."""
        m = Module()
        held = Signal(len(self.sum_in), name="sum_reg", reset_less=True)
        with m.If(self.en):
            m.d.sync += held.eq(self.total(m, platform))
        m.d.comb += self.sum_out.eq(held)
        return m

    def total(self, m: Module, platform) -> Value:
        """Return the sum with the product, in as many words as it came in."""
        spec = self.spec
        if spec.element == "operator":
            # Its Verilog width holds any mix of signs.
            product = Signal(Shape(spec.a_bits + spec.b_bits, spec.sum_shape.signed))
            m.d.comb += product.eq(self.a * self.b)
            return (self.sum_in.as_signed() if spec.sum_shape.signed else self.sum_in) + product
        columns = make_product(m, spec, spec.width, Const(1, 1), Const(0, 1), self.a, self.b).columns
        for word in range(spec.words):
            columns.add_unsigned(self.sum_in.word_select(word, spec.width))
        columns.compress(0.0 if spec.words == 2 else DEADLINE)
        x, y = columns.rows()
        return Cat(x, y) if spec.words == 2 else prefix_add(m, x, y, ADDER)[: spec.width]


@dataclasses.dataclass(frozen=True, kw_only=True)
class AccumulateSpec(Spec):
    """What is added to which accumulators."""

    width: int = integer(16, 1, 256, "width of what is added", unit="bits")
    acc_bits: int = integer(32, 1, 256, "width of an accumulator", unit="bits")
    signed: bool = flag(True, "both are two's complement")
    saturate: bool = flag(False, "a sum that does not fit becomes the end of the range")
    prefix: bool = flag(True, "add with a prefix network, not with Verilog's own +")
    slots: int = integer(1, 1, 256, "accumulators, which take turns")


class Accumulate(wiring.Component):
    """`slots` accumulators that take turns: each word with `valid` goes to the next one.

    `total` is, in the same cycle, what the accumulator becomes: (first ? 0 : old) + word; `acc` is the
    accumulator that was written last. The accumulators are a ring of registers without reset.
    """

    port_docs = {
        "en": "registers move only while this is high",
        "valid": "the word is real, not a bubble",
        "first": "it starts a new sum",
        "word": "what to add",
        "total": "the new sum, combinational",
        "acc": "the sum before",
    }

    def __init__(self, spec: AccumulateSpec):
        self.spec = spec
        ports = {name: In(1) for name in ("en", "valid", "first")} | {"word": In(spec.width)}
        super().__init__(ports | {"total": Out(spec.acc_bits), "acc": Out(spec.acc_bits)})

    def elaborate(self, platform):
        """Build the adder and the ring."""
        m = Module()
        spec = self.spec
        shape = Shape(spec.acc_bits, spec.signed)
        ring = Signal(spec.acc_bits * spec.slots, name="acc_reg", reset_less=True)
        word = Signal(Shape(spec.width, shape.signed), name="addend")
        kept = Signal(shape, name="kept_sum")
        old = ring[-spec.acc_bits :]
        m.d.comb += [word.eq(self.word), kept.eq(old & ~self.first.replicate(spec.acc_bits))]
        total = kept + word
        if spec.prefix:
            width = max(spec.acc_bits, spec.width) + 1 if spec.saturate else spec.acc_bits
            x, y = (Signal(width, name=f"adder_{name}") for name in "xy")
            m.d.comb += [x.eq(kept), y.eq(word)]
            total = prefix_add(m, x, y, ADDER)[:width]
            total = total.as_signed() if shape.signed else total
        m.d.comb += self.total.eq(saturated(m, total, shape) if spec.saturate else total)
        adds = Signal()
        m.d.comb += adds.eq(self.en & self.valid)
        with m.If(adds):
            m.d.sync += ring.eq(Cat(self.total, ring))
        m.d.comb += self.acc.eq(ring[: spec.acc_bits])
        return m


def accumulate_spec(spec, slots: int) -> AccumulateSpec:
    """Return the Spec of the accumulators behind a chain in an array with the Spec `spec`."""
    return AccumulateSpec(
        width=stage_spec(spec).width,
        acc_bits=spec.acc_width,
        signed=spec.acc_shape.signed,
        saturate=spec.overflow == "saturate",
        prefix=spec.element != "operator",
        slots=slots,
    )


def resolved(m: Module, platform, en, words: Value, spec: ChainStageSpec, name: str = "resolve") -> Value:
    """Return the sum that leaves a chain as one word: in carry-save form added, a cycle later."""
    if spec.words == 1:
        return words
    adder = Resolve(ResolveSpec(lanes=1, width=spec.width))
    share(m, platform, adder, name)
    m.d.comb += [adder.en.eq(en), adder.i.eq(words)]
    return adder.o


class ChainedSum(wiring.Component):
    """The element of a cube: `depth` products in a chain, and an accumulator at its end.

    `a` and `b` hold a lane per stage, lane k k cycles late. `valid` and `first` belong to the accumulator
    and come `depth` cycles after lane 0, one more with carry_save, whose pair of words is added first.
    """

    sum_ports = ("acc",)
    port_docs = {
        "en": "every register moves only while this is high",
        "valid": "the sum at the end of the chain is real, not a bubble",
        "first": "it starts a new sum",
        "a": "operands of A, lane 0 in the low bits",
        "b": "operands of B",
        "acc": "sum of products",
    }

    def __init__(self, spec):
        """`spec`: a MacArraySpec, of whose size the element makes no use."""
        self.spec = dataclasses.replace(spec, rows=1, cols=1, input_reg=False)
        ports = {name: In(1) for name in ("en", "valid", "first")}
        ports |= {"a": In(spec.k_step * spec.a_word.width), "b": In(spec.k_step * spec.b_bits)}
        super().__init__(ports | {"acc": Out(spec.acc_width)})

    def elaborate(self, platform):
        """Build the chain and the accumulator."""
        m = Module()
        spec = self.spec
        stages = stage_spec(spec)
        words = Const(0, stages.words * stages.width)
        for k in range(spec.k_step):
            stage = ChainStage(stages)
            share(m, platform, stage, f"stage_{k}")
            m.d.comb += [
                stage.en.eq(self.en),
                stage.a.eq(self.a.word_select(k, spec.a_word.width)),
                stage.b.eq(self.b.word_select(k, spec.b_bits)),
                stage.sum_in.eq(words),
            ]
            words = stage.sum_out
        last = Accumulate(accumulate_spec(spec, slots=1))
        share(m, platform, last, "accumulate")
        m.d.comb += [
            last.en.eq(self.en),
            last.valid.eq(self.valid),
            last.first.eq(self.first),
            last.word.eq(resolved(m, platform, self.en, words, stages)),
            self.acc.eq(last.acc),
        ]
        return m
