"""Many rows as one block: rows stacked by halves, so that a tall array is a handful of small modules.

A row class says with `roles` what becomes of each of its ports when rows are stacked:

    shared   every row gets it                      split   every row has its own, row 0 in the low bits
    down     enters on top; `<name>_down` leaves    joined  the OR over the rows
             a row for the row below                bottom  that of the bottom row alone
"""

import dataclasses

from amaranth.hdl import Module
from amaranth.lib import wiring

from ..share import share, silenced


class Stack(wiring.Component):
    """A block of rows with the ports of one row. Subclasses name the class of a row in `row`."""

    row: type[wiring.Component]

    def __init__(self, spec):
        """`spec`: has `rows`; a row takes the same Spec with rows=1."""
        self.spec = spec
        self.port_docs = self.row.port_docs
        members = silenced(self.row(dataclasses.replace(spec, rows=1))).signature.members
        super().__init__(
            {
                name: wiring.Member(member.flow, member.shape * spec.rows)
                if self.row.roles.get(name) == "split"
                else member
                for name, member in members.items()
            }
        )

    def elaborate(self, platform):
        """Build two half blocks, one above the other."""
        m = Module()
        upper_rows = (self.spec.rows + 1) // 2
        upper = self.of(dataclasses.replace(self.spec, rows=upper_rows))
        lower = self.of(dataclasses.replace(self.spec, rows=self.spec.rows - upper_rows))
        share(m, platform, upper, "upper")
        share(m, platform, lower, "lower")
        for name, role in self.row.roles.items():
            whole, above, below = (getattr(part, name) for part in (self, upper, lower))
            if role == "shared":
                m.d.comb += [above.eq(whole), below.eq(whole)]
            elif role == "split":
                m.d.comb += [above.eq(whole[: len(above)]), below.eq(whole[len(above) :])]
            elif role == "down":
                leaves = f"{name}_down"
                m.d.comb += [above.eq(whole), below.eq(getattr(upper, leaves))]
                m.d.comb += getattr(self, leaves).eq(getattr(lower, leaves))
            elif role == "joined":
                m.d.comb += whole.eq(above | below)
            else:
                m.d.comb += whole.eq(below)
        return m

    @classmethod
    def of(cls, spec) -> wiring.Component:
        """Return the component that holds `spec.rows` rows."""
        return cls.row(spec) if spec.rows == 1 else cls(spec)
