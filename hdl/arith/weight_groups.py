"""Rows of equal weight are added among themselves first, each group in columns of its own.

A sum of products has, in every lane, a row for each digit of the multiplier, and digit i weighs 4 ** i in
every lane. Adding first over the lanes, then over the weights, keeps the compressors of a group as narrow
as a row and the bits that its carries need; the groups meet in two rows each:

    digit 3   lane 0 1 2 ...  -> sum, carry of weight 64 --.
    digit 2   lane 0 1 2 ...  -> sum, carry of weight 16 --+--> one compressor
    digit 1   lane 0 1 2 ...  -> sum, carry of weight  4 --+
    digit 0   lane 0 1 2 ...  -> sum, carry of weight  1 --'

Cost: as many full adders as without groups, and half adders where a group is wider than its rows. Depth:
that of the two compressors one after the other. Source: the OPT2 reduction of Wu et al., HPCA 2025, which
adds with carry-propagate adders inside the groups.
"""

from .columns import Columns


class WeightGroups:
    """Takes rows as `Columns` does and hands them on to `columns`, group by group, in `merge`."""

    def __init__(self, columns: Columns):
        self.columns = columns
        self.groups: dict[int, Columns] = {}

    def group(self, weight: int) -> Columns:
        """Return the columns of the rows that start at 2 ** weight."""
        if weight not in self.groups:
            width = self.columns.width - weight
            self.groups[weight] = Columns(self.columns.m, width, f"weight_{weight}")
        return self.groups[weight]

    def add_bit(self, bit, weight: int, arrival: float = 0.0) -> None:
        """Add a bit of weight 2 ** weight."""
        self.group(weight).add_bit(bit, 0, arrival)

    def add_unsigned(self, row, weight: int = 0, arrival: float = 0.0) -> None:
        """Add a row of bits, read as an unsigned number, times 2 ** weight."""
        self.group(weight).add_unsigned(row, 0, arrival)

    def add_signed(self, row, weight: int = 0, arrival: float = 0.0) -> None:
        """Add a two's complement row times 2 ** weight."""
        self.group(weight).add_signed(row, 0, arrival)

    def add_constant(self, value: int) -> None:
        """Add a number known in advance."""
        self.columns.add_constant(value)

    def merge(self) -> None:
        """Compress every group to two rows and add these; what is constant is added once, at the end."""
        for weight, group in sorted(self.groups.items()):
            self.columns.add_constant(group.constant << weight)
            group.constant = 0
            group.compress()
            for column, bits in enumerate(group.columns):
                for arrival, bit in bits:
                    self.columns.add_bit(bit, weight + column, arrival)
