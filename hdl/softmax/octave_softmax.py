"""Softmax out of shifts, as ITA and SOLE publish it: octaves below a running maximum, and one number per row.

x -> octaves below a running maximum -> memory of a row -> below the row's maximum -> >> -> | y |
            '-> total -> | number of the row | -> memory of rows -------------------'

    ita     number = (top * 256) // total           top = 2 ** out_bits - 1
    sole    number = c(total) / total               a power of two, times one of two constants
"""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Shape, Signal, Value, signed, unsigned

from ...golden.errors import UsageError
from ...golden.sole import CONSTANT, CONSTANT_BITS, DEEPEST, HALF
from ..arith.logic_table import logic_table, table_facts, table_word
from ..arith.normalised_top import normalised_top
from ..arith.shifter import shift
from ..array.skew import delayed
from ..share import share
from ..spec import check_widest, integer
from ..vector.constant_divide import ConstantDivideLane, ConstantDivideSpec
from ..vector.queue import Queue, QueueSpec
from ..vector.row_stream import RowUnit, next_beat, offer_results, parts
from .row_octaves import OCTAVE_BITS, RowOctaves, RowOctavesSpec, octaves_below
from .running_sum import take_rows

#: Beats that come in between the last one of a row and the first of its results, without a division.
BEATS_BETWEEN = 7


@dataclasses.dataclass(frozen=True, kw_only=True)
class OctaveSoftmaxSpec(RowOctavesSpec):
    """Codes, their octaves, results, and how fast the division of ITA is clocked."""

    baseline = "octave_softmax"

    out_bits: int = integer(8, 1, 16, "width of a result", unit="bits")
    pipeline: int = integer(2, 1, 2, "registers from memory to result: 2 has one in front of the shift")
    step_bits: int = integer(4, 1, 32, "ita: most bits of the division between two registers", unit="bits")

    def check(self):
        """Refuse results finer than ITA's exponential, and memories that are too wide."""
        if self.method == "ita" and self.out_bits > 8:
            raise UsageError(
                f"out_bits={self.out_bits} is more than the 8 bits that results of method=ita have: use "
                "out_bits=8 or less"
            )
        check_widest(self.buffer.width, f"lanes={self.lanes} make beats", "fewer lanes")

    @property
    def x_shape(self) -> Shape:
        """Shape of a code."""
        return signed(self.in_bits)

    @property
    def y_shape(self) -> Shape:
        """Shape of a result."""
        return unsigned(self.out_bits)

    @property
    def row_octaves(self) -> RowOctavesSpec:
        """The octaves and their sum."""
        return RowOctavesSpec(
            **{name: getattr(self, name) for name in RowOctavesSpec.params() if name != "bits"}
        )

    @property
    def divide(self) -> ConstantDivideSpec:
        """ITA's division; the maximum alone is 256 of the total."""
        least = 1 << self.unit_bits
        return ConstantDivideSpec(
            dividend=((1 << self.out_bits) - 1) * least,
            least=least,
            divisor_bits=self.total_bits,
            form="pipelined",
            step_bits=min(self.step_bits, self.out_bits),
        )

    @property
    def divide_steps(self) -> int:
        """Registers of the division; SOLE has none."""
        return self.divide.steps if self.method == "ita" else 0

    @property
    def numbers(self) -> tuple[int, ...]:
        """SOLE's number of a row: by the bit below the leading one of its total, and the zeros above that."""
        found = []
        for zeros in range(1 << self.total_bits.bit_length()):
            t = self.total_bits - 1 - zeros - DEEPEST
            scaled = [(CONSTANT - HALF * q) << self.out_bits for q in (0, 1)]
            # Less than the maximum's own term is the total only of a row without codes.
            found += [value >> CONSTANT_BITS + 1 + t if t >= 0 else 0 for value in scaled]
        return tuple(found)

    @property
    def kept_bits(self) -> int:
        """What is kept of a code: itself, or its octaves."""
        return self.in_bits if self.keeps_codes else OCTAVE_BITS

    @property
    def buffer(self) -> QueueSpec:
        """The memory of a row, with the maximum that octaves are counted from."""
        top = 0 if self.keeps_codes else self.in_bits
        width = self.lanes * (self.kept_bits + 1) + top + 1
        return QueueSpec(width=width, depth=self.row_beats + BEATS_BETWEEN + self.divide_steps)

    @property
    def row_queue(self) -> QueueSpec:
        """The memory of numbers, with the row's maximum."""
        return QueueSpec(width=self.out_bits + self.in_bits, depth=2)

    @property
    def tables(self) -> dict[str, dict]:
        """The tables, for the manifest."""
        return {"octaves": table_facts(self.lane_spec.table)}

    @property
    def baseline_parameters(self) -> dict[str, int | str]:
        """Parameters of the baseline that are not fields."""
        return {
            "SOLE": int(self.method == "sole"),
            "ROW_BEATS": self.row_beats,
            "OCTAVES": table_word(self.lane_spec.table, OCTAVE_BITS),
            "RISE_BITS": self.rise_bits,
            "RISES": table_word(self.rise_spec.table, self.rise_bits),
        }

    @property
    def latency(self) -> int:
        """Cycles from the last beat of a row to the first of its results, without stalls."""
        return BEATS_BETWEEN - 1 + self.divide_steps + self.pipeline

    @property
    def elements_per_cycle(self) -> int:
        """Results per cycle."""
        return self.lanes


