"""What softmaxes have in common, whoever divides: rows of codes, and the reciprocal of their sums."""

import dataclasses

from amaranth.hdl import Shape, signed
from amaranth.lib import wiring

from ...golden.base2_softmax import exp2_table
from ...golden.errors import UsageError
from ..arith.logic_table import table_facts, table_word
from ..spec import integer
from ..vector.inverse import InverseLane, InverseSpec
from .chord_reciprocal import ChordReciprocal, ChordReciprocalSpec
from .row_exp import RowExpSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class DividedSpec(RowExpSpec):
    """Codes, exponentials, and the reciprocal of their sum."""

    index_bits: int = integer(
        6, 1, 9, "base2: bits of the sum that the table of reciprocals looks at", unit="bits"
    )
    mantissa_bits: int = integer(9, 2, 16, "width of a reciprocal's mantissa", unit="bits")

    def check(self):
        """Refuse codes without octaves, and chords in too few bits."""
        super().check()
        if self.method == "softermax" and self.mantissa_bits < 4:
            raise UsageError(
                f"mantissa_bits={self.mantissa_bits} is too narrow for method=softermax, whose eight chords "
                "take 3 bits: use mantissa_bits=4 or more"
            )

    @property
    def x_shape(self) -> Shape:
        """Shape of a code."""
        return signed(self.in_bits)

    @property
    def row_exp(self) -> RowExpSpec:
        """The exponentials."""
        return RowExpSpec(**{name: getattr(self, name) for name in RowExpSpec.params()})

    @property
    def inverse(self) -> InverseSpec | ChordReciprocalSpec:
        """The reciprocal of a total."""
        widths = {"bits": self.total_bits, "mantissa_bits": self.mantissa_bits}
        if self.method == "softermax":
            return ChordReciprocalSpec(**widths)
        return InverseSpec(index_bits=self.index_bits, **widths)

    def make_inverse(self) -> wiring.Component:
        """Return the component that makes the reciprocal of a total."""
        lane = ChordReciprocal if self.method == "softermax" else InverseLane
        return lane(self.inverse)

    @property
    def tables(self) -> dict[str, dict]:
        """The tables, for the manifest."""
        return {"exp2": table_facts(self.lane_spec.table), **self.inverse.tables}

    @property
    def baseline_parameters(self) -> dict[str, int | str]:
        """Parameters of the baseline that are not fields."""
        chords = self.method == "softermax"
        exps = (
            self.lane_spec.table
            if chords
            else exp2_table(fraction_bits=self.fraction_bits, exp_bits=self.exp_bits)
        )
        return {
            "CHORDS": int(chords),
            "ROW_BEATS": self.row_beats,
            "TOTAL_BITS": self.total_bits,
            "FACTOR_BITS": self.inverse.factor_bits,
            "SHIFT_BITS": self.inverse.shift_bits,
            "EXP_TABLE": table_word(exps, self.exp_bits),
            "RECIPROCAL_TABLE": table_word(
                self.inverse.ends if chords else self.inverse.table, self.inverse.factor_bits
            ),
        }

    @property
    def elements_per_cycle(self) -> int:
        """Results per cycle."""
        return self.lanes
