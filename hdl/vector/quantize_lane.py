"""One lane of a quantiser: unpack, multiply significands, align, round, clamp.

    significand of x ------------.
                                 x -> product -> window shift -> round, sign, saturate -> + zero point -> y
    multiplier's significand ----'                     ^
    mult_shift - exponent of x ------------------------'

The product is exact and all shifts go to the right: what is left of it are the bits of the result, the bit
below them, and whether anything stands above or below (arith/window.py). Sign and size stay apart up to the
last addition, which rounds and negates.
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.booth import booth_digits
from ..arith.columns import Columns
from ..arith.digits import digit_rows
from ..arith.prefix import prefix_add
from ..arith.window import window_shift_rest
from ..float.unpack import Unpacked, unpack
from .quantize_spec import QuantizeSpec
from .requant_lane import clamped_to
from .rounding import round_up, signed_size
from .scaler import DEADLINE


class QuantizeLane(wiring.Component):
    """y = clamp(round(x * multiplier) + zero_point), a result every enabled cycle.

    The multiplier comes taken apart, `mult_wait` enabled cycles after `x`, and `zero_point` after `end_wait`.
    `nan` says that the product is none, `mult_wait` enabled cycles after `x`.
    """

    port_docs = {
        "en": "every register moves only while this is high",
        "x": "number to quantise",
        "mult_sign": "sign of the multiplier",
        "mult_shift": "shift to the right that the multiplier's exponent asks for, were that of x 0",
        "mult_significand": "significand of the multiplier",
        "mult_is_zero": "the multiplier is 0",
        "mult_is_inf": "the multiplier is infinite",
        "mult_is_nan": "the multiplier is NaN",
        "zero_point": "added to the rounded product",
        "y": "result, {latency} enabled cycle(s) after x",
        "nan": "the product is NaN and counts as 0",
    }

    def __init__(self, spec: QuantizeSpec):
        """`spec` has one lane."""
        self.spec = spec
        ports = {"en": In(1), "x": In(spec.x_format.bits), "mult_sign": In(1)}
        ports |= {"mult_shift": In(spec.mult_shift_shape)}
        ports |= {"mult_significand": In(spec.mult_format.mantissa_bits + 1)}
        ports |= {f"mult_is_{what}": In(1) for what in ("zero", "inf", "nan")}
        ports |= {"zero_point": In(spec.y_shape)} if spec.zero_point else {}
        super().__init__(ports | {"y": Out(spec.y_shape), "nan": Out(1)})

    def elaborate(self, platform):
        """Build the lane."""
        m = Module()
        spec = self.spec
        x = self._operand(m)
        infinite, negative, shift, outside = (
            Signal(shape, name=name)
            for name, shape in (("infinite", 1), ("negative", 1), ("shift", spec.shift_shape), ("outside", 1))
        )
        nothing = Signal()
        m.d.comb += [
            nothing.eq(x.is_zero | self.mult_is_zero),
            infinite.eq(x.is_inf | self.mult_is_inf),
            self.nan.eq(x.is_nan | self.mult_is_nan | (infinite & nothing)),
            negative.eq(x.sign ^ self.mult_sign),
            shift.eq(self.mult_shift - x.exponent),
            # A shift to the left of all that there is leaves the range, unless there is nothing.
            outside.eq((infinite | (shift[-1] & ~nothing)) & ~self.nan),
        ]
        product, shift, outside, negative, nan, nothing = self._cut(
            m,
            "product",
            product=self._product(m, x),
            shift=shift[:-1],
            outside=outside,
            negative=negative,
            nan=self.nan,
            nothing=nothing,
        )
        window, above, rest = self._aligned(m, product, shift, nan, nothing)
        window, above, rest, negative = self._cut(
            m, "window", window=window, above=above | outside, rest=rest, sign=negative
        )
        up = Signal(name="round_up")
        m.d.comb += up.eq(round_up(spec.rounding, window[1], negative, window[0], rest))
        y = Signal(spec.y_shape, name="y_reg", reset_less=True)
        end = self._ended(m, window[1:], above, negative, up)
        with m.If(self.en):
            m.d.sync += y.eq(end)
        m.d.comb += self.y.eq(y)
        return m

    def _operand(self, m: Module) -> Unpacked:
        """Return the parts of x, behind registers if the pipeline has them there."""
        x = unpack(m, self.x, self.spec.x_format, "x")
        parts = {f"x_{name}": value for name, value in vars(x).items()}
        return Unpacked(*self._cut(m, "operands", **parts))

    def _product(self, m: Module, x: Unpacked) -> Value:
        """Return the product of the significands; the shorter one, which makes fewer rows, is recoded."""
        spec = self.spec
        short, long = sorted((x.significand, self.mult_significand), key=len)
        columns = Columns(m, spec.product_bits, "tree")
        digit_rows(m, columns, booth_digits(m, short, False), long, False)
        columns.compress(DEADLINE)
        product = Signal(spec.product_bits, name="product")
        m.d.comb += product.eq(prefix_add(m, *columns.rows(), spec.adder)[: len(product)])
        return product

    def _aligned(self, m: Module, product, shift, nan, nothing) -> tuple[Value, Value, Value]:
        """Return bits of the result with the guard bit below them, whether more is above, and below."""
        spec = self.spec
        word = Cat(Const(0, 1 + spec.headroom), product)
        # Shifts that the stages do not reach leave no bit of the window; whatever there is falls out.
        stages = min((len(word) - 1).bit_length(), len(shift))
        far_right, blank, above, rest = (
            Signal(name=name) for name in ("far_right", "blank", "above", "rest")
        )
        window = Signal(spec.size_bits + 1, name="window")
        shifted, more, below = window_shift_rest(m, word, shift[:stages], len(window))
        m.d.comb += [
            far_right.eq(shift[stages:].any()),
            blank.eq(far_right | nan),
            window.eq(Mux(blank, 0, shifted)),
            above.eq(more & ~blank),
            rest.eq((below | (far_right & ~nothing)) & ~nan),
        ]
        return window, above, rest

    def _ended(self, m: Module, size, above, negative, up) -> Value:
        """Return the result: rounded, negated, saturated, and with its zero point."""
        spec = self.spec
        if not (spec.zero_point or spec.out_signed):
            # What is negative is 0; the sign of what is not plays no part.
            total = signed_size(m, size, above, Const(0, 1), up, True, "size")
            return Mux(negative, 0, total[:-1])
        symmetric = spec.symmetric or spec.zero_point
        total = signed_size(m, size, above, negative, up, symmetric, "size").as_signed()
        if not spec.zero_point:
            return total
        shifted = Signal(signed(spec.out_bits + 2), name="off_zero")
        m.d.comb += shifted.eq(total + self.zero_point)
        y = clamped_to(m, shifted, spec.y_shape)
        if not spec.symmetric:
            return y
        lowest = Signal(name="lowest")
        m.d.comb += lowest.eq(y[-1] & ~y[:-1].any())
        return Cat(y[0] | lowest, y[1:]).as_signed()

    def _cut(self, m: Module, cut: str, **values) -> tuple[Value, ...]:
        """Return `values`, behind registers if the pipeline has them at `cut`."""
        if cut not in self.spec.cuts:
            return tuple(values.values())
        registers = {
            name: Signal(len(value), name=f"{name}_reg", reset_less=True) for name, value in values.items()
        }
        with m.If(self.en):
            m.d.sync += [registers[name].eq(value) for name, value in values.items()]
        return tuple(registers.values())