class OctaveSoftmax(RowUnit):
    """y = number of the row >> octaves of the code below the row's maximum; see `Softmax`."""

    def elaborate(self, platform):
        """Build the two passes and the memories between them."""
        m = Module()
        spec = self.spec
        en = Signal()
        sums, buffer, rows = RowOctaves(spec.row_octaves), Queue(spec.buffer), Queue(spec.row_queue)
        for part, name in ((sums, "sums"), (buffer, "buffer"), (rows, "rows")):
            share(m, platform, part, name)
        take_rows(m, self, sums, en)
        number = self._divided(m, platform, en, sums) if spec.method == "ita" else self._looked_up(m, sums)
        steps = spec.divide_steps
        row_valid = delayed(m, platform, en, sums.row_valid, steps, "row_valid_delay", cleared=True)
        top = delayed(m, platform, en, sums.total_top, steps, "top_delay")
        words = parts(sums.e, *[spec.word_bits] * spec.lanes)
        kept = [word[-spec.kept_bits :] for word in words]
        counted_from = [] if spec.keeps_codes else [sums.e_top]
        m.d.comb += [
            en.eq((~sums.e_valid | buffer.space) & (~row_valid | rows.space)),
            buffer.push.eq(en & sums.e_valid),
            buffer.i.eq(Cat(kept, sums.e_keep, sums.e_last, counted_from)),
            rows.push.eq(en & row_valid),
            rows.i.eq(Cat(number, top)),
        ]
        self._results(m, platform, buffer, rows)
        return m

    def _divided(self, m: Module, platform, en, sums: RowOctaves) -> Value:
        """Return ITA's number, `divide_steps` enabled cycles after the total."""
        divide = ConstantDivideLane(self.spec.divide)
        share(m, platform, divide, "divide")
        m.d.comb += [divide.en.eq(en), divide.divisor.eq(sums.total)]
        return divide.quotient

    def _looked_up(self, m: Module, sums: RowOctaves) -> Value:
        """Return SOLE's number."""
        top, zeros = normalised_top(m, sums.total, 2, "total_top")
        return logic_table(m, Cat(top[0], zeros), self.spec.numbers, self.spec.out_bits, "number_node")

    def _results(self, m: Module, platform, buffer: Queue, rows: Queue) -> None:
        """Shift the number of a row by the octaves of what has been kept of it."""
        spec = self.spec
        kept, keep, last = parts(buffer.o, spec.lanes * spec.kept_bits, spec.lanes, 1)
        number, row_top = parts(rows.o, spec.out_bits, spec.in_bits)
        en, go = next_beat(m, self.y, buffer, rows, last)
        kept = parts(kept, *[spec.kept_bits] * spec.lanes)
        if spec.keeps_codes:
            octaves = [
                octaves_below(m, platform, spec.lane_spec, code, row_top, f"lane_{k}")
                for k, code in enumerate(kept)
            ]
        else:
            rise = octaves_below(m, platform, spec.lane_spec, buffer.o[-spec.in_bits :], row_top, "rises")
            octaves = [self._added(m, word, rise, k) for k, word in enumerate(kept)]
        waits = spec.pipeline - 1
        held = delayed(m, platform, en, Cat(octaves, number, keep), waits, "octaves_delay")
        *octaves, number, there = parts(held, *[OCTAVE_BITS] * spec.lanes, spec.out_bits, spec.lanes)
        results = [
            shift(m, number, amount, "right", f"result_{k}") & there[k].replicate(spec.out_bits)
            for k, amount in enumerate(octaves)
        ]
        offer_results(m, platform, self.y, en, go, results, keep, last, spec.pipeline)

    def _added(self, m: Module, octaves: Value, rise: Value, k: int) -> Value:
        """Return octaves with those that the maximum rose by since, at most the largest number."""
        total = Signal(OCTAVE_BITS + 1, name=f"octaves_{k}")
        m.d.comb += total.eq(octaves + rise)
        return Mux(total[-1], (1 << OCTAVE_BITS) - 1, total[:OCTAVE_BITS])
