"""Codes of a floating-point format taken apart: sign, exponent, significand, and what is no number.

    s | field | mantissa      is_zero: nothing but the sign is set
                              hidden bit: the field is not 0
                              exponent: the field, but 1 where it is 0

So that subnormal numbers need no second case: the value is always

    (-1) ** sign * significand * 2 ** (exponent - bias - mantissa_bits)

Cost: an OR over the field for the hidden bit, an AND over it for Inf and NaN, an OR over the mantissa. The
golden model is `golden.float_code.unpack`.
"""

import dataclasses

from amaranth.hdl import Cat, Const, Module, Signal, Value

from ...golden.float_format import FloatFormat


@dataclasses.dataclass(frozen=True)
class Unpacked:
    """A number taken apart. Exponent and significand of Inf and NaN mean nothing.

    exponent: at least one bit wide; significand: `mantissa_bits` and the hidden bit on top, not normalised.
    is_zero: also a subnormal number of a format that reads them as zeros.
    """

    sign: Value
    exponent: Value
    significand: Value
    is_zero: Value
    is_inf: Value
    is_nan: Value


def unpack(m: Module, code, fmt: FloatFormat, name: str) -> Unpacked:
    """Return the parts of `code`, `fmt.bits` wide; their signals begin with `name`. Combinational."""
    sign = code[-1] if fmt.signed else Const(0, 1)
    mantissa = code[: fmt.mantissa_bits]
    field = code[fmt.mantissa_bits : fmt.magnitude_bits]
    normal, is_zero, is_inf, is_nan = (
        Signal(name=f"{name}_{part}") for part in ("normal", "is_zero", "is_inf", "is_nan")
    )
    exponent = Signal(max(fmt.exponent_bits, 1), name=f"{name}_exponent")
    significand = Signal(fmt.mantissa_bits + 1, name=f"{name}_significand")
    m.d.comb += [
        normal.eq(field.any() if fmt.has_zero else 1),
        # A field of 0 counts as 1; its lowest bit is enough for that.
        exponent.eq(Cat(_bit(field, 0) | ~normal, field[1:]) if fmt.has_zero else field),
        is_inf.eq(field.all() & ~mantissa.any() if fmt.special == "ieee" else 0),
        is_nan.eq(_is_nan(fmt, sign, field, mantissa)),
    ]
    flushed = fmt.subnormals in ("flush_in", "flush")
    kept = mantissa & normal.replicate(len(mantissa)) if flushed else mantissa
    m.d.comb += [
        significand.eq(Cat(kept, normal)),
        # The NaN of `fnuz` looks like a zero.
        is_zero.eq(~significand.any() & ~(is_nan if fmt.special == "fnuz" else Const(0, 1))),
    ]
    return Unpacked(sign, exponent, significand, is_zero, is_inf, is_nan)


def _bit(word, k: int) -> Value:
    """Return bit `k` of `word`, 0 if it is not that long."""
    return word[k] if k < len(word) else Const(0, 1)


def _is_nan(fmt: FloatFormat, sign, field, mantissa) -> Value:
    if fmt.special == "ieee":
        return field.all() & mantissa.any()
    if fmt.special == "fn":
        return Cat(mantissa, field).all()
    if fmt.special == "fnuz":
        return sign & ~Cat(mantissa, field).any()
    return Const(0, 1)
