"""The end of an operation: round once, put the code together, and what is no number.

    significand, exponent --> + up --> too large? --> Inf, NaN, ... --> code

Exponent and significand are one integer: a carry out of the mantissa raises the exponent, and the hidden bit
raises it by the one that tells normal numbers from subnormal ones.

A negative number comes as its inverse, less by one in the lowest bit of all. Where no bit below the fraction
is one, that one arrives in the fraction; elsewhere it stays below and changes nothing:

    nearest even    rest ? guard : majority(guard, odd, negative)
    toward zero     negative & ~rest
    stochastic      carry of fraction + random + (negative & ~rest)

The golden model is `golden.float_code.round_to_code`.
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

from ...golden.float_format import FloatFormat
from ..arith.gates import any_of
from ..arith.prefix import prefix_add
from .normalise import Normalised


def round_up(m: Module, number: Normalised, negative, rounding: str, random, adder: str) -> Value:
    """Return whether 1 is added in the significand's lowest bit."""
    odd, rest = number.significand[0], number.rest
    if rounding == "toward_zero":
        return negative & ~rest
    if rounding == "stochastic":
        carry = negative & ~rest
        return prefix_add(m, number.fraction, random, adder, carry, name="random_sum")[-1]
    guard = number.fraction[0]
    return Mux(rest, guard, (guard & odd) | (negative & (guard | odd)))


def pack(
    m: Module, number: Normalised, up, sign, nothing, inf, nan, fmt: FloatFormat, rounding: str, adder: str
) -> Value:
    """Return the code of a number, rounded up or not.

    sign: of the number, or of Inf; nothing: the number is exactly 0, with that sign.
    """
    mantissa_bits, size = fmt.mantissa_bits, fmt.magnitude_bits
    hidden = number.significand[-1]
    exponent = number.exponent & hidden.replicate(len(number.exponent))
    word = Cat(number.significand[:-1], exponent)
    if len(word) < size:
        word = Cat(word, Const(0, size - len(word)))
    first = Cat(Const(0, mantissa_bits), hidden, Const(0, len(word)))[: len(word)]
    # Powers of two without a zero have no subnormal numbers to tell apart, and end below at the smallest.
    total = (
        prefix_add(m, word, first, adder, up, name="rounded")
        if fmt.has_zero
        else prefix_add(m, word, Const(0, len(word)), adder, up & hidden, name="rounded")
    )
    code = total[:size]
    beyond = total[size:].any()
    if fmt.special in ("ieee", "fn"):
        # The codes above the largest number begin with ones.
        beyond = beyond | code[mantissa_bits if fmt.special == "ieee" else 0 :].all()
    if fmt.subnormals in ("flush_out", "flush"):
        code = code & code[mantissa_bits:].any().replicate(size)
    limit = "saturate" if rounding == "toward_zero" else fmt.overflow
    cases = [(nan, _nan(fmt)), (inf, _limit(fmt.overflow, sign, fmt)), (beyond, _limit(limit, sign, fmt))]
    if not fmt.signed:
        below = Const(0, fmt.bits) if limit == "saturate" else _nan(fmt)
        cases.insert(2, (sign & ~nothing, below))
    return _first_of(m, cases, _signed(code, sign, fmt))


def _first_of(m: Module, cases, otherwise) -> Value:
    """Return the value of the first case (condition, value) that holds, or `otherwise`.

    Gates, not multiplexers: most values are constant, and Yosys would make them resets of the register.
    """
    result = Signal(len(otherwise), name="code")
    before, terms = Const(0, 1), []
    for condition, value in cases:
        terms.append(value & (condition & ~before).replicate(len(result)))
        before = before | condition
    m.d.comb += result.eq(any_of([*terms, otherwise & (~before).replicate(len(result))]))
    return result


def _nan(fmt: FloatFormat) -> Value:
    """Return the code of NaN, the largest number's where there is none."""
    return Const(fmt.max_code if fmt.nan_code is None else fmt.nan_code, fmt.bits)


def _signed(code, sign, fmt: FloatFormat) -> Value:
    if not fmt.signed:
        return code
    # With `fnuz` zero has no sign.
    return Cat(code, sign & code.any() if fmt.special == "fnuz" else sign)


def _limit(rule: str, sign, fmt: FloatFormat) -> Value:
    """Return what becomes of infinite and too large numbers."""
    if rule == "nan":
        return _nan(fmt)
    size = Const(fmt.max_code if rule == "saturate" else fmt.inf_code, fmt.magnitude_bits)
    if fmt.signed:
        return Cat(size, sign)
    return Mux(sign, 0 if rule == "saturate" else _nan(fmt), size)
