"""One step of a sum in carry-save form: what a product adds to, and which carries are kept.

The sum is two words. A carry is kept only where it is late:

    columns   width-1 ... span          span-1 ... 0          span: where the product ends
              '----- upper -----'       '-- product --'
    sum        one bit each              one bit each
    carry      the lowest few, and       one bit each, or one every `carry_every` bits, with short
               a few every `upper_every` adders in between

The product is biased so that its rows are never negative (`Columns.add_signed`); what reaches the upper
columns is then a carry of two bits or so and a constant. The carry is kept, and added one cycle later by
an adder of its own: the upper columns are a counter, and the sum's width does not slow the loop. With
`upper_every` that counter is cut into groups whose carries wait a cycle too.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ...golden.errors import UsageError
from ..arith.columns import Columns
from ..arith.prefix import prefix_add


def check_carry_save(overflow: str) -> None:
    """Raise UsageError for an overflow rule that a sum in two words cannot follow."""
    if overflow == "saturate":
        raise UsageError(
            "overflow=saturate is not possible in carry-save form, which does not know the sign of the "
            "sum before its carries are added: use overflow=wrap or error, or another element"
        )


@dataclasses.dataclass(frozen=True)
class CarrySaveForm:
    """Width of the two words, the columns that hold the product, and how many carries are kept."""

    width: int
    span: int
    adder: str = "brent_kung"
    carry_every: int = 1
    upper_every: int | None = None

    @property
    def carry_columns(self) -> range:
        """The columns below `span` that may keep a carry."""
        every = self.carry_every
        return range(0 if every == 1 else every, self.span, every)


def carry_save_step(
    m: Module, form: CarrySaveForm, kept: Value, kept_carry: Value, product: Columns, largest: int
) -> tuple[Value, Value]:
    """Return the two words of kept + kept_carry + product, modulo 2 ** width.

    product: uncompressed columns and their constant; largest: what they are at most without the constant.
    """
    width, span, constant = form.width, form.span, product.constant
    # Both kept rows and the product are below 2 ** span: so many bits carry into the upper columns.
    most = 2 * ((1 << span) - 1) + largest + constant % (1 << span)
    spill = min((most >> span).bit_length(), width - span)
    lower = Columns(m, span + spill, "lower")
    lower.columns[:span] = product.columns[:span]
    lower.add_constant(constant % (1 << span))
    lower.add_unsigned(kept[:span])
    for column in form.carry_columns:
        lower.add_bit(kept_carry[column], column)
    lower.compress()
    new_sum, new_carry = _resolve_groups(m, form, lower)
    if width > span:
        upper, carries = _upper(m, form, kept, kept_carry, constant >> span, spill, most >> span)
        new_sum, new_carry = Cat(new_sum, upper), Cat(new_carry, carries)
    return new_sum, new_carry


def _upper(m: Module, form: CarrySaveForm, kept, kept_carry, constant: int, carried: int, most: int):
    """Return the next upper columns, and the carries kept between their groups.

    carried: bits in which the group's carry from below is kept; most: the largest of those.
    """
    sums, carries = [], []
    low = form.span
    while low < form.width:
        # The first group, which takes in the most, is a short one.
        size = form.width if form.upper_every is None else form.upper_every if sums else max(3, carried)
        high = min(low + size, form.width)
        fixed = constant >> (low - form.span) & ((1 << (high - low)) - 1)
        largest = (1 << (high - low)) - 1 + fixed + most
        over = min((largest >> (high - low)).bit_length(), form.width - high)
        name = "upper" if low == form.span else f"upper_{low}"
        carry_in = kept_carry[low : low + carried]
        if most <= 2 and fixed == (1 << (high - low)) - 1 and form.upper_every:
            total, carry = _counted(m, kept[low:high], carry_in, name)
        else:
            group = Columns(m, high - low + over, name)
            group.add_unsigned(kept[low:high])
            group.add_unsigned(carry_in)
            group.add_constant(fixed)
            group.compress()
            added = prefix_add(m, *group.rows(), form.adder, name=f"{name}_adder")
            total, carry = added[: high - low], added[high - low :]
        sums.append(total)
        if over:
            # The carries of this group take their place above those that came into it.
            carries += [Const(0, high - low - carried), carry[:over]]
        low, carried, most = high, over, largest >> (high - low)
    return Cat(sums), Cat(carries)


def _counted(m: Module, kept: Value, carry_in: Value, name: str) -> tuple[Value, Value]:
    """Return kept + carry_in - 1 with its carry plus 1, for carry_in from 0 to 2: one up, one down or none.

    A constant of ones takes 1 from a group and gives it back above, so the carry is from 0 to 2 again.
    """
    up, down, toggle = (
        Signal(name=f"{name}_up"),
        Signal(name=f"{name}_down"),
        Signal(len(kept), name=f"{name}_toggle"),
    )
    high = carry_in[1] if len(carry_in) > 1 else Const(0, 1)
    m.d.comb += [up.eq(high), down.eq(~(high | carry_in[0]))]
    m.d.comb += toggle.eq(
        Cat((up & kept[:k].all()) | (down & ~kept[:k].any()) if k else up | down for k in range(len(kept)))
    )
    over, under = up & kept.all(), down & ~kept.any()
    return kept ^ toggle, Cat(~(over | under), over)


def _resolve_groups(m: Module, form: CarrySaveForm, lower: Columns) -> tuple[Value, Value]:
    """Return the next sum row below `span`, and the next carry row up to the last spilled bit.

    Every `carry_every` columns have an adder; its carry is kept, and so is what spills over `span`.
    """
    x, y = lower.rows()
    span, every = form.span, form.carry_every
    sums, carries = [], [Const(0, 1)] * (span + 1)
    if every == 1:
        sums, carries = [x[:span]], [*y[:span], Const(0, 1)]
    else:
        for low in range(0, span, every):
            high = min(low + every, span)
            group = prefix_add(m, x[low:high], y[low:high], "ripple", name=f"group_{low}")
            sums.append(group[:-1])
            carries[high] = group[-1]
    spill = Columns(m, max(lower.width - span, 1), "spill")
    spill.columns[: lower.width - span] = lower.columns[span:]
    spill.add_bit(carries[span], 0)
    spill.compress(deadline=float("inf"))
    return Cat(sums), Cat(*carries[:span], spill.rows()[0][: lower.width - span])
