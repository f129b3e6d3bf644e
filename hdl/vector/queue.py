"""First in, first out: a memory between two ends of a unit that do not move together.

    i -> memory -> | o |

The memory's read port has a register, as block memories of FPGAs do; it is also the place that `o` waits in.
"""

import dataclasses

from amaranth.hdl import MemoryData, MemoryInstance, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec import Spec, integer


@dataclasses.dataclass(frozen=True, kw_only=True)
class QueueSpec(Spec):
    """Width and length."""

    width: int = integer(8, 1, 65536, "width of a word", unit="bits")
    depth: int = integer(4, 1, 131072, "words in the memory; one more waits behind it")


class Queue(wiring.Component):
    """Words leave in the order in which they came, two cycles after `push` at the earliest.

    `push` counts while there is `space`, `pop` while there is `some`. Reset empties the queue.
    """

    port_docs = {
        "push": "take i",
        "i": "word that comes in",
        "space": "there is room for a word",
        "pop": "give o away",
        "o": "oldest word",
        "some": "there is a word",
    }

    def __init__(self, spec: QueueSpec):
        self.spec = spec
        super().__init__(
            {
                "push": In(1),
                "i": In(spec.width),
                "space": Out(1),
                "pop": In(1),
                "o": Out(spec.width),
                "some": Out(1),
            }
        )

    def elaborate(self, platform):
        """Build the memory, its two positions, and the count of words in it."""
        m = Module()
        depth = self.spec.depth
        count = Signal(range(depth + 1))
        some = Signal(name="some_reg")
        puts = Signal()
        gets = Signal()
        m.d.comb += [
            self.space.eq(count != depth),
            puts.eq(self.push & self.space),
            gets.eq(count.any() & (~some | self.pop)),
            self.some.eq(some),
        ]
        write_at = self._position(m, puts, "write_at")
        read_at = self._position(m, gets, "read_at")
        memory = MemoryInstance(data=MemoryData(shape=self.spec.width, depth=depth, init=[]))
        memory.write_port(domain="sync", addr=write_at, data=self.i, en=puts)
        memory.read_port(domain="sync", addr=read_at, data=self.o, en=gets, transparent_for=())
        m.submodules.memory = memory
        m.d.sync += count.eq(count + puts - gets)
        with m.If(gets | self.pop):
            m.d.sync += some.eq(gets)
        return m

    def _position(self, m: Module, moves, name: str) -> Signal:
        """Return a place in the memory that goes around while `moves`."""
        depth = self.spec.depth
        position = Signal(range(depth), name=name)
        following = Signal(range(depth), name=f"{name}_next")
        m.d.comb += following.eq(Mux(position == depth - 1, 0, position + 1))
        with m.If(moves):
            m.d.sync += position.eq(following)
        return position
