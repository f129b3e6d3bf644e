"""The table of a row: sums of 2 to 4 activations, each added, subtracted or left out, with shared sub-sums.

    of x1, x2        x2   x1-x2   x1   x1+x2                     entries 1 to 4
    with x0          x0 minus each of these, x0, x0 plus each    entries 5 to 13

An entry costs one adder at most: 2 adders for 2 activations, 10 for 3 and 36 for 4. The register holds the
table in use while the next is made. Golden model: `golden.ternary.make_ternary_tables`.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec import Spec, flag, integer


@dataclasses.dataclass(frozen=True, kw_only=True)
class TernaryTableSpec(Spec):
    """Activations and entries."""

    group: int = integer(2, 2, 4, "activations per table")
    a_bits: int = integer(8, 2, 16, "width of an activation", unit="bits")
    a_signed: bool = flag(True, "activations are two's complement, not unsigned")
    word_bits: int = integer(9, 3, 19, "width of an entry", unit="bits")


class TernaryTable(wiring.Component):
    """`o` is the table of the `a` of the last enabled cycle, without entry 0, which is 0. No reset."""

    port_docs = {
        "en": "the register moves only while this is high",
        "a": "activations, x0 in the low bits",
        "o": "entries, entry 1 in the low bits",
    }

    def __init__(self, spec: TernaryTableSpec):
        self.spec = spec
        size = spec.group * spec.a_bits
        super().__init__({"en": In(1), "a": In(size), "o": Out(3**spec.group // 2 * spec.word_bits)})

    def elaborate(self, platform):
        """Build the sums and the register."""
        m = Module()
        spec = self.spec
        words = [self.a.word_select(j, spec.a_bits) for j in range(spec.group)]
        a = [word.as_signed() if spec.a_signed else word for word in words]
        table = Signal(len(self.o), reset_less=True)
        entries = []
        for i, value in enumerate(_sums(m, a)):
            word = Signal(signed(spec.word_bits), name=f"entry_{i + 1}")
            m.d.comb += word.eq(value)
            entries.append(word)
        with m.If(self.en):
            m.d.sync += table.eq(Cat(entries))
        m.d.comb += self.o.eq(table)
        return m


def _sums(m: Module, a: list[Value]) -> list[Value]:
    """Return the sums of `a` under all trits whose first that is not 0 is +1, in the order of entries."""
    if len(a) == 1:
        return a
    first, fewer = a[0], _sums(m, a[1:])
    found = [*(first - value for value in reversed(fewer)), first, *(first + value for value in fewer)]
    named = []
    for i, value in enumerate(found):
        total = Signal(value.shape(), name=f"sum_of_{len(a)}_{i}")
        m.d.comb += total.eq(value)
        named.append(total)
    return [*fewer, *named]
