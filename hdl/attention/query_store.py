"""Two blocks of queries: keys stream past one while the other comes in."""

from amaranth.hdl import Cat, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from .attention_spec import AttentionSpec


class QueryStore(wiring.Component):
    """A block is `beats` beats; `o` is one of them, and `turn` brings the next, in a ring.

    Reset empties both.
    """

    port_docs = {
        "push": "take a beat; there is space",
        "i": "elements of all queries of a block",
        "header": "what comes with a block; that of the last beat counts",
        "space": "there is room for a beat",
        "turn": "go to the next beat",
        "leave": "the block is done with; with its last turn",
        "some": "there is a block",
        "o": "elements of all queries",
        "o_header": "header of the block",
    }

    def __init__(self, spec: AttentionSpec):
        self.spec = spec
        beat = spec.queries * spec.lanes * spec.bits
        header = sum(shape.width for shape in spec.header_fields.values())
        super().__init__(
            {
                "push": In(1),
                "i": In(beat),
                "header": In(header),
                "space": Out(1),
                "turn": In(1),
                "leave": In(1),
                "some": Out(1),
                "o": Out(beat),
                "o_header": Out(header),
            }
        )

    def elaborate(self, platform):
        """Build two rings, and who has which."""
        m = Module()
        beats, width = self.spec.beats, len(self.i)
        fills = Signal()
        shows = Signal()
        filled = Signal()
        if beats == 1:
            m.d.comb += filled.eq(self.push)
        else:
            position = Signal(range(beats))
            at_end = position == beats - 1
            m.d.comb += filled.eq(self.push & at_end)
            with m.If(self.push):
                m.d.sync += position.eq(Mux(at_end, 0, position + 1))
        rings, headers, loaded = [], [], []
        for n in range(2):
            ring = Signal(beats * width, name=f"ring_{n}", reset_less=True)
            header = Signal(len(self.header), name=f"header_{n}", reset_less=True)
            takes = Signal(name=f"takes_{n}")
            m.d.comb += takes.eq(self.push & (fills == n))
            with m.If(takes | (self.turn & (shows == n))):
                m.d.sync += ring.eq(Cat(ring[width:], Mux(takes, self.i, ring[:width])))
            with m.If(takes):
                m.d.sync += header.eq(self.header)
            there = Signal(name=f"loaded_{n}")
            with m.If(takes & filled):
                m.d.sync += there.eq(1)
            with m.Elif(self.leave & (shows == n)):
                m.d.sync += there.eq(0)
            rings.append(ring[:width])
            headers.append(header)
            loaded.append(there)
        with m.If(filled):
            m.d.sync += fills.eq(~fills)
        with m.If(self.leave):
            m.d.sync += shows.eq(~shows)
        m.d.comb += [
            self.space.eq(~Mux(fills, loaded[1], loaded[0])),
            self.some.eq(Mux(shows, loaded[1], loaded[0])),
            self.o.eq(Mux(shows, rings[1], rings[0])),
            self.o_header.eq(Mux(shows, headers[1], headers[0])),
        ]
        return m
