"""The bits below the leading one: normalisation that keeps no more than it is asked for.

    word --> top 16 all zero? --> << 16 --> top 8 all zero? --> << 8 --> ... --> top bits
                    |                             |
                    '---> zeros, bit 4            '---> zeros, bit 3            all ones if word is 0

Large steps go first. A stage looks at the bits that it may push out, so that zeros need not be counted
beforehand, and bits that no later step can bring into the result are dropped: the shifter narrows from stage
to stage.

Source: the normaliser of any floating-point adder, for example in M. D. Ercegovac and T. Lang, Digital
Arithmetic, 2004, chapter 8.
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value


def normalised_top(m: Module, word: Value, keep: int, name: str) -> tuple[Value, Value]:
    """Return the `keep` top bits of `word`, shifted left until its highest one is on top, and by how much.

    Of a word that is 0 the bits are 0, and the number of places is what no other word has.
    """
    stages = len(word).bit_length()
    zeros = Signal(stages, name=f"{name}_zeros")
    for stage in reversed(range(stages)):
        step = 1 << stage
        needed = keep + step - 1
        word = word[max(len(word) - needed - step, 0) :]
        filled = Cat(Const(0, max(needed + step - len(word), 0)), word)
        none = Signal(name=f"{name}_none_{step}")
        shifted = Signal(needed, name=f"{name}_by_{step}")
        m.d.comb += [
            none.eq(~filled[-step:].any()),
            shifted.eq(Mux(none, filled[-needed - step : -step], filled[-needed:])),
            zeros[stage].eq(none),
        ]
        word = shifted
    return word, zeros
