"""A serial divider for one quotient a row: qmax / amax, rounded to nearest once.

qmax = 2 ** (out_bits - 1) - 1 is a constant and amax is a normal number, so both are normalised:

    qmax = Q * 2 ** (out_bits - 2)     Q = 1.1...1     amax = M * 2 ** e     M = 1.m

Q / M lies between 1/2 and 2; where M > Q, a comparison with a constant, the dividend starts doubled and the
quotient is always 1.xxx. Then a bit a cycle, the highest first (restoring division,
`arith/restoring.py`): the divisor goes in or it does not.

    remainder >= M:   bit 1, remainder = 2 * (remainder - M)
    else:             bit 0, remainder = 2 * remainder

The bits are those of the significand and one guard bit; whatever remains is the sticky bit. Where the
result is a subnormal number, as many cycles as it has leading zeros pass before the first bit is made: the
rounding in the end needs no shift, and the time is the same. An infinite amax makes nothing but such zeros.

Cost: a subtractor as wide as the significand of amax, three registers. Source: restoring division, textbook
(M. Ercegovac and T. Lang, Digital Arithmetic, 2004, chapter 5).
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Shape, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.float_format import PRESETS, FloatFormat
from ...golden.integer import int_width
from ..arith.restoring import count_steps, restoring_step
from ..spec import Spec, choice, integer
from .quantize_spec import FORMATS
from .rounding import round_up


@dataclasses.dataclass(frozen=True, kw_only=True)
class ScaleDividerSpec(Spec):
    """Formats of divisor and quotient, and the dividend."""

    fmt: str = choice("bf16", FORMATS, "format of the divisor")
    scale_format: str = choice("fp32", FORMATS, "format of the quotient")
    out_bits: int = integer(8, 2, 16, "the dividend is 2**(out_bits-1) - 1", unit="bits")

    @property
    def amax_format(self) -> FloatFormat:
        """Format of the divisor."""
        return PRESETS[self.fmt]

    @property
    def mult_format(self) -> FloatFormat:
        """Format of the quotient."""
        return PRESETS[self.scale_format]

    @property
    def steps(self) -> int:
        """Bits of the quotient: significand and guard bit."""
        return self.mult_format.mantissa_bits + 2

    @property
    def interval(self) -> int:
        """Cycles from taking a divisor to being able to take the next one."""
        return self.steps + 1

    @property
    def latency(self) -> int:
        """Cycles from taking a divisor to offering the quotient."""
        return self.steps + 1

    @property
    def field_sum(self) -> int:
        """Exponent field of the quotient and that of the divisor, added, where M <= Q."""
        return self.out_bits - 2 + self.amax_format.bias + self.mult_format.bias


class ScaleDivider(wiring.Component):
    """mult = qmax / amax, rounded to nearest, ties to even; `latency` cycles after `start`.

    `start` is to be high only while `ready` is. `done` stays high, with `mult`, until `take`, which is
    high only with it; a divisor can be given in the same cycle. A quotient beyond the largest number becomes
    that number.
    """

    port_docs = {
        "start": "take a divisor; only while ready is high",
        "amax": "divisor: positive and normal, or infinite",
        "ready": "a divisor can be taken",
        "take": "the quotient is taken",
        "done": "the quotient is there",
        "held": "the divisor that it belongs to",
        "mult": "qmax / amax",
    }

    def __init__(self, spec: ScaleDividerSpec):
        self.spec = spec
        super().__init__(
            {
                "start": In(1),
                "amax": In(spec.amax_format.magnitude_bits),
                "ready": Out(1),
                "take": In(1),
                "done": Out(1),
                "held": Out(spec.amax_format.magnitude_bits),
                "mult": Out(spec.mult_format.magnitude_bits),
            }
        )

    def elaborate(self, platform):
        """Build the counter, the recurrence and the rounding."""
        m = Module()
        spec = self.spec
        held = Signal(len(self.amax), name="held_reg", reset_less=True)
        running, done, ready = count_steps(m, self.start, self.take, spec.steps)
        m.d.comb += [self.done.eq(done), self.ready.eq(ready), self.held.eq(held)]
        with m.If(self.start):
            m.d.sync += held.eq(self.amax)
        zeros, above_q = self._prepared(m)
        quotient, rest = self._divided(m, running, zeros, above_q, held)
        self._round(m, quotient, rest)
        return m

    def _prepared(self, m: Module) -> tuple[Value, Value]:
        """Return leading zeros of the quotient and whether the dividend is doubled, from the divisor given.

        Keeps what rounding needs of the exponent: `base`, the field of a normal number less one, and
        `too_large`.
        """
        spec = self.spec
        mantissa_bits = spec.amax_format.mantissa_bits
        exponent = self.amax[mantissa_bits:]
        low = spec.field_sum - (1 << spec.amax_format.exponent_bits)
        field = Signal(Shape(int_width(low, spec.field_sum, True), True))
        missing = Signal(len(field) + 1)
        zeros = Signal(range(spec.steps + 1), name="leading_zeros")
        above_q, infinite, subnormal, none = (
            Signal(name=name) for name in ("above_q", "infinite", "subnormal", "none")
        )
        largest = spec.mult_format.max_code >> spec.mult_format.mantissa_bits
        m.d.comb += [
            infinite.eq(exponent.all()),
            # Nothing is above all ones.
            above_q.eq(self._aligned(self.amax) > self._qmax if self._qmax & 1 == 0 else 0),
            field.eq(spec.field_sum - exponent - above_q),
            subnormal.eq(field < 1),
            missing.eq(1 - field),
            none.eq(infinite | (subnormal & (missing > spec.steps))),
            zeros.eq(Mux(none, spec.steps, Mux(subnormal, missing, 0))),
        ]
        self.base = Signal(spec.mult_format.exponent_bits, name="base", reset_less=True)
        self.too_large = Signal(name="too_large", reset_less=True)
        with m.If(self.start):
            m.d.sync += [
                self.base.eq(Mux(subnormal | infinite, 0, field - 1)),
                self.too_large.eq((field > largest) & ~infinite),
            ]
        return zeros, above_q

    @property
    def _width(self) -> int:
        """Width in which dividend and divisor are aligned."""
        return max(self.spec.out_bits - 1, self.spec.amax_format.mantissa_bits + 1)

    @property
    def _qmax(self) -> int:
        """The dividend, its top bit at the top of that width."""
        bits = self.spec.out_bits - 1
        return ((1 << bits) - 1) << (self._width - bits)

    def _aligned(self, code) -> Value:
        """Return the significand of a divisor, its hidden bit at the top of that width."""
        mantissa_bits = self.spec.amax_format.mantissa_bits
        return Cat(Const(0, self._width - 1 - mantissa_bits), code[:mantissa_bits], Const(1, 1))

    def _divided(self, m: Module, running, zeros, above_q, held) -> tuple[Value, Value]:
        """Return the quotient so far, and whether anything remains."""
        width = self._width
        waiting = Signal(zeros.shape(), reset_less=True)
        remainder = Signal(width + 1, reset_less=True)
        quotient = Signal(self.spec.steps, reset_less=True)
        dividend = Signal(width + 1)
        further = Signal(width + 1)
        fits, rest = restoring_step(m, remainder, self._aligned(held))
        waits = Signal()
        divides = Signal()
        m.d.comb += [
            dividend.eq(Mux(above_q, self._qmax << 1, self._qmax)),
            further.eq(Cat(Const(0, 1), rest)),
            waits.eq(running & waiting.any()),
            divides.eq(running & ~waiting.any()),
        ]
        with m.If(self.start | waits):
            m.d.sync += waiting.eq(Mux(self.start, zeros, waiting - 1))
        with m.If(self.start | divides):
            m.d.sync += [
                remainder.eq(Mux(self.start, dividend, further)),
                quotient.eq(Mux(self.start, 0, Cat(fits, quotient))),
            ]
        return quotient, remainder.any()

    def _round(self, m: Module, quotient, rest) -> None:
        """Make the code: the hidden bit, and a carry out of rounding, add one to the exponent field."""
        fmt = self.spec.mult_format
        rounded = Signal(len(self.mult), name="rounded")
        up = Signal(name="round_up")
        m.d.comb += [
            up.eq(round_up("half_even", quotient[1], Const(0, 1), quotient[0], rest)),
            rounded.eq(Cat(Const(0, fmt.mantissa_bits), self.base) + quotient[1:] + up),
            self.mult.eq(Mux(self.too_large | rounded[fmt.mantissa_bits :].all(), fmt.max_code, rounded)),
        ]
