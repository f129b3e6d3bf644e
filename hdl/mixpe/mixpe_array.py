"""The group-dequantising array: integer sums of groups in an array, scales and zero points behind it.

a, b --> where groups end --> elements, a tile per group --> a lane per column --> a ring per column --> c
  '----> row sums ---------------------------------------------^
s -----> coder --> scale, zero point --------------------------'
"""

from amaranth.hdl import Cat, Module, Signal, Value, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..array.mac_array import MacArray, beat
from ..array.skew import delayed, skewed
from ..share import share
from .dequant_lane import DequantLane
from .group_rows import GroupRows, streamed_rows, systolic_rows
from .mixpe_spec import MixpeArraySpec
from .result_ring import ResultRing
from .scales import held_scales, integer_parts


class MixpeArray(wiring.Component):
    """C = sum over groups of round(scale * (A x B - zero * sum of A)), tile after tile, saturating.

    Streams: `a` and `b` as of `mac_array`; every `group` rows of B, or where `last` ends the tile, a group
    ends, and a beat of `s` brings its scales and zero points. `c` brings C row by row, with `last` on the
    bottom row. `last_mismatch` stays high until reset if `a` and `b` disagree about where a tile ends; with
    ws it ends where `b` says so, else where either does. With float scales `bad_scale` stays high if one was
    negative, infinite, no number, or too large.

    Timing: one beat a cycle, no idle cycle between groups and tiles while both have at least `rows` steps,
    and with os `cols` + 2. Row 0 is offered `latency` cycles after the last beat was accepted, if `s` was
    there; a beat of `s` can be accepted while its group is still being summed. A stalled `c`, or with os a
    missing `s`, stops the whole array. Reset drops whatever is in flight. Golden model: `golden.group_gemm`.
    """

    BAD_WEIGHT = "sticky: a weight had more signed digits than fit, and lost the lowest ones"

    def __init__(self, spec: MixpeArraySpec):
        self.spec = spec
        fields = {name: data.ArrayLayout(shape, spec.cols) for name, shape in spec.scale_fields.items()}
        ports = {
            "a": In(beat(spec.a_shape, spec.a_lanes)),
            "b": In(beat(spec.b_shape, spec.b_lanes)),
            "s": In(stream.Signature(data.StructLayout(fields))),
            "c": Out(beat(signed(spec.out_bits), spec.cols)),
            "last_mismatch": Out(1),
        }
        flags = {"bad_scale": spec.scale != "dyadic", "bad_weight": spec.flags_weights}
        super().__init__(ports | {name: Out(1) for name, there in flags.items() if there})

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are; `a` and `b` are those of the core."""
        core = MacArray.port_docs.fget(self)
        return core | {
            "s": "scale and zero point of each column for a group; lane j is column j",
            "bad_scale": "sticky: a scale was negative, infinite, no number, or too large",
            "bad_weight": self.BAD_WEIGHT,
        }

    def elaborate(self, platform):
        """Place the array, what goes around it, the lanes and the rings."""
        m = Module()
        spec = self.spec
        en, loaded, done, row_enters, bottom_enters = (
            Signal(name=name) for name in ("en", "scales_loaded", "c_is_done", "row_enters", "bottom_enters")
        )
        if spec.columns_skewed:
            rows = systolic_rows(m, platform, self, en)
            scaled = Signal(name="row_is_scaled")
            m.d.comb += [
                scaled.eq(~rows.here | loaded),
                en.eq(scaled & (~done | self.c.ready)),
                # What is done waits too for a scale that is missing, or it would be offered twice.
                self.c.valid.eq(scaled & done),
            ]
        else:
            rows = streamed_rows(m, platform, self, en, loaded)
            m.d.comb += [en.eq(~done | self.c.ready), self.c.valid.eq(done)]
        scales = held_scales(m, platform, self, en, bottom_enters, loaded)
        m.d.comb += [row_enters.eq(rows.here & en), bottom_enters.eq(row_enters & rows.bottom)]
        lanes = self._lanes(m, platform, en, rows, scales)
        m.d.comb += done.eq(self._results(m, platform, en, rows, lanes))
        return m

    def _lanes(self, m: Module, platform, en, rows: GroupRows, scales) -> list[DequantLane]:
        """Place the lane of each column."""
        spec = self.spec
        width = len(rows.words) // spec.cols
        negated = rows.a_sum
        placed = []
        for j, scale in enumerate(scales):
            lane = DequantLane(spec)
            share(m, platform, lane, f"lane_{j}")
            m.d.comb += [
                lane.en.eq(en),
                lane.words.eq(rows.words.word_select(j, width)),
                lane.factor.eq(scale["factor"]),
                lane.shift.eq(scale["shift"]),
            ]
            if spec.zero_point:
                if j and spec.columns_skewed:
                    negated = delayed(m, platform, en, negated, 1, f"negated_{j}")
                m.d.comb += [lane.zero.eq(scale["zero"]), lane.negated.eq(negated)]
            placed.append(lane)
        return placed

    def scale_parts(self, m: Module, platform, j: int) -> dict[str, Value]:
        """Return the parts of the scale that `s` offers for column `j`, as its lane takes them."""
        return integer_parts(m, platform, self, j)

    def _ring(self, m: Module, platform, en, lane: DequantLane, j: int) -> ResultRing:
        """Place the results of a column, to which its lane adds."""
        ring = ResultRing(self.spec.ring)
        share(m, platform, ring, f"results_{j}")
        m.d.comb += [ring.word.eq(lane.word), ring.up.eq(lane.up)]
        return ring

    def _results(self, m: Module, platform, en, rows: GroupRows, lanes: list[DequantLane]) -> Value:
        """Place the results, connect a row of C, and return whether it is done in all columns."""
        spec = self.spec
        across = spec.cols - 1 if spec.columns_skewed else 0
        here, starts, done, bottom = (
            self._line(m, en, value, across + 1, name)
            for name, value in (
                ("row", rows.here),
                ("row_starts", rows.starts),
                ("row_done", rows.here & rows.ends),
                ("row_bottom", rows.bottom),
            )
        )
        results = []
        for j, lane in enumerate(lanes):
            column = j if spec.columns_skewed else 0
            behind = across - column
            ring = self._ring(m, platform, en, lane, j)
            # Rows that are done move on until the last column has them. They follow each other, so that some
            # are on their way if one is at either end, or in between a ring's length away.
            leaving = {column + 1 + k for k in range(0, behind, spec.rows)} | ({across} if behind else set())
            moves = here[column]
            for place in sorted(leaving):
                moves = moves | done[place]
            m.d.comb += [ring.moves.eq(en & moves), ring.first.eq(starts[column])]
            results.append(ring.results.word_select(min(behind, spec.rows - 1), spec.out_bits))
        # Those that wait for the last column longer than their ring holds them.
        if (late := across + 2 - spec.rows) > 1:
            waiting = Cat(results[:late])
            results[:late] = [skewed(m, platform, en, waiting, late, "c_deskew", descending=True)]
        m.d.comb += self.c.payload.data.as_value().eq(Cat(results))
        m.d.comb += self.c.payload.last.eq(bottom[across + 1])
        return done[across + 1]

    def _line(self, m: Module, en, value, places: int, name: str) -> Value:
        """Return `value` as it is when column 0 has the row's word, and in the `places` cycles after that.

        Whether results start is wanted earlier, when they are read.
        """
        stages = self.spec.dequant_stages
        line = Signal(stages + places, name=f"{name}_line", reset_less=name not in ("row", "row_done"))
        with m.If(en):
            m.d.sync += line.eq(Cat(value, line))
        return line[stages - 1 - (self.spec.adder_stages if name == "row_starts" else 0) :]
