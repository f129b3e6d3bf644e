"""The AND array: one row per bit of the multiplier, signed operands without sign extension.

Row i is b where a[i] is one, else zero. If a is signed its top bit weighs negatively, so the top row is
subtracted: inverted, plus one. Signs of b and of the inverted row are biased by `Columns.add_signed`; with
both operands signed that is the multiplier of Baugh and Wooley:

                      ~.  .  .  .      . = a[i] & b[j]      ~ = inverted: the sign of b's row
                  ~.  .  .  .
              ~.  .  .  .
           .  ~. ~. ~.                 the row of a's sign
        + constants, which `Columns` collects

Cost: a_bits * b_bits AND gates and twice the rows of Booth's recoding, no recoder. It pays for narrow
operands, and where the recoder's delay counts for more than the rows. Source: C. R. Baugh and B. A.
Wooley, A Two's Complement Parallel Array Multiplication Algorithm, 1973.
"""

from amaranth.hdl import Module, Signal

from .columns import Columns

#: When a row is there, in exclusive-ors after its bit of the multiplier (which drives a whole row).
ROW_DELAY = 1.0


def and_array_rows(
    m: Module, columns: Columns, a, b, a_signed: bool, b_signed: bool, prefix: str = ""
) -> None:
    """Add the product of `a` and `b` to `columns`, one row per bit of `a`; signals begin with `prefix`."""
    add = columns.add_signed if b_signed else columns.add_unsigned
    for i, bit in enumerate(a):
        row = Signal(len(b), name=f"{prefix}row_{i}")
        m.d.comb += row.eq(b & bit.replicate(len(b)))
        if not (a_signed and i == len(a) - 1):
            add(row, i, ROW_DELAY)
            continue
        # -row = ~row + 1, where ~row as a number is (all ones) - row: its ones above the top are a constant.
        inverted = Signal(len(b), name=f"{prefix}row_{i}_inverted")
        m.d.comb += inverted.eq(~row)
        add(inverted, i, ROW_DELAY)
        columns.add_constant((1 if b_signed else 1 - (1 << len(b))) << i)
