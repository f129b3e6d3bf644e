"""The mean of a row and what its differences from it are multiplied by, as I-ViT and I-BERT publish them.

    total, count --> divide --> | mean |
    V = squares - |mean| * (2 |total| - count |mean|) --> | V | --> root --> | k | --> divide --> factor

V is the sum of (x - mean) ** 2, exactly, though the row has gone by. I-ViT's root is ten divisions, each of V
by the k before, and I-BERT's a serial square root; factor = top // k. One divider makes everything in turn, a
bit of a quotient, or `step_bits` of them, a cycle.
"""

import dataclasses

from amaranth.hdl import Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.int_sqrt import IVIT_STEPS
from ...golden.norm import METHODS
from ..arith.multiplier import Multiplier, MultiplierSpec
from ..share import share
from ..spec import choice, integer
from .divide import Divide, DivideSpec
from .recurrence import WIDEST_OPERAND
from .row_moments import RowMomentsSpec
from .sqrt import Sqrt, SqrtSpec

#: Where ten steps of Newton begin, and the least that they can come to.
FIRST_ROOT = 1 << 16
LEAST_ROOT = FIRST_ROOT >> IVIT_STEPS
#: Cycles of a division beside its own: one in which operands are kept, and one more, for V.
BESIDE_A_DIVISION = 2


