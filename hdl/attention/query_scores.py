"""One query that keys stream past: its scores, their exponentials, and the sum of these.

q, k -> dot product -> scale, round -> score -> running maximum -> e -> total
"""

from amaranth.hdl import Module
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..pe.bit_weight_pe import BitWeightPe
from ..share import share
from ..softmax.row_exp import RowExp
from ..vector.requant_lane import RequantLane
from .attention_spec import AttentionSpec


class QueryScores(wiring.Component):
    """`e` follows a key's last beat by `score_wait` + 2 enabled cycles, relative to a running maximum.

    The other ports behave as those of `RowExp`.
    """

    port_docs = {
        "en": "every register moves only while this is high",
        "take": "there is a beat of the key; en is high then",
        "begins": "it is the key's first",
        "q": "elements of the query",
        "k": "elements of the key",
        "factor": "multiplier of the scale, as the requantiser takes it",
        "shift": "shift of the scale",
        "valid": "there is a score",
        "keep": "its key takes part",
        "last": "it is the row's last",
        "e_valid": "there is an exponential",
        "e": "exponential; 0 for keys that do not take part",
        "e_first": "it is the row's first",
        "e_last": "it is the row's last",
        "e_rise": "octaves by which the maximum rose with it",
        "row_valid": "a row has ended: total is its sum",
        "total": "sum of a row's exponentials",
    }
    from_row_exp = ("e_valid", "e", "e_first", "e_last", "e_rise", "row_valid", "total")

    def __init__(self, spec: AttentionSpec):
        self.spec = spec
        vector = spec.lanes * spec.bits
        exps = spec.row_exp
        super().__init__(
            {
                "en": In(1),
                "take": In(1),
                "begins": In(1),
                "q": In(vector),
                "k": In(vector),
                "factor": In(spec.requant.branches[""].factor_bits),
                "shift": In(spec.shift_bits),
                "valid": In(1),
                "keep": In(1),
                "last": In(1),
                "e_valid": Out(1),
                "e": Out(exps.exp_bits),
                "e_first": Out(1),
                "e_last": Out(1),
                "e_rise": Out(exps.octave_bits),
                "row_valid": Out(1),
                "total": Out(exps.total_bits),
            }
        )

    def elaborate(self, platform):
        """Chain the three parts."""
        m = Module()
        spec = self.spec
        dot, scale, exps = BitWeightPe(spec.dot), RequantLane(spec.requant), RowExp(spec.row_exp)
        for part, name in ((dot, "dot"), (scale, "scale"), (exps, "exps")):
            share(m, platform, part, name)
        m.d.comb += [
            dot.en.eq(self.take),
            dot.first.eq(self.begins),
            dot.a.eq(self.q),
            dot.b.eq(self.k),
            scale.en.eq(self.en),
            scale.x.eq(dot.acc),
            scale.factor.eq(self.factor),
            scale.shift.eq(self.shift),
            exps.en.eq(self.en),
            exps.valid.eq(self.valid),
            exps.x.eq(scale.y),
            exps.keep.eq(self.keep),
            exps.last.eq(self.last),
        ]
        m.d.comb += [getattr(self, name).eq(getattr(exps, name)) for name in self.from_row_exp]
        return m
