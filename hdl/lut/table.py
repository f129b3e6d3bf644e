"""The table of a row: sums of k activations with every pattern of signs, made with shared sub-sums.

    a3 a2      a1 a0           k = 4, the half in which a3 is added: 8 entries, 4 + 8 = 12 adders
    a3+a2      a1+a0
    a3-a2      a1-a0     ->    entry = (a3 +- a2) +- (a1 +- a0)

Each half of the activations has its sums with the last one added; an entry is one of the upper half plus or
minus one of the lower half. A plane further up weighs twice as much: instead of shifting in every element,
the table is shifted, once for all of them. The register holds the table in use while the next is made.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec import Spec, flag, integer

#: Width of the shift that rounds the entries of a table.
SHIFT_BITS = 4


@dataclasses.dataclass(frozen=True, kw_only=True)
class TableSpec(Spec):
    """Activations, entries, and what becomes of them."""

    k: int = integer(4, 1, 6, "activations per table")
    a_bits: int = integer(8, 2, 20, "width of an activation", unit="bits")
    table_bits: int = integer(11, 2, 24, "width of an entry as it is made", unit="bits")
    word_bits: int = integer(11, 2, 32, "width of an entry as it is kept", unit="bits")
    step: int = integer(1, 1, 8, "places that an entry is shifted by for a further beat")
    symmetric: bool = flag(True, "only the entries in which the last activation is added")
    rounded: bool = flag(False, "entries are shifted right, rounded and saturated to table_bits")


class Table(wiring.Component):
    """`o` is the table of `a` after a beat with `take`, or with `again` itself shifted left. No reset."""

    port_docs = {
        "en": "the register moves only while this is high",
        "take": "there is a beat",
        "again": "it is a further one for the same activations",
        "a": "activations, the first in the low bits",
        "shift": "places that entries are rounded by",
        "o": "entries, entry 0 in the low bits",
    }

    def __init__(self, spec: TableSpec):
        self.spec = spec
        entries = 1 << (spec.k - spec.symmetric)
        ports = {"en": In(1), "take": In(1), "a": In(spec.k * spec.a_bits)}
        if spec.word_bits > spec.table_bits:
            ports["again"] = In(1)
        if spec.rounded:
            ports["shift"] = In(SHIFT_BITS)
        super().__init__(ports | {"o": Out(entries * spec.word_bits)})

    def elaborate(self, platform):
        """Build the sums and the register."""
        m = Module()
        spec = self.spec
        a = [self.a.word_select(j, spec.a_bits).as_signed() for j in range(spec.k)]
        entries = [self._entry(m, value, i) for i, value in enumerate(_sums(m, a, "sum"))]
        if not spec.symmetric:
            entries = [-entry for entry in reversed(entries)] + entries
        words = []
        for i, entry in enumerate(entries):
            word = Signal(signed(spec.word_bits), name=f"entry_{i}", reset_less=True)
            words.append(word)
            with m.If(self.en & self.take):
                if spec.word_bits > spec.table_bits:
                    m.d.sync += word.eq(Mux(self.again, word << spec.step, entry))
                else:
                    m.d.sync += word.eq(entry)
        m.d.comb += self.o.eq(Cat(words))
        return m

    def _entry(self, m: Module, value: Value, i: int) -> Value:
        """Return an entry as the table holds it."""
        spec = self.spec
        if not spec.rounded:
            return value
        largest = (1 << (spec.table_bits - 1)) - 1
        # One more bit below the point, whose carry rounds ties upwards.
        with_guard = Signal(signed(len(value) + 1), name=f"guarded_{i}")
        rounded = Signal(signed(len(value) + 1), name=f"rounded_{i}")
        m.d.comb += [
            with_guard.eq((value << 1) >> self.shift),
            rounded.eq((with_guard + 1) >> 1),
        ]
        return Mux(rounded > largest, largest, Mux(rounded < -largest, -largest, rounded))


def _sums(m: Module, a: list[Value], name: str) -> list[Signal]:
    """Return the sums of `a` in which the last is added and bit j of the index says if the j-th is."""
    if len(a) == 1:
        return a
    split = len(a) // 2
    lower, upper = _sums(m, a[:split], f"{name}_low"), _sums(m, a[split:], f"{name}_high")
    found = []
    for high in upper:
        # Patterns in which the lower half's last one is subtracted are those in which it is added, negated.
        pairs = [high - low for low in reversed(lower)] + [high + low for low in lower]
        for value in pairs:
            total = Signal(value.shape(), name=f"{name}_{len(found)}")
            m.d.comb += total.eq(value)
            found.append(total)
    return found
