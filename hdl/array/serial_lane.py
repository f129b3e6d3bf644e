"""The queue of one row and lane of a digit-serial array: which operand of A is next, and whose slot it needs.

Operands wait in a ring beside the slots of B that they meet. An operand of zero is no work: only the others
are marked as waiting, and the next of them, in the order of the ring, is found among all slots at once:

    ring of A, waiting -> search -> | found | -> selection -> | operand | -> skip unit: waiting, current
    a ----------------------- if nothing else is there -----------^

Every stage moves on when the next has room, so operands of one digit can follow each other every cycle. A
row that has run out of work takes an operand past the ring: the less it falls back there, the fewer
slots it takes to keep rows of uneven work busy.
"""

import dataclasses

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.gates import any_of, earlier, line_of, number_of
from ..spec import Spec, integer

LANE_DOCS = {
    "a": "operand of A",
    "open": "one line per slot: it takes operands in, wanted or not",
    "push": "one line per slot: what it takes in is accepted",
    "tag": "number of the slot that is open, or will be next",
    "last": "what comes in completes a tile",
    "lasts": "one line per slot: it completes a tile",
    "taken": "the row's sum leaves; the next tile may begin",
    "ending": "the skip unit's operand has at most one digit left",
    "operand": "operand for the skip unit",
    "load": "the operand goes into the skip unit, to wait",
    "take": "what waits in the skip unit becomes current",
    "step": "the current operand's next digit is issued",
    "slot": "the slot of the digit issued in the cycle before, one line per slot",
    "busy": "slots that are still needed here after this cycle",
    "finished": "everything up to a tile's end has been issued",
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class SerialLaneSpec(Spec):
    """Width of the operands and length of the ring."""

    bits: int = integer(8, 2, 16, "width of an operand", unit="bits")
    slots: int = integer(8, 1, 64, "operands kept")


def tag_bits(slots: int) -> int:
    """Return the width of the number of a slot."""
    return max(1, (slots - 1).bit_length())


class SerialLane(wiring.Component):
    """Keeps operands of A, skips zeros, and runs a skip unit; stands still from a tile's end until `taken`.

    Timing: an operand's first digit is issued 3 cycles after it was accepted, if nothing is in front of it.
    The last operand of a tile is kept even if it is zero, and then takes a cycle.
    """

    port_docs = LANE_DOCS

    def __init__(self, spec: SerialLaneSpec):
        self.spec = spec
        slots = spec.slots
        ports = {name: In(slots) for name in ("open", "push", "lasts")}
        ports |= {"a": In(spec.bits), "tag": In(tag_bits(slots)), "last": In(1), "taken": In(1)}
        ports |= {"ending": In(1), "operand": Out(spec.bits), "load": Out(1), "take": Out(1), "step": Out(1)}
        super().__init__(ports | {"slot": Out(slots), "busy": Out(slots), "finished": Out(1)})

    def elaborate(self, platform):
        """Build the ring, the search and the stages up to the skip unit's current operand."""
        m = Module()
        slots = self.spec.slots
        found = Signal(slots, name="found_slot", reset_less=True)
        found_valid, operand_valid, waiting_valid, current_valid = (
            Signal(name=f"{stage}_valid") for stage in ("found", "operand", "waiting", "current")
        )
        # Which slot of B the operand of each stage meets.
        tags = tag_bits(slots)
        operand_tag, waiting_tag, current_tag = (
            Signal(tags, name=f"{stage}_tag", reset_less=True) for stage in ("operand", "waiting", "current")
        )
        operand_last, waiting_last, current_last = (
            Signal(name=f"{stage}_last", reset_less=True) for stage in ("operand", "waiting", "current")
        )
        found_moves = Signal()
        operand_moves = Signal()
        ends = Signal()
        completes = Signal()
        m.d.comb += [
            self.step.eq(current_valid & ~self.finished),
            ends.eq(self.step & self.ending),
            completes.eq(ends & current_last),
            self.take.eq(~current_valid | (self.ending & ~self.finished)),
            self.load.eq(~waiting_valid | self.take),
            operand_moves.eq(~operand_valid | self.load),
            found_moves.eq(~found_valid | operand_moves),
        ]
        nonzero = Signal()
        directly = Signal()
        wanted = Signal(slots)
        kept = Signal(slots)
        next_slot, some_wait = self.search(m, found_moves, kept)
        m.d.comb += [
            nonzero.eq(self.a.any() | self.last),
            wanted.eq(self.push & nonzero.replicate(slots)),
            directly.eq(operand_moves & ~found_valid & ~some_wait),
            kept.eq(wanted & ~directly.replicate(slots)),
        ]
        with m.If(found_moves):
            m.d.sync += [found_valid.eq(some_wait), found.eq(next_slot)]
        ring = [Signal(self.spec.bits, name=f"ring_{k}", reset_less=True) for k in range(slots)]
        for k, word in enumerate(ring):
            with m.If(self.open[k]):
                m.d.sync += word.eq(self.a)
        operand = Signal(self.spec.bits, name="operand_reg", reset_less=True)
        chosen = any_of([word & found[k].replicate(len(word)) for k, word in enumerate(ring)])
        chosen_tag = number_of(found, tags)
        with m.If(operand_moves):
            m.d.sync += [
                operand_valid.eq(found_valid | (wanted.any() & ~some_wait)),
                operand.eq(Mux(found_valid, chosen, self.a)),
                operand_tag.eq(Mux(found_valid, chosen_tag, self.tag)),
                operand_last.eq(Mux(found_valid, (found & self.lasts).any(), self.last)),
            ]
        with m.If(self.load):
            m.d.sync += [
                waiting_valid.eq(operand_valid),
                waiting_tag.eq(operand_tag),
                waiting_last.eq(operand_last),
            ]
        with m.If(self.take):
            m.d.sync += [
                current_valid.eq(waiting_valid),
                current_tag.eq(waiting_tag),
                current_last.eq(waiting_last),
            ]
        # A slot is given up with its last digit, which the cells read a cycle later; whatever comes in then
        # cannot be written before the end of that cycle.
        busy = Signal(slots, name="busy_reg")
        slot = Signal(slots, name="slot_reg", reset_less=True)
        current_slot = Signal(slots)
        m.d.comb += current_slot.eq(line_of(current_tag, slots))
        m.d.sync += [
            slot.eq(current_slot),
            busy.eq(self.busy | wanted),
            self.finished.eq((self.finished | completes) & ~self.taken),
        ]
        m.d.comb += [
            self.operand.eq(operand),
            self.slot.eq(slot),
            self.busy.eq(busy & ~(current_slot & ends.replicate(slots))),
        ]
        return m

    def search(self, m: Module, moves, kept):
        """Return the next slot with a waiting operand, one line per slot, and whether there is one.

        moves: it is taken out; kept: slots that begin to wait.
        """
        slots = self.spec.slots
        waiting = Signal(slots, name="ring_waiting")
        # The slots above the one found last; if none of them waits, the search starts again from slot 0.
        ahead = Signal(slots, name="ring_ahead")
        behind = Signal(slots)
        m.d.comb += behind.eq(waiting & ahead)
        above = Signal(slots)
        below = Signal(slots)
        wrong = Signal(slots)
        some_ahead = Signal()
        some_wait = Signal()
        next_slot = Signal(slots)
        m.d.comb += [
            above.eq(earlier(behind)),
            below.eq(earlier(waiting)),
            some_ahead.eq(behind.any()),
            some_wait.eq(waiting.any()),
            wrong.eq(some_ahead.replicate(slots)),
            next_slot.eq((behind & ~above) | (waiting & ~(below | wrong))),
        ]
        with m.If(moves):
            m.d.sync += waiting.eq((waiting & ~next_slot) | kept)
        with m.Else():
            m.d.sync += waiting.eq(waiting | kept)
        # What passed the ring needs no note here: the next to wait is alone when it is found.
        with m.If(moves & some_wait):
            m.d.sync += ahead.eq(above | (below & ~wrong))
        return next_slot, some_wait
