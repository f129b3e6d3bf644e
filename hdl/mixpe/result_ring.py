"""The results of a column between its groups: a ring of one register word per row, and the adder in front.

    word --> + --> saturate --> | newest | ... | ... | oldest | --> & ~first --.
             ^------------------------------------------------------------------'

A group brings the rows in turn, so the oldest result is always that of the row that comes; nothing is
addressed. `results` shows all of them, the newest in the low bits, because a systolic array's columns are
skewed: a row of results is complete when the last column has it, and the columns before hold it a few places
further on.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.prefix import prefix_add
from ..arith.saturate import saturated
from ..array.chain import ADDER
from ..spec import Spec, flag, integer


@dataclasses.dataclass(frozen=True, kw_only=True)
class ResultRingSpec(Spec):
    """Number and width of the results, and what is added to them."""

    rows: int = integer(8, 1, 256, "results")
    out_bits: int = integer(32, 8, 48, "width of a result", unit="bits")
    word_bits: int = integer(28, 2, 49, "width of what is added, signed", unit="bits")
    prefix: bool = flag(True, "add with a prefix network, not with Verilog's own +")


class ResultRing(wiring.Component):
    """With `moves` the oldest result leaves and saturate((first ? 0 : oldest) + word + up) enters.

    `results` holds all, the newest in the low bits. The registers have no reset.
    """

    port_docs = {
        "moves": "the ring moves on",
        "first": "a new result starts: the oldest does not count",
        "word": "what to add",
        "up": "add one more",
        "results": "all results, the newest in the low bits",
    }

    def __init__(self, spec: ResultRingSpec):
        self.spec = spec
        super().__init__(
            {"moves": In(1), "first": In(1), "word": In(signed(spec.word_bits)), "up": In(1)}
            | {"results": Out(spec.rows * spec.out_bits)}
        )

    def elaborate(self, platform):
        """Build the adder and the ring."""
        m = Module()
        spec = self.spec
        ring = Signal(len(self.results), name="result_reg", reset_less=True)
        kept = Signal(signed(spec.out_bits), name="kept_result")
        m.d.comb += kept.eq(self.oldest(ring) & ~self.first.replicate(spec.out_bits))
        total = self.total(m, platform, kept)
        with m.If(self.moves):
            m.d.sync += ring.eq(Cat(total, ring))
        m.d.comb += self.results.eq(ring)
        return m

    def oldest(self, ring: Signal) -> Value:
        """Return the result to which is added."""
        return ring[-self.spec.out_bits :]

    def total(self, m: Module, platform, kept: Signal) -> Value:
        """Return the new result from the one that is kept."""
        return saturated(m, self._sum(m, kept), signed(self.spec.out_bits))

    def _sum(self, m: Module, kept: Signal) -> Value:
        """Return kept + word + up, exact: word is a floor, and up with it stays in its range."""
        if not self.spec.prefix:
            return kept + self.word + self.up
        width = max(self.spec.out_bits, self.spec.word_bits) + 1
        x, y = (Signal(signed(width), name=f"adder_{name}") for name in "xy")
        m.d.comb += [x.eq(kept), y.eq(self.word)]
        return prefix_add(m, x, y, ADDER, self.up)[:width].as_signed()
