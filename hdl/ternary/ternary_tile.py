"""The ternary tile: codes of weights are taken apart at the edge, elements add, subtract or skip.

    a --> skew --> (table per row, or a register) --> rows of elements --> add two words --> c
    b --> codes to selects --> (register) ------------'

Rows are those of `mac_array` with dataflow=broadcast. Decoding, tables and their register serve a whole
column or a whole row. A cycle without a beat is one of weights of 0, so that no element looks at `valid`.
"""

from amaranth.hdl import Cat, Module, Signal, Value
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..array.lockstep import intake, register_c, resolve
from ..array.mac_array import beat
from ..array.rows import TOKEN, BroadcastRows
from ..array.skew import delayed, skewed
from ..share import share
from .ternary_table import TernaryTable
from .ternary_tile_spec import TernaryTileSpec
from .trits import selects
from amaranth.hdl import signed


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
        columns = self._selects(m, token["valid"])
        a = skewed(m, platform, en, self.a.payload.data.as_value(), spec.rows, "a_skew")

        rows = BroadcastRows.of(spec.row_spec)
        share(m, platform, rows, "rows")
        late = delayed(m, platform, en, Cat(token.values()), spec.edge_cycles, "token_delay", cleared=True)
        m.d.comb += [getattr(rows, name).eq(value) for name, value in zip(TOKEN, late, strict=True)]
        m.d.comb += [
            rows.en.eq(en),
            rows.a.eq(self._words(m, platform, en, a)),
            rows.b.eq(delayed(m, platform, en, columns, spec.edge_cycles, "select_delay")),
        ]
        done, bottom_done, sums = resolve(m, platform, spec.row_spec, en, rows)
        register_c(m, self, en, done, bottom_done, sums)
        return m

    def _selects(self, m: Module, take: Signal) -> Value:
        """Return the selects of a beat by column, 0 unless `take`, and watch for illegal codes."""
        spec = self.spec
        found, wrong = [], []
        for j in range(spec.cols):
            for t in range(spec.depth):
                code = Signal(spec.code_bits, name=f"code_{j}_{t}")
                m.d.comb += code.eq(self.b.payload.data[t * spec.cols + j])
                select, illegal = selects(m, code, take, spec.packing, f"code_{j}_{t}")
                found.append(select)
                wrong.append(illegal)
        with m.If(Cat(wrong).any()):
            m.d.sync += self.illegal_code.eq(1)
        return Cat(found)

    def _words(self, m: Module, platform, en, a: Value) -> Value:
        """Return what elements choose from, for all rows: activations as they are, or tables of them."""
        spec = self.spec
        if spec.group == 1:
            return delayed(m, platform, en, a, spec.edge_cycles, "a_delay")
        words = []
        size = spec.group * spec.a_bits
        for n in range(len(a) // size):
            table = TernaryTable(spec.table_spec)
            share(m, platform, table, f"table_{n // spec.depth}_{n % spec.depth}")
            m.d.comb += [table.en.eq(en), table.a.eq(a.word_select(n, size))]
            words.append(table.o)
        return Cat(words)
