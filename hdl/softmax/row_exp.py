"""The exponentials of rows as they stream, relative to a running maximum, and their sum.

The maximum is one of whole octaves (`golden.octaves`): it is found among few bits, and a new one shifts the
total and nothing else.
"""

import dataclasses

from amaranth.hdl import Const, Module, Mux, Signal, Value, signed

from ..arith.largest import largest_of
from ..share import share
from ..spec import integer
from ..vector.row_length import RowLength
from .exp_lane import ExpLane, ExpLaneSpec
from .running_sum import RunningSum


@dataclasses.dataclass(frozen=True, kw_only=True)
class RowExpSpec(RowLength, ExpLaneSpec):
    """Lanes, and how long rows are."""

    lanes: int = integer(8, 1, 64, "codes per beat")
    row_max: int = integer(1024, 1, 65536, "longest row", unit="codes")

    @property
    def total_bits(self) -> int:
        """Width of the sum of the longest row's exponentials."""
        return (self.row_beats * self.lanes * ((1 << self.exp_bits) - 1)).bit_length()

    @property
    def beat_sum_bits(self) -> int:
        """Width of the sum of a beat's exponentials."""
        return (self.lanes * ((1 << self.exp_bits) - 1)).bit_length()

    @property
    def word_bits(self) -> int:
        """Width of what a code becomes."""
        return self.exp_bits

    @property
    def top_bits(self) -> int:
        """Width of a maximum."""
        return self.octave_bits

    @property
    def rise_bits(self) -> int:
        """Width of the octaves that a maximum rises by."""
        return self.octave_bits

    @property
    def lane_spec(self) -> ExpLaneSpec:
        """A lane."""
        return ExpLaneSpec(**{name: getattr(self, name) for name in ExpLaneSpec.params()})


class RowExp(RunningSum):
    """`e` two enabled cycles after `x`, relative to `e_top`, and `total` two after the last `e` of a row.

    Exponentials are those to the base 2, and maxima are octaves; see `RunningSum`.
    """

    def group_top(self, m: Module, codes: list[Value]) -> Value:
        """Return the largest code of a beat, in octaves, rounded up; that of the smallest code if none is."""
        spec = self.spec
        lowest = Const(-(1 << spec.octave_bits - 2), signed(spec.octave_bits))
        octaves = []
        for k, code in enumerate(codes):
            octave = Signal(signed(spec.octave_bits), name=f"octave_{k}")
            up = code[: spec.fraction_bits].any() if spec.fraction_bits else Const(0, 1)
            m.d.comb += octave.eq(Mux(self.keep[k], code[spec.fraction_bits :].as_signed() + up, lowest))
            octaves.append(octave)
        return largest_of(m, octaves)

    def rise(self, m: Module, platform, top: Signal, running: Signal) -> Value:
        """Return the difference, which is one of octaves."""
        return top - running

    def word(self, m: Module, platform, k: int, code: Value, there: Value, top: Signal) -> Value:
        """Return the exponential."""
        lane = ExpLane(self.spec.lane_spec)
        share(m, platform, lane, f"lane_{k}")
        m.d.comb += [lane.x.eq(code), lane.top.eq(top)]
        return lane.e & there.replicate(self.spec.exp_bits)

    def terms(self, m: Module, words: list[Value], keep: Value) -> list[Value]:
        """Return the exponentials."""
        return words
