"""Softermax's reciprocal: a normaliser, and chords between a few values of 1 / (1 + t).

x = (1 + t) * 2 ** L        1 / x = R(t) / 2 ** (mantissa_bits + L), about
R(t) = end[i] + floor(slope[i] * rest / 2 ** part)       i: top bits of t, rest: the others
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.softermax import RECIPROCAL_SEGMENTS, reciprocal_ends
from ..arith.booth import booth_digits
from ..arith.columns import Columns
from ..arith.digits import digit_rows
from ..arith.logic_table import logic_table, table_facts
from ..arith.normalised_top import normalised_top
from ..arith.prefix import prefix_add
from ..spec import Spec, integer

INDEX_BITS = RECIPROCAL_SEGMENTS.bit_length() - 1


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChordReciprocalSpec(Spec):
    """Widths of the integer and of the fraction t."""

    bits: int = integer(20, 2, 48, "width of an integer, unsigned", unit="bits")
    mantissa_bits: int = integer(9, 4, 16, "width of t, and of R below its 1", unit="bits")

    @property
    def part(self) -> int:
        """Bits of t within a segment."""
        return self.mantissa_bits - INDEX_BITS

    @property
    def factor_bits(self) -> int:
        """Width of R, which is 1 at t = 0."""
        return self.mantissa_bits + 1

    @property
    def ends(self) -> tuple[int, ...]:
        """R where segments meet."""
        return reciprocal_ends(self.mantissa_bits)

    @property
    def drops(self) -> tuple[int, ...]:
        """By how much R falls in each segment."""
        return tuple(a - b for a, b in zip(self.ends, self.ends[1:], strict=False))

    @property
    def shift_by_zeros(self) -> list[int]:
        """The shift by the number of leading zeros; 0 where that says that x is 0."""
        exponents = [self.bits - 1 - zeros for zeros in range(1 << self.bits.bit_length())]
        return [e + self.mantissa_bits if e >= 0 else 0 for e in exponents]

    @property
    def shift_bits(self) -> int:
        """Width of a shift."""
        return max(self.shift_by_zeros).bit_length()

    @property
    def tables(self) -> dict[str, dict]:
        """The table, for the manifest."""
        return {"reciprocal_ends": table_facts(self.ends)}


class ChordReciprocal(wiring.Component):
    """mantissa / 2 ** shift is 1 / x, about; both are 0 for x = 0. Combinational."""

    port_docs = {"x": "integer", "mantissa": "R", "shift": "1 / x is mantissa / 2 ** shift"}

    def __init__(self, spec: ChordReciprocalSpec):
        self.spec = spec
        super().__init__(
            {"x": In(spec.bits), "mantissa": Out(spec.factor_bits), "shift": Out(spec.shift_bits)}
        )

    def elaborate(self, platform):
        """Build the normaliser, the tables and the product."""
        m = Module()
        spec = self.spec
        top, zeros = normalised_top(m, self.x, spec.mantissa_bits + 1, "top")
        index, rest = top[spec.part : -1], top[: spec.part]
        end = logic_table(m, index, spec.ends[:-1], spec.factor_bits, "end_node")
        drop = logic_table(m, index, spec.drops, max(spec.drops).bit_length(), "drop_node")
        # The floor of end - drop * rest / 2 ** part, so that the product is subtracted before the cut.
        columns = Columns(m, spec.factor_bits + spec.part, "tree")
        negative = Columns(m, columns.width, "product")
        digit_rows(m, negative, booth_digits(m, rest, False), drop, False)
        negative.compress()
        product = Signal(columns.width, name="product")
        m.d.comb += product.eq(prefix_add(m, *negative.rows(), "brent_kung", name="product_adder"))
        columns.add_unsigned(Cat(Const(0, spec.part), end))
        columns.add_unsigned(~product)
        columns.add_constant(1)
        columns.compress()
        total = prefix_add(m, *columns.rows(), "brent_kung", name="total_adder")
        m.d.comb += [
            self.mantissa.eq(total[spec.part : columns.width] & top[-1].replicate(spec.factor_bits)),
            self.shift.eq(logic_table(m, zeros, spec.shift_by_zeros, spec.shift_bits, "shift_node")),
        ]
        return m
