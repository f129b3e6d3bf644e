"""Exponentials of how far codes are below their row's maximum, as I-ViT and I-BERT publish them: a table.

With a scale that is known they are functions of the distance alone, whatever steps the publication makes
them in: a division by a constant and shifts, or a polynomial and a requantisation.
"""

import dataclasses
from fractions import Fraction
from functools import lru_cache

import numpy as np
from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.errors import UsageError
from ...golden.ibert import ibert_exp_constants, ibert_exponentials, ibert_requant
from ...golden.ivit_exp import VARIANTS, ivit_one, shiftmax_exponentials
from ...golden.softmax import softmax
from ..arith.logic_table import logic_table
from ..spec import Spec, choice, integer

#: Methods whose exponentials are relative to the maximum of the whole row.
METHODS = ("shiftmax", "ibert")
#: Codes of more bits make tables of which nobody would want one per lane.
WIDEST_CODE = 10
#: Largest error of a probability beside one other, with scales of 1/16 to 1/256; and what says nothing.
USUAL_ERROR, WORST_ERROR = 0.04, 0.15


@dataclasses.dataclass(frozen=True, kw_only=True)
class DistanceExpSpec(Spec):
    """Width and scale of a code."""

    method: str = choice("shiftmax", METHODS, "shiftmax: chords of octaves; ibert: a polynomial")
    in_bits: int = integer(8, 2, 12, "width of a code, signed", unit="bits")
    variant: str = choice("ivit", VARIANTS, "shiftmax: as the PyTorch code of I-ViT says, or its TVM code")
    scale: int = integer(1, 1, (1 << 53) - 1, "shiftmax, ibert: a code weighs scale / 2 ** scale_shift nats")
    scale_shift: int = integer(4, 0, 80, "see scale", unit="bits")

    def check(self):
        """Refuse codes that are too wide, and scales at which results say nothing."""
        if self.in_bits > WIDEST_CODE:
            raise UsageError(
                f"in_bits={self.in_bits} makes a table of {1 << self.in_bits} exponentials a lane with "
                f"method={self.method}: use in_bits={WIDEST_CODE} or less"
            )
        try:
            error = self.error
        except UsageError as refusal:
            raise UsageError(f"{self._weight} is out of range of method={self.method}: {refusal}") from None
        if error > WORST_ERROR:
            raise UsageError(
                f"{self._weight} makes errors of {error:.2f} of a probability with method={self.method}, and "
                f"{USUAL_ERROR} is usual: use a scale of 1/256 to 1/16"
            )

    @property
    def cautions(self) -> tuple[str, ...]:
        """Scales at which whole codes are too coarse, or leave the factor of a row few bits."""
        if self.error <= USUAL_ERROR:
            return ()
        return (
            f"the largest error of a probability beside one other is {self.error:.2f}, and at most "
            f"{USUAL_ERROR} with scales of 1/256 to 1/16: {self._weight} is not made for this method",
        )

    @property
    def _weight(self) -> str:
        return f"scale={self.scale} / 2**{self.scale_shift}"

    @property
    def nats(self) -> Fraction:
        """What a code weighs."""
        return Fraction(self.scale, 1 << self.scale_shift)

    @property
    def options(self) -> dict:
        """The options of the golden model that follow from the scale."""
        if self.method == "shiftmax":
            return {"one": ivit_one(self.nats, variant=self.variant), "variant": self.variant}
        mult, shift = ibert_requant(self.nats)
        return {"constants": ibert_exp_constants(self.nats), "mult": mult, "shift": shift}

    @property
    def error(self) -> float:
        """Largest error of a probability in rows of two codes."""
        return _pair_error(self)

    @property
    def table(self) -> tuple[int, ...]:
        """Exponentials by distance, of which the first is the largest."""
        made = shiftmax_exponentials if self.method == "shiftmax" else ibert_exponentials
        return made(in_bits=self.in_bits, **self.options)

    @property
    def exp_bits(self) -> int:
        """Width of an exponential."""
        return self.table[0].bit_length()


class DistanceExp(wiring.Component):
    """The exponential of -`distance`, in codes. Combinational."""

    port_docs = {"distance": "codes below the maximum", "e": "exponential"}

    def __init__(self, spec: DistanceExpSpec):
        self.spec = spec
        super().__init__({"distance": In(spec.in_bits), "e": Out(spec.exp_bits)})

    def elaborate(self, platform):
        """Build the table."""
        m = Module()
        m.d.comb += self.e.eq(logic_table(m, self.distance, self.spec.table, self.spec.exp_bits, "e_node"))
        return m


@lru_cache
def _pair_error(spec: DistanceExpSpec) -> float:
    distance = np.arange(1 << spec.in_bits)
    top = (1 << spec.in_bits - 1) - 1
    pairs = np.stack([np.full_like(distance, top), top - distance], axis=-1)
    y = softmax(pairs, method=spec.method, in_bits=spec.in_bits, out_bits=16, **spec.options)
    one = 1 << (15 if spec.method == "shiftmax" else 16)
    larger = 1 / (1 + np.exp(-distance * float(spec.nats)))
    return float(np.abs(y / one - np.stack([larger, 1 - larger], axis=-1)).max())
