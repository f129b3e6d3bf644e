"""The cell of a digit-serial array: one digit of A times b a cycle and lane, added in carry-save form.

    window of b -> selection -> | b | -> invert, shift -> | row | --.
                       ^                     ^                       v
                     slot              select lines            compressor -> | sum, carry | -> column
                                                                  ^---------------'

A cell multiplies by one digit and not by an operand: two gates per bit of a row instead of a multiplier.
What picks operand and digit stands outside, once for a row of cells. `depth` lanes share one compressor and
one sum; a lane without a digit adds a row of zero, so nothing is ever gated.

Source: the elements of OPT4C (one lane) and OPT4E (several) of Wu et al., HPCA 2025; with the skip unit
inside that of OPT3. The published ones leave the shift to whoever adds up the sums of the digit positions;
this one has it.
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.columns import Columns
from ..arith.gates import any_of
from ..share import share
from .carry_save import CarrySaveForm, carry_save_step
from .digit_skip import SELECT_DOCS, SKIP_CONTROLS, DigitSkip, DigitSkipSpec, skip_ports

#: Columns of the counter above the rows that an adder in the loop spans.
UPPER_EVERY = 6

CELL_DOCS = {
    "window": "operands of b, slot 0 in the low bits; in a slot lane 0 first",
    "slot": "which of them, one line per slot; lane 0 first",
    "drive": "offer the sum on `result` in the next cycle",
    "clear": "the sum is zero after the next cycle; no rows may come in then",
    "result": "the sum as two words, 0 unless driven",
}


def skip_spec(spec) -> DigitSkipSpec:
    """Return the Spec of the skip units of an array."""
    # Left to itself, a skip unit takes the recoding with the fewest digits.
    recoding = "minimal_weight" if spec.recoding == "own" else spec.recoding
    return DigitSkipSpec(bits=spec.a_bits, signed=spec.a_signed, recoding=recoding)


def cell_ports(spec) -> dict:
    """Return the ports that every cell has."""
    return {
        "window": In(spec.slots * spec.k_step * spec.b_bits),
        "slot": In(spec.k_step * spec.slots),
        "drive": In(1),
        "clear": In(1),
        "result": Out(2 * spec.acc_width),
    }


class SerialCell(wiring.Component):
    """sum + carry += sum over the lanes of one digit of A times b, under select lines from outside.

    `slot` is a cycle ahead of the select lines, and a digit is in the sum two cycles after its select lines.
    """

    port_docs = CELL_DOCS | {name: f"{doc}; lane 0 first" for name, doc in SELECT_DOCS.items()}

    def __init__(self, spec):
        """`spec`: that of the array, of whose rows and cols a cell makes no use."""
        self.spec = spec
        lines = {name: In(spec.k_step * width) for name, width in skip_ports(skip_spec(spec)).items()}
        super().__init__(cell_ports(spec) | lines)

    def elaborate(self, platform):
        """Build the lanes and the sum."""
        m = Module()
        spec = self.spec
        width = spec.acc_width
        rows = [self.row(m, lane) for lane in range(spec.k_step)]
        row_bits = len(rows[0])
        span = min(row_bits, width)
        product = Columns(m, width, "product")
        for lane, row in enumerate(rows):
            product.add_unsigned(row[:-1])
            product.add_bit(~row[-1], row_bits - 1)
            product.add_constant(-1 << (row_bits - 1))
            product.add_bit(self.one[lane], 0)
        total = Signal(width, name="sum_reg", reset_less=True)
        carry = Signal(width, name="carry_reg", reset_less=True)
        form = CarrySaveForm(width, span, upper_every=UPPER_EVERY)
        new = carry_save_step(m, form, total, carry, product, spec.k_step << row_bits)
        clear, drive = (Signal(name=f"{name}_reg", reset_less=True) for name in ("clear", "drive"))
        m.d.sync += [clear.eq(self.clear), drive.eq(self.drive)]
        m.d.sync += [
            word.eq(value & ~clear.replicate(len(value)))
            for word, value in zip((total, carry), new, strict=True)
        ]
        m.d.comb += self.result.eq(Mux(drive, Cat(total, carry), 0))
        return m

    def row(self, m: Module, lane: int) -> Signal:
        """Return the registered row of one lane, in two's complement but for the 1 of a negation."""
        spec = self.spec
        shifts = skip_spec(spec).shifts
        weight, fill, reach = (
            getattr(self, name).word_select(lane, len(getattr(self, name)) // spec.k_step)
            for name in ("weight", "fill", "reach")
        )
        prefix = f"lane_{lane}_" if spec.k_step > 1 else ""
        chosen = Signal(spec.b_bits, name=f"{prefix}chosen_b")
        b = Signal(spec.b_bits, name=f"{prefix}b_reg", reset_less=True)
        terms = [
            self.window.word_select(slot * spec.k_step + lane, spec.b_bits)
            & self.slot[lane * spec.slots + slot].replicate(spec.b_bits)
            for slot in range(spec.slots)
        ]
        m.d.comb += chosen.eq(any_of(terms))
        m.d.sync += b.eq(chosen)

        signed_b = Signal(spec.b_bits + (not spec.b_signed), name=f"{prefix}signed_b")
        m.d.comb += signed_b.eq(
            Cat(b, Const(0, 1))[: len(signed_b)] ^ self.neg[lane].replicate(len(signed_b))
        )
        top = len(signed_b) - 1
        columns = []
        for column in range(top + shifts):
            parts = [weight[s] & signed_b[column - s] for s in range(shifts) if 0 <= column - s <= top]
            if column < shifts - 1:
                parts.append(fill[column])
            if column > top:
                # Above the sign: shifts by less than this column's, whose `reach` holds this one too.
                parts[0] = reach[column - top - 1] & signed_b[top]
            columns.append(any_of(parts))
        row = Signal(len(columns), name=f"{prefix}row")
        held = Signal(len(columns), name=f"{prefix}row_reg", reset_less=True)
        m.d.comb += row.eq(Cat(columns))
        m.d.sync += held.eq(row)
        return held


class SteppingCell(wiring.Component):
    """A cell with recoders and skip units of its own, which is fed with operands of A and not with digits.

    All cells of a row step alike; the row goes by `ending` of one of them.
    """

    port_docs = CELL_DOCS | {
        name: f"{doc}; lane 0 first" for name, doc in DigitSkip.port_docs.items() if name not in SELECT_DOCS
    }

    def __init__(self, spec):
        """`spec`: that of the array, of whose rows and cols a cell makes no use."""
        self.spec = spec
        ports = {"operand": In(spec.k_step * spec.a_bits), "ending": Out(spec.k_step)}
        super().__init__(cell_ports(spec) | ports | {name: In(spec.k_step) for name in SKIP_CONTROLS})

    def elaborate(self, platform):
        """Build a skip unit per lane and the cell proper."""
        m = Module()
        cell = SerialCell(self.spec)
        share(m, platform, cell, "element")
        controls = {name: getattr(self, name) for name in SKIP_CONTROLS}
        lines, ending = place_skips(m, platform, self.spec, self.operand, controls)
        m.d.comb += [getattr(cell, name).eq(value) for name, value in lines.items()]
        m.d.comb += [getattr(cell, n).eq(getattr(self, n)) for n in ("window", "slot", "drive", "clear")]
        m.d.comb += [self.ending.eq(ending), self.result.eq(cell.result)]
        return m


def place_skips(m: Module, platform, spec, operand, controls: dict) -> tuple[dict, Value]:
    """Place a skip unit per lane; return the select lines by name, and `ending`, lane 0 first.

    operand: depth x a_bits; controls: `load`, `take` and `step`, one bit per lane.
    """
    skips = []
    for lane in range(spec.k_step):
        skip = DigitSkip(skip_spec(spec))
        share(m, platform, skip, f"skip_{lane}")
        m.d.comb += [getattr(skip, name).eq(value[lane]) for name, value in controls.items()]
        m.d.comb += skip.operand.eq(operand.word_select(lane, spec.a_bits))
        skips.append(skip)
    lines = {name: Cat(getattr(skip, name) for skip in skips) for name in SELECT_DOCS}
    return lines, Cat(skip.ending for skip in skips)
