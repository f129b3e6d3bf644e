"""What stands in front of a row of float activations: a step aligned to its largest, and its tables.

    codes --> largest exponent --> | shift, round, negate --> | tables --> |
                                   | exponent of the beat --> |            |--> |   as late as the sums

A number is shifted right by its distance from the largest, with one bit more than is kept. Negating and
rounding are one addition: -(x + guard) is ~x + 1 - guard, so that the carry is sign ^ guard, and ties go away
from zero on both sides. Golden model: `golden.lut_float_gemm.align`.
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.columns import Columns
from ..arith.prefix import prefix_add
from ..arith.shifter import shift
from ..float.unpack import Unpacked, unpack
from ..pe.tree_mac import registered
from ..share import share
from .float_pe import ADDER
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
        numbers = self._numbers(m, self.a, "a")
        largest = _largest(m, [number.exponent for number in numbers])
        nan = Cat(number.is_nan | number.is_inf for number in numbers).any()
        codes = registered(m, takes[0], self.a, "codes_reg")
        largest = registered(m, takes[0], largest, "largest_reg")
        nan = registered(m, takes[0], nan, "nan_0_reg")
        beat, top = Const(0, 1), Const(1, 1)
        if spec.beats_per_step > 1:
            beat = registered(m, takes[0], self.beat, "beat_reg")
            top = registered(m, takes[0], self.top, "top_0_reg")

        aligned = [
            registered(
                m, takes[1], _aligned(m, number, largest, spec.align_width, str(i)), f"aligned_{i}_reg"
            )
            for i, number in enumerate(self._numbers(m, codes, "held"))
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

    def _numbers(self, m: Module, codes: Value, name: str) -> list[Unpacked]:
        """Return the activations, taken apart."""
        fmt = self.spec.fmt
        return [
            unpack(m, codes.word_select(i, fmt.bits), fmt, f"{name}_{i}") for i in range(self.spec.k_step)
        ]

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


def _largest(m: Module, exponents: list[Value]) -> Value:
    """Return the largest of unsigned numbers of one width."""
    level = 0
    while len(exponents) > 1:
        pairs = zip(exponents[::2], exponents[1::2], strict=False)
        found = [_larger(m, x, y, f"larger_{level}_{i}") for i, (x, y) in enumerate(pairs)]
        exponents = found + exponents[2 * len(found) :]
        level += 1
    return exponents[0]


def _larger(m: Module, x: Value, y: Value, name: str) -> Signal:
    result = Signal(len(x), name=name)
    x_first = prefix_add(m, x, ~y, ADDER, Const(1, 1), name=f"{name}_adder")[-1]
    m.d.comb += result.eq(Mux(x_first, x, y))
    return result


def _aligned(m: Module, number: Unpacked, largest: Value, width: int, name: str) -> Value:
    """Return a number in units of the largest exponent: two's complement of `width` bits, rounded."""
    distance = prefix_add(m, largest, ~number.exponent, ADDER, Const(1, 1), name=f"distance_{name}")[:-1]
    stages = (width - 1).bit_length()
    near = ~distance[stages:].any()
    # The lowest bit is the guard.
    word = Cat(Const(0, width - len(number.significand)), number.significand) & near.replicate(width)
    guarded = shift(m, word, distance[:stages], "right", f"shifted_{name}")
    inverted = Cat(guarded[1:], Const(0, 1)) ^ number.sign.replicate(width)
    carry = number.sign ^ guarded[0]
    return prefix_add(m, inverted, Const(0, width), ADDER, carry, name=f"rounded_{name}")[:width]
