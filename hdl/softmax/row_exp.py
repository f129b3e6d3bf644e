"""The exponentials of rows as they stream, relative to a running maximum, and their sum.

    x -> | beat | --> octaves, largest --> running maximum (top) --.
             '----------------------------------------------> lanes: e -> | e | -> sum -> | + shifted total |

The maximum is one of whole octaves (`golden.octaves`): it is found among few bits, and a new one shifts the
total and nothing else.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.columns import Columns
from ..arith.largest import largest_of
from ..arith.prefix import prefix_add
from ..arith.shifter import shift
from ..share import share
from ..spec import integer
from ..vector.row_stream import stage
from .exp_lane import ExpLane, ExpLaneSpec


@dataclasses.dataclass(frozen=True, kw_only=True)
class RowExpSpec(ExpLaneSpec):
    """Lanes, and how long rows are."""

    lanes: int = integer(8, 1, 64, "codes per beat")
    row_max: int = integer(1024, 1, 65536, "longest row", unit="codes")

    @property
    def row_beats(self) -> int:
        """Beats of the longest row."""
        return -(-self.row_max // self.lanes)

    @property
    def total_bits(self) -> int:
        """Width of the sum of the longest row's exponentials."""
        return (self.row_beats * self.lanes * ((1 << self.exp_bits) - 1)).bit_length()

    @property
    def lane_spec(self) -> ExpLaneSpec:
        """A lane."""
        return ExpLaneSpec(**{name: getattr(self, name) for name in ExpLaneSpec.params()})


class RowExp(wiring.Component):
    """`e` two enabled cycles after `x`, relative to `e_top`, and `total` two after the last `e` of a row.

    A row ends with `last`; a code whose `keep` is 0 is not there. `e_valid` and `row_valid` are cleared by
    reset, which also ends a row.
    """

    port_docs = {
        "en": "every register moves only while this is high",
        "valid": "there is a beat of codes",
        "x": "codes, signed",
        "keep": "the codes that are there",
        "last": "the row ends",
        "e_valid": "there is a beat of exponentials",
        "e": "exponentials; 0 for codes that are not there",
        "e_top": "maximum, in octaves, that they are relative to",
        "e_keep": "keep, of the same beat",
        "e_last": "last, of the same beat",
        "e_first": "the row begins with this beat",
        "e_rise": "octaves by which the maximum rose with this beat, unless it is the first",
        "row_valid": "a row has ended: total is its sum",
        "total": "sum of a row's exponentials, relative to total_top",
        "total_top": "maximum of the row, in octaves",
    }

    def __init__(self, spec: RowExpSpec):
        self.spec = spec
        super().__init__(
            {
                "en": In(1),
                "valid": In(1),
                "x": In(spec.lanes * spec.in_bits),
                "keep": In(spec.lanes),
                "last": In(1),
                "e_valid": Out(1),
                "e": Out(spec.lanes * spec.exp_bits),
                "e_top": Out(signed(spec.octave_bits)),
                "e_keep": Out(spec.lanes),
                "e_last": Out(1),
                "e_first": Out(1),
                "e_rise": Out(spec.octave_bits),
                "row_valid": Out(1),
                "total": Out(spec.total_bits),
                "total_top": Out(signed(spec.octave_bits)),
            }
        )

    def elaborate(self, platform):
        """Build the four stages: beat, exponentials, their sum, total."""
        m = Module()
        spec = self.spec
        held = stage(
            m, self.en, self.valid, x=self.x, keep=self.keep, last=self.last, group_top=self._group_top(m)
        )
        fresh = Signal(init=1, name="row_begins")
        top = Signal(signed(spec.octave_bits))
        running = Signal(signed(spec.octave_bits), name="top_reg", reset_less=True)
        group_top = held["group_top"].as_signed()
        m.d.comb += top.eq(Mux(fresh | (group_top > running), group_top, running))
        rise = Signal(spec.octave_bits)
        m.d.comb += rise.eq(top - running)
        with m.If(self.en & held["valid"]):
            m.d.sync += [fresh.eq(held["last"]), running.eq(top)]

        exps = []
        for k in range(spec.lanes):
            lane = ExpLane(spec.lane_spec)
            share(m, platform, lane, f"lane_{k}")
            m.d.comb += [lane.x.eq(held["x"].word_select(k, spec.in_bits)), lane.top.eq(top)]
            exps.append(lane.e & held["keep"][k].replicate(spec.exp_bits))
        e = stage(
            m,
            self.en,
            held["valid"],
            e=Cat(exps),
            e_keep=held["keep"],
            e_last=held["last"],
            e_first=fresh,
            e_rise=rise,
        )
        m.d.comb += [
            self.e_valid.eq(e["valid"]),
            self.e.eq(e["e"]),
            self.e_top.eq(running),
            self.e_keep.eq(e["e_keep"]),
            self.e_last.eq(e["e_last"]),
            self.e_first.eq(e["e_first"]),
            self.e_rise.eq(e["e_rise"]),
        ]
        self._total(m, e, running)
        return m

    def _group_top(self, m: Module) -> Value:
        """Return the largest code of a beat, in octaves, rounded up; that of the smallest code if none is."""
        spec = self.spec
        lowest = Const(-(1 << spec.octave_bits - 2), signed(spec.octave_bits))
        octaves = []
        for k in range(spec.lanes):
            code = self.x.word_select(k, spec.in_bits)
            octave = Signal(signed(spec.octave_bits), name=f"octave_{k}")
            up = code[: spec.fraction_bits].any() if spec.fraction_bits else Const(0, 1)
            m.d.comb += octave.eq(Mux(self.keep[k], code[spec.fraction_bits :].as_signed() + up, lowest))
            octaves.append(octave)
        return largest_of(m, octaves)

    def _total(self, m: Module, e: dict[str, Value], top: Signal) -> None:
        """Add a beat's exponentials to the total, which a new maximum shifts first."""
        spec = self.spec
        columns = Columns(m, (spec.lanes * ((1 << spec.exp_bits) - 1)).bit_length(), "tree")
        for k in range(spec.lanes):
            columns.add_unsigned(e["e"].word_select(k, spec.exp_bits))
        columns.compress()
        group_sum = prefix_add(m, *columns.rows(), "brent_kung", name="group_adder")[: columns.width]
        group = stage(
            m,
            self.en,
            e["valid"],
            group_sum=group_sum,
            sum_last=e["e_last"],
            sum_first=e["e_first"],
            sum_rise=e["e_rise"],
            sum_top=top,
        )
        total = Signal(spec.total_bits, name="total_reg", reset_less=True)
        shifted = shift(m, total, group["sum_rise"], "right", "shifted_total")
        before = Signal(spec.total_bits, name="total_before")
        m.d.comb += before.eq(Mux(group["sum_first"], 0, shifted))
        wide = Cat(group["group_sum"], Const(0, spec.total_bits - columns.width))
        added = prefix_add(m, before, wide, "brent_kung", name="total_adder")
        ended = stage(m, self.en, group["valid"] & group["sum_last"], total_top=group["sum_top"])
        with m.If(self.en & group["valid"]):
            m.d.sync += total.eq(added[: spec.total_bits])
        m.d.comb += [
            self.row_valid.eq(ended["valid"]),
            self.total.eq(total),
            self.total_top.eq(ended["total_top"].as_signed()),
        ]
