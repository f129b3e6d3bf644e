"""The digit-serial element on its own: a dot product with one adder step per non-zero digit of a.

It is a digit-serial array of one row and one column, with the same parts: queue, recoders, skip units, cell
and final adder.

    ab -> | queue | -> recoder, skip unit -> digit times b, each lane -> compressor -> | sum | -> adder -> c

Source: the element of OPT3 of Wu et al., HPCA 2025, and with several lanes that of OPT4E.
"""

import dataclasses
from types import SimpleNamespace

from amaranth.hdl import Module
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..arith.recoder import RECODINGS
from ..mac_spec import MacSpec, check_step
from ..pe.serial_cell import skip_spec
from ..spec import choice, integer
from .mac_array import MacArraySpec, beat
from .serial_array import check_serial, serial_array


@dataclasses.dataclass(frozen=True, kw_only=True)
class BitSerialPeSpec(MacSpec):
    """Operands, lanes, queue, accumulator and recoding of one element."""

    baseline = "bit_serial_pe"

    lanes: int = integer(1, 1, 16, "pairs of operands per beat")
    queue: int = integer(4, 1, 64, "beats kept, so that lanes need not wait for each other")
    recoding: str = choice("minimal_weight", RECODINGS, "which digits the operands of A are taken in")

    def check(self):
        """Refuse what the element cannot do, and an accumulator that a single beat can overflow."""
        super().check()
        check_serial(self)
        check_step(self, self.lanes, "lanes")

    @property
    def array(self) -> MacArraySpec:
        """The array of one row and one column that the element is."""
        shared = {field: getattr(self, field) for field in MacSpec.params()}
        own = {"rows": 1, "cols": 1, "queue": self.queue, "recoding": self.recoding}
        if self.lanes == 1:
            return MacArraySpec(**shared | own, dataflow="broadcast", element="bit_serial_shared")
        return MacArraySpec(**shared | own, dataflow="tree", depth=self.lanes, element="bit_serial_grouped")

    @property
    def slots(self) -> int:
        """Beats that are kept."""
        return self.queue

    @property
    def latency(self) -> None:
        """None: how long a sum takes depends on its digits."""
        return None

    @property
    def macs_per_beat(self) -> int:
        """Products that a beat stands for."""
        return self.lanes

    @property
    def macs_per_cycle(self) -> float:
        """Products added per cycle if every operand of A has all its digits; others take less."""
        return self.lanes / skip_spec(self).digits


class BitSerialPe(wiring.Component):
    """c = sum over beats and lanes of a[l] * b[l], one non-zero digit of every a a cycle.

    Streams: `ab` brings `lanes` pairs of operands a beat, and `last` on the beat that completes a sum; `c`
    brings one sum each. Timing: a sum takes as many cycles as the lane with the most non-zero digits has
    digits, and 4 more; the first digit is issued 3 cycles after its beat was accepted, and the sum is offered
    6 cycles after its last digit was. Beats are taken while the queue has room. Reset drops whatever is in
    flight.
    """

    port_docs = {"ab": "operands of A, and of B, lane 0 in the low bits; last completes a sum", "c": "a sum"}

    def __init__(self, spec: BitSerialPeSpec):
        self.spec = spec
        operands = {
            name: data.ArrayLayout(shape, spec.lanes)
            for name, shape in (("a", spec.a_shape), ("b", spec.b_shape))
        }
        pair = data.StructLayout(operands | {"last": 1})
        super().__init__({"ab": In(stream.Signature(pair)), "c": Out(stream.Signature(spec.acc_shape))})

    def elaborate(self, platform):
        """Build the array of one cell, its two streams joined."""
        m = Module()
        spec = self.spec
        signature = wiring.Signature(
            {
                "a": Out(beat(spec.a_shape, spec.lanes)),
                "b": Out(beat(spec.b_shape, spec.lanes)),
                "c": In(beat(spec.acc_shape, 1)),
                "last_mismatch": In(1),
            }
        )
        inner = signature.create()
        pair = self.ab.payload
        for side in ("a", "b"):
            entry = getattr(inner, side)
            m.d.comb += [
                entry.payload.data.eq(pair[side]),
                entry.payload.last.eq(pair.last),
                entry.valid.eq(self.ab.valid),
            ]
        serial_array(m, platform, SimpleNamespace(**inner.__dict__ | {"spec": spec.array}))
        m.d.comb += [
            self.ab.ready.eq(inner.a.ready),
            self.c.valid.eq(inner.c.valid),
            self.c.payload.eq(inner.c.payload.data[0]),
            inner.c.ready.eq(self.c.ready),
        ]
        return m
