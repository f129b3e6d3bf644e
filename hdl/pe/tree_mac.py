"""What elements with a compressor tree share: their parameters, and the product as columns of bits.

Two savings that every such element makes:

- The recoder stands in front of the input register, which then holds digits instead of the operand. That
  costs three bits of register for two, and takes the recoder out of the loop. An operand that is recoded
  already (`recoding`) needs no recoder here: the register holds the coded word as it comes.
- `en` holds the sum by adding zero to it. Gating two select lines per digit takes the place of a
  multiplexer in front of every accumulator bit, as long as the select lines are fewer.
"""

import dataclasses

from amaranth.hdl import Const, Module, Mux, Shape, Signal, Value, unsigned

from ...golden.accumulator import product_range
from ...golden.errors import UsageError
from ...golden.recoding import RECODINGS
from ..arith.and_array import and_array_rows
from ..arith.booth import booth_digits
from ..arith.coded import code_bits, decode
from ..arith.columns import Columns
from ..arith.csd import csd_code_bits, csd_rows
from ..arith.digits import Digits, digit_count, digit_rows
from ..arith.prefix import prefix_add
from ..arith.saturate import saturated
from ..arith.weight_groups import WeightGroups
from ..mac_spec import MacSpec
from ..spec import choice, flag

MULTIPLIERS = ("booth", "and_array")
CODINGS = ("own", *RECODINGS)


@dataclasses.dataclass(frozen=True, kw_only=True)
class TreeMacSpec(MacSpec):
    """Operands, accumulator, and how the product is made."""

    multiplier: str = choice("booth", MULTIPLIERS, "rows of the product: radix-4 Booth, or one per bit")
    pipeline: bool = flag(False, "register the product, as sum and carry, in front of the accumulator")
    recoding: str = choice(
        "own", CODINGS, "own: the element recodes its operands; else port a brings A in these coded digits"
    )

    def check(self):
        """Refuse digits where rows are made of bits."""
        super().check()
        if self.recoding != "own" and self.multiplier != "booth":
            raise UsageError(
                f"multiplier={self.multiplier} makes a row per bit, and recoding={self.recoding} brings A in "
                "digits: use multiplier=booth, or recoding=own"
            )

    @property
    def a_word(self) -> Shape:
        """Shape in which the element takes an operand of A: the operand, or its coded word."""
        if self.recoding == "own":
            return self.a_shape
        return unsigned(code_bits(self.a_bits, self.a_signed, self.recoding))

    @property
    def b_digits(self) -> int | None:
        """Signed digits in which port `b` brings an operand, at most; None: it brings the operand.

        A field of the Specs that take them (`elements.py`, `array/chain.py`).
        """
        return None

    @property
    def b_word(self) -> Shape:
        """Shape in which the element takes an operand of B: the operand, or its signed digits."""
        return unsigned(csd_code_bits(self.b_bits, self.b_digits)) if self.b_digits else self.b_shape

    @property
    def latency(self) -> int:
        """Enabled cycles from taking the operands to showing their sum."""
        return 1 + self.input_reg + self.pipeline

    @property
    def macs_per_cycle(self) -> int:
        """Products added per enabled cycle."""
        return 1

    @property
    def recodes_b(self) -> bool:
        """Whether b is the multiplier, whose digits select multiples of a.

        It is if that makes fewer rows, and if A does not come in digits anyway.
        """
        if self.recoding != "own":
            return False
        if self.multiplier == "and_array":
            return self.b_bits < self.a_bits
        return digit_count(self.b_bits, self.b_signed) < digit_count(self.a_bits, self.a_signed)


def registered(m: Module, enable, value, name: str) -> Signal:
    """Return `value` as it was at the last clock edge with `enable`. The register has no reset."""
    register = Signal(value.shape(), name=name, reset_less=True)
    with m.If(enable):
        m.d.sync += register.eq(value)
    return register


@dataclasses.dataclass
class Product:
    """A product as bits in `columns`, to be added to the sum in the cycle it is there.

    Without `en` it is zero. `clear` says that a new sum starts. `largest` bounds the number in the columns,
    their constant not counted.
    """

    columns: Columns
    clear: Value
    largest: int

    @property
    def span(self) -> int:
        """How many columns hold bits of the product."""
        return max(k for k, bits in enumerate(self.columns.columns) if bits) + 1


def make_product(m: Module, spec: TreeMacSpec, width: int, en, first, a, b) -> Product:
    """Return the product of the ports `a` and `b`, modulo 2 ** width, behind the registers of `spec`."""
    return make_dot(m, spec, width, en, first, [(a, b)])


def make_dot(
    m: Module, spec: TreeMacSpec, width: int, en, first, pairs, by_weight: bool = False, gated: bool = True
) -> Product:
    """Return the sum of the products of `pairs` of ports (a, b), modulo 2 ** width, behind registers.

    by_weight: rows of equal weight are added among themselves first (`WeightGroups`). gated: without `en` the
    sum is zero; if false it is not, and whoever adds it has to look at `en`.
    """
    gate = en if gated else Const(1, 1)
    # Rows are placed without regard to `width`: bits above it count for the bound below.
    sum_bits = spec.a_bits + spec.b_bits + (len(pairs) - 1).bit_length()
    rows = Columns(m, max(width, sum_bits + 3), "product")
    into = WeightGroups(rows) if by_weight else rows
    if spec.input_reg:
        first = registered(m, en, first, "first_reg")
    for lane, (a, b) in enumerate(pairs):
        _add_product(m, spec, into, en, gate, a, b, f"lane_{lane}_" if len(pairs) > 1 else "")
    if by_weight:
        into.merge()

    return placed_product(
        m, spec, width, en, gate, first, rows, len(pairs) * product_range(*spec.operands)[1]
    )


