"""One branch of a requantiser: multiply, shift right, round, saturate.

    value  ----------------------------.
    factor -> (Booth digits) -> rows -> compressor -> adder -> product
                                                                  |  sign, and ~ if negative
                                                          window shift by `shift`
                                                                  |  magnitude, guard, above
                                                      round, saturate -> result

The product is exact. Behind it nothing is as wide as the product: of the shifted number only the bits of
the result are kept, the guard bit and whether a higher bit is one (`arith/window.py`). For that a negative
number is inverted, which makes "does not fit" the same as "a bit above is one".
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.requant import ROUNDINGS
from ..arith.booth import booth_digits
from ..arith.coded import code_bits, decode
from ..arith.columns import Columns
from ..arith.digits import digit_count, digit_rows
from ..arith.prefix import KINDS, prefix_add
from ..arith.window import window_shift
from ..spec import Spec, choice, flag, integer
from .rounding import rest_below, rounded, to_round

#: Exclusive-or delays in which a column of the tree may come down to one bit.
DEADLINE = 7.0


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScalerSpec(Spec):
    """Widths, rounding and registers of a branch."""

    value_bits: int = integer(32, 2, 50, "width of the value", unit="bits")
    value_signed: bool = flag(True, "the value is two's complement, not unsigned")
    mult_bits: int = integer(16, 1, 31, "width of the unsigned multiplier", unit="bits")
    shift_bits: int = integer(6, 1, 7, "width of the shift", unit="bits")
    result_bits: int = integer(8, 1, 82, "width of the result", unit="bits")
    result_signed: bool = flag(True, "the result is two's complement; else a negative one becomes 0")
    rounding: str = choice("half_up", ROUNDINGS, "how the shift rounds")
    adder: str = choice("brent_kung", KINDS, "prefix network of the carry-propagate adder")
    sums_reg: bool = flag(False, "register in front of the carry-propagate adder")
    product_reg: bool = flag(False, "register in front of the shifter")
    window_reg: bool = flag(False, "register behind the shifter")
    addend_bits: int = integer(0, 0, 50, "width of a signed number that is added to the product", unit="bits")
    rounds: bool = flag(True, "round here; else result, signed, is the floor, and up the one to add to it")

    @property
    def latency(self) -> int:
        """Enabled cycles from value to result."""
        return self.sums_reg + self.product_reg + self.window_reg

    @property
    def shift_wait(self) -> int:
        """Enabled cycles after the value at which its shift has to be there."""
        return self.sums_reg + self.product_reg

    @property
    def recodes_factor(self) -> bool:
        """Whether the factor comes in digits; else the value, which makes fewer rows, is recoded here."""
        return digit_count(self.mult_bits, False) <= digit_count(self.value_bits, self.value_signed)

    @property
    def factor_bits(self) -> int:
        """Width of port `factor`: the multiplier's, or that of its coded word."""
        return code_bits(self.mult_bits, False, "booth") if self.recodes_factor else self.mult_bits

    @property
    def product_bits(self) -> int:
        """Width of the exact product, and of its sum with the addend."""
        product = self.value_bits + self.mult_bits
        return max(product, self.addend_bits) + 1 if self.addend_bits else product


