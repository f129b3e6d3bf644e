"""The lookup tile of float activations: that of `lut_tile.py` with aligned steps and floating sums.

a --> skew --> aligned, tables --> rows of elements --> | round, a column each --> c
b -----------> delay ------------>  '-- select per column
"""

from amaranth.hdl import Cat, Module, Signal, Value, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..array.lockstep import register_c
from ..array.mac_array import beat
from ..array.rows import BroadcastRows
from ..array.skew import skewed
from ..float.acc_code import acc_code
from ..float.accumulate import WideNumber
from ..share import share
from .float_align import ADDER
from .float_tables import FloatTables
from .lut_float_tile_spec import LutFloatTileSpec
from .lut_tile import LutTile


class LutFloatTile(LutTile):
    """C[rows, cols] = A[rows, K] x W[K, cols] by table lookup, tile after tile: A and C are floats.

    Streams: as of `lut_tile`, with codes of `activations` on `a` and codes of `out_format` on `c`. Sticky
    until reset: `last_mismatch`, as `a` and `b` disagreed about where a tile ends (it ended where either said
    so), and `too_wide`, as more planes came than the tile was built for (the first of them weighs as much as
    the lowest again, and so on).

    Timing: one beat of `b` a cycle, no idle cycle between tiles while these have at least `rows` beats.
    Row 0 is offered `latency` cycles after the last beat was accepted. A stalled `c` stops the tile. Reset
    drops whatever is in flight. Golden model: `golden.lut_float_gemm`.
    """

    def __init__(self, spec: LutFloatTileSpec):
        self.spec = spec
        a = {"data": data.ArrayLayout(unsigned(spec.a_bits), spec.rows * spec.k_step), "last": 1}
        b = {"data": data.ArrayLayout(spec.k, spec.selects_per_column * spec.cols), "top": 1, "last": 1}
        wiring.Component.__init__(
            self,
            {
                "a": In(stream.Signature(data.StructLayout(a))),
                "b": In(stream.Signature(data.StructLayout(b))),
                "c": Out(beat(unsigned(spec.out_bits), spec.cols)),
                "last_mismatch": Out(1),
                "too_wide": Out(1),
            },
        )

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are; they are those of `lut_tile`, without zero points."""
        docs = {name: text for name, text in super().port_docs.items() if name != "z"}
        spec = self.spec
        docs["a"] = f"{docs['a']}; codes of {spec.activations}"
        docs["c"] = f"{docs['c']}; codes of {spec.out_format}"
        return docs

    def _tables(self, m: Module, platform, en, take, beat_in_step) -> Value:
        """Return what the rows take, row i a cycle after row i - 1."""
        spec = self.spec
        width = spec.k_step * spec.a_bits
        shared = [take] + ([self.b.payload.top, beat_in_step] if spec.beats_per_step > 1 else [])
        lanes = [Cat(self.a.payload.data.as_value().word_select(i, width), *shared) for i in range(spec.rows)]
        row_words = skewed(m, platform, en, Cat(lanes), spec.rows, "a_skew")
        words = []
        for i in range(spec.rows):
            word = row_words.word_select(i, len(lanes[0]))
            tables = FloatTables(spec)
            share(m, platform, tables, f"tables_{i}")
            m.d.comb += [tables.en.eq(en), tables.a.eq(word[:width]), tables.take.eq(word[width])]
            if spec.beats_per_step > 1:
                m.d.comb += [tables.top.eq(word[width + 1]), tables.beat.eq(word[width + 2 :])]
            words.append(tables.o)
        return Cat(words)

    def _results(self, m: Module, platform, c_en: Signal, en: Signal, rows: BroadcastRows) -> None:
        """Offer the accumulators of the rows as C, rounded, a cycle later."""
        spec = self.spec
        width = spec.row_spec.acc_width
        done = Signal(name="held_done")
        bottom_done = Signal(name="held_bottom_done", reset_less=True)
        held = Signal(len(rows.result), name="accumulators_reg", reset_less=True)
        with m.If(en):
            m.d.sync += [done.eq(rows.done), bottom_done.eq(rows.bottom_done), held.eq(rows.result)]
        m.d.comb += en.eq(c_en)
        codes = []
        for j in range(spec.cols):
            code = FloatCode(spec)
            share(m, platform, code, f"code_{j}")
            m.d.comb += code.acc.eq(held.word_select(j, width))
            codes.append(code.o)
        register_c(m, self, c_en, done, bottom_done, Cat(codes))


class FloatCode(wiring.Component):
    """`o` is the code of an accumulator, rounded to nearest even. Combinational."""

    port_docs = {"acc": "accumulator, as the elements show it", "o": "code"}

    def __init__(self, spec: LutFloatTileSpec):
        self.spec = spec
        super().__init__({"acc": In(spec.row_spec.acc_width), "o": Out(spec.out_bits)})

    def elaborate(self, platform):
        """Build the rounding."""
        m = Module()
        step, nan = self.spec.step, self.acc[-1]
        number = WideNumber(self.acc[step.acc_bits : -1], self.acc[: step.acc_bits], nan, nan)
        m.d.comb += self.o.eq(acc_code(m, number, step, self.spec.out, ADDER))
        return m
