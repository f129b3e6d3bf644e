"""The product of a float and an integer weight by adding floats: a term for each bit of the weight.

    |x| if bit 0 -----> + ---> + --> | sign, NaN | --> code
    |x| * 2 if bit 1 -> |      |
    |x| * 4 if bit 2 -> + -----'         every + is a floating-point adder that rounds
    |x| * 8 if bit 3 -> |

What a term adds to its exponent costs nothing: it is a constant of the adder that takes it. Golden model:
`golden.float_terms`.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

from ...golden.float_format import FloatFormat, find_format
from ...golden.float_terms import term_tree
from ..share import share
from ..spec import integer
from .combinational import Combinational
from .fp_add import FpAdd, FpAddSpec
from .geometry import Term


@dataclasses.dataclass(frozen=True, kw_only=True)
class TermSumSpec(FpAddSpec):
    """A sum of floats, each times a power of two."""

    a_scale: int = integer(0, 0, 8, "a counts times 2 ** a_scale")
    b_scale: int = integer(0, 0, 8, "b counts times 2 ** b_scale")

    @property
    def term(self) -> Term:
        """What is known of a, times its power of two."""
        return scaled(super().term, self.a_scale)

    @property
    def addend(self) -> Term:
        """What is known of b, times its power of two."""
        return scaled(super().addend, self.b_scale)


def scaled(term: Term, scale: int) -> Term:
    """Return what is known of numbers times 2 ** scale."""
    kinds = (dataclasses.replace(k, low=k.low + scale, high=k.high + scale) for k in term.kinds)
    return dataclasses.replace(term, origin=term.origin + scale, kinds=tuple(kinds))


class TermSum(Combinational, FpAdd):
    """y = a * 2 ** a_scale + b * 2 ** b_scale, rounded once."""

    port_docs = {"a": "number", "b": "number", "y": "their sum"}


def sum_parameters(format_name: str, terms: int) -> dict[str, int]:
    """Return the parameters of the baseline's sums: one window, large enough for all terms."""
    sums = [
        TermSumSpec(a_format=format_name, a_scale=i, b_scale=j) for i in range(terms) for j in range(terms)
    ]
    plain = sums[0]
    headroom = plain.target.needed
    more = headroom - plain.headroom
    leftmost = max(spec.window.leftmost for spec in sums)
    return {
        "LOW": max(spec.window.low for spec in sums),
        "LEFTMOST": leftmost,
        "TERM_TOP": plain.term_top + more + leftmost - plain.window.leftmost,
        "NUMBER_TOP": plain.addend_top + more,
        "HEADROOM": headroom,
    }


def add_codes(m: Module, platform, x, y, format_name: str, adder: str, name: str, scales=(0, 0)) -> Value:
    """Place the sum of two codes, called `name`, and return it."""
    a_scale, b_scale = scales
    unit = TermSum(TermSumSpec(a_format=format_name, adder=adder, a_scale=a_scale, b_scale=b_scale))
    share(m, platform, unit, name)
    m.d.comb += [unit.a.eq(x), unit.b.eq(y)]
    return unit.y


def term_product(m: Module, platform, a: Value, b: Value, format_name: str, adder: str) -> Value:
    """Return the code of a * b, for signed weights `b`."""
    fmt = find_format(format_name)
    size = a[: fmt.magnitude_bits]
    magnitude = Signal(len(b), name="weight_magnitude")
    m.d.comb += magnitude.eq(Mux(b[-1], -b, b))
    # As codes: with a sign, which is plus.
    terms = [(Cat(size & bit.replicate(len(size)), Const(0, 1)), i) for i, bit in enumerate(magnitude)]
    for level, pairs in enumerate(term_tree(len(b))):
        rest = terms[2 * len(pairs) :]
        sums = []
        for j, k in pairs:
            (x, x_scale), (y, y_scale) = terms[j], terms[k]
            name = f"terms_{level}_{j // 2}"
            sums.append((add_codes(m, platform, x, y, format_name, adder, name, (x_scale, y_scale)), 0))
        terms = sums + rest
    return _signed(terms[0][0], a, b, fmt)


def _signed(size: Value, a: Value, b: Value, fmt: FloatFormat) -> Value:
    """Return a product with its sign; Inf and NaN times 0, which no term tells of, are NaN."""
    code = Cat(size[:-1], a[-1] ^ b[-1])
    return Mux(
        a[fmt.mantissa_bits : fmt.magnitude_bits].all() & ~b.any(), Const(fmt.nan_code, fmt.bits), code
    )
