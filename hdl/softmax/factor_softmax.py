"""Softmax as I-ViT and I-BERT publish it: exponentials relative to the row's maximum, and one factor per row.

x -> memory of a row -> top - x --> memory of a row -> e -> * -> | y |
 '-> largest | top | ---^    '-> | e | -> sum -> | factor | -^

    shiftmax    factor = (2 ** 31 - 1) // min(sum, 2 ** 31 - 1)
    ibert       factor = 2 ** 32 // sum                 y = (e * factor) >> (32 - out_bits)

The maximum must be known before the first exponential, so that codes wait; the sum before the first result,
so that their distances wait again.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Shape, Signal, Value, signed, unsigned

from ...golden.errors import UsageError
from ..arith.add_all import add_all
from ..arith.logic_table import table_facts, table_word
from ..arith.multiplier import Multiplier, MultiplierSpec
from ..array.skew import delayed
from ..share import share
from ..spec import check_widest, integer
from ..vector.constant_divide import ConstantDivideLane, ConstantDivideSpec
from ..vector.queue import Queue, QueueSpec
from ..vector.row_length import RowLength
from ..vector.row_stream import RowUnit, next_beat, offer_results, parts, stage
from ..vector.row_top import wait_for_top
from .distance_exp import DistanceExp, DistanceExpSpec

#: Where sums of I-ViT end.
SUM_BITS = 31
#: Beats that come in between the last one of a row and the first of its distances, and from the last of
#: these to the first result, without the division.
CODES_BETWEEN, DISTANCES_BETWEEN = 4, 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class FactorSoftmaxSpec(RowLength, DistanceExpSpec):
    """Codes, their exponentials, results, and how fast the division is clocked."""

    baseline = "factor_softmax"

    lanes: int = integer(8, 1, 64, "codes per beat")
    row_max: int = integer(1024, 1, 65536, "longest row", unit="codes")
    out_bits: int = integer(8, 1, 16, "width of a result; of shiftmax with a sign that is 0", unit="bits")
    pipeline: int = integer(2, 1, 2, "registers from memory to result: 2 has one in front of the product")
    step_bits: int = integer(4, 1, 32, "most bits of the division between two registers", unit="bits")

    def check(self):
        """Refuse sums that would wrap in TVM, and memories that are too wide."""
        super().check()
        if self.method == "shiftmax" and self.out_bits < 2:
            raise UsageError(
                f"out_bits={self.out_bits} leaves nothing but the sign to results of method=shiftmax: use "
                "out_bits=2 or more"
            )
        if self.variant == "tvm" and self.largest_sum >> SUM_BITS:
            raise UsageError(
                f"row_max={self.row_max} makes sums of up to {self.largest_sum}, and variant=tvm wraps above "
                f"2**31 - 1: use row_max={((1 << SUM_BITS) - 1) // self.table[0] // self.lanes * self.lanes} "
                "or less, a larger scale, or variant=ivit"
            )
        check_widest(self.codes.width, f"lanes={self.lanes} make beats", "fewer lanes")

    @property
    def cautions(self) -> tuple[str, ...]:
        """What there is to know of the scale, and rows whose sum saturates."""
        if not self.saturates:
            return super().cautions
        longest = ((1 << SUM_BITS) - 1) // self.table[0]
        return (
            *super().cautions,
            f"sums end in rows of more than {longest} large codes, whose probabilities are too large then",
        )

    @property
    def exp_spec(self) -> DistanceExpSpec:
        """An exponential."""
        return DistanceExpSpec(**{name: getattr(self, name) for name in DistanceExpSpec.params()})

    @property
    def x_shape(self) -> Shape:
        """Shape of a code."""
        return signed(self.in_bits)

    @property
    def y_shape(self) -> Shape:
        """Shape of a result: wide enough for that of the maximum, alone in its row."""
        largest = self.table[0] * (self.divide.dividend // self.table[0]) >> (32 - self.out_bits)
        return unsigned(max(largest.bit_length(), 1))

    @property
    def largest_sum(self) -> int:
        """Sum of the longest row at most, if it does not saturate."""
        return self.row_beats * self.lanes * self.table[0]

    @property
    def saturates(self) -> bool:
        """Whether rows are so long that the sum of I-ViT ends at 2 ** 31 - 1."""
        return self.method == "shiftmax" and self.largest_sum >> SUM_BITS > 0

    @property
    def total_bits(self) -> int:
        """Width of a row's sum."""
        return SUM_BITS if self.saturates else self.largest_sum.bit_length()

    @property
    def beat_sum_bits(self) -> int:
        """Width of the sum of a beat."""
        return (self.lanes * self.table[0]).bit_length()

    @property
    def divide(self) -> ConstantDivideSpec:
        """The division; the maximum alone is table[0] of the sum."""
        dividend = (1 << SUM_BITS) - 1 if self.method == "shiftmax" else 1 << 32
        least = self.table[0]
        return ConstantDivideSpec(
            dividend=dividend,
            least=least,
            divisor_bits=self.total_bits,
            form="pipelined",
            step_bits=min(self.step_bits, (dividend // least).bit_length()),
        )

    @property
    def codes(self) -> QueueSpec:
        """The memory of codes, until their maximum is known."""
        width = self.lanes * (self.in_bits + 1) + 1
        return QueueSpec(width=width, depth=self.row_beats + CODES_BETWEEN)

    @property
    def distances(self) -> QueueSpec:
        """The memory of distances, until the factor is known."""
        return dataclasses.replace(self.codes, depth=self.row_beats + DISTANCES_BETWEEN + self.divide.steps)

    @property
    def tables(self) -> dict[str, dict]:
        """The table, for the manifest."""
        return {"exponentials": table_facts(self.table)}

    @property
    def baseline_parameters(self) -> dict[str, int | str]:
        """Parameters of the baseline that are not fields."""
        return {
            "ROW_BEATS": self.row_beats,
            "Y_BITS": self.y_shape.width,
            "SHIFTMAX": int(self.method == "shiftmax"),
            "EXPONENTIALS": table_word(self.table, SUM_BITS),
        }

    @property
    def latency(self) -> int:
        """Cycles from the last beat of the longest row to the first of its results, without stalls.

        A cycle less for every beat that a row is shorter: its exponentials are added up in the meantime.
        """
        one_beat = CODES_BETWEEN + DISTANCES_BETWEEN + self.divide.steps + self.pipeline
        return one_beat + self.row_beats - 1

    @property
    def elements_per_cycle(self) -> int:
        """Results per cycle."""
        return self.lanes


class FactorSoftmax(RowUnit):
    """y = (e * factor of the row) >> (32 - out_bits), e of the distance to the maximum; see `Softmax`."""

    def elaborate(self, platform):
        """Build the three passes and the memories between them."""
        m = Module()
        spec = self.spec
        codes, tops = Queue(spec.codes), Queue(QueueSpec(width=spec.in_bits, depth=2))
        distances = Queue(spec.distances)
        factors = Queue(QueueSpec(width=spec.divide.result_bits, depth=2))
        for part, name in ((codes, "codes"), (tops, "tops"), (distances, "distances"), (factors, "factors")):
            share(m, platform, part, name)
        wait_for_top(m, self, codes, tops)
        self._sum(m, platform, codes, tops, distances, factors)
        self._results(m, platform, distances, factors)
        return m

    def _sum(self, m: Module, platform, codes: Queue, tops: Queue, distances: Queue, factors: Queue) -> None:
        """Take the codes of a row whose maximum is known, add up exponentials, and divide."""
        spec = self.spec
        en = Signal(name="sum_en")
        there = Signal(name="codes_there")
        data, keep, last = parts(codes.o, spec.lanes * spec.in_bits, spec.lanes, 1)
        found = []
        for k, code in enumerate(parts(data, *[spec.in_bits] * spec.lanes)):
            distance = Signal(spec.in_bits, name=f"distance_{k}")
            m.d.comb += distance.eq(tops.o - code)
            found.append(distance)
        e = stage(m, en, there, e=Cat(self._exps(m, platform, found, keep, "sum_exp")), e_last=last)
        terms = parts(e["e"], *[spec.exp_spec.exp_bits] * spec.lanes)
        beat_sum = add_all(m, terms, spec.beat_sum_bits, "beat_adder")
        beat = stage(m, en, e["valid"], beat_sum=beat_sum, beat_last=e["e_last"])
        total, total_valid = self._total(m, en, beat)

        divide = ConstantDivideLane(spec.divide)
        share(m, platform, divide, "divide")
        steps = spec.divide.steps
        factor_valid = delayed(m, platform, en, total_valid, steps, "factor_valid_delay", cleared=True)
        m.d.comb += [
            en.eq(distances.space & (~factor_valid | factors.space)),
            there.eq(codes.some & tops.some),
            codes.pop.eq(en & there),
            tops.pop.eq(en & there & last),
            distances.push.eq(en & there),
            distances.i.eq(Cat(found, keep, last)),
            divide.en.eq(en),
            divide.divisor.eq(total),
            factors.push.eq(en & factor_valid),
            factors.i.eq(divide.quotient),
        ]

    def _exps(self, m: Module, platform, distances: list[Value], keep: Value, name: str) -> list[Value]:
        """Return the exponentials of distances, 0 for codes that are not there."""
        found = []
        for k, distance in enumerate(distances):
            lane = DistanceExp(self.spec.exp_spec)
            share(m, platform, lane, f"{name}_{k}")
            m.d.comb += lane.distance.eq(distance)
            found.append(lane.e & keep[k].replicate(len(lane.e)))
        return found

    def _total(self, m: Module, en, beat: dict[str, Value]) -> tuple[Signal, Signal]:
        """Return the sum of a row, which may saturate, and whether the row has ended with it."""
        spec = self.spec
        fresh = Signal(init=1, name="sum_begins")
        total = Signal(spec.total_bits, name="total_reg", reset_less=True)
        ended = Signal(name="total_valid_reg")
        added = Signal(max(spec.total_bits, spec.beat_sum_bits) + 1, name="added")
        m.d.comb += added.eq(Mux(fresh, 0, total) + beat["beat_sum"])
        beyond = added[spec.total_bits :].any() if spec.saturates else 0
        with m.If(en & beat["valid"]):
            m.d.sync += [fresh.eq(beat["beat_last"]), total.eq(Mux(beyond, -1, added[: spec.total_bits]))]
        with m.If(en):
            m.d.sync += ended.eq(beat["valid"] & beat["beat_last"])
        return total, ended

    def _results(self, m: Module, platform, distances: Queue, factors: Queue) -> None:
        """Multiply the exponentials of a row whose factor is known."""
        spec = self.spec
        found, keep, last = parts(distances.o, spec.lanes * spec.in_bits, spec.lanes, 1)
        en, go = next_beat(m, self.y, distances, factors, last)
        exps = self._exps(m, platform, parts(found, *[spec.in_bits] * spec.lanes), keep, "result_exp")
        held = delayed(m, platform, en, Cat(factors.o, exps), spec.pipeline - 1, "exps_delay")
        factor, *exps = parts(held, len(factors.o), *[spec.exp_spec.exp_bits] * spec.lanes)
        widths = {"a_bits": len(factor), "b_bits": spec.exp_spec.exp_bits}
        results = []
        for k, e in enumerate(exps):
            product = Multiplier(MultiplierSpec(**widths, a_signed=False, b_signed=False))
            share(m, platform, product, f"product_{k}")
            result = Signal(spec.y_shape, name=f"result_{k}")
            m.d.comb += [
                product.a.eq(factor),
                product.b.eq(e),
                result.eq(product.p[32 - spec.out_bits :]),
            ]
            results.append(result)
        offer_results(m, platform, self.y, en, go, results, keep, last, spec.pipeline)
