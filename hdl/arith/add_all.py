"""The sum of unsigned words: one compressor tree, one adder."""

from collections.abc import Iterable

from amaranth.hdl import Module, Value

from .columns import Columns
from .prefix import prefix_add


def add_all(m: Module, words: Iterable[Value], bits: int, name: str) -> Value:
    """Return the sum of words in `bits` bits, by a Brent-Kung adder whose signals begin with `name`."""
    columns = Columns(m, bits, "tree")
    for word in words:
        columns.add_unsigned(word)
    columns.compress()
    return prefix_add(m, *columns.rows(), "brent_kung", name=name)[:bits]
