"""The sum of what codes become, relative to a running maximum, as rows stream.

    x -> | beat | --> largest --> running maximum (top) --.
             '------------------------------------> lanes: e -> | e | -> sum -> | + shifted total |

A new maximum shifts the total and nothing else. Subclasses say what is compared, what a code becomes, and how
far a rise shifts.
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.add_all import add_all
from ..arith.prefix import prefix_add
from ..arith.shifter import shift
from ..vector.row_stream import parts, row_end, stage


class RunningSum(wiring.Component):
    """`e` two enabled cycles after `x`, relative to `e_top`, and `total` two after the last `e` of a row.

    A row ends with `last`; a code whose `keep` is 0 is not there. `e_valid` and `row_valid` are cleared by
    reset, which also ends a row.

    The Spec has `lanes` and `in_bits`, and the widths `word_bits` of what a code becomes, `top_bits` of a
    maximum, signed, `rise_bits`, `beat_sum_bits` and `total_bits`.
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

    def __init__(self, spec):
        self.spec = spec
        super().__init__(
            {
                "en": In(1),
                "valid": In(1),
                "x": In(spec.lanes * spec.in_bits),
                "keep": In(spec.lanes),
                "last": In(1),
                "e_valid": Out(1),
                "e": Out(spec.lanes * spec.word_bits),
                "e_top": Out(signed(spec.top_bits)),
                "e_keep": Out(spec.lanes),
                "e_last": Out(1),
                "e_first": Out(1),
                "e_rise": Out(spec.rise_bits),
                "row_valid": Out(1),
                "total": Out(spec.total_bits),
                "total_top": Out(signed(spec.top_bits)),
            }
        )

    def group_top(self, m: Module, codes: list[Value]) -> Value:
        """Return the maximum of a beat; the smallest that there is if no code is there."""
        raise NotImplementedError

    def rise(self, m: Module, platform, top: Signal, running: Signal) -> Value:
        """Return how far the total is shifted where the maximum rises to `top`."""
        raise NotImplementedError

    def word(self, m: Module, platform, k: int, code: Value, there: Value, top: Signal) -> Value:
        """Return what a code becomes."""
        raise NotImplementedError

    def terms(self, m: Module, words: list[Value], keep: Value) -> list[Value]:
        """Return what is added up of a beat."""
        raise NotImplementedError

    def elaborate(self, platform):
        """Build the four stages: beat, exponentials, their sum, total."""
        m = Module()
        spec = self.spec
        group_top = self.group_top(m, parts(self.x, *[spec.in_bits] * spec.lanes))
        held = stage(m, self.en, self.valid, x=self.x, keep=self.keep, last=self.last, group_top=group_top)
        fresh = Signal(init=1, name="row_begins")
        top = Signal(signed(spec.top_bits))
        running = Signal(signed(spec.top_bits), name="top_reg", reset_less=True)
        group_top = held["group_top"].as_signed()
        m.d.comb += top.eq(Mux(fresh | (group_top > running), group_top, running))
        rise = Signal(spec.rise_bits)
        m.d.comb += rise.eq(self.rise(m, platform, top, running))
        with m.If(self.en & held["valid"]):
            m.d.sync += [fresh.eq(held["last"]), running.eq(top)]

        codes = parts(held["x"], *[spec.in_bits] * spec.lanes)
        words = [self.word(m, platform, k, code, held["keep"][k], top) for k, code in enumerate(codes)]
        e = stage(
            m,
            self.en,
            held["valid"],
            e=Cat(words),
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

    def _total(self, m: Module, e: dict[str, Value], top: Signal) -> None:
        """Add a beat's exponentials to the total, which a new maximum shifts first."""
        spec = self.spec
        terms = self.terms(m, parts(e["e"], *[spec.word_bits] * spec.lanes), e["e_keep"])
        group_sum = add_all(m, terms, spec.beat_sum_bits, "group_adder")
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
        wide = Cat(group["group_sum"], Const(0, spec.total_bits - spec.beat_sum_bits))
        added = prefix_add(m, before, wide, "brent_kung", name="total_adder")
        ended = stage(m, self.en, group["valid"] & group["sum_last"], total_top=group["sum_top"])
        with m.If(self.en & group["valid"]):
            m.d.sync += total.eq(added[: spec.total_bits])
        m.d.comb += [
            self.row_valid.eq(ended["valid"]),
            self.total.eq(total),
            self.total_top.eq(ended["total_top"].as_signed()),
        ]


def take_rows(m: Module, unit, sums: RunningSum, en) -> None:
    """Connect `x` and `too_long` of a unit to its sums, all of whose registers move with `en`."""
    payload = unit.x.payload
    ends, too_long = row_end(m, payload.last, en & unit.x.valid, unit.spec.row_beats)
    m.d.comb += [
        unit.x.ready.eq(en),
        sums.en.eq(en),
        sums.valid.eq(unit.x.valid),
        sums.x.eq(payload.data.as_value()),
        sums.keep.eq(payload.keep),
        sums.last.eq(ends),
        unit.too_long.eq(too_long),
    ]
