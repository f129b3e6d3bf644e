"""The group-dequantising array for float activations: that of `mixpe_array.py` with float lanes and rings."""

from amaranth.hdl import Const, Module, Value, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..array.mac_array import MacArray, beat
from ..array.skew import delayed
from ..share import share
from .dyadic_code import dyadic_code
from .float_lane import FloatLane, FloatRing
from .group_rows import GroupRows
from .mixpe_array import MixpeArray
from .mixpe_float_spec import MixpeFloatArraySpec


class MixpeFloatArray(MixpeArray):
    """C = sum over groups of round(A x B - zero * sum of A) * scale: A are floats, B integers, C floats.

    Streams: as of `mixpe_array`; a float scale may be of any sign and value. `c` brings C row by row, with
    `last` on the bottom row. `last_mismatch` stays high until reset if `a` and `b` disagree about where a
    tile ends; with ws it ends where `b` says so, else where either does.

    Timing: one beat a cycle, no idle cycle between groups and tiles while both have at least `rows` and
    `cols` + 2 steps, with ws between blocks while `rows` is at least `depth`. Row 0 is offered `latency`
    cycles after the last beat was accepted, if `s` was there; a beat of `s` can be accepted while its group
    is still being summed. A stalled `c`, or with os a missing `s`, stops the whole array. Reset drops
    whatever is in flight. Golden model: `golden.float_group_gemm`.
    """

    def __init__(self, spec: MixpeFloatArraySpec):
        self.spec = spec
        fields = {name: data.ArrayLayout(shape, spec.cols) for name, shape in spec.scale_fields.items()}
        wiring.Component.__init__(
            self,
            {
                "a": In(beat(spec.a_shape, spec.a_lanes)),
                "b": In(beat(spec.b_shape, spec.b_lanes)),
                "s": In(stream.Signature(data.StructLayout(fields))),
                "c": Out(beat(unsigned(spec.out_bits), spec.cols)),
                "last_mismatch": Out(1),
            }
            | ({"bad_weight": Out(1)} if spec.flags_weights else {}),
        )

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are; `a` and `b` are those of `mac_array`."""
        return MacArray.port_docs.fget(self) | {
            "s": f"scale ({self.spec.scale_format}) and zero point of each column; lane j is column j",
            "bad_weight": MixpeArray.BAD_WEIGHT,
        }

    def scale_parts(self, m: Module, platform, j: int) -> dict[str, Value]:
        """Return the scale that `s` offers for column `j`, and its zero point, recentred as the weights."""
        spec, offered = self.spec, self.s.payload
        parts = {}
        if spec.zero_point:
            parts["zero"] = offered.zero[j] ^ Const(1 << (spec.b_bits - 1), spec.b_bits)
        if spec.scale_format == "dyadic":
            scale = dyadic_code(m, offered.mult[j], offered.shift[j], spec.scale_code, f"scale_{j}")
        else:
            scale = offered.scale[j]
        return parts | {"scale": scale}

    def _lanes(self, m: Module, platform, en, rows: GroupRows, scales) -> list[FloatLane]:
        """Place the lane of each column."""
        a_sum = rows.a_sum
        placed = []
        for j, scale in enumerate(scales):
            lane = FloatLane(self.spec)
            share(m, platform, lane, f"lane_{j}")
            m.d.comb += [
                lane.en.eq(en),
                lane.word.eq(rows.words.word_select(j, len(lane.word))),
                lane.scale.eq(scale["scale"]),
            ]
            if self.spec.zero_point:
                if j and self.spec.columns_skewed:
                    a_sum = delayed(m, platform, en, a_sum, 1, f"a_sum_{j}")
                m.d.comb += [lane.zero.eq(scale["zero"]), lane.a_sum.eq(a_sum)]
            placed.append(lane)
        return placed

    def _ring(self, m: Module, platform, en, lane: FloatLane, j: int) -> FloatRing:
        """Place the results of a column, to which its lane adds."""
        ring = FloatRing(self.spec.ring)
        share(m, platform, ring, f"results_{j}")
        m.d.comb += [ring.en.eq(en), ring.product.eq(lane.product)]
        return ring
