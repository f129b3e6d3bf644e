"""How many octaves codes are below a running maximum, in few bits, and the sum of 2 ** -octaves of a row.

An octave halves a term: of ITA it is 2 ** fraction_bits codes, of SOLE about log(2) * 2 ** fraction_bits. The
distance is rounded to whole octaves, half up, by a table.
"""

import dataclasses

import numpy as np
from amaranth.hdl import Cat, Const, Module, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.ita_softmax import ita_octaves
from ...golden.sole import octaves as sole_octaves
from ..arith.logic_table import logic_table
from ..arith.shifter import shift
from ..share import share
from ..spec import Spec, choice, integer
from ..vector.row_length import RowLength
from ..vector.row_top import beat_top
from .running_sum import RunningSum

#: Methods whose exponentials are powers of two.
METHODS = ("ita", "sole")
#: Width of the octaves of a code; more than these say make its term 0, or the smallest.
OCTAVE_BITS = 4
#: Octaves that ITA's sum may be shifted by, more than it has bits.
ITA_RISE_BITS = 5


@dataclasses.dataclass(frozen=True, kw_only=True)
class OctaveCodesSpec(Spec):
    """What a code weighs."""

    method: str = choice("ita", METHODS, "ita: an octave is 2**fraction_bits codes; sole: a nat is")
    in_bits: int = integer(8, 2, 12, "width of a code, signed", unit="bits")
    fraction_bits: int = integer(5, 0, 8, "a code weighs an octave, or a nat, / 2 ** this", unit="bits")


@dataclasses.dataclass(frozen=True, kw_only=True)
class OctavesSpec(OctaveCodesSpec):
    """How far octaves are counted."""

    bits: int = integer(OCTAVE_BITS, 1, 8, "width of octaves, which end at the largest number", unit="bits")

    @property
    def table(self) -> tuple[int, ...]:
        """Octaves by distance."""
        found = ita_octaves if self.method == "ita" else sole_octaves
        counted = found(np.arange(1 << self.in_bits), self.fraction_bits)
        return tuple(np.minimum(counted, (1 << self.bits) - 1).tolist())


class Octaves(wiring.Component):
    """Octaves from `x` up to `top`, not below it. Combinational."""

    port_docs = {"x": "code, not above top", "top": "code of the maximum", "octaves": "octaves between them"}

    def __init__(self, spec: OctavesSpec):
        self.spec = spec
        code = signed(spec.in_bits)
        super().__init__({"x": In(code), "top": In(code), "octaves": Out(spec.bits)})

    def elaborate(self, platform):
        """Build the subtraction and the table."""
        m = Module()
        distance = Signal(self.spec.in_bits)
        m.d.comb += [
            distance.eq(self.top - self.x),
            self.octaves.eq(logic_table(m, distance, self.spec.table, self.spec.bits, "octave_node")),
        ]
        return m


def octaves_below(m: Module, platform, spec: OctavesSpec, x: Value, top: Value, name: str) -> Value:
    """Return the octaves from `x` up to `top`, of a submodule `name`."""
    lane = Octaves(spec)
    share(m, platform, lane, name)
    m.d.comb += [lane.x.eq(x), lane.top.eq(top)]
    return lane.octaves


@dataclasses.dataclass(frozen=True, kw_only=True)
class RowOctavesSpec(RowLength, OctaveCodesSpec):
    """Lanes, and how long rows are."""

    lanes: int = integer(8, 1, 64, "codes per beat")
    row_max: int = integer(1024, 1, 65536, "longest row", unit="codes")

    @property
    def unit_bits(self) -> int:
        """The maximum weighs 2 ** this in the sum."""
        return 8 if self.method == "ita" else 15

    @property
    def total_bits(self) -> int:
        """Width of the sum of the longest row."""
        return (self.row_beats * self.lanes << self.unit_bits).bit_length()

    @property
    def beat_sum_bits(self) -> int:
        """Width of the sum of a beat."""
        return (self.lanes << self.unit_bits).bit_length()

    @property
    def keeps_codes(self) -> bool:
        """Whether codes are wanted, and not only their octaves: ITA counts these again in the end."""
        return self.method == "ita"

    @property
    def word_bits(self) -> int:
        """Width of what a code becomes: octaves, and with ITA the code."""
        return OCTAVE_BITS + (self.in_bits if self.keeps_codes else 0)

    @property
    def top_bits(self) -> int:
        """Width of a maximum."""
        return self.in_bits

    @property
    def rise_bits(self) -> int:
        """Width of the octaves that a maximum rises by."""
        return ITA_RISE_BITS if self.method == "ita" else OCTAVE_BITS

    @property
    def lane_spec(self) -> OctavesSpec:
        """What counts the octaves of a code."""
        return OctavesSpec(**{name: getattr(self, name) for name in OctaveCodesSpec.params()})

    @property
    def rise_spec(self) -> OctavesSpec:
        """What counts the octaves that a maximum rises by."""
        return dataclasses.replace(self.lane_spec, bits=self.rise_bits)


class RowOctaves(RunningSum):
    """`e` two enabled cycles after `x`: octaves below `e_top`, and with ITA the code above them.

    `total` comes two after the last `e` of a row: the sum of 2 ** (unit_bits - octaves). See `RunningSum`.
    """

    port_docs = RunningSum.port_docs | {
        "e": "octaves of codes below e_top, and the codes, if ITA wants them again",
        "e_top": "largest code so far",
        "total_top": "largest code of the row",
    }

    def group_top(self, m: Module, codes: list[Value]) -> Value:
        """Return the largest code of a beat."""
        return beat_top(m, codes, self.keep, self.spec.lanes, signed(self.spec.in_bits))

    def rise(self, m: Module, platform, top: Signal, running: Signal) -> Value:
        """Return the octaves."""
        return octaves_below(m, platform, self.spec.rise_spec, running, top, "rises")

    def word(self, m: Module, platform, k: int, code: Value, there: Value, top: Signal) -> Value:
        """Return the octaves of a code, and with ITA the code."""
        octaves = octaves_below(m, platform, self.spec.lane_spec, code, top, f"lane_{k}")
        return Cat(octaves, code) if self.spec.keeps_codes else octaves

    def terms(self, m: Module, words: list[Value], keep: Value) -> list[Value]:
        """Return 2 ** (unit_bits - octaves) for codes that are there, and 0 for others."""
        one = Const(1 << self.spec.unit_bits, self.spec.unit_bits + 1)
        return [
            shift(m, one, word[:OCTAVE_BITS], "right", f"term_{k}") & there.replicate(len(one))
            for k, (word, there) in enumerate(zip(words, keep, strict=True))
        ]
