"""A float as multiplier and shift: the significand with its hidden bit, and the exponent's distance.

Golden model: `golden.group_gemm.float_scale`.
"""

from amaranth.hdl import Module, Mux, Signal, Value, signed

from ..float.unpack import unpack


def factor_and_shift(m: Module, code: Value, spec, name: str) -> tuple[Value, Value, Value]:
    """Return (factor, shift, bad) of a scale in `spec.float_format`; signals begin with `name`.

    spec: a MixpeArraySpec, whose `shift_origin` is the exponent that needs no shift.
    """
    parts = unpack(m, code, spec.float_format, name)
    bad = Signal(name=f"{name}_bad")
    longest = (1 << spec.shift_bits) - 1
    distance = Signal(signed(len(parts.exponent) + 3), name=f"{name}_distance")
    shift = Signal(spec.shift_bits, name=f"{name}_shift")
    m.d.comb += [
        distance.eq(spec.shift_origin - parts.exponent),
        shift.eq(Mux(distance < 0, 0, Mux(distance > longest, longest, distance))),
        bad.eq(parts.sign | parts.is_inf | parts.is_nan | (distance < 0)),
    ]
    return parts.significand, shift, bad
