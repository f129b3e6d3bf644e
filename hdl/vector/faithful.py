"""A function of many bits from two small tables and one addition or product: `golden.faithful` as logic.

linear       code, upper bits --> base  --------------------------.
                    '---------> slope --> * low bits, + 1 if -----> + --> >> shift
                                              mirrored and negative
bipartite    code, upper bits --> initial ------------------------> + --> >> shift
                    '-- top and low bits, sign if mirrored --> offset
"""

from amaranth.hdl import Cat, Const, Module, Shape, Signal, Value

from ...golden.faithful import Tables
from ...golden.integer import int_width
from ..arith.columns import Columns
from ..arith.logic_table import logic_table
from ..arith.multiplier import multiply
from ..arith.prefix import prefix_add
from .requant_lane import clamped_to


def faithful_value(m: Module, code: Value, negative: Value, tables: Tables, width: int) -> Value:
    """Return what the tables come to at `code`, as unsigned logic of `width` bits.

    negative: that `code` was inverted, where tables are mirrored; else it plays no part.
    """
    low, upper = code[: tables.low_bits], code[tables.low_bits :]
    columns = Columns(m, width + tables.shift, "sum")
    columns.add_unsigned(logic_table(m, upper, tables.main, columns.width, "main_node"))
    shape = _shape(tables.local)
    local = Signal(shape, name="slope" if tables.method == "linear" else "offset")
    if tables.method == "linear":
        m.d.comb += local.eq(logic_table(m, upper, tables.local, shape.width, "slope_node"))
        multiply(m, columns, local, low, "and_array")
        if tables.mirrored:
            _add(columns, local.as_unsigned() & negative.replicate(shape.width), shape.signed)
    else:
        sign = [negative] if tables.mirrored else []
        index = Cat(low, *sign, upper[len(upper) - tables.top_bits :])
        m.d.comb += local.eq(logic_table(m, index, _by_index(tables), shape.width, "offset_node"))
        _add(columns, local, shape.signed)
    columns.compress()
    total = prefix_add(m, *columns.rows(), "brent_kung", name="sum_adder")
    return total[tables.shift : columns.width]


def saturated_value(m: Module, code: Value, tables: Tables, shape: Shape) -> Value:
    """Return the same of tables that are not mirrored, in `shape`, saturated where they go beyond it."""
    beyond = 2 if tables.saturates else 0
    value = faithful_value(m, code, Const(0, 1), tables, shape.width + beyond)
    return clamped_to(m, value.as_signed(), shape) if beyond else value


def _shape(entries: tuple[int, ...]) -> Shape:
    least, most = min(entries), max(entries)
    return Shape(int_width(least, most, least < 0), least < 0)


def _add(columns: Columns, row: Value, signed: bool) -> None:
    (columns.add_signed if signed else columns.add_unsigned)(row)


def _by_index(tables: Tables) -> list[int]:
    """Return the offsets by low bits, sign and top bits: for codes below 0 the next ones."""
    ends = 1 << tables.low_bits
    row = ends + tables.mirrored
    rows = [tables.local[start : start + row] for start in range(0, len(tables.local), row)]
    return [entry for row in rows for sign in range(1 + tables.mirrored) for entry in row[sign : sign + ends]]
