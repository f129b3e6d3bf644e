"""Requantisation as a stream: wide integers in, narrow ones out, scaled by dyadic numbers."""

import dataclasses

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..arith.coded import Coder, CoderSpec
from ..array.mac_array import beat
from ..array.skew import delayed
from ..share import share
from .requant_lane import RequantLane
from .requant_spec import RequantSpec


class Requant(wiring.Component):
    """y = clamp(act(round((x + bias) * mult / 2**shift) + residual branch) + zero_point), lane by lane.

    Streams: a beat of `x`, one of `s` and, with a residual, one of `r` are taken together and make a beat of
    `y`; `last` of `x` is passed on. Parameters that do not change are held on `s` with `valid` tied high.
    Multipliers and shifts of both branches may take any value; the golden model is `golden.requant.requant`.

    Timing: one beat a cycle; `y` is offered `latency` cycles after its beats were accepted. A stalled `y`
    stops the whole unit. Reset drops whatever is in flight.
    """

    def __init__(self, spec: RequantSpec):
        self.spec = spec
        fields = {name: data.ArrayLayout(shape, spec.sets) for name, shape in spec.parameter_shapes.items()}
        ports = {
            "x": In(beat(spec.x_shape, spec.lanes)),
            "s": In(stream.Signature(data.StructLayout(fields))),
        }
        if spec.residual:
            residuals = data.ArrayLayout(spec.residual_shape, spec.lanes)
            ports["r"] = In(stream.Signature(data.StructLayout({"data": residuals})))
        super().__init__(ports | {"y": Out(beat(spec.y_shape, spec.lanes))})

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are, which depends on how many sets of parameters there are."""
        sets = "a set per lane" if self.spec.per == "channel" else "one set for all lanes"
        return {
            "x": "integers to requantise; last goes with them",
            "s": f"parameters of the same beat, {sets}; hold valid high if they never change",
            "r": "second branch of the same beat",
            "y": "results, and last of x",
        }

    def elaborate(self, platform):
        """Join the streams, and place lanes and what their parameters wait in."""
        m = Module()
        spec = self.spec
        en = Signal()
        take = Signal()
        sources = [self.x, self.s] + ([self.r] if spec.residual else [])
        m.d.comb += [
            en.eq(~self.y.valid | self.y.ready),
            take.eq(Cat(source.valid for source in sources).all()),
        ]
        for source in sources:
            others = [other.valid for other in sources if other is not source]
            m.d.comb += source.ready.eq(en & Cat(others).all())

        m.d.comb += self.y.valid.eq(delayed(m, platform, en, take, spec.latency, "valid_delay", cleared=True))
        m.d.comb += self.y.payload.last.eq(
            delayed(m, platform, en, self.x.payload.last, spec.latency, "last_delay")
        )
        sets = [self._parameters(m, platform, en, k) for k in range(spec.sets)]
        for k in range(spec.lanes):
            lane = RequantLane(dataclasses.replace(spec, lanes=1))
            share(m, platform, lane, f"lane_{k}")
            m.d.comb += [lane.en.eq(en), lane.x.eq(self.x.payload.data[k])]
            if spec.residual:
                m.d.comb += lane.residual.eq(self.r.payload.data[k])
            m.d.comb += [
                getattr(lane, name).eq(value)
                for name, value in sets[k if spec.per == "channel" else 0].items()
            ]
            m.d.comb += self.y.payload.data[k].eq(lane.y)
        return m

    def _parameters(self, m: Module, platform, en, k: int) -> dict:
        """Return a set of parameters as lanes take them: multipliers in digits, each when it is needed."""
        spec = self.spec
        given = {name: getattr(self.s.payload, name)[k] for name in spec.parameter_shapes}
        waits = {"shift": spec.shift_wait} | dict.fromkeys(spec.end_parameters, spec.end_wait)
        for prefix, branch in spec.branches.items():
            factor = given.pop(f"{prefix}mult")
            if branch.recodes_factor:
                coder = Coder(CoderSpec(bits=spec.mult_bits, signed=False))
                share(m, platform, coder, f"{prefix}coder_{k}")
                m.d.comb += coder.a.eq(factor)
                factor = coder.word
            given[f"{prefix}factor"] = factor
            waits |= {f"{prefix}factor": spec.factor_wait, f"{prefix}shift": spec.shift_wait}
        return {
            name: delayed(m, platform, en, value, waits.get(name, 0), f"{name}_delay_{k}")
            for name, value in given.items()
        }
