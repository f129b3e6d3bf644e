"""An entry out of a table by one line per entry: AND and OR, cheaper than a tree of two-way multiplexers."""

from amaranth.hdl import Cat, Module, Signal, Value


def looked_up(m: Module, entries: list[Value], lines: Value, name: str) -> Value:
    """Return the entry whose line is set, or 0; entries are equally wide, and at most one line is set."""
    found = []
    for bit in range(len(entries[0])):
        chosen = Signal(len(entries), name=f"chosen_{name}_bit_{bit}")
        m.d.comb += chosen.eq(Cat(entry[bit] for entry in entries) & lines)
        found.append(chosen.any())
    return Cat(found)
