"""Every arithmetic component is proven equal to plain operators, for all values of its inputs."""

import itertools

import pytest
from amaranth.hdl import Module, Shape
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out
from macwright.hdl.arith.columns import Columns
from macwright.hdl.arith.compressor import Compressor, CompressorSpec
from macwright.hdl.arith.leading_zeros import LeadingZeros, LeadingZerosSpec
from macwright.hdl.arith.multiplier import Multiplier, MultiplierSpec
from macwright.hdl.arith.popcount import Popcount, PopcountSpec
from macwright.hdl.arith.prefix import KINDS, PrefixAdder, PrefixAdderSpec
from macwright.hdl.arith.recoder import RECODINGS, Recoder, RecoderSpec
from macwright.hdl.arith.shifter import SHIFTS, Shifter, ShifterSpec
from macwright.hdl.arith.square import square_rows
from macwright.hdl.arith.window import Window, WindowSpec
from proof import counterexamples, prove

SIGNS = list(itertools.product((False, True), repeat=2))


def extended(name: str, bits: int, signed: bool, to: int = 48) -> str:
    """Return a Verilog expression: the port, extended to `to` bits."""
    top = f"{name}[{bits - 1}]" if signed else "1'b0"
    return f"{{{{{to - bits}{{{top}}}}}, {name}}}"


def digit_sum(count: int) -> str:
    """Return a Verilog expression for the number that recoded digits stand for."""
    digits = (
        f"((neg[{i}] ? -48'd1 : 48'd1) * ({{47'd0, one[{i}]}} + {{46'd0, two[{i}], 1'b0}}) << {2 * i})"
        for i in range(count)
    )
    return " + ".join(digits)


@pytest.mark.parametrize("kind", KINDS)
def test_adders_add(kind):
    cases = []
    for width in (1, 2, 3, 5, 7, 8, 13, 16, 33):
        adder = PrefixAdder(PrefixAdderSpec(width=width, kind=kind))
        cases.append((adder, f"sum == {{1'b0, x}} + {{1'b0, y}} + {{{width}'d0, carry_in}}"))
    prove(cases)


@pytest.mark.parametrize("recoding", RECODINGS)
def test_recoded_digits_make_the_number(recoding):
    cases = []
    for bits, signed in itertools.product((1, 2, 3, 4, 7, 8), (False, True)):
        recoder = Recoder(RecoderSpec(bits=bits, signed=signed, recoding=recoding))
        value = f"({digit_sum(recoder.spec.digits)}) == {extended('a', bits, signed)}"
        cases.append((recoder, f"{value} && (one & two) == 0"))
    prove(cases)


@pytest.mark.parametrize("rows", [*RECODINGS, "and_array"])
def test_multipliers_multiply(rows):
    cases = []
    for (a_bits, b_bits), (a_signed, b_signed) in itertools.product(((1, 1), (1, 4), (5, 4)), SIGNS):
        spec = MultiplierSpec(a_bits=a_bits, b_bits=b_bits, a_signed=a_signed, b_signed=b_signed, rows=rows)
        product = f"{extended('a', a_bits, a_signed)} * {extended('b', b_bits, b_signed)}"
        mask = (1 << a_bits + b_bits) - 1
        cases.append((Multiplier(spec), f"p[{a_bits + b_bits - 1}:0] == (({product}) & {mask})"))
    prove(cases)


class Square(wiring.Component):
    """7 plus or minus the square of `x`, modulo 2 ** 2n."""

    port_docs = {}

    def __init__(self, spec, signed_x: bool, subtract: bool):
        self.spec, self.subtract = spec, subtract
        super().__init__({"x": In(Shape(spec.width, signed_x)), "o": Out(2 * spec.width)})

    def elaborate(self, platform):
        m = Module()
        columns = Columns(m, len(self.o), "columns")
        columns.add_constant(7)
        square_rows(m, columns, self.x, "square_", self.subtract)
        columns.compress(float("inf"))
        m.d.comb += self.o.eq(columns.rows()[0])
        return m


def test_squares_are_added_and_subtracted():
    cases = []
    for width, sign, subtract in itertools.product((1, 2, 5), (False, True), (False, True)):
        x = extended("x", width, sign)
        mask = (1 << 2 * width) - 1
        holds = f"o == ((7 {'-' if subtract else '+'} ({x}) * ({x})) & {mask})"
        cases.append((Square(PopcountSpec(width=width), sign, subtract), holds))
    prove(cases)


def test_compressors_keep_the_sum():
    cases = []
    for width, rows in itertools.product((1, 2, 9), (3, 4)):
        compressor = Compressor(CompressorSpec(width=width, rows=rows))
        total = " + ".join(f"i[{k * width + width - 1}:{k * width}]" for k in range(rows))
        mask = (1 << width) - 1
        cases.append((compressor, f"((48'd0 + sum + carry) & {mask}) == ((48'd0 + {total}) & {mask})"))
    prove(cases)


