"""Radix-4 digits in one word, to be stored and sent: recode an operand once, use its digits in many places.

An array that hands an operand from element to element can recode it at its edge ("hoisted" recoding); the
coded word travels, and an element only takes it apart into the select lines of its rows. int8, digit 0 low:

    booth, minimal_weight   neg3 two3 one3  neg2 two2 one2  neg1 two1 one1  neg0 two0 one0     12 bits
    ent                     sign  code3 code2 code1 code0   (two bits a code, see ent.py)       9 bits

Of `one` and `two` at most one is 1; words that `encode` never makes mean nothing. Lines of the top digit
that are never 1 are left out (`golden.recoding.code_layout`), so EN-T has bits + 1 bits at any width.

Cost of `decode`: none for three lines a digit, an AND, an AND and an exclusive-or a digit for EN-T.
Source: Wu et al., EN-T, ICCD 2024.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ...golden.recoding import RECODINGS, code_layout
from ..spec import Spec, choice, flag, integer
from .booth import booth_digits
from .digits import Digits, digit_count
from .ent import ent_codes, ent_digits
from .minimal_weight import minimal_weight_digits


def code_bits(bits: int, signed: bool, recoding: str) -> int:
    """Return the width of a coded word."""
    return len(code_layout(bits=bits, signed=signed, recoding=recoding))


def encode(m: Module, a, signed: bool, recoding: str) -> Value:
    """Return the coded word of `a`, `code_bits` wide."""
    if recoding == "ent":
        sign, codes = ent_codes(m, a, signed)
        lines = {"low": codes[0::2], "high": codes[1::2], "sign": sign}
    else:
        digits = {"booth": booth_digits, "minimal_weight": minimal_weight_digits}[recoding](m, a, signed)
        lines = {name: getattr(digits, name) for name in ("one", "two", "neg")}
    layout = code_layout(bits=len(a), signed=signed, recoding=recoding)
    return Cat(lines[name][i] for name, i in layout)


def decode(m: Module, word, bits: int, signed: bool, recoding: str, prefix: str = "") -> Digits:
    """Return the digits in the coded word of a `bits`-wide number; signals begin with `prefix`."""
    names = ("low", "high", "sign") if recoding == "ent" else ("one", "two", "neg")
    lines = {name: [Const(0, 1)] * digit_count(bits, signed) for name in names}
    for position, (name, i) in enumerate(code_layout(bits=bits, signed=signed, recoding=recoding)):
        lines[name][i] = word[position]
    if recoding == "ent":
        codes = Cat(bit for pair in zip(lines["low"], lines["high"], strict=True) for bit in pair)
        return ent_digits(m, lines["sign"][0], codes, unsigned_top=not signed, prefix=prefix)
    words = {name: Signal(len(bits), name=f"{prefix}digit_{name}") for name, bits in lines.items()}
    m.d.comb += [words[name].eq(Cat(bits)) for name, bits in lines.items()]
    return Digits(**words, unsigned_top=not signed)


def recoded(m: Module, a, signed: bool, recoding: str) -> Digits:
    """Return the digits of `a`, coded and taken apart in one place."""
    return decode(m, encode(m, a, signed, recoding), len(a), signed, recoding)


@dataclasses.dataclass(frozen=True, kw_only=True)
class CoderSpec(Spec):
    """Width, sign and recoding of the operand."""

    bits: int = integer(8, 1, 64, "width of the operand", unit="bits")
    signed: bool = flag(True, "the operand is two's complement, not unsigned")
    recoding: str = choice("booth", RECODINGS, "which digits")

    @property
    def word_bits(self) -> int:
        """Width of the coded word."""
        return code_bits(self.bits, self.signed, self.recoding)

    @property
    def latency(self) -> int:
        """Cycles from operand to word: none, there is no register."""
        return 0


class Coder(wiring.Component):
    """`word` is the coded word of `a`. Combinational; golden model `golden.recoding.encode`."""

    port_docs = {"a": "operand", "word": "its digits, digit 0 in the low bits"}

    def __init__(self, spec: CoderSpec):
        self.spec = spec
        super().__init__({"a": In(spec.bits), "word": Out(spec.word_bits)})

    def elaborate(self, platform):
        """Build the coder."""
        m = Module()
        m.d.comb += self.word.eq(encode(m, self.a, self.spec.signed, self.spec.recoding))
        return m
