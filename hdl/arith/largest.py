"""The largest of several numbers: a tree of comparisons, each with a multiplexer."""

from collections.abc import Sequence

from amaranth.hdl import Module, Mux, Signal, Value


def largest_of(m: Module, values: Sequence[Value], name: str = "larger") -> Value:
    """Return the largest of one or more numbers, all of one shape; signals are `<name>_<level>_<number>`."""
    values = list(values)
    level = 0
    while len(values) > 1:
        level += 1
        pairs = [values[k : k + 2] for k in range(0, len(values), 2)]
        values = []
        for k, pair in enumerate(pairs):
            larger = Signal(pair[0].shape(), name=f"{name}_{level}_{k}")
            m.d.comb += larger.eq(Mux(pair[0] > pair[-1], pair[0], pair[-1]))
            values.append(larger if len(pair) == 2 else pair[0])
    return values[0]