class Heap(wiring.Component):
    """Four rows in one port, two of them signed, with arrival times and a constant, in one or two rows."""

    port_docs = {}

    def __init__(self, spec, deadline: float, constant: int):
        self.spec, self.deadline, self.constant = spec, deadline, constant
        super().__init__({"i": In(16), "x": Out(spec.width), "y": Out(spec.width)})

    def elaborate(self, platform):
        m = Module()
        columns = Columns(m, self.spec.width, "heap")
        columns.add_unsigned(self.i[0:4], 0, arrival=5.0)
        columns.add_signed(self.i[4:9], 2, arrival=0.0)
        columns.add_signed(self.i[9:12], 1, arrival=1.5)
        columns.add_unsigned(self.i[12:16], 5, arrival=3.0)
        columns.add_constant(self.constant)
        columns.compress(self.deadline)
        x, y = columns.rows()
        m.d.comb += [self.x.eq(x), self.y.eq(y)]
        return m


@pytest.mark.parametrize("width", [1, 6, 11])
@pytest.mark.parametrize("constant", [0, -1, 37])
def test_columns_keep_the_sum_of_signed_and_late_rows(width, constant):
    value = f"i[3:0] + ({extended('i[8:4]', 5, False)} - (i[8] ? 32 : 0)) * 4"
    value += f" + ({extended('i[11:9]', 3, False)} - (i[11] ? 8 : 0)) * 2 + i[15:12] * 32 + {constant}"
    mask = (1 << width) - 1
    cases = []
    for deadline in (0.0, 6.0, float("inf")):
        left = "x + y" if deadline < 1e9 else "x"
        heap = Heap(PopcountSpec(width=width), deadline, constant)
        cases.append((heap, f"((48'd0 + {left}) & {mask}) == ((48'd0 + {value}) & {mask})"))
    prove(cases)


def test_popcount_counts():
    cases = []
    for width in (1, 2, 3, 7, 8, 12):
        total = " + ".join(f"i[{k}]" for k in range(width))
        cases.append((Popcount(PopcountSpec(width=width)), f"count == 48'd0 + {total}"))
    prove(cases)


def test_leading_zeros_count():
    cases = []
    for width in (1, 2, 3, 7, 8, 13, 16, 24):
        expected = str(width)
        for k in range(width):
            expected = (
                f"i[{k}] ? {width - 1 - k} : {expected}"
                if k == 0
                else f"i[{k}] ? {width - 1 - k} : ({expected})"
            )
        cases.append((LeadingZeros(LeadingZerosSpec(width=width)), f"count == ({expected})"))
    prove(cases)


@pytest.mark.parametrize("kind", SHIFTS)
def test_shifter_shifts(kind):
    cases = []
    for width in (1, 2, 5, 8, 13):
        shifter = Shifter(ShifterSpec(width=width, kind=kind))
        expected = {
            "left": "i << amount",
            "right": "i >> amount",
            "arithmetic_right": "$signed(i) >>> amount",
            "rotate_left": f"({{i, i}} << (amount % {width})) >> {width}",
        }[kind]
        # The word on the left of an assignment would decide the width of a Verilog shift: name it.
        mask = (1 << width) - 1
        if kind == "arithmetic_right":
            expected = f"{{{{48{{i[{width - 1}]}}}}, i}} >> amount"
        cases.append((shifter, f"(48'd0 + o) == ((96'd0 + ({expected})) & {mask})"))
    prove(cases)


def test_a_window_is_the_low_bits_and_whether_there_are_more():
    cases = []
    for bits, amount_bits, width in ((1, 1, 1), (5, 3, 2), (8, 3, 8), (13, 2, 4), (18, 5, 7), (9, 4, 12)):
        window = Window(WindowSpec(bits=bits, amount_bits=amount_bits, width=width))
        shifted = "((48'd0 + i) >> amount)"
        claim = f"(48'd0 + o) == ({shifted} & {(1 << width) - 1}) && above == (({shifted} >> {width}) != 0)"
        claim += f" && below == (({shifted} << amount) != i)"
        cases.append((window, claim))
    prove(cases)


def test_a_flipped_carry_is_found():
    adder = PrefixAdder(PrefixAdderSpec(width=4))
    claim = "sum == {1'b0, x} + {1'b0, y} + {4'd0, carry_in}"

    def flip(text):
        assert "adder_p0 = x ^ y" in text
        return text.replace("adder_p0 = x ^ y", "adder_p0 = x | y")

    assert counterexamples([(adder, claim)]) == [""]
    (found,) = counterexamples([(adder, claim)], spoil=flip)
    assert "model found: FAIL" in found
