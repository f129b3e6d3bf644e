"""The column compressor: a heap of bits with weights and arrival times becomes two rows, or one.

Rows of a multiplier do not arrive together, nor are they equally long. So bits are kept by column, and
every adder takes the three bits of its column that have been there longest (the "three-dimensional method"
of Oklobdzija, Villeger and Liu, 1996). What comes early is added early; the last to come goes to the fast
input of the last adder.

    column   3    2    1    0            full adder: 3 bits of column k -> 1 of k and 1 of k+1
             .    x    x    x            half adder: 2 bits of column k -> 1 of k and 1 of k+1
             x    x    x    .            a constant one is a bit too, but an adder with one is nearly
             x    x    .    .            free (x+1: an inverter; x+y+1: XNOR and OR)

Signed rows need no sign extension. A signed row of n bits is its unsigned reading with the top bit
inverted, minus 2 ** (n-1): `add_signed` inverts the bit, and the subtractions of all rows are one constant.

Everything is modulo 2 ** width. Cost: one full adder per bit that disappears. Depth: about
1.7 * log2(rows) full adders, less where arrival times leave room.
"""

from amaranth.hdl import Cat, Const, Module, Signal, Value

from .compressor import full_adder, half_adder

#: Delays in exclusive-ors, which is what the order of compression is decided by.
XOR_DELAY = 1.0
HALF_CARRY = 0.6
FAST_CARRY = 0.9  # from the late input of a full adder to its carry


class Columns:
    """Bits by column, to be added modulo 2 ** width.

    `m` receives the adders; their signals are called `<name>_<column>_<number>`. Arrival times are in
    exclusive-or delays from whatever the caller calls zero.
    """

    def __init__(self, m: Module, width: int, name: str):
        self.m = m
        self.width = width
        self.name = name
        self.columns: list[list[tuple[float, Value]]] = [[] for _ in range(width)]
        self.constant = 0

    def add_bit(self, bit, weight: int, arrival: float = 0.0) -> None:
        """Add a bit of weight 2 ** weight; one beyond the width has no effect."""
        if weight < self.width:
            self.columns[weight].append((arrival, bit))

    def add_unsigned(self, row, weight: int = 0, arrival: float = 0.0) -> None:
        """Add a row of bits, read as an unsigned number, times 2 ** weight."""
        for k, bit in enumerate(row):
            self.add_bit(bit, weight + k, arrival)

    def add_signed(self, row, weight: int = 0, arrival: float = 0.0) -> None:
        """Add a two's complement row times 2 ** weight: its top bit inverted, and a constant."""
        self.add_unsigned(row[:-1], weight, arrival)
        self.add_bit(~row[-1], weight + len(row) - 1, arrival)
        self.add_constant(-1 << (weight + len(row) - 1))

    def add_constant(self, value: int) -> None:
        """Add a number known in advance, negative ones included."""
        self.constant = (self.constant + value) % (1 << self.width)

    def above(self, weight: int) -> "ColumnsAbove":
        """Return these columns as they look from column `weight`, for rows that begin there."""
        return ColumnsAbove(self, weight)

    def take(self, column: int) -> list[tuple[float, Value]]:
        """Remove and return the (arrival, bit) pairs of one column."""
        taken, self.columns[column] = self.columns[column], []
        return taken

    def compress(self, deadline: float = 0.0) -> None:
        """Add within columns, lowest first, until every column holds at most two bits.

        A column comes down to one bit where that bit is there by `deadline`; elsewhere it keeps two, so
        that no carry has to be waited for. With `deadline` infinite one bit is left everywhere: the
        carries ripple.
        """
        for column in range(self.width):
            bits = self.take(column)
            if self.constant >> column & 1:
                bits.append((-1.0, Const(1, 1)))
            if len(bits) > 1:
                # A full adder takes two bits away and a half adder one: the half adder goes first.
                to_one = _half_adder_first(len(bits), 1)
                if _finish(bits, to_one, 1) > deadline:
                    bits = self._reduce(bits, _half_adder_first(len(bits), 2), 2, column)
                else:
                    bits = self._reduce(bits, to_one, 1, column)
            self.columns[column] = bits
        self.constant = 0

    def _reduce(self, bits, half_first: bool, left: int, column: int):
        """Place the adders of one column; their carries go one column up."""
        number = 0
        while len(bits) > left:
            name = f"{self.name}_{column}_{number}"
            taken, rest, done, carried = _step(bits, half_first and number == 0)
            operands = [bit for _, bit in taken]
            total, carry = (full_adder if len(taken) == 3 else half_adder)(self.m, *operands, name)
            self.add_bit(carry, column + 1, carried)
            bits = [*rest, (done, total)]
            number += 1
        return bits

    def rows(self) -> tuple[Value, Value]:
        """Return two rows, `width` bits each, that hold what is left after `compress`."""
        rows = []
        for k in range(2):
            row = Signal(self.width, name=f"{self.name}_row_{k}")
            bits = [column[k][1] if len(column) > k else Const(0, 1) for column in self.columns]
            self.m.d.comb += row.eq(Cat(bits))
            rows.append(row)
        return rows[0], rows[1]


class ColumnsAbove:
    """The upper part of columns: takes rows as `Columns` does, and adds them `weight` columns further up."""

    def __init__(self, columns: Columns, weight: int):
        self.columns = columns
        self.weight = weight

    def add_bit(self, bit, weight: int, arrival: float = 0.0) -> None:
        """Add a bit of weight 2 ** weight."""
        self.columns.add_bit(bit, weight + self.weight, arrival)

    def add_unsigned(self, row, weight: int = 0, arrival: float = 0.0) -> None:
        """Add an unsigned row times 2 ** weight."""
        self.columns.add_unsigned(row, weight + self.weight, arrival)

    def add_signed(self, row, weight: int = 0, arrival: float = 0.0) -> None:
        """Add a two's complement row times 2 ** weight."""
        self.columns.add_signed(row, weight + self.weight, arrival)

    def add_constant(self, value: int) -> None:
        """Add a number known in advance."""
        self.columns.add_constant(value << self.weight)


def _half_adder_first(count: int, left: int) -> bool:
    """Return whether full adders alone cannot bring `count` bits to `left`."""
    return (count - left) % 2 == 1


def _step(bits, half: bool):
    """Return the earliest bits, the others, and when their sum and their carry are there."""
    ordered = sorted(bits, key=lambda pair: pair[0])
    size = 2 if half else 3
    taken, rest = ordered[:size], ordered[size:]
    half_sum = taken[1][0] + XOR_DELAY
    if half:
        return taken, rest, half_sum, taken[1][0] + HALF_CARRY
    late = max(half_sum, taken[2][0])
    return taken, rest, late + XOR_DELAY, late + FAST_CARRY


def _finish(bits, half_first: bool, left: int) -> float:
    """Return when the last of `left` bits is there."""
    while len(bits) > left:
        _, rest, done, _ = _step(bits, half_first)
        bits, half_first = [*rest, (done, None)], False
    return max(arrival for arrival, _ in bits)
