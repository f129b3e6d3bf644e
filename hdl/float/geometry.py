"""How wide a sum has to be so that it can be rounded once: a term in place, and an addend shifted to it.

    |<- addend, leftmost ->|
               |<- addend, shifted right by top of term - top of addend ->| lost
                             |<------ term, in place ------>|<-- low -->|

The term is not shifted. An addend that belongs further left stays leftmost and brings its exponent along: the
term then lies below all that rounding looks at, where the result does not depend on its place. Of an addend
that falls out on the right only "some bit was one" is left. How wide the window must be for both to be true,
numbers with leading zeros included, follows from the formats. With one format of p bits for all, subnormal
numbers and nearest even, a product's window has 3 p + 4 bits.

Source of the datapath: R. K. Montoye, E. Hokenek and S. L. Runyon, Design of the IBM RISC System/6000
Floating-Point Execution Unit, 1990. The bounds are worked out here.
"""

import dataclasses

from ...golden.float_format import FloatFormat


@dataclasses.dataclass(frozen=True)
class Kind:
    """Non-zero numbers: significands from 2**top up, lowest bits from 2**low to 2**high."""

    top: int
    low: int
    high: int


@dataclasses.dataclass(frozen=True)
class Term:
    """What is known of numbers beforehand.

    bits: width of the significand; origin: exponent of its lowest bit where the exponent signal is 0; kinds:
    the non-zero ones.
    """

    bits: int
    origin: int
    kinds: tuple[Kind, ...]

    @property
    def lowest(self) -> int:
        """Smallest exponent of the lowest bit."""
        return min(kind.low for kind in self.kinds)

    @property
    def highest(self) -> int:
        """Largest exponent of the lowest bit."""
        return max(kind.high for kind in self.kinds)


def term_of(fmt: FloatFormat) -> Term:
    """Return what is known of the numbers of a format, as `unpack` takes them apart."""
    m = fmt.mantissa_bits
    origin = -(fmt.bias + m)
    first, last = int(fmt.has_zero), fmt.max_code >> m
    kinds = []
    if fmt.exponent_bits and last >= first:
        kinds.append(Kind(m, origin + first, origin + last))
    if m and fmt.subnormals not in ("flush_in", "flush"):
        kinds.append(Kind(0, origin + 1, origin + 1))
    return Term(m + 1, origin, tuple(kinds))


def product_of(x: Term, y: Term) -> Term:
    """Return what is known of products."""
    pairs = [(i, j) for i in x.kinds for j in y.kinds]
    kinds = tuple(Kind(i.top + j.top, i.low + j.low, i.high + j.high) for i, j in pairs)
    return Term(x.bits + y.bits, x.origin + y.origin, kinds)


@dataclasses.dataclass(frozen=True)
class Target:
    """A result: `bits` of significand, `fraction` bits below that count, exponents from `lowest` up.

    Smaller numbers have leading zeros instead.
    """

    bits: int
    fraction: int
    lowest: int

    @property
    def needed(self) -> int:
        """Bits of a result that have to be right, one by one."""
        return self.bits + self.fraction

    @property
    def floor(self) -> int:
        """Exponent below which no bit has to be right."""
        return self.lowest + 1 - self.needed

    def headroom(self, top: int) -> int:
        """Return how many zeros a word needs above its top bit, of exponent `top` or more.

        Its top bit is then at `lowest` or above, or all of it is below `floor`.
        """
        return min(max(self.lowest - top, 0), self.needed)


@dataclasses.dataclass(frozen=True)
class Window:
    """The window of a sum.

    low: bits below the term; leftmost: how far the lowest bit of a leftmost addend lies above that of the
    term; zero_yields: a zero addend leaves the exponent to the term; width: of the whole; lowest_top:
    smallest exponent of its top bit.
    """

    low: int
    leftmost: int
    zero_yields: bool
    width: int
    lowest_top: int


def window_of(term: Term, addend: Term, target: Target) -> Window:
    """Return the window for `term` + `addend`, either of any sign, rounded to `target`."""
    # An addend that loses bits is below 2**(top - 1): the sum is 2**(top - 1) at least, and what is lost lies
    # below all that counts. Where no addend loses any, one bit more keeps a negative sum from being -1.
    low = max(
        min(max(addend.bits, target.needed) - kind.top, kind.high - addend.lowest + 1) for kind in term.kinds
    )
    # Further left, all that counts lies above the term: by the size of the addend, less a bit that it lends,
    # or because no exponent of a result is lower.
    above = [min(target.needed - kind.top, kind.high - target.floor) for kind in addend.kinds]
    beyond = term.bits + max(0, *above)
    farthest = addend.highest - term.lowest
    leftmost = min(beyond, max(term.bits, farthest))
    zero_yields = farthest > leftmost and term.bits + addend.lowest - target.floor > beyond
    low = max(low, 1)
    tops = [addend.lowest] + ([term.lowest + leftmost] if zero_yields else [])
    return Window(low, leftmost, zero_yields, low + leftmost + addend.bits, min(tops) + addend.bits - 1)
