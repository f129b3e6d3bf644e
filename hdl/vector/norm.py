"""LayerNorm and RMSNorm of rows of integers as they stream: one pass to sum, and one memory of the row.

x -> sums of x, of x ** 2, count -> V -> 1 / sqrt -> factor, offset -> memory of rows --.
 '-> memory of a row ---------------------------------------------------------------> * + -> | y |

    y = (N * x - S) / sqrt(V) = x * (N / sqrt(V)) - S / sqrt(V)

Both in brackets are made once per row, exactly, from mantissa and shift: a lane has one product. The
published norms divide instead, a row at a time (`row_division.py`); a lane has one product with x - mean.
"""

from amaranth.hdl import Cat, Module, Signal, Value, signed

from ..array.skew import delayed
from ..share import share
from .published_lane import PublishedLane
from .queue import Queue
from .row_division import RowDivision
from .row_moments import RowMoments
from .row_scale import RowScale
from .row_stream import RowUnit, coded_factor, kept, next_beat, offer_results, parts, row_end
from .scaler import Scaler


class Norm(RowUnit):
    """y = saturate(round((N x - S) / sqrt(V + eps) * 2 ** fraction)); N, S, V = N Q - S ** 2 of the row.

    S is the sum of the row's integers and Q that of their squares; with kind=rms S is 0 in both places. A row
    is as many beats of `x` as come up to `last`, and as many of `y`. An integer whose `keep` is 0 is not
    there, and its result is 0; only the end of a row's last beat may be missing. A row without integers is a
    beat without any. A row of more than `row_beats` beats ends after these, and raises `too_long`, which
    stays high until reset. The golden model is `golden.norm.norm`. With method=ivit it
    is `golden.norm.ivit_layernorm`, with ivit_tvm its variant tvm, with ibert `ibert_layernorm`; y then has
    32 bits.

    Timing: one beat a cycle, also from row to row, while the beats of the rows do not become fewer. `y` is
    offered `latency` cycles after the last beat of its row was accepted. With a published method one row is
    divided at a time, and the next when its results have left: the longest rows come every `row_cycles`, and
    only a row that no other holds up has that latency. A stalled `y` stops `x` when the memory is full. Reset
    drops whatever is in flight.
    """

    def elaborate(self, platform):
        """Build what a row comes to, and the memories in front of the lanes."""
        m = Module()
        spec = self.spec
        en = Signal()
        moments, buffer = RowMoments(spec.moments), Queue(spec.buffer)
        share(m, platform, moments, "moments")
        if spec.divides:
            rows, goes_on = self._division(m, en, moments)
        else:
            rows, goes_on = self._scale(m, platform, en, moments)
        share(m, platform, buffer, "buffer")
        share(m, platform, rows, "rows")
        payload = self.x.payload
        ends, too_long = row_end(m, payload.last, en & self.x.valid, spec.row_beats)
        m.d.comb += [
            en.eq(buffer.space & goes_on),
            self.x.ready.eq(en),
            self.too_long.eq(too_long),
            moments.en.eq(en),
            moments.valid.eq(self.x.valid),
            moments.x.eq(payload.data.as_value()),
            moments.keep.eq(payload.keep),
            moments.last.eq(ends),
            buffer.push.eq(en & self.x.valid),
            buffer.i.eq(Cat(payload.data.as_value(), payload.keep, ends)),
        ]
        self._results(m, platform, buffer, rows)
        return m

    def _scale(self, m: Module, platform, en, moments: RowMoments) -> tuple[Queue, Value]:
        """Return factors, offsets and shifts of rows, and whether there is room for those of one more."""
        spec = self.spec
        scale, rows = RowScale(spec), Queue(spec.row_queue)
        share(m, platform, scale, "scale")
        m.d.comb += [
            scale.en.eq(en),
            scale.valid.eq(moments.row_valid),
            scale.count.eq(moments.count),
            scale.squares.eq(moments.squares),
            rows.push.eq(en & scale.scale_valid),
        ]
        offset = []
        if spec.sums:
            m.d.comb += scale.total.eq(moments.total)
            offset = [scale.offset]
        m.d.comb += rows.i.eq(Cat(scale.factor, *offset, scale.down))
        return rows, ~scale.scale_valid | rows.space

    def _division(self, m: Module, en, moments: RowMoments) -> tuple[RowDivision, Value]:
        """Return mean and factor of a row, and whether the sums of one more are taken, if there are any."""
        rows = RowDivision(self.spec.division)
        m.d.comb += [
            rows.valid.eq(en & moments.row_valid),
            rows.count.eq(moments.count),
            rows.total.eq(moments.total),
            rows.squares.eq(moments.squares),
        ]
        return rows, ~moments.row_valid | rows.ready

    def _results(self, m: Module, platform, buffer: Queue, rows: Queue | RowDivision) -> None:
        """Compute what has been kept of a row of which the rest is known."""
        spec = self.spec
        x, keep, last = parts(buffer.o, spec.lanes * spec.in_bits, spec.lanes, 1)
        en, go = next_beat(m, self.y, buffer, rows, last)
        results = (self._halved if spec.divides else self._scaled)(m, platform, en, rows, x, keep)
        offer_results(m, platform, self.y, en, go, results, keep, last, spec.pipeline)

    def _scaled(self, m: Module, platform, en, rows: Queue, x, keep) -> list[Value]:
        """Return the integers of a beat, scaled."""
        spec = self.spec
        factor, offset, down = parts(rows.o, spec.scaler.mult_bits, spec.offset_bits, spec.inverse.shift_bits)
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
            results.append(kept(m, there[k], scaler.result, spec.y_shape, k))
        return results

    def _halved(self, m: Module, platform, en, rows: RowDivision, x, keep) -> list[Value]:
        """Return half of the products of the differences from the mean, as published."""
        spec = self.spec
        differences = []
        for k in range(spec.lanes):
            difference = Signal(signed(spec.in_bits + 1), name=f"difference_{k}")
            m.d.comb += difference.eq(x.word_select(k, spec.in_bits).as_signed() - rows.mean)
            differences.append(difference)
        operands = Cat(rows.factor, *differences)
        operands = delayed(m, platform, en, operands, spec.pipeline - 1, "operands_delay")
        factor, *differences = parts(operands, len(rows.factor), *map(len, differences))
        there = delayed(m, platform, en, keep, spec.pipeline - 1, "keep_delay")
        results = []
        for k, difference in enumerate(differences):
            lane = PublishedLane(spec.division)
            share(m, platform, lane, f"lane_{k}")
            m.d.comb += [lane.difference.eq(difference), lane.factor.eq(factor)]
            results.append(kept(m, there[k], lane.y, spec.y_shape, k))
        return results