@dataclasses.dataclass(frozen=True, kw_only=True)
class RowDivisionSpec(RowMomentsSpec):
    """Whose integers, how they divide, and how fast. V is below 2 ** 32, which `NormSpec` sees to."""

    method: str = choice("ibert", METHODS[1:], "whose mean and root")
    step_bits: int = integer(1, 1, WIDEST_OPERAND, "bits of a division made in a cycle", unit="bits")

    @property
    def newton(self) -> bool:
        """Whether the root is made of divisions."""
        return self.method != "ibert"

    @property
    def variance_bits(self) -> int:
        """Width of V: it is below a quarter of count * 4 ** in_bits."""
        return ((self.longest << 2 * self.in_bits - 2) - 1).bit_length()

    @property
    def root_bits(self) -> int:
        """Width of k."""
        return FIRST_ROOT.bit_length() if self.newton else self.root.result_bits

    @property
    def top(self) -> int:
        """The dividend of the factor."""
        return (1 << 31) - self.newton

    @property
    def factor_bits(self) -> int:
        """Width of the factor."""
        return (self.top // LEAST_ROOT if self.newton else self.top).bit_length()

    @property
    def divide(self) -> DivideSpec:
        """The divider."""
        return DivideSpec(
            dividend_bits=WIDEST_OPERAND,
            divisor_bits=max(self.count_bits, self.root_bits),
            step_bits=self.step_bits,
        )

    @property
    def root(self) -> SqrtSpec:
        """I-BERT's root."""
        return SqrtSpec(bits=self.variance_bits, step_bits=min(self.step_bits, (self.variance_bits + 1) // 2))

    @property
    def last_step(self) -> int:
        """Number of the step that makes the factor; step 0 makes the mean, and those between the root."""
        return 1 + (IVIT_STEPS if self.newton else 1)

    @property
    def latency(self) -> int:
        """Cycles from the sums of a row to its factor."""
        divisions = 2 + (IVIT_STEPS if self.newton else 0)
        root = 0 if self.newton else self.root.latency
        return divisions * self.divide.latency + root + BESIDE_A_DIVISION * (self.last_step + 1)


class RowDivision(wiring.Component):
    """`mean` and `factor` of a row, `latency` cycles after its sums were taken.

    Sums are taken while `valid` and `ready` are high. `some` is then low until the factor is there; with
    `pop`, which may be high only while `some` is, the row has gone, and the next can be taken at once.
    Reset drops the row.
    """

    port_docs = {
        "valid": "there are the sums of a row",
        "ready": "they are taken",
        "count": "integers of the row",
        "total": "their sum",
        "squares": "the sum of their squares",
        "some": "mean and factor are there",
        "pop": "give them away",
        "mean": "total / count, rounded",
        "factor": "top // k",
    }

    def __init__(self, spec: RowDivisionSpec):
        self.spec = spec
        super().__init__(
            {
                "valid": In(1),
                "ready": Out(1),
                "count": In(spec.count_bits),
                "total": In(signed(spec.total_bits)),
                "squares": In(spec.squares_bits),
                "some": Out(1),
                "pop": In(1),
                "mean": Out(signed(spec.in_bits)),
                "factor": Out(spec.factor_bits),
            }
        )

    def elaborate(self, platform):
        """Build the steps, the divider that they share, and what is kept between them."""
        m = Module()
        spec = self.spec
        divide = Divide(spec.divide)
        share(m, platform, divide, "divide")
        take, begins, ends, settles, asks = (
            Signal(name=name) for name in ("take", "begins", "ends", "settles", "asks")
        )
        busy = Signal()
        step = Signal(range(spec.last_step + 1), reset_less=True)
        last = step == spec.last_step
        m.d.comb += [
            self.ready.eq(~busy | self.pop),
            take.eq(self.valid & self.ready),
            begins.eq(~step.any()),
            self.some.eq(divide.y.valid & last),
            divide.y.ready.eq(~last | self.pop),
            self.factor.eq(divide.y.payload.quotient[0]),
        ]
        # Operands are there a cycle after the step before, but V takes one more.
        m.d.sync += [
            busy.eq(take | (busy & ~self.pop)),
            settles.eq(take | ends),
            asks.eq(settles),
        ]
        with m.If(take | ends):
            m.d.sync += step.eq(Mux(take, 0, step + 1))
        magnitude, count, variance = self._sums(m, platform, take, begins & ends, divide)
        middle = ~begins & ~last
        if spec.newton:
            root = self._newton(m, take, middle & ends, divide.y.payload.quotient[0])
            dividend = Mux(last, spec.top, variance)
            m.d.comb += [ends.eq(divide.y.valid & ~last), divide.x.valid.eq(asks)]
        else:
            root, found = self._serial_root(m, platform, middle & asks, variance)
            dividend = spec.top
            m.d.comb += [
                ends.eq((divide.y.valid & ~last) | found),
                divide.x.valid.eq(asks & ~middle),
            ]
        m.d.comb += [
            divide.x.payload.dividend[0].eq(Mux(begins, magnitude, dividend)),
            divide.x.payload.divisor[0].eq(Mux(begins, count, root)),
        ]
        return m

    def _sums(self, m: Module, platform, take, averaged, divide: Divide) -> tuple[Value, Value, Value]:
        """Keep the sums and, when `averaged`, the mean; return |total|, count and V."""
        spec = self.spec
        negative = Signal(reset_less=True)
        magnitude = Signal(spec.total_bits, reset_less=True)
        count = Signal(spec.count_bits, name="count_reg", reset_less=True)
        squares = Signal(spec.squares_bits, name="squares_reg", reset_less=True)
        with m.If(take):
            m.d.sync += [
                negative.eq(self.total[-1]),
                magnitude.eq(Mux(self.total[-1], -self.total, self.total)),
                count.eq(self.count),
                squares.eq(self.squares),
            ]
        quotient, rest = divide.y.payload.quotient[0], divide.y.payload.remainder[0]
        up = Signal(name="mean_up")
        if spec.method != "ivit_tvm":
            twice = Signal(len(rest) + 1)
            m.d.comb += [twice.eq(rest << 1), up.eq((twice > count) | ((twice == count) & quotient[0]))]
        mean = Signal(spec.in_bits, name="mean_magnitude", reset_less=True)
        # |total| + |total| - count |mean|, of which the second part is what the mean leaves.
        twice_less = Signal(spec.total_bits + 1, reset_less=True)
        with m.If(averaged):
            m.d.sync += [
                mean.eq(quotient + up),
                twice_less.eq(magnitude + rest - Mux(up, count, 0)),
            ]
        widths = {"a_bits": len(mean), "b_bits": len(twice_less), "a_signed": False, "b_signed": False}
        product = Multiplier(MultiplierSpec(**widths))
        share(m, platform, product, "mean_product")
        variance = Signal(spec.variance_bits, reset_less=True)
        m.d.comb += [
            product.a.eq(mean),
            product.b.eq(twice_less),
            self.mean.eq(Mux(negative, -mean, mean)),
        ]
        m.d.sync += variance.eq(squares - product.p)
        return magnitude, count, variance

    def _newton(self, m: Module, take, moves, quotient) -> Value:
        """Return k, which comes nearer to the root when it `moves`."""
        k = Signal(self.spec.root_bits, reset_less=True)
        with m.If(take):
            m.d.sync += k.eq(FIRST_ROOT)
        with m.Elif(moves):
            m.d.sync += k.eq((k + quotient) >> 1)
        return k

    def _serial_root(self, m: Module, platform, asks, variance) -> tuple[Value, Value]:
        """Return k, and whether the root is found.

        It may be 0: then all differences are, and it does not matter what the factor is.
        """
        root = Sqrt(self.spec.root)
        share(m, platform, root, "root")
        k = Signal(self.spec.root_bits, reset_less=True)
        m.d.comb += [root.x.valid.eq(asks), root.x.payload.radicand[0].eq(variance), root.y.ready.eq(1)]
        with m.If(root.y.valid):
            m.d.sync += k.eq(root.y.payload.root[0])
        return k, root.y.valid
