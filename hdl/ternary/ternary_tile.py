"""The ternary tile: codes of weights are taken apart at the edge, elements add, subtract or skip.

    a --> skew --> tables per row (register) --> rows of elements --> c
    b --> codes to selects --> delay ------------'

Rows are those of `mac_array` with dataflow=broadcast, with tables in the place of operands of A. Decoding
serves a whole column and a table a whole row. A cycle without a beat is one of weights of 0, so that
elements need not hold their sums back.
"""

from amaranth.hdl import Cat, Const, Module, Signal, Value, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..array.lockstep import intake, register_c
from ..array.mac_array import beat
from ..array.rows import TOKEN, BroadcastRows
from ..array.skew import delayed, skewed
from ..share import share
from .ternary_table import TernaryTable
from .ternary_tile_spec import TernaryTileSpec
from .trits import Trit, byte_trits, is_illegal, pair_select, two_bit_trit


class TernaryTile(wiring.Component):
    """C[rows, cols] = A[rows, K] x W[K, cols] for weights of -1, 0 and +1, tile after tile.

    Streams: a beat of `a` is k_step columns of A; the beat of `b` that goes with it holds these rows of W,
    `depth` codes a column (`golden.ternary.pack_trits`). K is as long as beats come up to `last`, on both
    streams. `c` brings C row by row, with `last` on the bottom row, while the next tile is computed. Sticky
    until reset: `last_mismatch`, as `a` and `b` disagreed about where a tile ends (it ended where either said
    so), and `illegal_code`, as a code came that packing never makes; what it counts for is what
    `golden.ternary.unpack_trits` says.

    Timing: a beat a cycle, no idle cycle between tiles while these have at least `rows` beats. Row 0 is
    offered `latency` cycles after the last beat was accepted. A stalled `c` stops the tile. Reset drops
    whatever is in flight. Golden model: `golden.ternary.ternary_gemm`.
    """

    def __init__(self, spec: TernaryTileSpec):
        self.spec = spec
        b = {"data": data.ArrayLayout(spec.code_bits, spec.depth * spec.cols), "last": 1}
        super().__init__(
            {
                "a": In(beat(spec.a_shape, spec.rows * spec.k_step)),
                "b": In(stream.Signature(data.StructLayout(b))),
                "c": Out(beat(signed(spec.out_bits), spec.cols)),
                "last_mismatch": Out(1),
                "illegal_code": Out(1),
            }
        )

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are."""
        spec = self.spec
        return {
            "a": f"{spec.k_step} columns of A per beat; lane {spec.k_step}*i+k is row i of C",
            "b": f"{spec.k_step} rows of W per beat; lane {spec.cols}*t+j is code t of column j of C",
            "c": "one row of C per beat; lane j is column j; last marks the bottom row",
            "last_mismatch": "sticky: a and b disagreed about last",
            "illegal_code": "sticky: a code came that packing never makes",
        }

    def elaborate(self, platform):
        """Place decoders, tables and rows."""
        m = Module()
        spec = self.spec
        en = Signal()
        m.d.comb += en.eq(~self.c.valid | self.c.ready)
        token = intake(m, self, en, spec.rows)
        rows_spec = spec.row_spec
        rows = BroadcastRows.of(rows_spec)
        share(m, platform, rows, "rows")
        late = delayed(m, platform, en, Cat(token.values()), 1, "token_delay", cleared=True)
        selects = delayed(m, platform, en, self._selects(m, token["valid"]), 1, "select_delay")
        m.d.comb += [getattr(rows, name).eq(value) for name, value in zip(TOKEN, late, strict=True)]
        m.d.comb += [rows.en.eq(en), rows.a.eq(self._tables(m, platform, en)), rows.b.eq(selects)]
        register_c(m, self, en, rows.done, rows.bottom_done, rows.result)
        return m

    def _selects(self, m: Module, take: Signal) -> Value:
        """Return the selects of a beat by column, 0 unless `take`, and watch for illegal codes."""
        spec = self.spec
        found, wrong = [], []
        for j in range(spec.cols):
            trits = []
            for t in range(spec.depth):
                code = Signal(spec.code_bits, name=f"code_{j}_{t}")
                m.d.comb += code.eq(self.b.payload.data[t * spec.cols + j])
                if spec.packing == "1in2":
                    decoded, illegal = two_bit_trit(code)
                    trits += decoded
                elif spec.packing == "5in8":
                    decoded, illegal = byte_trits(m, code, code.name)
                    trits += decoded
                else:
                    illegal = is_illegal(code, spec.group)
                    found.append(code)
                wrong.append(illegal)
            trits += [Trit(Const(0, 1), Const(0, 1))] * (len(trits) % 2)
            found += [pair_select(*pair) for pair in zip(trits[::2], trits[1::2], strict=True)]
        any_wrong = Signal()
        m.d.comb += any_wrong.eq(take & Cat(wrong).any())
        with m.If(any_wrong):
            m.d.sync += self.illegal_code.eq(1)
        selects = Cat(found)
        return selects & take.replicate(len(selects))

    def _tables(self, m: Module, platform, en) -> Value:
        """Return the tables of all rows, row i a cycle after row i - 1."""
        spec = self.spec
        a = skewed(m, platform, en, self.a.payload.data.as_value(), spec.rows, "a_skew")
        tables = []
        for i in range(spec.rows):
            row = a.word_select(i, spec.k_step * spec.a_bits)
            for t in range(spec.row_spec.depth):
                table = TernaryTable(spec.table_spec)
                share(m, platform, table, f"table_{i}_{t}")
                size = len(table.a)
                # The last activation of a pair may be none: it is 0 then.
                m.d.comb += [table.en.eq(en), table.a.eq(row[t * size : (t + 1) * size])]
                tables.append(table.o)
        return Cat(tables)
