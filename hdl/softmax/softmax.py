"""Softmax of rows of integers to the base 2, as they stream: one pass to sum, and one memory of the row.

x -> exponentials, relative to a running maximum -> memory of a row -> to the row's maximum -> * -> | y |
                        '-> total -> reciprocal -> memory of rows ----------^-----------------'
"""

from amaranth.hdl import Cat, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..arith.coded import Coder, CoderSpec
from ..arith.shifter import shift
from ..array.skew import delayed
from ..share import share
from ..vector.inverse import InverseLane
from ..vector.queue import Queue
from ..vector.scaler import Scaler
from .row_exp import RowExp
from .softmax_spec import SoftmaxSpec


class Softmax(wiring.Component):
    """y = min(round(e / total * 2 ** out_bits), 2 ** out_bits - 1), e about 2 ** (x / 2 ** fraction_bits).

    A row is as many beats of `x` as come up to `last`, and as many of `y`. A code whose `keep` is 0 is not
    there, and its result is 0; only the end of a row's last beat may be missing. A row without codes is a
    beat without any. A row of more than `row_beats` beats ends after these, and raises `too_long`, which
    stays high until reset. The golden model is `golden.base2_softmax.base2_softmax`.

    Timing: one beat a cycle, also from row to row, while the beats of the rows do not become fewer. `y` is
    offered `latency` cycles after the last beat of its row was accepted. A stalled `y` stops `x` when the
    memory is full. Reset drops whatever is in flight.
    """

    def __init__(self, spec: SoftmaxSpec):
        self.spec = spec

        def beat(shape):
            fields = {"data": data.ArrayLayout(shape, spec.lanes), "keep": unsigned(spec.lanes), "last": 1}
            return stream.Signature(data.StructLayout(fields))

        super().__init__(
            {
                "x": In(beat(spec.x_shape)),
                "y": Out(beat(unsigned(spec.out_bits))),
                "too_long": Out(1),
            }
        )

    port_docs = {
        "x": "codes, their keep flags, and last of a row",
        "y": "results, and keep and last of x",
        "too_long": "sticky: a row had more beats than it may",
    }

    def elaborate(self, platform):
        """Build the two passes and the memories between them."""
        m = Module()
        spec = self.spec
        en = Signal()
        exps = RowExp(spec.row_exp)
        buffer, rows = Queue(spec.buffer), Queue(spec.rows)
        inverse = InverseLane(spec.inverse)
        for part, name in ((exps, "exps"), (buffer, "buffer"), (rows, "rows"), (inverse, "inverse")):
            share(m, platform, part, name)
        m.d.comb += [
            en.eq((~exps.e_valid | buffer.space) & (~exps.row_valid | rows.space)),
            self.x.ready.eq(en),
            exps.en.eq(en),
            exps.valid.eq(self.x.valid),
            exps.x.eq(self.x.payload.data.as_value()),
            exps.keep.eq(self.x.payload.keep),
            exps.last.eq(self._row_end(m, en & self.x.valid)),
            buffer.push.eq(en & exps.e_valid),
            buffer.i.eq(Cat(exps.e, exps.e_top, exps.e_keep, exps.e_last)),
            inverse.x.eq(exps.total),
            rows.push.eq(en & exps.row_valid),
            rows.i.eq(Cat(inverse.mantissa, inverse.shift, exps.total_top)),
        ]
        self._results(m, platform, buffer, rows)
        return m

    def _row_end(self, m: Module, take) -> Value:
        """Return whether a beat is the last of its row: it says so, or the row is as long as it may be."""
        last = self.x.payload.last
        ends = Signal(name="row_ends")
        too_long = Signal(name="too_long_reg")
        m.d.comb += self.too_long.eq(too_long)
        if self.spec.row_beats == 1:
            m.d.comb += ends.eq(1)
            full = 1
        else:
            position = Signal(range(self.spec.row_beats))
            full = position == self.spec.row_beats - 1
            m.d.comb += ends.eq(last | full)
            with m.If(take):
                m.d.sync += position.eq(Mux(ends, 0, position + 1))
        with m.If(take & full & ~last):
            m.d.sync += too_long.eq(1)
        return ends

    def _results(self, m: Module, platform, buffer: Queue, rows: Queue) -> None:
        """Scale what has been kept of a row whose total is known."""
        spec = self.spec
        en = Signal(name="y_en")
        go = Signal()
        e, e_top, keep, last = _parts(buffer.o, spec.lanes * spec.exp_bits, spec.octave_bits, spec.lanes, 1)
        mantissa, down, row_top = _parts(
            rows.o, spec.mantissa_bits, spec.inverse.shift_bits, spec.octave_bits
        )
        m.d.comb += [
            en.eq(~self.y.valid | self.y.ready),
            go.eq(en & buffer.some & rows.some),
            buffer.pop.eq(go),
            rows.pop.eq(go & last),
        ]
        octaves = Signal(spec.octave_bits)
        m.d.comb += octaves.eq(row_top - e_top)
        factor = mantissa
        if spec.scaler.recodes_factor:
            coder = Coder(CoderSpec(bits=spec.mantissa_bits, signed=False))
            share(m, platform, coder, "coder")
            m.d.comb += coder.a.eq(mantissa)
            factor = coder.word
        result_shift = Signal(spec.inverse.shift_bits)
        m.d.comb += result_shift.eq(down - spec.out_bits)

        waits = int(spec.pipeline > 1)
        exps = [
            shift(m, word, octaves, "right", f"e_{k}")
            for k, word in enumerate(_parts(e, *[spec.exp_bits] * spec.lanes))
        ]
        value = delayed(m, platform, en, Cat(exps), waits, "value_delay")
        factor = delayed(m, platform, en, factor, waits, "factor_delay")
        shift_wait = waits + spec.scaler.shift_wait
        result_shift = delayed(m, platform, en, result_shift, shift_wait, "shift_delay")
        results = []
        for k in range(spec.lanes):
            scaler = Scaler(spec.scaler)
            share(m, platform, scaler, f"scaler_{k}")
            m.d.comb += [
                scaler.en.eq(en),
                scaler.value.eq(value.word_select(k, spec.exp_bits)),
                scaler.factor.eq(factor),
                scaler.shift.eq(result_shift),
            ]
            results.append(scaler.result)
        y = Signal(spec.lanes * spec.out_bits, name="y_reg", reset_less=True)
        with m.If(en):
            m.d.sync += y.eq(Cat(results))
        flags = delayed(m, platform, en, Cat(last, keep), spec.pipeline, "flags_delay")
        m.d.comb += [
            self.y.valid.eq(delayed(m, platform, en, go, spec.pipeline, "valid_delay", cleared=True)),
            self.y.payload.last.eq(flags[0]),
            self.y.payload.keep.eq(flags[1:]),
            self.y.payload.data.as_value().eq(y),
        ]


def _parts(word: Value, *widths: int) -> list[Value]:
    """Return a word cut into parts of these widths, low bits first."""
    starts = [sum(widths[:k]) for k in range(len(widths))]
    return [word[start : start + width] for start, width in zip(starts, widths, strict=True)]
