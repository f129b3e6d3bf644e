"""How many integers a row has, their sum, and the sum of their squares, as it streams.

x -> squares ----> | sum of a beat | -> + -> | squares |
  -> keep -> ones  | count         | -> + -> | count   |
  --------- sum -> | sum of a beat | -> + -> | total   |
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.norm import KINDS
from ..arith.columns import Columns
from ..arith.popcount import popcount
from ..arith.prefix import prefix_add
from ..arith.square import square_rows
from ..spec import Spec, choice, integer
from .row_length import RowLength
from .row_stream import stage


@dataclasses.dataclass(frozen=True, kw_only=True)
class RowMomentsSpec(RowLength, Spec):
    """Integers, lanes, and how long rows are."""

    lanes: int = integer(8, 1, 64, "integers per beat")
    row_max: int = integer(1024, 1, 16384, "longest row", unit="integers")
    in_bits: int = integer(8, 2, 16, "width of an integer that comes in, signed", unit="bits")
    kind: str = choice("layer", KINDS, "layer takes the mean away, rms does not")

    @property
    def sums(self) -> bool:
        """Whether the sum of the integers is needed."""
        return self.kind == "layer"

    @property
    def longest(self) -> int:
        """Integers of as many beats."""
        return self.row_beats * self.lanes

    @property
    def count_bits(self) -> int:
        """Width of a count."""
        return self.longest.bit_length()

    @property
    def total_bits(self) -> int:
        """Width of a sum, signed."""
        return _sum_bits(self.longest, self.in_bits)

    @property
    def squares_bits(self) -> int:
        """Width of a sum of squares, unsigned."""
        return _squares_bits(self.longest, self.in_bits)


class RowMoments(wiring.Component):
    """`count`, `total` and `squares` two enabled cycles after the last beat of a row, with `row_valid`.

    An integer whose `keep` is 0 is not there. With kind=rms there is no `total`. Reset clears `row_valid`,
    and ends a row.
    """

    port_docs = {
        "en": "every register moves only while this is high",
        "valid": "there is a beat",
        "x": "integers, signed",
        "keep": "the integers that are there",
        "last": "the row ends",
        "row_valid": "a row has ended: the others are of it",
        "count": "integers of a row",
        "total": "their sum",
        "squares": "the sum of their squares",
    }

    def __init__(self, spec: RowMomentsSpec):
        self.spec = spec
        super().__init__(
            {
                "en": In(1),
                "valid": In(1),
                "x": In(spec.lanes * spec.in_bits),
                "keep": In(spec.lanes),
                "last": In(1),
                "row_valid": Out(1),
                "count": Out(spec.count_bits),
                "squares": Out(spec.squares_bits),
            }
            | ({"total": Out(signed(spec.total_bits))} if spec.sums else {})
        )

    def elaborate(self, platform):
        """Build the sums of a beat, and those of a row."""
        m = Module()
        spec = self.spec
        totals = Columns(m, _sum_bits(spec.lanes, spec.in_bits), "total_tree")
        squares = Columns(m, _squares_bits(spec.lanes, spec.in_bits), "squares_tree")
        for k in range(spec.lanes):
            x = Signal(signed(spec.in_bits), name=f"x_{k}")
            m.d.comb += x.eq(self.x.word_select(k, spec.in_bits) & self.keep[k].replicate(spec.in_bits))
            if spec.sums:
                totals.add_signed(x)
            square_rows(m, squares, x, f"square_{k}_")
        sums = {"count": popcount(m, self.keep), "squares": _added(m, squares)}
        if spec.sums:
            sums["total"] = _added(m, totals)
        beat = stage(
            m, self.en, self.valid, beat_last=self.last, **{f"beat_{name}": sums[name] for name in sums}
        )
        fresh = Signal(init=1, name="row_begins")
        valid = Signal(name="row_valid_reg")
        with m.If(self.en):
            m.d.sync += valid.eq(beat["valid"] & beat["beat_last"])
        with m.If(self.en & beat["valid"]):
            m.d.sync += fresh.eq(beat["beat_last"])
        m.d.comb += self.row_valid.eq(valid)
        for name in sums:
            self._accumulate(m, getattr(self, name), beat[f"beat_{name}"], beat["valid"], fresh, name)
        return m

    def _accumulate(self, m: Module, port, value, valid, fresh, name: str) -> None:
        """Add a beat's sum to that of the row, which the first beat begins."""
        total = Signal(port.shape(), name=f"{name}_reg", reset_less=True)
        before = Signal(len(port), name=f"{name}_before")
        sign = value[-1] if name == "total" else Const(0, 1)
        wide = Cat(value, sign.replicate(len(port) - len(value)))
        m.d.comb += [before.eq(Mux(fresh, 0, total)), port.eq(total)]
        with m.If(self.en & valid):
            m.d.sync += total.eq(prefix_add(m, before, wide, "brent_kung", name=f"{name}_adder")[: len(port)])


def _sum_bits(count: int, in_bits: int) -> int:
    return in_bits + (count - 1).bit_length()


def _squares_bits(count: int, in_bits: int) -> int:
    return (count << 2 * in_bits - 2).bit_length()


def _added(m: Module, columns: Columns) -> Value:
    columns.compress()
    return prefix_add(m, *columns.rows(), "brent_kung", name=f"{columns.name}_adder")[: columns.width]