def placed_product(m: Module, spec, width: int, en, gate, first, rows: Columns, largest: int) -> Product:
    """Return what stands in `rows`, uncompressed, as a product modulo 2 ** width, behind a register.

    spec: says with `pipeline` whether there is one. gate: without it the product is zero; with a register the
    rows need not be. largest: the largest number that the rows stand for.
    """
    bias = -rows.constant % (1 << rows.width)
    largest += bias
    if spec.pipeline:
        rows = _pipelined(m, rows, en, gate, bias, largest)
        first = registered(m, en, first, "product_first_reg")
    columns = Columns(m, width, "tree")
    columns.columns = rows.columns[:width]
    columns.add_constant(-bias)
    clear = Signal()
    m.d.comb += clear.eq(first & gate)
    return Product(columns, clear, largest)


def _add_product(m: Module, spec: TreeMacSpec, rows, en, gate, a, b, prefix: str) -> None:
    """Add the rows of a * b to `rows`, behind the input registers; without pipeline zero unless `gate`."""
    if spec.b_digits:
        csd_rows(m, rows, b, spec.b_bits, gate, a, spec.a_signed, prefix)
        return
    recoded, other = (b, a) if spec.recodes_b else (a, b)
    signs = (spec.b_signed, spec.a_signed) if spec.recodes_b else (spec.a_signed, spec.b_signed)
    names = [f"{prefix}{name}_reg" for name in ("ba" if spec.recodes_b else "ab")]
    if spec.input_reg:
        other = registered(m, en, other, names[1])
    if spec.multiplier == "booth":
        digits = _digits(m, spec, en, recoded, signs[0], prefix)
        if not spec.pipeline:
            digits = digits.gated(m, gate, prefix)
        digit_rows(m, rows, digits, other, signs[1], prefix=prefix)
        return
    if spec.input_reg:
        recoded = registered(m, en, recoded, names[0])
    gate = Const(1, 1) if spec.pipeline else gate
    gated = Signal(len(recoded), name=f"{prefix}gated_multiplier")
    m.d.comb += gated.eq(recoded & gate.replicate(len(recoded)))
    and_array_rows(m, rows, gated, other, *signs, prefix=prefix)


def _digits(m: Module, spec: TreeMacSpec, en, recoded, signed: bool, prefix: str) -> Digits:
    """Return the digits of the operand `recoded`, behind the input register."""
    if spec.recoding == "own":
        digits = booth_digits(m, recoded, signed, prefix)
        return digits.registered(m, en, prefix) if spec.input_reg else digits
    word = registered(m, en, recoded, f"{prefix}a_reg") if spec.input_reg else recoded
    return decode(m, word, spec.a_bits, signed, spec.recoding, prefix)


def _pipelined(m: Module, rows: Columns, en, gate, bias: int, largest: int) -> Columns:
    """Return `rows` compressed to sum and carry and registered, and equal to `bias` (zero) unless `gate`.

    largest: what they are at most, which is how wide the registers are.
    """
    span = max(k for k, bits in enumerate(rows.columns) if bits) + 1
    narrow = Columns(m, max(span, largest.bit_length()), "product")
    narrow.columns[:span] = rows.columns[:span]
    narrow.compress()
    after = Columns(m, rows.width, "registered")
    for k, row in enumerate(narrow.rows()):
        held = registered(m, en, row, f"product_{'sc'[k]}_reg")
        idle = Const(0 if k else bias, len(row))
        gated = Signal(len(row), name=f"product_{'sc'[k]}")
        m.d.comb += gated.eq(Mux(gate, held, idle))
        for column, bits in enumerate(narrow.columns):
            if k < len(bits) or idle.value >> column & 1:
                after.add_bit(gated[column], column, 0.5)
    return after


def kept_sum(m: Module, clear, register, name: str) -> Signal:
    """Return `register`, or zero where a new sum starts."""
    kept = Signal(len(register), name=name)
    m.d.comb += kept.eq(register & ~clear.replicate(len(register)))
    return kept


def a_doc(spec: TreeMacSpec, plain: str) -> str:
    """Return what port `a` carries: `plain`, or how its digits lie in it."""
    if spec.recoding == "own":
        return plain
    if spec.recoding == "ent":
        layout = "a digit modulo 4 in two bits each" + (", the sign in the top bit" if spec.a_signed else "")
    else:
        layout = "bits 3*i, 3*i+1 and 3*i+2 are one, two and neg of digit i"
    return f"{plain}, recoded ({spec.recoding}): {layout}"


def summed_width(spec: TreeMacSpec, sum_bits: int) -> int:
    """Return how many columns the accumulation of products of `sum_bits` bits needs.

    Saturation looks at the exact sum: one bit more than the longer of its two parts, and a sign.
    """
    return max(spec.acc_width, sum_bits) + 2 if spec.overflow == "saturate" else spec.acc_width


def accumulated(m: Module, spec, product: Product, acc: Signal, deadline: float) -> Value:
    """Return the next value of `acc`: the product and what is kept of `acc`, through one adder.

    spec: a TreeMacSpec with an `adder`; deadline: exclusive-or delays in which a column of the tree may come
    down to one bit.
    """
    kept = kept_sum(m, product.clear, acc, "kept_sum")
    columns, shape = product.columns, spec.acc_shape
    if shape.signed and columns.width > len(acc):
        columns.add_signed(kept)
    else:
        columns.add_unsigned(kept)
    columns.compress(deadline)
    total = prefix_add(m, *columns.rows(), spec.adder)[: columns.width]
    if spec.overflow == "saturate":
        return saturated(m, total.as_signed() if shape.signed else total, shape)
    return total
