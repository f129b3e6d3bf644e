"""Rows of a digit-serial array: lanes, cells and the end of a tile; and blocks of rows.

The lanes of a row wait for each other at the end of a tile only, and rows wait for each other not at all
until their sums leave, in order: the row whose turn it is drives the columns, one cycle after the row above.
"""

import dataclasses

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.gates import any_of
from ..pe.digit_skip import SKIP_CONTROLS
from ..pe.serial_cell import SerialCell, SteppingCell, place_skips
from ..share import share
from .serial_lane import SerialLane, SerialLaneSpec, tag_bits
from .stack import Stack

#: What lanes take as it comes.
TO_LANES = ("open", "push", "tag", "last", "lasts")

ROLES = {
    **dict.fromkeys(("en", *TO_LANES, "window"), "shared"),
    "a": "split",
    "turn": "down",
    "busy": "joined",
    "done": "joined",
    "bottom_done": "bottom",
    "result": "joined",
}

ROW_DOCS = {
    "en": "the drain moves only while this is high",
    "a": "operands of A, top row in the low bits; in a row lane 0 first",
    "open": "one line per slot: it takes operands in, wanted or not",
    "push": "one line per slot: what it takes in is accepted",
    "tag": "number of the slot that is open, or will be next",
    "last": "what comes in completes a tile",
    "lasts": "one line per slot: it completes a tile",
    "window": "operands of B: slot 0 in the low bits, in a slot lane 0, in a lane column 0",
    "turn": "the row above has left: it is the top row's turn",
    "turn_down": "the bottom row leaves: it is the turn of the row below",
    "busy": "slots that some lane still needs after this cycle",
    "done": "some row offers its sums",
    "bottom_done": "the bottom row offers its sums",
    "result": "two words per column, their sum that of the row that leaves, else 0",
}


def row_ports(spec) -> dict:
    """Return the ports of one row."""
    slots = spec.slots
    ports = {"en": In(1), "a": In(spec.k_step * spec.a_bits)}
    ports |= {"open": In(slots), "push": In(slots), "tag": In(tag_bits(slots))}
    ports |= {"last": In(1), "lasts": In(slots)}
    ports |= {"window": In(slots * spec.k_step * spec.cols * spec.b_bits), "turn": In(1), "turn_down": Out(1)}
    return ports | {
        "busy": Out(slots),
        "done": Out(1),
        "bottom_done": Out(1),
        "result": Out(spec.cols * 2 * spec.acc_width),
    }


class SerialRow(wiring.Component):
    """`depth` lanes and `cols` cells: issues the digits of its operands, then waits for its turn to leave.

    Between the last digit of a tile and the first of the next lie 4 cycles: sums are complete in the cells,
    driven and cleared; more where the row has to wait for its turn.
    """

    port_docs = ROW_DOCS
    roles = ROLES

    def __init__(self, spec):
        """`spec`: that of the array with `rows` = 1."""
        self.spec = spec
        super().__init__(row_ports(spec))

    def elaborate(self, platform):
        """Build the lanes, the cells and the end of a tile."""
        m = Module()
        spec = self.spec
        lanes = [SerialLane(SerialLaneSpec(bits=spec.a_bits, slots=spec.slots)) for _ in range(spec.k_step)]
        for d, lane in enumerate(lanes):
            share(m, platform, lane, f"lane_{d}")
            m.d.comb += [getattr(lane, n).eq(getattr(self, n)) for n in TO_LANES]
            m.d.comb += lane.a.eq(self.a.word_select(d, spec.a_bits))
        of_lanes = {name: Cat(getattr(lane, name) for lane in lanes) for name in (*SKIP_CONTROLS, "operand")}
        slot = Cat(lane.slot for lane in lanes)
        drive, taken, clear = self.leave(m, Cat(lane.finished for lane in lanes).all())

        stepping = spec.element == "bit_serial"
        if not stepping:
            controls = {name: of_lanes[name] for name in SKIP_CONTROLS}
            to_cells, ending = place_skips(m, platform, spec, of_lanes["operand"], controls)
        else:
            to_cells = of_lanes
        cells = []
        for j in range(spec.cols):
            cell = (SteppingCell if stepping else SerialCell)(dataclasses.replace(spec, rows=1, cols=1))
            share(m, platform, cell, f"cell_{j}")
            column = Cat(
                self.window.word_select(k * spec.cols + j, spec.b_bits)
                for k in range(spec.slots * spec.k_step)
            )
            m.d.comb += [
                cell.window.eq(column),
                cell.slot.eq(slot),
                cell.drive.eq(drive),
                cell.clear.eq(clear),
                self.result.word_select(j, len(cell.result)).eq(cell.result),
            ]
            m.d.comb += [getattr(cell, name).eq(value) for name, value in to_cells.items()]
            cells.append(cell)
        if stepping:
            ending = cells[0].ending
        m.d.comb += [lane.ending.eq(ending[d]) for d, lane in enumerate(lanes)]
        m.d.comb += [lane.taken.eq(taken) for lane in lanes]
        m.d.comb += self.busy.eq(any_of([lane.busy for lane in lanes]))
        return m

    def leave(self, m: Module, finished) -> tuple[Signal, Signal, Signal]:
        """Build the end of a tile; return `drive` a cycle ahead, `taken`, and `clear`.

        Two cycles after `finished` the cells have the row's sums a cycle later. In its turn the row drives
        them until they are taken, and only then are they cleared.
        """
        settled, full, gone, turn = (Signal(name=name) for name in ("settled", "full", "gone", "turn_reg"))
        driving, leaves, drive, taken = (Signal(name=n) for n in ("driving", "leaves", "drive", "taken"))
        # Set by reset too: what is in the cells then is no sum.
        clear = Signal(init=1)
        m.d.comb += [
            leaves.eq(turn & full & ~gone & self.en),
            drive.eq(leaves | (driving & ~self.en)),
            taken.eq(driving & self.en),
            self.turn_down.eq(leaves),
            self.done.eq(driving),
            self.bottom_done.eq(driving),
        ]
        m.d.sync += [
            settled.eq(finished & ~taken),
            full.eq(settled & ~taken),
            gone.eq((gone | leaves) & ~taken),
            turn.eq((turn & ~leaves) | self.turn),
            driving.eq(drive),
            clear.eq(taken),
        ]
        return drive, taken, clear


class SerialRows(Stack):
    """Rows of a digit-serial array, one below the other; each leaves after the one above it."""

    row = SerialRow
