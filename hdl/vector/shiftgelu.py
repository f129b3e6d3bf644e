"""ShiftGELU of rows of integers as they stream, bit for bit as I-ViT publishes it: x * sigmoid(1.702 x).

    x -> largest of the beat -> | of the row, m | -> b = exp(-m) -> memory of rows --.
     '-> memory of a row --------------------------------------------------------> a = exp(x - m)
         a + b -> | (2**31 - 1) // -> F | -> a * F -> sigmoid -> | * x -> | y |

With the published integers both exponentials are functions of few bits, and become tables. The division is
pipelined, so that a beat a cycle goes through; it is most of the unit.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Shape, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.errors import UsageError
from ...golden.ivit_exp import GELU_SHIFT, GELU_SLOPE, check_one, shiftgelu_error, shiftgelu_exponentials
from ..arith.logic_table import logic_table, table_facts, table_word
from ..arith.multiplier import Multiplier, MultiplierSpec
from ..array.skew import delayed
from ..share import share
from ..spec import Spec, check_widest, integer
from .divide import DivideLane, DivideSpec
from .queue import Queue, QueueSpec
from .row_length import RowLength
from .row_stream import RowUnit, kept, next_beat, offer_results, parts
from .row_top import wait_for_top

#: Width of exponentials, their sum, and the factor of an element: that of 2 ** 31 - 1.
WIDTH = 31
#: Beats that come in between the last one of a row and the first of its results.
BEATS_BETWEEN = 4
#: Registers beside those of the division: sum, product with the factor, result.
OTHER_REGISTERS = 3
#: Largest errors: with fine scales as far as the exponentials reach, and above which they do not.
USUAL_ERROR = 0.35


@dataclasses.dataclass(frozen=True, kw_only=True)
class ShiftgeluSpec(RowLength, Spec):
    """Integers, the scale of the exponential, results, and how fast the division is clocked."""

    baseline = "shiftgelu"

    lanes: int = integer(1, 1, 64, "integers per beat")
    row_max: int = integer(1024, 1, 16384, "longest row", unit="integers")
    in_bits: int = integer(8, 2, 10, "width of an integer that comes in, signed", unit="bits")
    one: int = integer(
        19, 1, (1 << 30) - 1, "codes that stand for 1 / 1.702: ceil(1 / (1.702 s)), s of a code"
    )
    n: int = integer(GELU_SHIFT, 1, 30, "octaves that the exponentials cover")
    out_bits: int = integer(8, 2, 16, "width of the sigmoid, its sign included", unit="bits")
    step_bits: int = integer(4, 1, WIDTH, "bits of the division between two registers", unit="bits")

    def check(self):
        """Refuse exponentials that are too wide or end too early, and memories that are too wide."""
        check_one(self.one, self.n)
        # Of rows up to 4, if codes reach that far.
        top = min(int(4 * GELU_SLOPE * self.one), (1 << self.in_bits - 1) - 1)
        error = shiftgelu_error(one=self.one, n=self.n, in_bits=self.in_bits, largest=top)
        if error > 2 * USUAL_ERROR:
            raise UsageError(
                f"one={self.one} and n={self.n} with in_bits={self.in_bits} err by {error:.2f} in rows up to "
                f"4, where {USUAL_ERROR} is usual: exponentials end too early, or leave 2**31 / sum few "
                "bits; use a larger n, or a smaller n"
            )
        check_widest(self.buffer.width, f"lanes={self.lanes} make beats", "fewer lanes")

    @property
    def cautions(self) -> tuple[str, ...]:
        """Rows that the exponentials do not reach across, and factors of few bits."""
        error = shiftgelu_error(one=self.one, n=self.n, in_bits=self.in_bits)
        if error <= USUAL_ERROR:
            return ()
        return (
            f"the largest error is {error:.2f} in rows whose maximum is the largest code: exponentials end "
            f"after n={self.n} octaves, or leave 2**31 / sum few bits",
        )

    @property
    def x_shape(self) -> Shape:
        """Shape of an integer that comes in."""
        return signed(self.in_bits)

    @property
    def y_shape(self) -> Shape:
        """Shape of a result."""
        return signed(self.in_bits + self.out_bits - 1)

    @property
    def exponentials(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """a by m - x, and b by m from the smallest on."""
        return shiftgelu_exponentials(one=self.one, n=self.n, in_bits=self.in_bits)

    @property
    def a_bits(self) -> int:
        """Width of an exponential of x - m."""
        return (self.one << self.n).bit_length()

    @property
    def tables(self) -> dict[str, dict]:
        """The tables, for the manifest."""
        return {name: table_facts(t) for name, t in zip(("a", "b"), self.exponentials, strict=True)}

    @property
    def divide(self) -> DivideSpec:
        """The division."""
        widths = {"dividend_bits": WIDTH, "divisor_bits": WIDTH}
        return DivideSpec(form="pipelined", step_bits=self.step_bits, **widths)

    @property
    def buffer(self) -> QueueSpec:
        """The memory of a row."""
        width = self.lanes * (self.in_bits + 1) + 1
        return QueueSpec(width=width, depth=self.row_beats + BEATS_BETWEEN)

    @property
    def row_queue(self) -> QueueSpec:
        """The memory of maxima, with their exponentials."""
        return QueueSpec(width=self.in_bits + WIDTH, depth=2)

    @property
    def pipeline(self) -> int:
        """Registers from memory to result."""
        return self.divide.steps + OTHER_REGISTERS

    @property
    def baseline_parameters(self) -> dict[str, int | str]:
        """Parameters of the baseline that are not fields."""
        a, b = self.exponentials
        half = len(b) // 2
        words = {"A_TABLE": table_word(a, WIDTH), "B_TABLE": table_word(b[half:] + b[:half], WIDTH)}
        return words | {"ROW_BEATS": self.row_beats}

    @property
    def latency(self) -> int:
        """Cycles from the last beat of a row to the first of its results, without stalls."""
        return BEATS_BETWEEN + self.pipeline

    @property
    def elements_per_cycle(self) -> int:
        """Results per cycle."""
        return self.lanes


class ShiftgeluLane(wiring.Component):
    """One result, `pipeline` - 1 enabled cycles after x, top and b. Registers have no reset."""

    port_docs = {
        "en": "every register moves only while this is high",
        "x": "integer, not above top",
        "top": "maximum of the row",
        "b": "exponential of -top",
        "y": "x times its sigmoid",
    }

    def __init__(self, spec: ShiftgeluSpec):
        """`spec`: of whose lanes this is one."""
        self.spec = spec
        ports = {"en": In(1), "x": In(spec.x_shape), "top": In(spec.x_shape), "b": In(WIDTH)}
        super().__init__(ports | {"y": Out(spec.y_shape)})

    def elaborate(self, platform):
        """Build exponential, sum, division and both products."""
        m = Module()
        spec = self.spec
        distance = Signal(spec.in_bits)
        a = Signal(spec.a_bits)
        total = Signal(WIDTH + 1)
        clipped = Signal(WIDTH)
        m.d.comb += [
            distance.eq(self.top - self.x),
            a.eq(logic_table(m, distance, spec.exponentials[0], spec.a_bits, "a_node")),
            total.eq(a + self.b),
            clipped.eq(total[:WIDTH] | total[-1].replicate(WIDTH)),
        ]
        operands = delayed(m, platform, self.en, Cat(self.x, a, clipped), 1, "operands_delay")
        x, a, clipped = parts(operands, spec.in_bits, spec.a_bits, WIDTH)
        divide = DivideLane(spec.divide)
        share(m, platform, divide, "divide")
        m.d.comb += [divide.en.eq(self.en), divide.dividend.eq(Const(-1, WIDTH)), divide.divisor.eq(clipped)]
        waited = delayed(m, platform, self.en, Cat(x, a), spec.divide.steps, "divide_delay")
        x, a = parts(waited, spec.in_bits, spec.a_bits)
        product = Multiplier(MultiplierSpec(a_bits=spec.a_bits, b_bits=WIDTH, a_signed=False, b_signed=False))
        share(m, platform, product, "product")
        m.d.comb += [product.a.eq(a), product.b.eq(divide.quotient)]
        sigmoid = product.p[WIDTH + 1 - spec.out_bits : WIDTH]
        held = delayed(m, platform, self.en, Cat(x, sigmoid), 1, "sigmoid_delay")
        x, sigmoid = parts(held, spec.in_bits, spec.out_bits - 1)
        widths = {"a_bits": spec.out_bits - 1, "b_bits": spec.in_bits}
        result = Multiplier(MultiplierSpec(**widths, a_signed=False))
        share(m, platform, result, "result_product")
        m.d.comb += [result.a.eq(sigmoid), result.b.eq(x), self.y.eq(result.p)]
        return m


class Shiftgelu(RowUnit):
    """y = x * ((a * F) >> (32 - out_bits)), F = (2**31 - 1) // min(a + b, 2**31 - 1), of the exponentials

    a of x - m and b of -m, with m the maximum of the row: ShiftGELU.

    A row is as many beats of `x` as come up to `last`, and as many of `y`. An integer whose `keep` is 0 is
    not there, and its result is 0; only the end of a row's last beat may be missing. A row without integers
    is a beat without any. A row of more than `row_beats` beats ends after these, and raises `too_long`, which
    stays high until reset. The golden model is `golden.ivit_exp.shiftgelu`, variant ivit.

    Timing: one beat a cycle, also from row to row, while the beats of the rows do not become fewer. `y` is
    offered `latency` cycles after the last beat of its row was accepted. A stalled `y` stops `x` when the
    memory is full. Reset drops whatever is in flight.
    """

    def elaborate(self, platform):
        """Build the maximum, the memories, and the lanes behind them."""
        m = Module()
        spec = self.spec
        buffer, rows = Queue(spec.buffer), Queue(spec.row_queue)
        share(m, platform, buffer, "buffer")
        share(m, platform, rows, "rows")
        by_code = spec.exponentials[1]
        half = len(by_code) // 2

        def with_exponential(top: Signal) -> Value:
            return Cat(top, logic_table(m, top, by_code[half:] + by_code[:half], WIDTH, "b_node"))

        wait_for_top(m, self, buffer, rows, with_exponential)
        self._results(m, platform, buffer, rows)
        return m

    def _results(self, m: Module, platform, buffer: Queue, rows: Queue) -> None:
        """Compute what has been kept of a row whose maximum is known."""
        spec = self.spec
        x, keep, last = parts(buffer.o, spec.lanes * spec.in_bits, spec.lanes, 1)
        top, b = parts(rows.o, spec.in_bits, WIDTH)
        en, go = next_beat(m, self.y, buffer, rows, last)
        there = delayed(m, platform, en, keep, spec.pipeline - 1, "keep_delay")
        results = []
        for k in range(spec.lanes):
            lane = ShiftgeluLane(dataclasses.replace(spec, lanes=1, row_max=1))
            share(m, platform, lane, f"lane_{k}")
            m.d.comb += [
                lane.en.eq(en),
                lane.x.eq(x.word_select(k, spec.in_bits)),
                lane.top.eq(top),
                lane.b.eq(b),
            ]
            results.append(kept(m, there[k], lane.y, spec.y_shape, k))
        offer_results(m, platform, self.y, en, go, results, keep, last, spec.pipeline)
