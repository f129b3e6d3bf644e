"""A table as logic: a decision diagram, whose nodes are multiplexers, with equal parts made once.

A node asks one input bit and goes on to one of two smaller tables. Tables that are equal are one node, and
so are tables that are each other's inverse, of which one is read through an inverter (a reduced ordered
binary decision diagram with complemented edges). How many nodes there are depends on the order in which bits
are asked: it is searched by moving one bit at a time to where it does best, until none gains.

Sources: R. E. Bryant, Graph-Based Algorithms for Boolean Function Manipulation, 1986; K. S. Brace, R. L.
Rudell and R. E. Bryant, Efficient Implementation of a BDD Package, 1990; R. Rudell, Dynamic Variable Ordering
for Ordered Binary Decision Diagrams, 1993.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

#: Rows up to which the order of bits is searched.
LARGE = 1024


def logic_table(m: Module, inputs: Value, rows: Sequence[int], width: int, name: str) -> Value:
    """Return entry `inputs` of a table, as unsigned logic of `width` bits.

    rows: 2 ** len(inputs) integers, of which the low `width` bits count.
    """
    rows = tuple(row & (1 << width) - 1 for row in rows)
    order = best_order(rows, width)
    nodes: dict[tuple[int, int], Signal] = {}

    def read(table: int, level: int) -> Value:
        size = 1 << len(order) - level
        if table & 1:
            return ~read(table ^ (1 << size) - 1, level)
        if table == 0:
            return Const(0, 1)
        low, high = halves(table, size)
        if low == high:
            return read(low, level + 1)
        if low == 0 and high == (1 << size // 2) - 1:
            return inputs[order[level]]
        if (level, table) not in nodes:
            value = Mux(inputs[order[level]], read(high, level + 1), read(low, level + 1))
            nodes[level, table] = node = Signal(name=f"{name}_{len(nodes)}")
            m.d.comb += node.eq(value)
        return nodes[level, table]

    return Cat(read(table, 0) for table in ordered(rows, width, order))


def halves(table: int, size: int) -> tuple[int, int]:
    """Return both halves of a table of `size` bits: where the bit that is asked is 0, and where it is 1."""
    half = size // 2
    return table & (1 << half) - 1, table >> half


def ordered(rows: Sequence[int], width: int, order: Sequence[int]) -> list[int]:
    """Return the table of each result bit as an integer, bit i for entry i if bits are asked in `order`."""
    count = len(order)
    bits = np.array(rows, np.int64)[:, None] >> np.arange(width) & 1
    # Axis k of the grid is input bit count - 1 - k, and the first axis is asked first.
    grid = bits.reshape((2,) * count + (width,)).transpose([count - 1 - bit for bit in order] + [count])
    packed = np.packbits(grid.reshape(-1, width).astype(np.uint8), axis=0, bitorder="little")
    return [int.from_bytes(column.tobytes(), "little") for column in packed.T]


def node_count(rows: Sequence[int], width: int, order: Sequence[int]) -> int:
    """Return how many nodes there are if bits are asked in `order`."""
    level, count = set(ordered(rows, width, order)), 0
    for asked in range(len(order)):
        size = 1 << len(order) - asked
        # A table and its inverse are one.
        level = {table ^ (1 << size) - 1 if table & 1 else table for table in level} - {0}
        parts = [halves(table, size) for table in level]
        count += sum(low != high for low, high in parts)
        level = {part for pair in parts for part in pair}
    return count


@lru_cache(maxsize=64)
def best_order(rows: tuple[int, ...], width: int) -> tuple[int, ...]:
    """Return the order of input bits, of those that the search comes to, with the fewest nodes.

    Tables of more than LARGE rows are asked from the top, for the search would take minutes.
    """
    inputs = (len(rows) - 1).bit_length()
    order = tuple(reversed(range(inputs)))
    if len(rows) > LARGE:
        return order
    fewest = node_count(rows, width, order)
    while True:
        before = fewest
        for bit in range(inputs):
            rest = [other for other in order if other != bit]
            for place in range(inputs):
                tried = (*rest[:place], bit, *rest[place:])
                if (count := node_count(rows, width, tried)) < fewest:
                    fewest, order = count, tried
        if fewest == before:
            return order


def table_facts(entries: Sequence[int]) -> dict[str, int | str]:
    """Return what tells a table from others, for manifests: its length, and the SHA-256 of its entries.

    Entries are hashed as 64-bit little-endian integers.
    """
    content = b"".join(entry.to_bytes(8, "little", signed=True) for entry in entries)
    return {"entries": len(entries), "sha256": hashlib.sha256(content).hexdigest()}


def table_word(entries: Sequence[int], width: int) -> str:
    """Return a table as a Verilog constant: entry i is bits [width*i +: width]."""
    word = sum(entry << width * i for i, entry in enumerate(entries))
    return f"{len(entries) * width}'h{word:x}"
