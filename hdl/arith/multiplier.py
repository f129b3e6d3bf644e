"""A multiplier from its three parts: rows of the product, column compressor, carry-propagate adder."""

import dataclasses

from amaranth.hdl import Module, Shape
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.recoding import RECODINGS
from ..spec import Spec, choice, flag, integer
from .and_array import and_array_rows
from .coded import recoded
from .columns import Columns
from .digits import digit_rows
from .prefix import KINDS, prefix_add


@dataclasses.dataclass(frozen=True, kw_only=True)
class MultiplierSpec(Spec):
    """Operands, rows and adder. The multiplier is `a`, the multiplicand, of which rows are made, is `b`."""

    a_bits: int = integer(8, 1, 64, "width of the multiplier", unit="bits")
    b_bits: int = integer(8, 1, 64, "width of the multiplicand", unit="bits")
    a_signed: bool = flag(True, "the multiplier is two's complement, not unsigned")
    b_signed: bool = flag(True, "the multiplicand is two's complement, not unsigned")
    rows: str = choice("booth", (*RECODINGS, "and_array"), "recoding of the multiplier, or one row per bit")
    adder: str = choice("sklansky", KINDS, "prefix network of the carry-propagate adder")

    @property
    def latency(self) -> int:
        """Cycles from operands to product: none, there is no register."""
        return 0


class Multiplier(wiring.Component):
    """p = a * b, exact, a_bits + b_bits wide. Combinational."""

    port_docs = {"a": "multiplier", "b": "multiplicand", "p": "product"}

    def __init__(self, spec: MultiplierSpec):
        self.spec = spec
        width = spec.a_bits + spec.b_bits
        super().__init__(
            {
                "a": In(Shape(spec.a_bits, spec.a_signed)),
                "b": In(Shape(spec.b_bits, spec.b_signed)),
                "p": Out(Shape(width, spec.a_signed or spec.b_signed)),
            }
        )

    def elaborate(self, platform):
        """Build rows, compressor and adder."""
        m = Module()
        columns = Columns(m, len(self.p), "columns")
        multiply(m, columns, self.a, self.b, self.spec.rows)
        columns.compress()
        m.d.comb += self.p.eq(prefix_add(m, *columns.rows(), self.spec.adder)[: len(self.p)])
        return m


def multiply(m: Module, columns: Columns, a, b, rows: str) -> None:
    """Add the rows of a * b to `columns`; signs are those of the shapes of `a` and `b`."""
    a_signed, b_signed = a.shape().signed, b.shape().signed
    if rows == "and_array":
        and_array_rows(m, columns, a, b, a_signed, b_signed)
        return
    digit_rows(m, columns, recoded(m, a, a_signed, rows), b, b_signed)
