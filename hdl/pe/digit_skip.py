"""The skip unit: an operand's digits that are not zero, one a cycle, as select lines of a row.

    operand -> recoder -> | waiting | -> | current | -> lowest digit -> | pick | -> | select lines |
                                            ^------ crossed out -----'

An operand waits, already recoded, while the one before it is worked on, so that operands follow each other
without a gap. Whether the current one is down to its last digit is known from a register: it is worked
out a cycle ahead.

A digit -2, -1, 1 or 2 of weight 4 ** i selects the row -+b * 2 ** s with s = 2i or 2i+1. The select lines
are made once, in registers, for all columns:

    weight[s]   the row is b, shifted by s; no line: the row is zero
    neg         b is inverted in front of the shift; `one`, a cycle later, adds the missing 1
    fill[k]     column k lies below the shifted b: neg, as there is nothing to invert
    reach[k]    column k above the sign of the unshifted b lies at or above its shifted sign

Source: the sparse encoder of OPT3, Wu et al., HPCA 2025, which takes one digit position of four operands at
a time and spends a cycle on four zeros; here it is all digits of one operand, and a zero operand never comes.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.digits import digit_count
from ..arith.recoder import RECODINGS, Recoder, RecoderSpec
from ..share import share
from ..spec import Spec, choice, flag, integer


@dataclasses.dataclass(frozen=True, kw_only=True)
class DigitSkipSpec(Spec):
    """Width, sign and recoding of the operands."""

    bits: int = integer(8, 2, 16, "width of an operand", unit="bits")
    signed: bool = flag(True, "operands are two's complement, not unsigned")
    recoding: str = choice("minimal_weight", RECODINGS, "which digits")

    @property
    def digits(self) -> int:
        """Digits of an operand, which is how many cycles the worst one takes."""
        return digit_count(self.bits, self.signed)

    @property
    def shifts(self) -> int:
        """How many shifts of b there are: 0 to the position of the highest digit's power of two."""
        return self.bits if self.signed else self.bits + 1


def skip_ports(spec: DigitSkipSpec) -> dict:
    """Return the ports of the select lines."""
    shifts = spec.shifts
    return {"weight": shifts, "neg": 1, "one": 1, "fill": shifts - 1, "reach": shifts - 1}


#: What steps a skip unit on.
SKIP_CONTROLS = ("load", "take", "step")
#: What is kept of the digits of an operand: which are left, and of what kind they are.
_WORDS = ("left", "two", "neg")

SELECT_DOCS = {
    "weight": "the row is b shifted by so much; none: zero",
    "neg": "invert b",
    "one": "add 1, a cycle after `neg`",
    "fill": "column k is below the shifted b and must be inverted",
    "reach": "column k above the sign of b is at or above its sign, shifted",
}


class DigitSkip(wiring.Component):
    """Recodes operands and issues their digits, as select lines of a row of partial products.

    `load` takes `operand` in, to wait; `take` makes what waits current; `step` issues the current operand's
    lowest digit and crosses it out. With `ending` it has at most one. Select lines show a digit two cycles
    after `step`; `one` comes a cycle later.
    """

    port_docs = {
        "operand": "number to recode",
        "load": "take the operand in, to wait",
        "take": "what waits becomes current",
        "step": "issue the current operand's lowest digit",
        "ending": "the current operand has at most one digit left",
    } | SELECT_DOCS

    def __init__(self, spec: DigitSkipSpec):
        self.spec = spec
        ports = {"operand": In(spec.bits), "load": In(1), "take": In(1), "step": In(1), "ending": Out(1)}
        super().__init__(ports | {name: Out(width) for name, width in skip_ports(spec).items()})

    def elaborate(self, platform):
        """Build recoder, both registers of digits, and the select lines."""
        m = Module()
        spec = self.spec
        count = spec.digits
        recoder = Recoder(RecoderSpec(bits=spec.bits, signed=spec.signed, recoding=spec.recoding))
        share(m, platform, recoder, "recoder")
        waiting = {name: Signal(count, name=f"waiting_{name}", reset_less=True) for name in _WORDS}
        current = {name: Signal(count, name=f"current_{name}", reset_less=True) for name in _WORDS}
        m.d.comb += recoder.a.eq(self.operand)
        with m.If(self.load):
            m.d.sync += [
                waiting["left"].eq(recoder.one | recoder.two),
                waiting["two"].eq(recoder.two),
                waiting["neg"].eq(recoder.neg),
            ]

        left = current["left"]
        lowest = Signal(count)
        m.d.comb += lowest.eq(Cat(left[i] & ~left[:i].any() for i in range(count)))
        one_waits = Signal()
        two_left = Signal()
        m.d.comb += [one_waits.eq(~_more_than(waiting["left"], 1)), two_left.eq(~_more_than(left, 2))]
        with m.If(self.take):
            m.d.sync += [current[name].eq(waiting[name]) for name in _WORDS]
            m.d.sync += self.ending.eq(one_waits)
        with m.Elif(self.step):
            m.d.sync += [left.eq(left & ~lowest), self.ending.eq(two_left)]

        # Cleared by reset, and then nothing is added: the sum starts from zero.
        pick = Signal(count)
        pick_neg = Signal()
        pick_two = Signal(reset_less=True)
        issued = Signal(count)
        m.d.comb += issued.eq(lowest & self.step.replicate(count))
        m.d.sync += [
            pick.eq(issued),
            pick_two.eq((lowest & current["two"]).any()),
            pick_neg.eq((issued & current["neg"]).any()),
        ]
        self.select(m, pick, pick_two, pick_neg)
        return m

    def select(self, m: Module, pick, pick_two, pick_neg) -> None:
        """Turn one digit into select lines."""
        shifts = self.spec.shifts
        weight = Signal(shifts, name="next_weight")
        m.d.comb += weight.eq(Cat(pick[s // 2] & (pick_two if s % 2 else ~pick_two) for s in range(shifts)))
        registers = {
            name: Signal(width, name=f"{name}_reg", reset_less=True)
            for name, width in skip_ports(self.spec).items()
        }
        m.d.sync += [
            registers["weight"].eq(weight),
            registers["neg"].eq(pick_neg),
            registers["one"].eq(registers["neg"]),
            # The digits above column k are those picked there, but for the lower half of a pair.
            registers["fill"].eq(Cat(weight[k + 1 :].any() & pick_neg for k in range(shifts - 1))),
            registers["reach"].eq(Cat(weight[: k + 2].any() for k in range(shifts - 1))),
        ]
        m.d.comb += [getattr(self, name).eq(register) for name, register in registers.items()]


def _more_than(word, limit: int):
    """Return whether more than `limit` bits of `word` are set; limit: 1 or 2."""
    bits = list(word)
    # seen[k]: more than k of the bits so far are set, halves merged by twos.
    seen = [[bit] + [Const(0, 1)] * limit for bit in bits]
    while len(seen) > 1:
        pairs = [_merged(seen[i], seen[i + 1], limit) for i in range(0, len(seen) - 1, 2)]
        seen = pairs + ([seen[-1]] if len(seen) % 2 else [])
    return seen[0][limit]


def _merged(low, high, limit: int):
    """Return counts of two groups together: entry k says that more than k bits are set."""
    merged = []
    for k in range(limit + 1):
        total = low[k] | high[k]
        for i in range(k):
            total = total | (low[i] & high[k - 1 - i])
        merged.append(total)
    return merged
