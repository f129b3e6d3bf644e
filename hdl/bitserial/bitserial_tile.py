"""The bit-serial tile: planes of both operands come in the order of the schedule, elements count ones.

    a --> (mask) --> skew --> rows of elements --> c
    b --> (mask) -------------'

Rows are those of `mac_array` with dataflow=broadcast. A cycle without a beat is one of planes of 0.
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..arith.popcount import popcount
from ..array.lockstep import intake, register_c
from ..array.mac_array import beat
from ..array.rows import TOKEN, BroadcastRows
from ..array.skew import skewed
from ..share import share
from .bitserial_tile_spec import BitserialTileSpec


class BitserialTile(wiring.Component):
    """C[rows, cols] = A[rows, K] x W[K, cols] by counts of bit planes, tile after tile.

    Streams: a beat of `a` is `depth` bits of a plane of every row, a beat of `b` the same bits of a plane of
    every column. Pairs of planes come in the order of `golden.bit_serial_gemm.schedule`, each with as many
    beats as K needs; `shift` and `negate` are those of the schedule, `shift` in the first beat of a step
    only. With planes=xor there is no `negate`; `mask` says which bits count. Both operands may be narrower
    than built. `c` brings C row by row, with `last` on the bottom row, while the next tile is computed.
    Sticky until reset: `last_mismatch`, as `a` and `b` disagreed about where a tile ends (it ended where
    either said so), and `too_wide`, as a sum doubled more often than w_bits + a_bits - 2 times; it is then
    right modulo 2 ** out_bits.

    Timing: a beat a cycle, no idle cycle between tiles while these have at least `rows` beats. Row 0 is
    offered `latency` cycles after the last beat was accepted. A stalled `c` stops the tile. Reset drops
    whatever is in flight. Golden model: `golden.bit_serial_gemm.bit_serial_gemm`.
    """

    def __init__(self, spec: BitserialTileSpec):
        self.spec = spec
        b = {"data": data.ArrayLayout(1, spec.cols * spec.depth), "shift": 1, "last": 1}
        b |= {"mask": data.ArrayLayout(1, spec.depth)} if spec.bipolar else {"negate": 1}
        super().__init__(
            {
                "a": In(beat(1, spec.rows * spec.depth)),
                "b": In(stream.Signature(data.StructLayout(b))),
                "c": Out(beat(signed(spec.out_bits), spec.cols)),
                "last_mismatch": Out(1),
                "too_wide": Out(1),
            }
        )

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are."""
        depth = self.spec.depth
        return {
            "a": f"{depth} bits of a plane of A per row and beat; lane {depth}*i+k is of row i of C",
            "b": f"{depth} bits of a plane of W per column and beat; lane {depth}*j+k is of column j of C",
            "c": "one row of C per beat; lane j is column j; last marks the bottom row",
            "last_mismatch": "sticky: a and b disagreed about last",
            "too_wide": "sticky: a sum doubled more often than operands of the full width ask for",
        }

    def elaborate(self, platform):
        """Place the rows."""
        m = Module()
        spec = self.spec
        payload = self.b.payload
        en = Signal()
        m.d.comb += en.eq(~self.c.valid | self.c.ready)
        token = intake(m, self, en, spec.rows)
        take = token["valid"]
        shift = Signal(name="shifts")
        m.d.comb += shift.eq(take & payload.shift & ~token["first"])
        self._watch_shifts(m, take, shift, token["last"])

        counted = Signal(spec.depth, name="counted_bits")
        mask = payload.mask.as_value() if spec.bipolar else Const(-1, spec.depth)
        m.d.comb += counted.eq(mask & take.replicate(spec.depth))
        sign = popcount(m, counted, "used") if spec.bipolar else take & payload.negate
        rows = BroadcastRows.of(spec)
        share(m, platform, rows, "rows")
        m.d.comb += [getattr(rows, name).eq(token[name]) for name in TOKEN]
        # Bits that do not count are 0 on both sides, and so differ nowhere.
        a, b = self.a.payload.data.as_value(), payload.data.as_value()
        a = Cat(a.word_select(i, spec.depth) & counted for i in range(spec.rows))
        b = Cat(Cat(b.word_select(j, spec.depth) & counted, shift, sign) for j in range(spec.cols))
        m.d.comb += [
            rows.en.eq(en),
            rows.a.eq(skewed(m, platform, en, a, spec.rows, "a_skew")),
            rows.b.eq(b),
        ]
        register_c(m, self, en, rows.done, rows.bottom_done, rows.result)
        return m

    def _watch_shifts(self, m: Module, take, shift, last) -> None:
        """Count how often a sum doubles, and raise `too_wide`."""
        most = self.spec.most_shifts
        count = Signal(range(most + 1), name="shift_count")
        full = Signal(name="no_shift_left")
        m.d.comb += full.eq(count == most)
        with m.If(take):
            m.d.sync += count.eq(Mux(last, 0, Mux(shift & ~full, count + 1, count)))
            with m.If(shift & full):
                m.d.sync += self.too_wide.eq(1)
