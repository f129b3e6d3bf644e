"""What stands in front of a row of float activations: a step aligned to its largest, and its tables.

    codes --> largest exponent --> | shift, round, negate --> | tables --> |
                                   | exponent of the beat --> |            |--> |   as late as the sums

All beats of a step have the same tables; a later one weighs more, by its exponent.
"""

from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.columns import Columns
from ..arith.prefix import prefix_add
from ..float.unpack import unpack
from ..pe.tree_mac import registered
from ..share import share
from .float_align import ADDER, Align, AlignSpec, Larger, LargerSpec
from .table import Table

#: Exclusive-or delays in which a column of the sum of activations may come down to one bit.
DEADLINE = 7.0


class FloatTables(wiring.Component):
    """`o` is what a row of elements takes (`LutFloatRowsSpec.a_word`), three enabled cycles after `a`.

    Exponent and NaN flag come a cycle later. `beat` counts the beats of `b` in a step, all of which find the
    same `a`; `top` marks the last. Registers have no reset.
    """

    port_docs = {
        "en": "registers move only while this is high",
        "take": "there is a beat",
        "a": "activations of a step, codes",
        "beat": "which beat of the step it is",
        "top": "it is the last one",
        "o": "tables, what is added to sums, exponent, NaN flag",
    }

    def __init__(self, spec):
        """`spec`: a LutFloatTileSpec, of whose size a row makes no use."""
        self.spec = spec
        ports = {"en": In(1), "take": In(1), "a": In(spec.k_step * spec.fmt.bits)}
        if spec.beats_per_step > 1:
            ports |= {"beat": In(range(spec.beats_per_step)), "top": In(1)}
        super().__init__(ports | {"o": Out(spec.row_spec.a_word)})

    def elaborate(self, platform):
        """Build the three stages."""
        m = Module()
        spec = self.spec
        takes = [self.en & self.take]
        for stage in range(2):
            take = registered(m, self.en, takes[-1], f"take_{stage}_reg")
            takes.append(take & self.en)
        fmt = spec.fmt
        numbers = [unpack(m, self.a.word_select(i, fmt.bits), fmt, f"a_{i}") for i in range(spec.k_step)]
        largest = self._largest(m, platform, [number.exponent for number in numbers])
        nan = Cat(number.is_nan | number.is_inf for number in numbers).any()
        codes = registered(m, takes[0], self.a, "codes_reg")
        largest = registered(m, takes[0], largest, "largest_reg")
        nan = registered(m, takes[0], nan, "nan_0_reg")
        beat, top = Const(0, 1), Const(1, 1)
        if spec.beats_per_step > 1:
            beat = registered(m, takes[0], self.beat, "beat_reg")
            top = registered(m, takes[0], self.top, "top_0_reg")

        aligned = [
            registered(m, takes[1], value, f"aligned_{i}_reg")
            for i, value in enumerate(self._aligned(m, platform, codes, largest))
        ]
        exponent = Signal(spec.row_spec.exponent_bits, name="exponent")
        m.d.comb += exponent.eq(largest + spec.step.offset + beat * spec.planes_per_beat)
        # The elements look at these a cycle after the tables.
        for stage in range(1, 4):
            enable = takes[stage] if stage < 3 else self.en
            exponent = registered(m, enable, exponent, f"exponent_{stage}_reg")
            nan = registered(m, enable, nan, f"nan_{stage}_reg")
        for stage in range(1, 3):
            top = registered(m, takes[stage], top, f"top_{stage}_reg")

        tables = []
        for t in range(spec.depth):
            table = Table(spec.table_spec)
            share(m, platform, table, f"table_{t}")
            m.d.comb += [
                table.en.eq(self.en),
                table.take.eq(takes[2]),
                table.a.eq(Cat(aligned[t * spec.k : (t + 1) * spec.k])),
            ]
            tables.append(table.o)
        m.d.comb += self.o.eq(Cat(*tables, *self._minus(m, takes[2], aligned, top), exponent, nan))
        return m

    def _largest(self, m: Module, platform, exponents: list[Value]) -> Value:
        """Return the largest of the exponents."""
        level = 0
        while len(exponents) > 1:
            found = []
            for i in range(len(exponents) // 2):
                larger = Larger(LargerSpec(width=len(exponents[0])))
                share(m, platform, larger, f"larger_{level}_{i}")
                m.d.comb += [larger.x.eq(exponents[2 * i]), larger.y.eq(exponents[2 * i + 1])]
                found.append(larger.o)
            exponents = found + exponents[2 * len(found) :]
            level += 1
        return exponents[0]

    def _aligned(self, m: Module, platform, codes: Value, largest: Value) -> list[Value]:
        """Return the activations as integers."""
        spec = self.spec
        found = []
        for i in range(spec.k_step):
            align = Align(AlignSpec(fmt=spec.activations, width=spec.align_width))
            share(m, platform, align, f"align_{i}")
            m.d.comb += [align.a.eq(codes.word_select(i, spec.fmt.bits)), align.largest.eq(largest)]
            found.append(align.o)
        return found

    def _minus(self, m: Module, take, aligned: list[Signal], top) -> list[Value]:
        """Return what is added to the sums of a beat, in a list, which is empty if nothing is.

        A beat's planes of +-1 are twice its digit less 2 ** planes - 1, or, with the highest plane, plus 1.
        """
        spec = self.spec
        width = spec.row_spec.minus_bits
        if not width:
            return []
        columns = Columns(m, width, "minus_sum")
        for value in aligned:
            columns.add_signed(~value)
        columns.add_constant(len(aligned))
        columns.compress(DEADLINE)
        total = prefix_add(m, *columns.rows(), ADDER, name="minus_adder")[:width]
        minus = registered(m, take, total, "minus_reg")
        if spec.beats_per_step == 1:
            return [minus]
        planes = spec.planes_per_beat
        lower = ~Cat(Const(0, planes), minus)[:width] & (~top).replicate(width)
        return [prefix_add(m, minus, lower, ADDER, ~top, name="lower_adder")[:width]]
