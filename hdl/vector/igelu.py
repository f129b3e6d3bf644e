"""i-GELU of integers as a stream: GELU out of a polynomial of degree two, as I-BERT and ITA publish it.

    distance = max(b - |x|, 0)     p = distance**2 - c     gain = ((x < 0 ? -p : p) >> shift) - one
    y = x * gain

|x| is never made: b - |x| is b + x or b + ~x + 1. Of -p that is shifted, ~p is shifted, and a one is added
where nothing that fell out was one.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.errors import UsageError
from ...golden.ibert import POLYNOMIAL_ERROR, RELU_ERROR, GeluConstants, igelu_error
from ...golden.integer import int_range, int_width
from ..arith.columns import Columns
from ..arith.multiplier import Multiplier, MultiplierSpec
from ..arith.prefix import prefix_add
from ..arith.square import square_rows
from ..array.mac_array import beat
from ..share import share
from ..spec import Spec, integer
from .lane_stream import register_results


@dataclasses.dataclass(frozen=True, kw_only=True)
class IgeluSpec(Spec):
    """Width of x, and the integers of its scale; the published ones are negative, and here without a sign."""

    baseline = "igelu"

    lanes: int = integer(8, 1, 64, "integers per beat")
    in_bits: int = integer(8, 2, 32, "width of an integer that comes in, signed", unit="bits")
    b: int = integer(80, 1, (1 << 20) - 1, "-b of the polynomial: from this |x| on, it is constant")
    c: int = integer(7091, 1, (1 << 40) - 1, "-c of the polynomial")
    one: int = integer(7091, 1, (1 << 40) - 1, "-1.0 in steps of the polynomial, after the shift")
    shift: int = integer(0, 0, 31, "bits of the polynomial that are dropped; 14 is published", unit="bits")
    pipeline: int = integer(1, 1, 2, "registers in a row: 2 has one in front of the product")

    def check(self):
        """Refuse what is wider than golden models compute, and constants that are worse than none."""
        if self.y_shape.width > 62:
            raise UsageError(
                f"c={self.c} and one={self.one} with in_bits={self.in_bits} make results of "
                f"{self.y_shape.width} bits, and 62 is the most: use a larger scale, or a larger shift"
            )
        if self.error > RELU_ERROR:
            raise UsageError(
                f"b={self.b}, c={self.c} and one={self.one} with shift={self.shift} err by {self.error:.2f} "
                f"from -4 to 4, more than max(x, 0) does instead of GELU, {RELU_ERROR}: use a smaller scale, "
                "or a smaller shift; golden.ibert.ibert_gelu_constants computes the constants of both"
            )

    @property
    def cautions(self) -> tuple[str, ...]:
        """Scales at which the polynomial's integers are too coarse."""
        if self.error <= 2 * POLYNOMIAL_ERROR:
            return ()
        return (
            f"the largest error from -4 to 4 is {self.error:.3f}, and {POLYNOMIAL_ERROR} with finer scales: "
            "the constants are coarse",
        )

    @property
    def error(self) -> float:
        """Largest error against GELU, from -4 to 4."""
        return igelu_error(constants=self.constants, shift=self.shift, in_bits=self.in_bits)

    @property
    def constants(self) -> GeluConstants:
        """The constants as published."""
        return GeluConstants(-self.b, -self.c, -self.one)

    @property
    def x_shape(self) -> Shape:
        """Shape of an integer that comes in."""
        return signed(self.in_bits)

    @property
    def distance_bits(self) -> int:
        """Width of b - |x|, unsigned."""
        return self.b.bit_length()

    @property
    def polynomial_shape(self) -> Shape:
        """Shape of the polynomial."""
        return Shape(int_width(-self.c, self.b**2 - self.c, True), True)

    @property
    def gains(self) -> tuple[int, int]:
        """What x is multiplied by, at least and at most."""
        ends = [sign * p >> self.shift for sign in (1, -1) for p in (-self.c, self.b**2 - self.c)]
        return min(ends) - self.one, max(ends) - self.one

    @property
    def gain_shape(self) -> Shape:
        """Shape of what x is multiplied by."""
        return Shape(int_width(*self.gains, True), True)

    @property
    def y_shape(self) -> Shape:
        """Shape of a result."""
        ends = [x * gain for x in int_range(self.in_bits, True) for gain in self.gains]
        return Shape(int_width(min(*ends, 0), max(*ends, 0), True), True)

    @property
    def baseline_parameters(self) -> dict[str, int]:
        """Parameters of the baseline that are not fields."""
        return {"OUT_BITS": self.y_shape.width}

    @property
    def latency(self) -> int:
        """Cycles from a beat of x to its beat of y."""
        return self.pipeline

    @property
    def elements_per_cycle(self) -> int:
        """Results per cycle."""
        return self.lanes


