"""Arrays of float elements, whose sums are not rounded in them: stages, accumulators, shapes of beats.

    sum from above --> + --> | sum for the row below |        ... of the last row --> + --> | a ring of sums |
    a, b --> product --^                                                              ^----------------------'

Weight-stationary, sums run down a column to its accumulators. Every + is a step of the element's accumulator,
which takes a cycle here as there: a row of A may follow the other with no gap. An element's Spec says with
`product` and `added` how it multiplies and adds; here is what the arrays of all such elements share.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..array.chain import Accumulate, ChainStage
from ..spec import Spec, integer


class StageSums:
    """What a column's chain of elements asks of the Spec of a stage: the sum is one word of the element."""

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
        return spec.added(m, platform, self.sum_in, spec.product(m, platform, self.a, self.b))


@dataclasses.dataclass(frozen=True, kw_only=True)
class RowsOfStages(Spec):
    """How many rows and columns of stages there are."""

    rows: int = integer(4, 1, 256, "rows of cells: stages of each column's chain")
    cols: int = integer(8, 1, 257, "columns")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Slots(Spec):
    """How many sums take turns."""

    slots: int = integer(1, 1, 256, "accumulators, which take turns")


class FloatAccumulate(wiring.Component):
    """`slots` sums that take turns: each word with `valid` goes to the next one.

    `total` is, in the same cycle, what the sum becomes: (first ? 0 : old) + word. The sums are a ring of
    registers without reset.
    """

    port_docs = {name: text for name, text in Accumulate.port_docs.items() if name != "acc"}

    def __init__(self, spec):
        """`spec`: that of an element, with `Slots`."""
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
            self.total.eq(self.spec.added(m, platform, kept, self.word)),
        ]
        with m.If(self.en & self.valid):
            m.d.sync += ring.eq(Cat(self.total, ring))
        return m


class FloatArrayShape:
    """Beats and parts of an array of float elements, output- or weight-stationary.

    A Spec says `rows`, `cols`, `dataflow`, `k_step`, and of which kind its parts are: `element_kind`,
    component and Spec; `row_kind`, Spec of rows of stages; `sum_kind`, Spec of a column's sums.
    """

    sum_rows = 1
    edge_cycles = 0
    input_reg = False
    serial = False

    @property
    def element_fields(self) -> dict:
        """What the element itself is made of."""
        return {name: getattr(self, name) for name in self.element_kind[1].params()}

    def make_element(self) -> wiring.Component:
        """Return the element of the array."""
        component, spec = self.element_kind
        return component(spec(**self.element_fields))

    @property
    def weight_rows(self) -> RowsOfStages:
        """The rows of cells in which weights rest, with ws."""
        return self.row_kind(**self.element_fields, rows=self.k_step, cols=self.cols)

    def make_sums(self) -> FloatAccumulate:
        """Return the sums of a column, with ws."""
        return FloatAccumulate(self.sum_kind(**self.element_fields, slots=self.rows))

    def make_edge(self) -> None:
        """Return what the sums of a row pass behind the elements: nothing."""
        return None

    @property
    def streams_rows(self) -> bool:
        """Whether a beat of `a` is part of a row of A (ws), and not of all its rows."""
        return self.dataflow == "ws"

    @property
    def a_lanes(self) -> int:
        """Elements of A in a beat."""
        return self.k_step if self.streams_rows else self.rows

    @property
    def b_lanes(self) -> int:
        """Elements of B in a beat."""
        return self.cols

    @property
    def macs_per_beat(self) -> int:
        """Products that an accepted beat of `a` stands for."""
        return self.cols * self.a_lanes

    def tile_beats(self, stream_name: str, k: int) -> int:
        """Beats of stream `a`, `b` or `c` per tile of length `k`."""
        steps = -(-k // self.k_step)
        per_step = {"a": self.rows, "b": self.k_step} if self.streams_rows else {"a": 1, "b": 1}
        return self.rows if stream_name == "c" else steps * per_step[stream_name]
