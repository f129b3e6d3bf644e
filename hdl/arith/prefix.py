"""Parallel-prefix adders: every carry in logarithmic time, by combining spans of columns.

A column generates a carry (g = x & y) or propagates one (p = x ^ y). Two neighbouring spans make a longer
one: G = G_high | P_high & G_low, P = P_high & P_low. That operation is associative, so the carries into all
columns are a prefix computation, and how it is bracketed is free:

    kind          levels              cells             fan-out   shape for 8 columns (o combines)
    ripple        n - 1               n - 1             2         one after the other
    sklansky      log2 n              n/2 log2 n        n/2       a span's end feeds the whole next span
    kogge_stone   log2 n              n log2 n - n + 1  2         every column at every level
    brent_kung    2 log2 n - 2        2n - 2 - log2 n   2         a tree up, a tree down
    han_carlson   log2 n + 1          n/2 log2 n        2         Kogge-Stone on odd columns, then even ones

Sources: J. Sklansky, 1960; P. M. Kogge and H. S. Stone, 1973; R. P. Brent and H. T. Kung, 1982; T. Han and
D. A. Carlson, 1987.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..spec import Spec, choice, integer

KINDS = ("ripple", "sklansky", "kogge_stone", "brent_kung", "han_carlson")


def prefix_levels(kind: str, width: int) -> list[list[tuple[int, int]]]:
    """Return the network: per level the pairs (high, low) where column `high` combines with `low`.

    A column stands for the span that ends in it; a level reads what the level before it left.
    """
    if kind == "ripple":
        return [[(k, k - 1)] for k in range(1, width)]
    steps = [1 << k for k in range((width - 1).bit_length())]
    if kind == "sklansky":
        return [[(k, (k // s) * s - 1) for k in range(width) if k // s % 2] for s in steps]
    if kind == "kogge_stone":
        return [[(k, k - s) for k in range(s, width)] for s in steps]
    if kind == "brent_kung":
        up = [[(k, k - s) for k in range(2 * s - 1, width, 2 * s)] for s in steps]
        down = [[(k, k - s) for k in range(3 * s - 1, width, 2 * s)] for s in reversed(steps[:-1])]
    else:
        up = [[(k, k - s) for k in range(1, width, 2) if k >= s] for s in steps]
        down = [[(k, k - 1) for k in range(2, width, 2)]] if width > 2 else []
    return [level for level in up + down if level]


def prefix_carries(m: Module, generate, propagate, kind: str, name: str) -> Value:
    """Return the carry out of every column, for any recurrence carry[k+1] = g[k] | p[k] & carry[k].

    The carry into column 0 is zero. In the signals `<name>_g<level>` and `<name>_p<level>` bit k is the span
    that ends in column k; `<name>_below_...` holds the spans that it combines with.
    """
    width = len(generate)
    for number, level in enumerate(prefix_levels(kind, width), 1):
        names = [f"{name}_{what}{number}" for what in ("below_g", "below_p", "g", "p")]
        below_g, below_p, new_g, new_p = (Signal(width, name=text) for text in names)
        low_of = dict(level)
        m.d.comb += [
            # A column that combines with none keeps its g and p.
            below_g.eq(Cat(generate[low_of[k]] if k in low_of else Const(0, 1) for k in range(width))),
            below_p.eq(Cat(propagate[low_of[k]] if k in low_of else Const(1, 1) for k in range(width))),
            new_g.eq(generate | (propagate & below_g)),
            new_p.eq(propagate & below_p),
        ]
        generate, propagate = new_g, new_p
    return generate


def prefix_add(m: Module, x, y, kind: str, carry_in=None, name: str = "adder") -> Value:
    """Return x + y + carry_in, one bit wider than the (equally wide) operands."""
    width = len(x)
    generate, propagate = Signal(width, name=f"{name}_g0"), Signal(width, name=f"{name}_p0")
    total = Signal(width + 1, name=f"{name}_sum")
    first = Const(0, 1) if carry_in is None else carry_in
    # With a carry in, column 0 generates what a full adder there would carry out.
    m.d.comb += [
        generate.eq((x & y) | ((x ^ y)[0] & first)),
        propagate.eq(x ^ y),
    ]
    carries = prefix_carries(m, generate, propagate, kind, name)
    m.d.comb += total.eq(Cat(propagate, Const(0, 1)) ^ Cat(first, carries))
    return total


@dataclasses.dataclass(frozen=True, kw_only=True)
class PrefixAdderSpec(Spec):
    """Width and network of an adder."""

    width: int = integer(16, 1, 256, "width of the operands", unit="bits")
    kind: str = choice("sklansky", KINDS, "prefix network")

    @property
    def latency(self) -> int:
        """Cycles from operands to sum: none, there is no register."""
        return 0


class PrefixAdder(wiring.Component):
    """sum = x + y + carry_in, one bit wider than the operands. Combinational."""

    port_docs = {"x": "operand", "y": "operand", "carry_in": "added in column 0", "sum": "x + y + carry_in"}

    def __init__(self, spec: PrefixAdderSpec):
        self.spec = spec
        width = spec.width
        super().__init__({"x": In(width), "y": In(width), "carry_in": In(1), "sum": Out(width + 1)})

    def elaborate(self, platform):
        """Build the network."""
        m = Module()
        m.d.comb += self.sum.eq(prefix_add(m, self.x, self.y, self.spec.kind, self.carry_in))
        return m
