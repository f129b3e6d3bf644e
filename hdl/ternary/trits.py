"""Codes of trits as the lines that elements want, and which codes are illegal.

    1in2   bit 0 and bit 1 say plus or minus almost as they are
    5in8   digit n of a byte c is what (3 ** n * c) mod 256 is, in thirds of 256: below 86 it is -1, from 171 on
           +1. Four multiplications by constants, side by side, are an adder each; no digit waits for another
    3in5   sign and index of an entry of a table, which an element looks up as they are
    4in7   the same

Golden model: `golden.ternary.unpack_trits`.
"""

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ...golden.ternary import PACKINGS

#: Where the thirds of a byte begin: the smallest c with 3 * c >= 256, and >= 512.
ZERO_FROM, PLUS_FROM = 86, 171


def selects(m: Module, code: Value, take: Value, packing: str, name: str) -> tuple[Value, Value]:
    """Return what elements want of a code, and whether the code is illegal; both 0 unless `take`.

    With 1in2 and 5in8 that are two bits a trit, plus and minus, of which at most one is 1; with 3in5 and 4in7
    it is the code. Signals begin with `name`.
    """
    trits, bits = PACKINGS[packing]
    illegal = Signal(name=f"{name}_illegal")
    if packing == "1in2":
        m.d.comb += illegal.eq(take & code[1] & ~code[0])
        return Cat(take & code[0] & ~code[1], take & code[0] & code[1]), illegal
    if packing == "5in8":
        lines = []
        for n, power in enumerate(_powers_of_three(m, code, name)):
            lines += [take & (power >= PLUS_FROM), take & (power < ZERO_FROM)]
        # A byte that means what the one before it means.
        multiple = Signal(bits, name=f"{name}_times_13")
        m.d.comb += [
            multiple.eq(code + (code << 3) + (code << 2)),
            illegal.eq(take & (multiple >= 1) & (multiple <= 13)),
        ]
        return Cat(lines), illegal
    index = code[:-1]
    largest = 3**trits // 2
    m.d.comb += illegal.eq(take & ((index > largest) | ((index == 0) & code[-1])))
    return code & take.replicate(bits), illegal


def _powers_of_three(m: Module, code: Value, name: str) -> list[Value]:
    """Return 3 ** n * code modulo 256, for n from 0 to 4."""
    found = [code, *(Signal(len(code), name=f"{name}_times_{3**n}") for n in range(1, 5))]
    m.d.comb += [
        found[1].eq(code + (code << 1)),
        found[2].eq(code + (code << 3)),
        found[3].eq(found[2] + (found[2] << 1)),
        found[4].eq(found[2] + (found[2] << 3)),
    ]
    return found