class Scaler(wiring.Component):
    """result = saturate(round(value * factor / 2 ** shift)), `latency` enabled cycles after the value.

    `shift` is taken `shift_wait` enabled cycles after the value it belongs to. No register has a reset. With
    `addend_bits` an addend is added to the product; the value is signed then, and rounding is not half_away.
    """

    port_docs = {
        "en": "every register moves only while this is high",
        "value": "number to scale",
        "addend": "number to add to the product",
        "shift": "right shift, taken when the product is there",
        "result": "the number, scaled, rounded and saturated",
        "up": "the result is still to be rounded up",
    }

    def __init__(self, spec: ScalerSpec):
        self.spec = spec
        digits = (
            "unsigned multiplier as Booth digits: bits 3*i, 3*i+1 and 3*i+2 are one, two and neg of digit i"
        )
        self.port_docs = self.port_docs | {"factor": digits if spec.recodes_factor else "unsigned multiplier"}
        super().__init__(
            {
                "en": In(1),
                "value": In(Shape(spec.value_bits, spec.value_signed)),
                "factor": In(spec.factor_bits),
                "shift": In(spec.shift_bits),
                "result": Out(Shape(spec.result_bits, spec.result_signed)),
            }
            | ({"addend": In(signed(spec.addend_bits))} if spec.addend_bits else {})
            | ({} if spec.rounds else {"up": Out(1)})
        )

    def elaborate(self, platform):
        """Build the multiplier, the shifter and the end of the rounding."""
        m = Module()
        spec = self.spec
        product = self._register(m, spec.product_reg, self._product(m), "product")
        sign = product[-1] if spec.value_signed else Const(0, 1)
        below_sign = product[:-1] if spec.value_signed else product
        # Where negative results become 0, it does not matter what is made of negative products.
        inverted = sign if spec.result_signed else Const(0, 1)
        magnitude = Signal(len(below_sign), name="magnitude")
        m.d.comb += magnitude.eq(below_sign ^ inverted.replicate(len(below_sign)))

        rounds = spec.rounding != "truncate"
        # With a shift of 0 the guard bit comes from below the product. It is 0, which inverted is the sign;
        # half_away has to give back there what it subtracted from a negative product.
        first_guard = Const(0, 1) if spec.rounding == "half_away" else inverted
        word = Cat(first_guard, magnitude) if rounds else magnitude
        window, above = window_shift(m, word, self.shift, spec.result_bits - spec.result_signed + rounds)
        rest = rest_below(m, product, self.shift, "product") if spec.rounding == "half_even" else Const(1, 1)

        window = self._register(m, spec.window_reg, window, "window")
        above = self._register(m, spec.window_reg, above, "above")
        sign = self._register(m, spec.window_reg, sign, "sign")
        rest = self._register(m, spec.window_reg, rest, "rest")
        inverted = sign if spec.result_signed else Const(0, 1)
        guard, bits = (window[0], window[1:]) if rounds else (inverted, window)
        odd = bits[0] ^ inverted if len(bits) else inverted
        if not spec.rounds:
            floor, up = to_round(m, bits, above, inverted, guard, rest | odd, "result")
            m.d.comb += [self.result.eq(floor.as_signed()), self.up.eq(up)]
            return m
        total = rounded(m, bits, above, inverted, guard, rest | odd, "result")
        m.d.comb += self.result.eq(total.as_signed() if spec.result_signed else Mux(sign, 0, total))
        return m

    def _product(self, m: Module) -> Value:
        """Return value * factor + addend, less one where half_away needs that, behind the first register."""
        spec = self.spec
        columns = Columns(m, spec.product_bits, "tree")
        if spec.recodes_factor:
            digits = decode(m, self.factor, spec.mult_bits, False, "booth")
            digit_rows(m, columns, digits, self.value, spec.value_signed)
        else:
            digit_rows(m, columns, booth_digits(m, self.value, spec.value_signed), self.factor, False)
        if spec.rounding == "half_away" and spec.value_signed and spec.result_signed:
            columns.add_constant(-1)
            columns.add_bit(~self.value[-1], 0)
        if spec.addend_bits:
            columns.add_signed(self.addend)
        columns.compress(DEADLINE)
        rows = [self._sums(m, columns, k) for k in range(2)] if spec.sums_reg else columns.rows()
        product = Signal(spec.product_bits, name="product")
        m.d.comb += product.eq(prefix_add(m, *rows, spec.adder)[: len(product)])
        return product

    def _sums(self, m: Module, columns: Columns, k: int) -> Value:
        """Return row `k` of what is left in the columns, behind registers for the bits that are there."""
        bits = [column[k][1] if len(column) > k else Const(0, 1) for column in columns.columns]
        held = self._register(
            m, True, Cat(bit for bit in bits if not isinstance(bit, Const)), f"sums_{'sc'[k]}"
        )
        left = iter(held)
        return Cat(bit if isinstance(bit, Const) else next(left) for bit in bits)

    def _register(self, m: Module, wanted: bool, value, name: str) -> Value:
        """Return `value`, or if `wanted` as it was at the last clock edge with `en`."""
        if not wanted or isinstance(value, Const):
            return value
        register = Signal(len(value), name=f"{name}_reg", reset_less=True)
        with m.If(self.en):
            m.d.sync += register.eq(value)
        return register