class IgeluLane(wiring.Component):
    """i-GELU of one integer; with `pipeline` = 2 an enabled cycle late. The register has no reset."""

    port_docs = {"en": "the register moves only while this is high", "x": "integer", "y": "i-GELU of it"}

    def __init__(self, spec: IgeluSpec):
        """`spec`: of whose lanes this is one."""
        self.spec = spec
        ports = {"en": In(1)} if spec.pipeline > 1 else {}
        super().__init__(ports | {"x": In(spec.x_shape), "y": Out(spec.y_shape)})

    def elaborate(self, platform):
        """Build distance, square, gain and product."""
        m = Module()
        spec = self.spec
        x, gain = self.x, self._gain(m)
        if spec.pipeline > 1:
            held = Signal(len(x) + len(gain), name="gain_reg", reset_less=True)
            with m.If(self.en):
                m.d.sync += held.eq(Cat(x, gain))
            x, gain = held[: len(x)].as_signed(), held[len(x) :].as_signed()
        product = Multiplier(MultiplierSpec(a_bits=len(x), b_bits=len(gain)))
        share(m, platform, product, "product")
        m.d.comb += [product.a.eq(x), product.b.eq(gain), self.y.eq(product.p)]
        return m

    def _gain(self, m: Module) -> Value:
        """Return what x is multiplied by."""
        spec = self.spec
        negative = self.x[-1]
        room = Signal(signed(max(spec.in_bits, spec.distance_bits) + 2))
        distance = Signal(spec.distance_bits)
        less = (self.x.as_unsigned() ^ (~negative).replicate(spec.in_bits)).as_signed()
        m.d.comb += [
            room.eq(spec.b + less + ~negative),
            distance.eq(Mux(room[-1], 0, room)),
        ]
        columns = Columns(m, spec.polynomial_shape.width, "square_tree")
        columns.add_constant(-spec.c)
        square_rows(m, columns, distance, "square_")
        columns.compress()
        polynomial = prefix_add(m, *columns.rows(), "brent_kung", name="square_adder")[: columns.width]
        rest = polynomial[: spec.shift].any() if spec.shift else Const(0, 1)
        kept = polynomial[spec.shift :] if spec.shift < columns.width else polynomial[-1]
        gain = Signal(spec.gain_shape)
        signed_part = (kept ^ negative.replicate(len(kept))).as_signed()
        m.d.comb += gain.eq(signed_part + (negative & ~rest) - spec.one)
        return gain


class Igelu(wiring.Component):
    """y = x * (L - one), lane by lane; L = (sgn(x) * (max(b - |x|, 0) ** 2 - c)) >> shift, exact.

    A beat of `x` makes a beat of `y`, with its `last`. A result is in steps of -s / (2 one), where a code of
    x weighs s: positive where GELU is negative. The golden model is `golden.ibert.igelu`.

    Timing: one beat a cycle, offered `latency` cycles after it was accepted. A stalled `y` stops the unit.
    Reset drops whatever is in flight.
    """

    port_docs = {"x": "integers; last goes with them", "y": "i-GELU of each, and last of x"}

    def __init__(self, spec: IgeluSpec):
        self.spec = spec
        super().__init__({"x": In(beat(spec.x_shape, spec.lanes)), "y": Out(beat(spec.y_shape, spec.lanes))})

    def elaborate(self, platform):
        """Place the lanes, and the registers behind them."""
        m = Module()
        spec = self.spec
        en = Signal()
        lanes = [IgeluLane(dataclasses.replace(spec, lanes=1)) for _ in range(spec.lanes)]
        for k, lane in enumerate(lanes):
            share(m, platform, lane, f"lane_{k}")
            m.d.comb += lane.x.eq(self.x.payload.data[k])
            if spec.pipeline > 1:
                m.d.comb += lane.en.eq(en)
        results = [lane.y for lane in lanes]
        register_results(m, platform, self.x, self.y, en, results, spec.latency)
        return m
