"""LayerNorm and RMSNorm of rows of integers as they stream: one pass to sum, and one memory of the row.

x -> sums of x, of x ** 2, count -> V -> 1 / sqrt -> factor, offset -> memory of rows --.
 '-> memory of a row ---------------------------------------------------------------> * + -> | y |

    y = (N * x - S) / sqrt(V) = x * (N / sqrt(V)) - S / sqrt(V)

Both in brackets are made once per row, exactly, from mantissa and shift: a lane has one product.
"""

from amaranth.hdl import Cat, Module, Mux, Signal

from ..array.skew import delayed
from ..share import share
from .queue import Queue
from .row_moments import RowMoments
from .row_scale import RowScale
from .row_stream import RowUnit, coded_factor, next_beat, offer_results, parts, row_end
from .scaler import Scaler


class Norm(RowUnit):
    """y = saturate(round((N x - S) / sqrt(V + eps) * 2 ** fraction)); N, S, V = N Q - S ** 2 of the row.

    S is the sum of the row's integers and Q that of their squares; with kind=rms S is 0 in both places. A row
    is as many beats of `x` as come up to `last`, and as many of `y`. An integer whose `keep` is 0 is not
    there, and its result is 0; only the end of a row's last beat may be missing. A row without integers is a
    beat without any. A row of more than `row_beats` beats ends after these, and raises `too_long`, which
    stays high until reset. The golden model is `golden.norm.norm`.

    Timing: one beat a cycle, also from row to row, while the beats of the rows do not become fewer. `y` is
    offered `latency` cycles after the last beat of its row was accepted. A stalled `y` stops `x` when the
    memory is full. Reset drops whatever is in flight.
    """

    def elaborate(self, platform):
        """Build what a row comes to, and the memories in front of the lanes."""
        m = Module()
        spec = self.spec
        en = Signal()
        moments, scale = RowMoments(spec.moments), RowScale(spec)
        buffer, rows = Queue(spec.buffer), Queue(spec.row_queue)
        for part, name in ((moments, "moments"), (scale, "scale"), (buffer, "buffer"), (rows, "rows")):
            share(m, platform, part, name)
        payload = self.x.payload
        ends, too_long = row_end(m, payload.last, en & self.x.valid, spec.row_beats)
        m.d.comb += [
            en.eq(buffer.space & (~scale.scale_valid | rows.space)),
            self.x.ready.eq(en),
            self.too_long.eq(too_long),
            moments.en.eq(en),
            moments.valid.eq(self.x.valid),
            moments.x.eq(payload.data.as_value()),
            moments.keep.eq(payload.keep),
            moments.last.eq(ends),
            scale.en.eq(en),
            scale.valid.eq(moments.row_valid),
            scale.count.eq(moments.count),
            scale.squares.eq(moments.squares),
            buffer.push.eq(en & self.x.valid),
            buffer.i.eq(Cat(payload.data.as_value(), payload.keep, ends)),
            rows.push.eq(en & scale.scale_valid),
        ]
        offset = []
        if spec.sums:
            m.d.comb += scale.total.eq(moments.total)
            offset = [scale.offset]
        m.d.comb += rows.i.eq(Cat(scale.factor, *offset, scale.down))
        self._results(m, platform, buffer, rows)
        return m

    def _results(self, m: Module, platform, buffer: Queue, rows: Queue) -> None:
        """Scale what has been kept of a row whose scale is known."""
        spec = self.spec
        x, keep, last = parts(buffer.o, spec.lanes * spec.in_bits, spec.lanes, 1)
        factor, offset, down = parts(rows.o, spec.scaler.mult_bits, spec.offset_bits, spec.inverse.shift_bits)
        en, go = next_beat(m, self.y, buffer, rows, last)
        factor = coded_factor(m, platform, spec.scaler, factor)
        waits = int(spec.pipeline > 1)
        operands = delayed(m, platform, en, Cat(x, factor, offset), waits, "operands_delay")
        x, factor, offset = parts(operands, len(x), len(factor), spec.offset_bits)
        down = delayed(m, platform, en, down, waits + spec.scaler.shift_wait, "shift_delay")
        there = delayed(m, platform, en, keep, spec.pipeline - 1, "keep_delay")
        results = []
        for k in range(spec.lanes):
            scaler = Scaler(spec.scaler)
            share(m, platform, scaler, f"scaler_{k}")
            m.d.comb += [
                scaler.en.eq(en),
                scaler.value.eq(x.word_select(k, spec.in_bits)),
                scaler.factor.eq(factor),
                scaler.shift.eq(down),
            ]
            if spec.offset_bits:
                m.d.comb += scaler.addend.eq(offset)
            result = Signal(spec.y_shape, name=f"result_{k}")
            m.d.comb += result.eq(Mux(there[k], scaler.result, 0))
            results.append(result)
        offer_results(m, platform, self.y, en, go, results, keep, last, spec.pipeline)
