"""Softmax to the base 2 whose division is left to the caller: exponentials as they come, and a scale per row.

x -> exponentials, relative to a running maximum -> e
                       '-> total -> 1 / total -> | r |
"""

import dataclasses

from amaranth.hdl import Cat, Module, Signal, signed, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..share import share
from ..vector.row_stream import given_once, row_beat, stage
from .divided_spec import DividedSpec
from .row_exp import RowExp
from .running_sum import take_rows

#: Cycles from a beat of x to its exponentials.
EXP_LATENCY = 2


@dataclasses.dataclass(frozen=True, kw_only=True)
class DeferredSoftmaxSpec(DividedSpec):
    """Codes, exponentials, and the reciprocal of their sum."""

    baseline = "deferred_softmax"

    @property
    def latency(self) -> int:
        """Cycles from the last beat of a row to its scale, without stalls."""
        return EXP_LATENCY + 3


class DeferredSoftmax(wiring.Component):
    """e about 2 ** (x / 2 ** fraction_bits - top) * 2 ** exp_bits; a row's sum of e times its scale is 1.

    A beat of `x` makes a beat of `e`, with the maximum `top` in octaves that it is relative to; of two beats
    of a row the later may have a higher one. A row makes a beat of `r`: mantissa / 2 ** shift is 1 / total,
    and the total is relative to its `top`. So whoever adds up e * v shifts the sum when `top` rises, and
    multiplies once. Rows are as those of `softmax`; golden models are `golden.base2_softmax.base2_exp` and
    `golden.reciprocal.reciprocal`, or those of `golden.softermax`. Nothing is kept of a row but its maximum
    and its total.

    Timing: one beat a cycle, also from row to row. `e` is offered 2 cycles after its beat of `x` was
    accepted, `r` `latency` cycles after the last one of its row. A stalled `e` or `r` stops the unit, but
    neither waits for the other. Reset drops whatever is in flight.
    """

    port_docs = {
        "x": "codes, their keep flags, and last of a row",
        "e": "exponentials, relative to top; keep and last of x",
        "r": "scale of a row: mantissa / 2 ** shift, for sums that are relative to top",
        "too_long": "sticky: a row had more beats than it may",
    }

    def __init__(self, spec: DeferredSoftmaxSpec):
        self.spec = spec
        exps = {
            "data": data.ArrayLayout(unsigned(spec.exp_bits), spec.lanes),
            "top": signed(spec.octave_bits),
            "keep": unsigned(spec.lanes),
            "last": 1,
        }
        scale = {
            "mantissa": unsigned(spec.inverse.factor_bits),
            "shift": unsigned(spec.inverse.shift_bits),
            "top": signed(spec.octave_bits),
        }
        super().__init__(
            {
                "x": In(row_beat(spec.x_shape, spec.lanes)),
                "e": Out(stream.Signature(data.StructLayout(exps))),
                "r": Out(stream.Signature(data.StructLayout(scale))),
                "too_long": Out(1),
            }
        )

    def elaborate(self, platform):
        """Place the exponentials and the reciprocal, and give both away."""
        m = Module()
        spec = self.spec
        en = Signal(name="en")
        exps, inverse = RowExp(spec.row_exp), spec.make_inverse()
        share(m, platform, exps, "exps")
        share(m, platform, inverse, "inverse")
        take_rows(m, self, exps, en)
        m.d.comb += inverse.x.eq(exps.total)
        scale = stage(
            m,
            en,
            exps.row_valid,
            r_mantissa=inverse.mantissa,
            r_shift=inverse.shift,
            r_top=exps.total_top,
        )
        gives_e, e_given = given_once(m, en, exps.e_valid, self.e.ready, "e")
        gives_r, r_given = given_once(m, en, scale["valid"], self.r.ready, "r")
        m.d.comb += [
            en.eq(e_given & r_given),
            self.e.valid.eq(gives_e),
            Cat(self.e.payload.data.as_value(), self.e.payload.top).eq(Cat(exps.e, exps.e_top)),
            Cat(self.e.payload.keep, self.e.payload.last).eq(Cat(exps.e_keep, exps.e_last)),
            self.r.valid.eq(gives_r),
            self.r.payload.as_value().eq(Cat(scale["r_mantissa"], scale["r_shift"], scale["r_top"])),
        ]
        return m
