"""The lookup tile: a table per row, selects that step down the rows, sums that stay in the elements.

    a --> skew --> table per row --> rows of elements --> (- sum of activations) --> c
    b -----------> delay ---------->  '-- select per column

Rows are those of `mac_array` with dataflow=broadcast, with a table in the place of an operand of A. Where
the sum of activations is subtracted, one more column makes it: its weights are -1, so that nothing but a
column is needed for it, and an adder per column of C behind the rows.
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..arith.and_array import and_array_rows
from ..arith.columns import Columns
from ..arith.prefix import prefix_add
from ..array.lockstep import intake, register_c
from ..array.mac_array import beat
from ..array.resolve import Resolve, ResolveSpec
from ..array.rows import TOKEN, BroadcastRows
from ..array.skew import delayed, skewed
from ..share import share
from .lut_tile_spec import LutTileSpec
from .table import SHIFT_BITS, Table


class LutTile(wiring.Component):
    """C[rows, cols] = A[rows, K] x W[K, cols] by table lookup, tile after tile.

    Streams: a beat of `a` is k * depth columns of A; the beats of `b` that go with it are the selects of
    these rows of W (`golden.lut_gemm.pack_selects`), `planes` of their planes each, the lowest first and the
    highest marked by `top`: narrower weights have fewer beats. K is as long as beats come up to `last`, on
    both streams. `c` brings C row by row, with `last` on the bottom row, while the next tile is computed.
    With weight_kind=zero_point a beat of `z` has the offset of each column of a tile, 2 * zero + 1 - 2 **
    (weight width). Sticky until reset: `last_mismatch`, as `a` and `b` disagreed about where a tile ends (it
    ended where either said so), and `too_wide`, as more planes came than the tile was built for (the first
    of them weighs as much as the lowest again, and so on).

    Timing: one beat of `b` a cycle, no idle cycle between tiles while these have at least `rows` beats.
    Row 0 is offered `latency` cycles after the last beat was accepted. A stalled `c`, or a missing `z` when C
    comes, stops the tile. Reset drops whatever is in flight. Golden model: `golden.lut_gemm.lut_gemm`.
    """

    def __init__(self, spec: LutTileSpec):
        self.spec = spec
        a = {"data": data.ArrayLayout(signed(spec.a_bits), spec.rows * spec.k_step), "last": 1}
        if spec.table == "int8":
            a["shift"] = data.ArrayLayout(SHIFT_BITS, spec.rows)
        b = {"data": data.ArrayLayout(spec.k, spec.selects_per_column * spec.cols), "top": 1, "last": 1}
        ports = {
            "a": In(stream.Signature(data.StructLayout(a))),
            "b": In(stream.Signature(data.StructLayout(b))),
            "c": Out(beat(signed(spec.out_bits), spec.cols)),
            "last_mismatch": Out(1),
            "too_wide": Out(1),
        }
        if spec.weight_kind == "zero_point":
            layout = data.StructLayout({"offset": data.ArrayLayout(spec.offset_shape, spec.cols)})
            ports["z"] = In(stream.Signature(layout))
        super().__init__(ports)

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are."""
        spec = self.spec
        return {
            "a": f"{spec.k_step} columns of A per beat; lane {spec.k_step}*i+j is row i of C",
            "b": f"selects of {spec.k_step} rows of W; lane {spec.cols}*({spec.depth}*p+t)+j is plane p for "
            "table t, column j of C",
            "c": "one row of C per beat; lane j is column j; last marks the bottom row",
            "z": "offset of each column for a tile",
            "last_mismatch": "sticky: a and b disagreed about last",
            "too_wide": "sticky: a weight had more planes than the tile was built for",
        }

    def elaborate(self, platform):
        """Place tables and rows, and what goes around them."""
        m = Module()
        spec = self.spec
        rows_spec = spec.row_spec
        c_en = Signal()
        en = Signal()
        m.d.comb += c_en.eq(~self.c.valid | self.c.ready)
        top = self.b.payload.top
        token = intake(m, self, en, spec.rows, top)
        beat_in_step = self._beat_in_step(m, token["valid"], top)

        rows = BroadcastRows.of(rows_spec)
        share(m, platform, rows, "rows")
        late = delayed(m, platform, en, Cat(token.values()), spec.front_cycles, "token_delay", cleared=True)
        selects = delayed(m, platform, en, self._selects(top), spec.front_cycles, "select_delay")
        m.d.comb += [getattr(rows, name).eq(value) for name, value in zip(TOKEN, late, strict=True)]
        m.d.comb += [
            rows.en.eq(en),
            rows.a.eq(self._tables(m, platform, en, token["valid"], beat_in_step)),
            rows.b.eq(selects),
        ]
        self._results(m, platform, c_en, en, rows)
        return m

    def _results(self, m: Module, platform, c_en: Signal, en: Signal, rows: BroadcastRows) -> None:
        """Offer the sums of the rows as C, corrected."""
        spec = self.spec
        width = spec.row_spec.sum_bits
        results = [rows.result.word_select(j, width) for j in range(spec.row_spec.cols)]
        if not spec.corrected:
            m.d.comb += en.eq(c_en)
            register_c(m, self, c_en, rows.done, rows.bottom_done, Cat(results))
            return
        done = Signal(name="corrected_done")
        bottom_done = Signal(name="corrected_bottom_done", reset_less=True)
        with m.If(en):
            m.d.sync += [done.eq(rows.done), bottom_done.eq(rows.bottom_done)]
        present = Const(1, 1)
        if spec.weight_kind == "zero_point":
            present = self.z.valid
            m.d.comb += self.z.ready.eq(c_en & done & bottom_done)
        m.d.comb += en.eq(c_en & (~done | present))
        corrected = self._corrected(m, platform, en, results[:-1], results[-1])
        register_c(m, self, c_en, done & present, bottom_done, Cat(corrected))

    def _beat_in_step(self, m: Module, take: Signal, top) -> Signal:
        """Return which beat of its step one of `b` is, and watch that they are not too many."""
        beats = self.spec.beats_per_step
        count = Signal(range(beats), name="beat_in_step")
        at_end = Signal()
        m.d.comb += at_end.eq(count == beats - 1)
        with m.If(take):
            m.d.sync += count.eq(Mux(top | at_end, 0, count + 1))
            with m.If(at_end & ~top):
                m.d.sync += self.too_wide.eq(1)
        return count

    def _selects(self, top) -> Value:
        """Return the selects of a beat by column, the last of which has weights of -1."""
        spec = self.spec
        lanes = self.b.payload.data.as_value()
        words = [lanes.word_select(lane, spec.k) for lane in range(spec.selects_per_column * spec.cols)]
        columns = [Cat(words[j :: spec.cols]) for j in range(spec.cols)]
        if spec.corrected:
            # -1 is the highest plane subtracted and all others added.
            lower = spec.selects_per_column - spec.depth
            signs = [Const(1, 1)] * lower + [~top] * spec.depth
            entry = Const((1 << (spec.k - 1)) - 1, spec.k - 1)
            columns.append(
                Cat(Cat(entry, sign) if spec.symmetric else sign.replicate(spec.k) for sign in signs)
            )
        return Cat(columns)

    def _tables(self, m: Module, platform, en, take, beat_in_step) -> Value:
        """Return the tables of all rows, row i a cycle after row i - 1."""
        spec = self.spec
        again = Signal()
        m.d.comb += again.eq(beat_in_step != 0)
        a = self.a.payload.data.as_value()
        width = spec.k_step * spec.a_bits
        lanes = []
        for i in range(spec.rows):
            shift = [self.a.payload.shift[i]] if spec.table == "int8" else []
            lanes.append(Cat(a.word_select(i, width), take, again, *shift))
        row_words = skewed(m, platform, en, Cat(lanes), spec.rows, "a_skew")
        tables = []
        for i in range(spec.rows):
            word = row_words.word_select(i, len(lanes[0]))
            for t in range(spec.depth):
                table = Table(spec.table_spec)
                share(m, platform, table, f"table_{i}_{t}" if spec.depth > 1 else f"table_{i}")
                m.d.comb += [
                    table.en.eq(en),
                    table.a.eq(word.word_select(t, spec.k * spec.a_bits)),
                    table.take.eq(word[width]),
                ]
                if spec.beats_per_step > 1:
                    m.d.comb += table.again.eq(word[width + 1])
                if spec.table == "int8":
                    m.d.comb += table.shift.eq(word[width + 2 :])
                tables.append(table.o)
        return Cat(tables)

    def _corrected(self, m: Module, platform, en, sums: list[Value], minus_a: Value) -> list[Value]:
        """Return C, a cycle later, from sums over q and minus the sum of activations."""
        spec = self.spec
        width = spec.row_spec.sum_bits
        if spec.weight_kind == "signed":
            adders = Resolve(ResolveSpec(lanes=spec.cols, width=width))
            share(m, platform, adders, "correction")
            m.d.comb += [adders.en.eq(en), adders.i.eq(Cat(Cat(total, minus_a) for total in sums))]
            return [adders.o.word_select(j, width)[spec.halved :] for j in range(spec.cols)]
        held = Signal((spec.cols + 1) * width, name="sums_reg", reset_less=True)
        with m.If(en):
            m.d.sync += held.eq(Cat(*sums, minus_a))
        minus_a = held.word_select(spec.cols, width)
        found = []
        for j in range(spec.cols):
            columns = Columns(m, width, f"correction_{j}")
            columns.add_unsigned(held.word_select(j, width))
            and_array_rows(m, columns, self.z.payload.offset[j], minus_a, True, True, f"offset_{j}_")
            columns.compress()
            total = prefix_add(m, *columns.rows(), "sklansky", name=f"corrected_{j}")
            found.append(total[spec.halved : width])
        return found
