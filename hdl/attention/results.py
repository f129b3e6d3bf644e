"""What has been summed of a block of queries, divided and sent: a query after the other.

sums of values -> | memory | --------------------------> | | -> * -> | | -> >> -> | y |
total -> | | -> 1 / total -> | | -> * scale -> | factor | ------'
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import stream, wiring
from amaranth.lib.data import StructLayout
from amaranth.lib.wiring import In, Out

from ..arith.multiplier import Multiplier, MultiplierSpec
from ..array.mac_array import beat
from ..array.skew import delayed
from ..share import share
from ..vector.inverse import InverseLane
from ..vector.row_stream import coded_factor
from ..vector.scaler import Scaler
from .attention_spec import AttentionSpec

#: Registers from the memory to `y`.
PIPELINE = 3


class Results(wiring.Component):
    """Sums come in beats, and totals at some time; results leave when both are there. Reset drops them.

    A query takes two cycles for its factor, and one for each beat of `y`.
    """

    port_docs = {
        "push": "take a beat of sums; there is space",
        "ends": "it is the block's last",
        "sums": "weighted sums, of all queries",
        "space": "there is room for sums",
        "push_totals": "take the totals; there is space",
        "totals": "sums of exponentials, of all queries",
        "totals_space": "there is room for totals",
        "s": "scale of the results of a block",
        "y": "results; last with the last ones of a query",
    }

    def __init__(self, spec: AttentionSpec):
        self.spec = spec
        super().__init__(
            {
                "push": In(1),
                "ends": In(1),
                "sums": In(spec.queries * spec.lanes * spec.acc_bits),
                "space": Out(1),
                "push_totals": In(1),
                "totals": In(spec.queries * spec.row_exp.total_bits),
                "totals_space": Out(1),
                "s": In(stream.Signature(StructLayout(spec.dyadic_fields))),
                "y": Out(beat(spec.element, spec.out_lanes)),
            }
        )

    def elaborate(self, platform):
        """Build the memory, the order of queries, the factor, and the lanes."""
        m = Module()
        spec = self.spec
        en, full, there = (Signal(name=n) for n in ("en", "full_reg", "totals_there_reg"))
        totals = Signal(len(self.totals), name="totals_reg", reset_less=True)
        active = Signal()
        block_ends = Signal()
        m.d.comb += [
            en.eq(~self.y.valid | self.y.ready),
            self.space.eq(~full),
            self.totals_space.eq(~there),
            self.s.ready.eq(block_ends),
        ]
        with m.If(self.push_totals):
            m.d.sync += there.eq(1)
        with m.Elif(block_ends):
            m.d.sync += there.eq(0)
        with m.If(self.push & self.ends):
            m.d.sync += full.eq(1)
        with m.Elif(block_ends):
            m.d.sync += full.eq(0)

        begun = full
        if spec.beats == 1:
            # Totals come a cycle after the only beat of the last value; so it is if that has waited.
            begun = Signal()
            m.d.sync += begun.eq(full & ~block_ends)
        m.d.comb += active.eq(en & begun & there & self.s.valid)

        step, emits, query_ends = self._order(m, active, block_ends)
        with m.If(self.push_totals):
            m.d.sync += totals.eq(self.totals)
        with m.Elif(query_ends):
            m.d.sync += totals.eq(totals[spec.row_exp.total_bits :])
        held = self._memory(m, emits)
        factor, down = self._factor(m, platform, active, step, totals[: spec.row_exp.total_bits])
        value = delayed(m, platform, en, held, 1, "value_delay")
        results = Signal(spec.out_lanes * spec.bits, name="y_reg", reset_less=True)
        lanes = []
        for k in range(spec.out_lanes):
            scaler = Scaler(spec.scaler)
            share(m, platform, scaler, f"scaler_{k}")
            m.d.comb += [
                scaler.en.eq(en),
                scaler.value.eq(value.word_select(k, spec.acc_bits)),
                scaler.factor.eq(factor),
                scaler.shift.eq(down),
            ]
            lanes.append(scaler.result)
        with m.If(en):
            m.d.sync += results.eq(Cat(lanes))
        m.d.comb += [
            self.y.valid.eq(delayed(m, platform, en, emits, PIPELINE, "valid_delay", cleared=True)),
            self.y.payload.last.eq(delayed(m, platform, en, query_ends, PIPELINE, "last_delay")),
            self.y.payload.data.as_value().eq(results),
        ]
        return m

    def _order(self, m: Module, active, block_ends) -> tuple[Signal, Signal, Signal]:
        """Return a query's step (two for the factor, then results), whether results leave, and its end."""
        spec = self.spec
        last_step = spec.dim // spec.out_lanes + 1
        step = Signal(range(last_step + 1))
        query = Signal(range(spec.queries))
        emits = Signal()
        query_ends = Signal()
        m.d.comb += [
            emits.eq(active & (step > 1)),
            query_ends.eq(active & (step == last_step)),
            block_ends.eq(query_ends & (query == spec.queries - 1)),
        ]
        with m.If(active):
            m.d.sync += step.eq(Mux(query_ends, 0, step + 1))
        if spec.queries > 1:
            with m.If(query_ends):
                m.d.sync += query.eq(Mux(block_ends, 0, query + 1))
        return step, emits, query_ends

    def _memory(self, m: Module, emits) -> Value:
        """Return the sums that leave next. Beats come in from above, for every query; below, query 0 leaves.

        What leaves makes room for all others, the next query's first.
        """
        spec = self.spec
        beat_width, out_width = spec.lanes * spec.acc_bits, spec.out_lanes * spec.acc_bits
        kept = [
            Signal(spec.dim * spec.acc_bits, name=f"sums_{n}_reg", reset_less=True)
            for n in range(spec.queries)
        ]
        above = [*(word[:out_width] for word in kept[1:]), Const(0, out_width)]
        for n, word in enumerate(kept):
            with m.If(self.push):
                m.d.sync += word.eq(Cat(word[beat_width:], self.sums.word_select(n, beat_width)))
            with m.Elif(emits):
                m.d.sync += word.eq(Cat(word[out_width:], above[n]))
        return kept[0][:out_width]

    def _factor(self, m: Module, platform, active, step, total) -> tuple[Value, Value]:
        """Return factor and shift of the query's results, from when step 1 is over."""
        spec = self.spec
        inverse = InverseLane(spec.inverse)
        share(m, platform, inverse, "inverse")
        mantissa = Signal(spec.mantissa_bits, name="mantissa_reg", reset_less=True)
        down = Signal(spec.inverse.shift_bits, name="down_reg", reset_less=True)
        m.d.comb += inverse.x.eq(total)
        with m.If(active & ~step.any()):
            m.d.sync += [mantissa.eq(inverse.mantissa), down.eq(inverse.shift)]
        multiplier = Multiplier(
            MultiplierSpec(a_bits=spec.mult_bits, b_bits=spec.mantissa_bits, a_signed=False, b_signed=False)
        )
        share(m, platform, multiplier, "scale")
        m.d.comb += [multiplier.a.eq(self.s.payload.mult), multiplier.b.eq(mantissa)]
        coded = coded_factor(m, platform, spec.scaler, multiplier.p)
        factor = Signal(len(coded), name="factor_reg", reset_less=True)
        shift = Signal(spec.scaler.shift_bits, name="shift_reg", reset_less=True)
        with m.If(active & (step == 1)):
            m.d.sync += [factor.eq(coded), shift.eq(down + self.s.payload.shift)]
        return factor, shift
