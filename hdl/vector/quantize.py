"""Quantisation as a stream: floating-point numbers in, integers out, scaled by a multiplier."""

import dataclasses

from amaranth.hdl import Cat, Module, Signal, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..array.mac_array import beat
from ..array.skew import delayed
from ..float.unpack import unpack
from ..share import share
from .quantize_lane import QuantizeLane
from .quantize_spec import QuantizeSpec


class Quantize(wiring.Component):
    """y = clamp(round(x * mult) + zero_point), lane by lane; the product is exact and rounded once.

    Streams: a beat of `x` and one of `s` are taken together and make a beat of `y`; `last` of `x` is passed
    on. With per=token a beat of `s` serves all beats of `x` up to `last`, and is taken with that one.
    Parameters that do not change are held on `s` with `valid` tied high. Subnormal numbers count as what they
    are; infinite and too large products saturate by their sign; products that are NaN (an operand is, or
    Inf * 0) count as 0. The golden model is `golden.quantize.quantize`.

    Timing: one beat a cycle; `y` is offered `latency` cycles after its beats were accepted, and `saw_nan`
    rises no later than `y` of the first NaN. A stalled `y` stops the whole unit. Reset drops whatever is in
    flight, and clears `saw_nan`.
    """

    def __init__(self, spec: QuantizeSpec):
        self.spec = spec
        fields = {name: data.ArrayLayout(shape, spec.sets) for name, shape in spec.parameter_shapes.items()}
        super().__init__(
            {
                "x": In(beat(unsigned(spec.x_format.bits), spec.lanes)),
                "s": In(stream.Signature(data.StructLayout(fields))),
                "y": Out(beat(spec.y_shape, spec.lanes)),
                "saw_nan": Out(1),
            }
        )

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are, which depends on what a set of parameters is for."""
        spec = self.spec
        holds = {
            "tensor": "parameters of the same beat, one set for all lanes",
            "channel": "parameters of the same beat, a set per lane",
            "token": "parameters of a row, taken with its last beat",
        }[spec.per]
        return {
            "x": f"{spec.fmt} numbers to quantise; last goes with them",
            "s": f"{holds}, mult in {spec.scale_format}; hold valid high if they never change",
            "y": "results, and last of x",
            "saw_nan": "sticky: a product was NaN",
        }

    def elaborate(self, platform):
        """Join the streams, and place lanes and what their parameters wait in."""
        m = Module()
        spec = self.spec
        en = Signal()
        take = Signal()
        some_nan = Signal()
        m.d.comb += [
            en.eq(~self.y.valid | self.y.ready),
            take.eq(self.x.valid & self.s.valid),
            self.x.ready.eq(en & self.s.valid),
            self.s.ready.eq(en & self.x.valid & (self.x.payload.last if spec.per == "token" else 1)),
            self.y.valid.eq(delayed(m, platform, en, take, spec.latency, "valid_delay", cleared=True)),
            self.y.payload.last.eq(delayed(m, platform, en, self.x.payload.last, spec.latency, "last_delay")),
        ]
        sets = [self._parameters(m, platform, en, k) for k in range(spec.sets)]
        nans = []
        for k in range(spec.lanes):
            lane = QuantizeLane(dataclasses.replace(spec, lanes=1))
            share(m, platform, lane, f"lane_{k}")
            m.d.comb += [lane.en.eq(en), lane.x.eq(self.x.payload.data[k])]
            m.d.comb += [
                getattr(lane, name).eq(value)
                for name, value in sets[k if spec.per == "channel" else 0].items()
            ]
            m.d.comb += self.y.payload.data[k].eq(lane.y)
            nans.append(lane.nan)
        met = delayed(m, platform, en, take, spec.mult_wait, "met_delay", cleared=True)
        saw_nan = Signal(name="saw_nan_reg")
        m.d.comb += some_nan.eq(Cat(nans).any())
        with m.If(en & met & some_nan):
            m.d.sync += saw_nan.eq(1)
        m.d.comb += self.saw_nan.eq(saw_nan)
        return m

    def _parameters(self, m: Module, platform, en, k: int) -> dict:
        """Return a set of parameters as lanes take them: the multiplier in parts, each when it is needed."""
        spec = self.spec
        parts = unpack(m, self.s.payload.mult[k], spec.mult_format, f"mult_{k}")
        shift = Signal(spec.mult_shift_shape, name=f"mult_{k}_shift")
        m.d.comb += shift.eq(spec.reach - parts.exponent)
        now = {
            "mult_sign": parts.sign,
            "mult_shift": shift,
            "mult_significand": parts.significand,
            "mult_is_zero": parts.is_zero,
            "mult_is_inf": parts.is_inf,
            "mult_is_nan": parts.is_nan,
        }
        values = {
            name: delayed(m, platform, en, value, spec.mult_wait, f"{name}_delay_{k}")
            for name, value in now.items()
        }
        if spec.zero_point:
            zero_point = self.s.payload.zero_point[k]
            values["zero_point"] = delayed(
                m, platform, en, zero_point, spec.end_wait, f"zero_point_delay_{k}"
            )
        return values
