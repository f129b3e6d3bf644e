"""The integer matrix engine: five dataflows and every element that fits them, one contract of streams."""

import dataclasses

from amaranth.hdl import Module, Shape
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ...golden.errors import UsageError
from ...golden.recoding import RECODINGS
from ..mac_spec import MacSpec, check_step
from ..pe.elements import DATAFLOWS, ELEMENTS, check_dataflow, element_spec, make_element
from ..pe.serial_cell import skip_spec
from ..spec import choice, integer
from .chain import Accumulate, accumulate_spec, stage_spec
from .lockstep import lockstep_array
from .resolve import Resolve, ResolveSpec
from .serial_array import check_serial, serial_array
from .weight_rows import WeightRowsSpec
from .weight_stationary import weight_stationary_array

#: Beats that bit-serial rows may drift apart, where nothing else is said.
DEFAULT_QUEUE = 12
#: Longest dot product that one element adds in a step.
MAX_LANES = 16


@dataclasses.dataclass(frozen=True, kw_only=True)
class MacArraySpec(MacSpec):
    """Size of the array, how operands reach its elements, and what an element is."""

    rows: int = integer(8, 1, 256, "rows of C per tile")
    cols: int = integer(8, 1, 256, "columns of C per tile")
    dataflow: str = choice("os", DATAFLOWS, "how operands reach the elements, and where sums are kept")
    depth: int | None = integer(
        None,
        1,
        256,
        "products per element and beat (tree), elements per chain (cube, ws); none: 4, or 1 (os, broadcast)",
        optional=True,
    )
    element: str = choice(
        "operator",
        tuple(ELEMENTS),
        "what multiplies and accumulates: Verilog's own *, or an element made here",
    )

    recoding: str = choice(
        "own",
        ("own", *RECODINGS),
        "digits of A: own leaves them to the element; else A is recoded once per row, at the edge",
    )
    queue: int | None = integer(
        None,
        1,
        64,
        f"beats between the fastest and the slowest row of bit-serial elements; none: {DEFAULT_QUEUE}",
        optional=True,
    )

    def check(self):
        """Refuse combinations that make no hardware, and what the element refuses."""
        super().check()
        check_dataflow(self.element, self.dataflow)
        if self.dataflow in ("os", "broadcast") and self.depth not in (None, 1):
            raise UsageError(
                f"depth={self.depth} is for dataflow=tree, cube, ws, and dataflow={self.dataflow} adds one "
                "product per element and beat: leave depth out"
            )
        if self.dataflow in ("tree", "cube") and self.k_step > MAX_LANES:
            raise UsageError(
                f"depth={self.depth} is too deep for dataflow={self.dataflow}, which goes up to {MAX_LANES}: "
                "use more beats for a longer K, or dataflow=ws"
            )
        check_step(self, self.k_step, "depth")
        if self.dataflow == "ws" and self.input_reg:
            raise UsageError(
                "input_reg=true is what dataflow=ws does anyway, as its cells register A and B: leave it out"
            )
        if self.serial:
            check_serial(self)
            return
        if self.queue is not None:
            raise UsageError(
                f"queue={self.queue} is for bit-serial elements, whose rows drift apart, and "
                f"element={self.element} keeps step: leave queue out"
            )
        element_spec(self)

    @property
    def serial(self) -> bool:
        """Whether elements take a digit of A a cycle, so that their pace depends on the data."""
        return ELEMENTS[self.element].component is None

    @property
    def slots(self) -> int:
        """Beats that the window of bit-serial rows keeps."""
        return self.queue or DEFAULT_QUEUE

    @property
    def baseline(self) -> str:
        """Name of the baseline: weights that rest need streams of their own."""
        return "mac_array_ws" if self.streams_rows else "mac_array"

    @property
    def k_step(self) -> int:
        """Products that a sum grows by at a time; K is padded with zeros to a multiple of it."""
        return self.depth or (1 if self.dataflow in ("os", "broadcast") else 4)

    @property
    def streams_rows(self) -> bool:
        """Whether a beat of `a` is part of a row of A (ws), and not of all its rows."""
        return self.dataflow == "ws"

    @property
    def a_lanes(self) -> int:
        """Elements of A in a beat."""
        return self.k_step if self.streams_rows else self.rows * self.k_step

    @property
    def b_lanes(self) -> int:
        """Elements of B in a beat."""
        return self.cols if self.streams_rows else self.k_step * self.cols

    @property
    def a_word(self) -> Shape:
        """Shape in which A travels through the array: as it is, or as its coded word."""
        return self.a_shape if self.serial or self.recoding == "own" else element_spec(self).a_word

    @property
    def edge_cycles(self) -> int:
        """Cycles that recoding A at the array's edge takes."""
        return int(self.recoding != "own" and not self.serial)

    @property
    def sum_rows(self) -> int:
        """Words of acc_width bits that leave an element as its sum: 2 in carry-save form."""
        chained = self.dataflow in ("cube", "ws")
        return 1 if chained or self.serial else len(ELEMENTS[self.element].component.sum_ports)

    @property
    def element_latency(self) -> int:
        """Enabled cycles from operands to the sum with them."""
        return 1

    @property
    def cell_spec(self) -> "MacArraySpec":
        """What a cell of a broadcast row is made of: the row has registered its operands."""
        return dataclasses.replace(self, rows=1, cols=1, input_reg=False)

    @property
    def weight_rows(self) -> WeightRowsSpec:
        """The rows of cells in which weights rest, with ws."""
        stages = stage_spec(self)
        shared = {name: getattr(stages, name) for name in type(stages).params()}
        return WeightRowsSpec(**shared, rows=self.k_step, cols=self.cols)

    def make_sums(self) -> Accumulate:
        """Return the accumulators of a column, with ws."""
        return Accumulate(accumulate_spec(self, slots=self.rows))

    def make_element(self) -> wiring.Component:
        """Return the element of the array."""
        return make_element(self)

    def make_edge(self) -> Resolve | None:
        """Return what the sums of a row pass behind the elements: adders, if they come as two words."""
        if self.sum_rows == 1:
            return None
        return Resolve(ResolveSpec(lanes=self.cols, width=self.acc_width))

    @property
    def latency(self) -> int | None:
        """Cycles from accepting the last beat of a tile to offering row 0 of its result, without stalls.

        With ws, where rows of A come one by one, from accepting the beat that completes row 0. None with
        bit-serial elements: it depends on the digits.
        """
        if self.serial:
            return None
        if self.dataflow == "ws":
            return self.k_step + self.cols + stage_spec(self).words + self.edge_cycles
        across = self.cols if self.dataflow in ("os", "cube") else 1
        chain = self.k_step + stage_spec(self).words - 1 if self.dataflow == "cube" else 0
        return across + chain + self.sum_rows + self.input_reg + self.edge_cycles

    @property
    def macs_per_beat(self) -> int:
        """Products that an accepted beat of `a` stands for."""
        return self.k_step * self.cols * (1 if self.streams_rows else self.rows)

    @property
    def macs_per_cycle(self) -> float:
        """Products added per cycle while beats are accepted; with bit-serial elements in the worst case."""
        return self.macs_per_beat / skip_spec(self).digits if self.serial else self.macs_per_beat

    def tile_beats(self, stream_name: str, k: int) -> int:
        """Beats of stream `a`, `b` or `c` per tile of length `k`."""
        steps = -(-k // self.k_step)
        per_step = {"a": self.rows, "b": self.k_step} if self.streams_rows else {"a": 1, "b": 1}
        return self.rows if stream_name == "c" else steps * per_step[stream_name]

    def tile_cycles(self, k: int) -> int | None:
        """Cycles per tile of length `k`, back to back and without stalls; None where the digits decide."""
        if self.serial:
            return None
        return max(self.tile_beats(name, k) for name in "abc")


def beat(shape, lanes: int) -> stream.Signature:
    """Return the signature of a stream of vectors with a `last` flag; lane 0 sits in the low bits."""
    return stream.Signature(data.StructLayout({"data": data.ArrayLayout(shape, lanes), "last": 1}))


class MacArray(wiring.Component):
    """C[rows, cols] = A[rows, K] x B[K, cols], tile after tile, in one of five dataflows.

    Streams: K is as long as beats come up to `last`; what a beat holds stands beside the ports. `c` brings C
    row by row, with `last` on the bottom row, while the next tile is computed. If `a` and `b` disagree about
    where a tile ends, `last_mismatch` stays high until reset; with ws the tile ends where `b` says so, else
    where either does.

    Timing: one beat a cycle, no idle cycle between tiles while K is at least `rows` steps long. Row 0 is
    offered `latency` cycles after the last beat was accepted. A stalled `c` stops the whole array. With
    bit-serial elements all of that depends on the data, and a stalled `c` stops the drain only. Reset drops
    whatever is in flight.
    """

    def __init__(self, spec: MacArraySpec):
        self.spec = spec
        super().__init__(
            {
                "a": In(beat(spec.a_shape, spec.a_lanes)),
                "b": In(beat(spec.b_word, spec.b_lanes)),
                "c": Out(beat(spec.acc_shape, spec.cols)),
                "last_mismatch": Out(1),
            }
        )

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are, which depends on the dataflow."""
        step = self.spec.k_step
        if self.spec.streams_rows:
            a = f"{step} elements of a row of A per beat, all rows in turn; lane k is column k of the block"
            b = "one row of B per beat; lane j is column j of C"
        elif step == 1:
            a = "one column of A per beat; lane i is row i of C"
            b = "one row of B per beat; lane j is column j of C"
        else:
            a = f"{step} columns of A per beat; lane {step}*i+k is row i of C"
            b = f"{step} rows of B per beat; lane {self.spec.cols}*k+j is column j of C"
        return {
            "a": a,
            "b": b,
            "c": "one row of C per beat; lane j is column j; last marks the bottom row",
            "last_mismatch": "sticky: a and b disagreed about last",
        }

    def elaborate(self, platform):
        """Build the array of the Spec's dataflow."""
        m = Module()
        if self.spec.serial:
            serial_array(m, platform, self)
        elif self.spec.dataflow == "ws":
            weight_stationary_array(m, platform, self)
        else:
            lockstep_array(m, platform, self)
        return m
