"""One exponential to the base 2, relative to a maximum of whole octaves: a small table and a shift.

    distance = top * 2 ** f - x                    f fraction bits: a code is an octave / 2 ** f
    e = T[distance mod 2 ** f] >> (distance div 2 ** f)

With method=softermax a table of chords (`golden.softermax`) counts from the octave below: at x it is P[low],
with P[0] half of P's range, shifted by top - octave.

`top` has no fraction, so that nothing is subtracted below the octave: with x = octave * 2 ** f + low,

    low = 0     distance mod 2 ** f = 0              distance div 2 ** f = top - octave
    low > 0     distance mod 2 ** f = 2 ** f - low   distance div 2 ** f = top - octave - 1

The table is asked by `low` itself, and the 1 is a borrow of the subtraction of octaves. The top bit of every
entry is one, so that it is not in the table.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.base2_softmax import exp2_table
from ...golden.errors import UsageError
from ...golden.softermax import exp2_chords
from ..arith.logic_table import logic_table
from ..arith.shifter import shift
from ..spec import Spec, choice, integer

#: How exponentials and reciprocals come about: those of `golden.softmax` with a running maximum in octaves.
METHODS = ("base2", "softermax")


@dataclasses.dataclass(frozen=True, kw_only=True)
class ExpLaneSpec(Spec):
    """Widths of a code and of an exponential."""

    in_bits: int = integer(8, 2, 12, "width of a code, signed", unit="bits")
    fraction_bits: int = integer(5, 0, 8, "fraction of a code: it weighs an octave / 2 ** this", unit="bits")
    exp_bits: int = integer(8, 2, 16, "width of an exponential", unit="bits")
    method: str = choice("base2", METHODS, "base2: exact tables; softermax: chords, as published")

    def check(self):
        """Refuse codes without octaves."""
        self.check_octaves()

    def check_octaves(self) -> None:
        """Refuse codes whose fraction leaves them no octave."""
        if self.fraction_bits >= self.in_bits:
            raise UsageError(
                f"fraction_bits={self.fraction_bits} leaves no octave to codes with in_bits={self.in_bits}: "
                f"use fraction_bits={self.in_bits - 1} or less"
            )

    @property
    def octave_bits(self) -> int:
        """Width of a maximum in octaves, signed: that of the largest code is rounded up."""
        return self.in_bits - self.fraction_bits + 1

    @property
    def table(self) -> tuple[int, ...]:
        """Exponentials within an octave, by the fraction of a code."""
        if self.method == "softermax":
            chords = exp2_chords(fraction_bits=self.fraction_bits, exp_bits=self.exp_bits)
            return tuple(int(value) for value in chords)
        exact = exp2_table(fraction_bits=self.fraction_bits, exp_bits=self.exp_bits)
        return exact[:1] + exact[:0:-1]


class ExpLane(wiring.Component):
    """`e` is 2 ** exp_bits - 1 at x = `top`, and half of that an octave below. Combinational.

    With method=softermax it is 2 ** (exp_bits - 1) at x = `top`.
    """

    port_docs = {
        "x": "code, not above top",
        "top": "maximum of codes, in octaves, rounded up",
        "e": "exponential",
    }

    def __init__(self, spec: ExpLaneSpec):
        self.spec = spec
        super().__init__(
            {"x": In(signed(spec.in_bits)), "top": In(signed(spec.octave_bits)), "e": Out(spec.exp_bits)}
        )

    def elaborate(self, platform):
        """Build table, subtraction and shift."""
        m = Module()
        spec = self.spec
        low, octave = self.x[: spec.fraction_bits], self.x[spec.fraction_bits :].as_signed()
        octaves = Signal(spec.octave_bits)
        if spec.fraction_bits:
            below_top = logic_table(m, low, spec.table, spec.exp_bits - 1, "entry_node")
        else:
            below_top = Const(spec.table[0] & ((1 << spec.exp_bits - 1) - 1), spec.exp_bits - 1)
        exact = spec.method == "base2" and spec.fraction_bits
        borrow = low.any() if exact else Const(0, 1)
        entry = Cat(below_top, Const(1, 1))
        m.d.comb += [
            octaves.eq(self.top - octave - borrow),
            self.e.eq(shift(m, entry, octaves, "right", large_first=True)),
        ]
        return m
