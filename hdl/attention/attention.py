"""One head of attention: keys and values stream past a block of queries, and results are divided once.

q -> two blocks of queries --.
k -------------------------> scores -> exponentials -> | e | -> sums of e * v -> results -> y
                                            '-> total ---------------------------^ ^
v --------------------------------------------------------^                        s
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..arith.coded import Coder, CoderSpec
from ..array.mac_array import beat
from ..array.skew import delayed
from ..share import share
from ..vector.row_stream import coded_factor, given_once, parts, row_end, stage
from .attention_spec import AttentionSpec
from .query_scores import QueryScores
from .query_store import QueryStore
from .results import Results
from .weighted_sum import WeightedSum


class Attention(wiring.Component):
    """y = sum of e * v / sum of e, with e = 2 ** (scaled q . k): `golden.attention.attention`, bit for bit.

    A block of `queries` queries is `beats` beats of `q`, each with `lanes` elements of every query, with the
    scale of its scores (and the position of its first query, where the first key has 0). Then all keys and
    values stream past it, `beats` beats each; `last` comes with the last beat of the last key. Values need
    not come with their keys. `s` is the scale of a block's results; hold it with `valid` high if it never
    changes. `y` has the results of a query after the other, `out_lanes` a beat, `last` with its last. A row
    of more than `length_max` keys ends after these, and raises `too_long`, which stays high until reset.

    Timing: one beat of `k` and one of `v` a cycle, also from block to block, if the next queries are there
    and rows have at least `smooth_length` keys. `y` is offered `latency` cycles after the last beat
    of `v`. What stalls holds back what needs it. Reset drops whatever is in flight.
    """

    port_docs = {
        "q": "a block of queries, and the scale of its scores",
        "k": "keys; last with the last beat of a row",
        "v": "values",
        "s": "scale of the results of a block; hold valid high if it never changes",
        "y": "results; last with the last ones of a query",
        "too_long": "sticky: a row had more keys than it may",
    }

    def __init__(self, spec: AttentionSpec):
        self.spec = spec
        block = {"data": data.ArrayLayout(spec.element, spec.queries * spec.lanes)}
        vector = {"data": data.ArrayLayout(spec.element, spec.lanes)}
        super().__init__(
            {
                "q": In(stream.Signature(data.StructLayout(block | spec.header_fields))),
                "k": In(beat(spec.element, spec.lanes)),
                "v": In(stream.Signature(data.StructLayout(vector))),
                "s": In(stream.Signature(data.StructLayout(spec.dyadic_fields))),
                "y": Out(beat(spec.element, spec.out_lanes)),
                "too_long": Out(1),
            }
        )

    def elaborate(self, platform):
        """Place queries, scores, sums and results, and what lets them move."""
        m = Module()
        spec = self.spec
        en, take_k, take_v = (Signal(name=n) for n in ("en", "take_k", "take_v"))
        store, results = QueryStore(spec), Results(spec)
        share(m, platform, store, "store")
        share(m, platform, results, "results")
        fields = self.q.payload
        m.d.comb += [
            store.push.eq(self.q.valid & store.space),
            store.i.eq(fields.data.as_value()),
            store.header.eq(Cat(getattr(fields, name) for name in spec.header_fields)),
            self.q.ready.eq(store.space),
            self.k.ready.eq(en & store.some),
            take_k.eq(self.k.valid & self.k.ready),
        ]
        scores = self._scores(m, platform, en, take_k, store)
        held, v_ends = self._exponentials(m, en, take_v, scores)
        # Totals do not wait until scores move on: these may wait for results, which wait for the totals.
        gives_totals, totals_given = given_once(m, en, scores[0].row_valid, results.totals_space, "totals")
        m.d.comb += [
            self.v.ready.eq(held["valid"] & (~held["held_last"] | results.space)),
            take_v.eq(self.v.valid & self.v.ready),
            results.push.eq(take_v & held["held_last"]),
            results.ends.eq(v_ends),
            results.push_totals.eq(gives_totals & results.totals_space),
            results.totals.eq(Cat(score.total for score in scores)),
        ]
        m.d.comb += en.eq((~scores[0].e_valid | ~held["valid"] | (take_v & v_ends)) & totals_given)
        self._sums(m, platform, take_v, held, results)
        wiring.connect(m, results.s, wiring.flipped(self.s))
        wiring.connect(m, wiring.flipped(self.y), results.y)
        return m

    def _scores(self, m: Module, platform, en, take_k, store: QueryStore) -> list[QueryScores]:
        """Place what makes scores, and let a block go when its keys are through."""
        spec = self.spec
        begins, key_ends = _beats(m, take_k, spec.beats, "key")
        done = Signal(name="key_done")
        m.d.comb += done.eq(take_k & key_ends)
        row_ends, too_long = row_end(m, self.k.payload.last, done, spec.length_max)
        widths = [shape.width for shape in spec.header_fields.values()]
        header = dict(zip(spec.header_fields, parts(store.o_header, *widths), strict=True))
        m.d.comb += [
            store.turn.eq(take_k),
            store.leave.eq(done & row_ends),
            self.too_long.eq(too_long),
        ]
        keeps = self._keeps(m, done, row_ends, header) if spec.masked else Const(-1, spec.queries)
        branch = spec.requant.branches[""]
        waits = {"factor": spec.requant.factor_wait, "shift": spec.requant.shift_wait}
        scale = {"factor": coded_factor(m, platform, branch, header["mult"]), "shift": header["shift"]}
        scale = {
            name: delayed(m, platform, en, value, spec.dot.latency + waits[name], f"{name}_delay")
            for name, value in scale.items()
        }
        valid = delayed(m, platform, en, done, spec.score_wait, "valid_delay", cleared=True)
        flags = delayed(m, platform, en, Cat(row_ends, keeps), spec.score_wait, "flags_delay")
        placed = []
        for n in range(spec.queries):
            score = QueryScores(spec)
            share(m, platform, score, f"scores_{n}")
            m.d.comb += [
                score.en.eq(en),
                score.take.eq(take_k),
                score.begins.eq(begins),
                score.q.eq(store.o.word_select(n, len(score.q))),
                score.k.eq(self.k.payload.data.as_value()),
                score.factor.eq(scale["factor"]),
                score.shift.eq(scale["shift"]),
                score.valid.eq(valid),
                score.keep.eq(flags[1 + n]),
                score.last.eq(flags[0]),
            ]
            placed.append(score)
        return placed

    def _keeps(self, m: Module, done, row_ends, header: dict[str, Value]) -> Value:
        """Return for every query whether the key takes part: by how far ahead of it the query is."""
        spec = self.spec
        fresh = Signal(init=1, name="row_begins")
        shape = signed((spec.length_max + spec.queries).bit_length() + 1)
        ahead, ahead_reg = Signal(shape, name="ahead"), Signal(shape, name="ahead_reg", reset_less=True)
        m.d.comb += ahead.eq(Mux(fresh, header["position"], ahead_reg))
        with m.If(done):
            m.d.sync += [ahead_reg.eq(ahead - 1), fresh.eq(row_ends)]
        keeps = []
        for n in range(spec.queries):
            by = ahead + n
            keep = Const(1, 1)
            if spec.causal:
                keep &= by >= 0
            if spec.window is not None:
                keep &= by < spec.window
                keep &= by > -spec.window
            keeps.append(keep)
        return Cat(keeps)

    def _exponentials(self, m: Module, en, take_v, scores) -> tuple[dict[str, Value], Value]:
        """Return a key's exponentials, held while its value comes, and whether a beat of v is its last."""
        _, ends = _beats(m, take_v, self.spec.beats, "value")
        moves = Signal(name="held_moves")
        arrives = Signal(name="held_arrives")
        m.d.comb += [arrives.eq(en & scores[0].e_valid), moves.eq(arrives | (take_v & ends))]
        held = stage(
            m,
            moves,
            arrives,
            held_e=Cat(score.e for score in scores),
            held_rise=Cat(score.e_rise for score in scores),
            held_first=scores[0].e_first,
            held_last=scores[0].e_last,
        )
        return held, ends

    def _sums(self, m: Module, platform, take_v, held: dict[str, Value], results: Results) -> None:
        """Place what weighs and adds values, for every query."""
        spec = self.spec
        words = []
        for k in range(spec.lanes):
            coder = Coder(CoderSpec(bits=spec.bits))
            share(m, platform, coder, f"coder_v{k}")
            m.d.comb += coder.a.eq(self.v.payload.data[k])
            words.append(coder.word)
        sums = []
        for n in range(spec.queries):
            weighted = WeightedSum(spec)
            share(m, platform, weighted, f"sums_{n}")
            m.d.comb += [
                weighted.en.eq(take_v),
                weighted.first.eq(held["held_first"]),
                weighted.rise.eq(held["held_rise"].word_select(n, spec.row_exp.octave_bits)),
                weighted.e.eq(held["held_e"].word_select(n, spec.exp_bits)),
                weighted.v.eq(Cat(words)),
            ]
            sums.append(weighted.sums)
        m.d.comb += results.sums.eq(Cat(sums))


def _beats(m: Module, take, beats: int, name: str) -> tuple[Value, Value]:
    """Return whether the beat that is taken with `take` is the first of a vector, and its last."""
    if beats == 1:
        return Const(1, 1), Const(1, 1)
    position = Signal(range(beats), name=f"{name}_beat")
    ends = Signal(name=f"{name}_ends")
    m.d.comb += ends.eq(position == beats - 1)
    with m.If(take):
        m.d.sync += position.eq(Mux(ends, 0, position + 1))
    return ~position.any(), ends
