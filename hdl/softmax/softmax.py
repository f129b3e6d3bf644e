"""Softmax of rows of integers as they stream. To the base 2: one pass to sum, and one memory of the row.

x -> exponentials, relative to a running maximum -> memory of a row -> to the row's maximum -> * -> | y |
                        '-> total -> reciprocal -> memory of rows ----------^-----------------'
"""

from amaranth.hdl import Cat, Module, Signal

from ..arith.shifter import shift
from ..array.skew import delayed
from ..share import share
from ..vector.queue import Queue
from ..vector.row_stream import RowUnit, coded_factor, next_beat, offer_results, parts
from ..vector.scaler import Scaler
from .factor_softmax import FactorSoftmax, FactorSoftmaxSpec
from .octave_softmax import OctaveSoftmax, OctaveSoftmaxSpec
from .row_exp import RowExp
from .running_sum import take_rows

#: The component of a frame.
FRAMES = {OctaveSoftmaxSpec: OctaveSoftmax, FactorSoftmaxSpec: FactorSoftmax}


class Softmax(RowUnit):
    """y is the softmax of the codes of a row, in integers, as the golden model of its method defines it.

        base2       y = min(round(e / total * 2 ** out_bits), 2 ** out_bits - 1)
        softermax   the same by chords, rounded down
        ita         y = ((2 ** out_bits - 1) * 256 // total) >> octaves below the maximum
        sole        y = (c / total, a constant and a power of two) >> octaves below the maximum
        shiftmax    y = (e * ((2 ** 31 - 1) // total)) >> (32 - out_bits)
        ibert       y = (e * (2 ** 32 // total)) >> (32 - out_bits)

    A row is as many beats of `x` as come up to `last`, and as many of `y`. A code whose `keep` is 0 is not
    there, and its result is 0; only the end of a row's last beat may be missing. A row without codes is a
    beat without any. A row of more than `row_beats` beats ends after these, and raises `too_long`, which
    stays high until reset. The golden model is `golden.softmax.softmax`, whose group, or lanes, are those of
    the hardware.

    Timing: one beat a cycle, also from row to row, while the beats of the rows do not become fewer. `y` is
    offered `latency` cycles after the last beat of its row was accepted; with shiftmax and ibert that is of
    the longest row, and a cycle less for every beat that a row is shorter. A stalled `y` stops `x` when the
    memory is full. Reset drops whatever is in flight.
    """

    port_docs = RowUnit.port_docs | {"x": "codes, their keep flags, and last of a row"}

    def elaborate(self, platform):
        """Build the two passes and the memories between them."""
        m = Module()
        spec = self.spec
        if spec.frame:
            self._framed(m, platform)
            return m
        en = Signal()
        exps = RowExp(spec.row_exp)
        buffer, rows = Queue(spec.buffer), Queue(spec.row_queue)
        inverse = spec.make_inverse()
        for part, name in ((exps, "exps"), (buffer, "buffer"), (rows, "rows"), (inverse, "inverse")):
            share(m, platform, part, name)
        take_rows(m, self, exps, en)
        m.d.comb += [
            en.eq((~exps.e_valid | buffer.space) & (~exps.row_valid | rows.space)),
            buffer.push.eq(en & exps.e_valid),
            buffer.i.eq(Cat(exps.e, exps.e_top, exps.e_keep, exps.e_last)),
            inverse.x.eq(exps.total),
            rows.push.eq(en & exps.row_valid),
            rows.i.eq(Cat(inverse.mantissa, inverse.shift, exps.total_top)),
        ]
        self._results(m, platform, buffer, rows)
        return m

    def _framed(self, m: Module, platform) -> None:
        """Place the frame that a method has of its own."""
        frame = FRAMES[type(self.spec.frame)](self.spec.frame)
        share(m, platform, frame, self.spec.method)
        m.d.comb += [
            frame.x.valid.eq(self.x.valid),
            frame.x.payload.eq(self.x.payload),
            self.x.ready.eq(frame.x.ready),
            self.y.valid.eq(frame.y.valid),
            self.y.payload.eq(frame.y.payload),
            frame.y.ready.eq(self.y.ready),
            self.too_long.eq(frame.too_long),
        ]

    def _results(self, m: Module, platform, buffer: Queue, rows: Queue) -> None:
        """Scale what has been kept of a row whose total is known."""
        spec = self.spec
        e, e_top, keep, last = parts(buffer.o, spec.lanes * spec.exp_bits, spec.octave_bits, spec.lanes, 1)
        mantissa, down, row_top = parts(
            rows.o, spec.inverse.factor_bits, spec.inverse.shift_bits, spec.octave_bits
        )
        en, go = next_beat(m, self.y, buffer, rows, last)
        octaves = Signal(spec.octave_bits)
        m.d.comb += octaves.eq(row_top - e_top)
        factor = coded_factor(m, platform, spec.scaler, mantissa)
        result_shift = Signal(spec.inverse.shift_bits)
        m.d.comb += result_shift.eq(down - spec.out_bits)

        waits = int(spec.pipeline > 1)
        exps = [
            shift(m, word, octaves, "right", f"e_{k}")
            for k, word in enumerate(parts(e, *[spec.exp_bits] * spec.lanes))
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
        offer_results(m, platform, self.y, en, go, results, keep, last, spec.pipeline)
