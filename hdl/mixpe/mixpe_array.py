"""The group-dequantising array: integer sums of groups in an array, scales and zero points behind it.

a, b --> split_tiles --> mac_array, a tile per group --> a lane per column --> c
  '----> row sums --------------------------------------^
s -----> coder --> scale, zero point -------------------'
"""

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..arith.coded import Coder, CoderSpec
from ..array.lockstep import register_c
from ..array.mac_array import MacArray, beat
from ..array.skew import delayed
from ..share import share
from .dequant_lane import DequantLane
from .float_scale import factor_and_shift
from .intake import split_tiles
from .mixpe_spec import MixpeArraySpec
from .row_sums import row_sums


class MixpeArray(wiring.Component):
    """C = sum over groups of round(scale * (A x B - zero * sum of A)), tile after tile, saturating.

    Streams: `a` and `b` as of `mac_array`; every `group` rows of B, or where `last` ends the tile, a group
    ends, and a beat of `s` brings its scales and zero points. `c` brings C row by row, with `last` on the
    bottom row. `last_mismatch` stays high until reset if `a` and `b` disagree about where a tile ends; with
    ws it ends where `b` says so, else where either does. With float scales `bad_scale` stays high if one was
    negative, infinite, no number, or too large.

    Timing: one beat a cycle, no idle cycle between groups and tiles while both have at least `rows` steps.
    Row 0 is offered `latency` cycles after the last beat was accepted, if `s` was there; a beat of `s` can be
    accepted while its group is still being summed. A stalled `c` or a missing `s` stops the whole array.
    Reset drops whatever is in flight. Golden model: `golden.group_gemm.group_gemm`.
    """

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
        super().__init__(ports | ({} if spec.scale == "dyadic" else {"bad_scale": Out(1)}))

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are; `a` and `b` are those of the core."""
        core = MacArray.port_docs.fget(self)
        return core | {
            "s": "scale and zero point of each column for a group; lane j is column j",
            "bad_scale": "sticky: a scale was negative, infinite, no number, or too large",
        }

    def elaborate(self, platform):
        """Place the core, what goes around it, and the lanes."""
        m = Module()
        spec = self.spec
        core = MacArray(spec.core)
        share(m, platform, core, "core")
        groups = split_tiles(m, self, core)
        # The core stands still while a row of its sums waits.
        core_en = Signal()
        en = Signal()
        m.d.comb += [
            core_en.eq(~core.c.valid | core.c.ready),
            en.eq(~self.c.valid | self.c.ready),
        ]
        ends = delayed(m, platform, core_en, groups.take & groups.ends, spec.core.latency, "ends_delay")
        negated = None
        if spec.zero_point:
            a = self.a.payload.data.as_value()
            negated = row_sums(m, platform, spec, core_en, groups.take, groups.first, groups.last, a)

        # The scales of the group whose rows come, or will come next.
        loaded = Signal()
        take_s = Signal()
        take_row = Signal()
        take_bottom = Signal()
        m.d.comb += [
            core.c.ready.eq(en & loaded),
            take_row.eq(core.c.valid & loaded),
            take_bottom.eq(take_row & en & core.c.payload.last),
            self.s.ready.eq(~loaded | take_bottom),
            take_s.eq(self.s.valid & self.s.ready),
        ]
        m.d.sync += loaded.eq(take_s | (loaded & ~take_bottom))

        # Whether the row belongs to the last group of its tile, and to the first one.
        top = Signal(init=1)
        starts = Signal(init=1)
        held_ends = Signal(reset_less=True)
        row_ends = Signal()
        m.d.comb += row_ends.eq(Mux(top, ends, held_ends))
        with m.If(take_row & en):
            m.d.sync += [top.eq(core.c.payload.last), held_ends.eq(row_ends)]
        with m.If(take_bottom):
            m.d.sync += starts.eq(row_ends)
        stages = spec.scaler.latency + 1
        token = delayed(m, platform, en, take_row, stages, "valid_delay", cleared=True)
        first = delayed(m, platform, en, starts, stages, "first_delay")
        done = delayed(m, platform, en, take_row & row_ends, stages, "done_delay", cleared=True)
        bottom = delayed(m, platform, en, core.c.payload.last, stages, "bottom_delay")

        totals = []
        for j in range(spec.cols):
            factor, shift, zero = self._scale(m, platform, take_s, j)
            lane = DequantLane(spec)
            share(m, platform, lane, f"lane_{j}")
            m.d.comb += [
                lane.en.eq(en),
                lane.sum.eq(core.c.payload.data[j]),
                lane.factor.eq(delayed(m, platform, en, factor, 1, f"factor_delay_{j}")),
                lane.shift.eq(
                    delayed(m, platform, en, shift, 1 + spec.scaler.shift_wait, f"shift_delay_{j}")
                ),
                lane.valid.eq(token),
                lane.first.eq(first),
            ]
            if spec.zero_point:
                m.d.comb += [lane.zero.eq(zero), lane.negated.eq(negated)]
            totals.append(lane.total)
        register_c(m, self, en, done, bottom, Cat(totals))
        return m

    def _scale(self, m: Module, platform, take_s, j: int) -> tuple[Value, Value, Value | None]:
        """Return factor, shift and zero point of column `j`, as held for a group."""
        spec = self.spec
        given = {name: getattr(self.s.payload, name)[j] for name in spec.scale_fields}
        if spec.scale == "dyadic":
            factor, shift = given["mult"], given["shift"]
        else:
            factor, shift, bad = factor_and_shift(m, given["scale"], spec, f"scale_{j}")
            with m.If(take_s & bad):
                m.d.sync += self.bad_scale.eq(1)
        if spec.scaler.recodes_factor:
            coder = Coder(CoderSpec(bits=spec.factor_bits, signed=False))
            share(m, platform, coder, f"coder_{j}")
            m.d.comb += coder.a.eq(factor)
            factor = coder.word
        held = []
        for name, value in (("factor", factor), ("shift", shift), ("zero", given.get("zero"))):
            if value is None:
                held.append(None)
                continue
            held.append(Signal(len(value), name=f"{name}_{j}", reset_less=True))
            with m.If(take_s):
                m.d.sync += held[-1].eq(value)
        return tuple(held)
