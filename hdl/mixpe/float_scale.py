"""A float as multiplier and shift: the significand with its hidden bit, and the exponent's distance.

Golden model: `golden.group_gemm.float_scale`.
"""

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed


def factor_and_shift(m: Module, code: Value, spec, name: str) -> tuple[Value, Value, Value]:
    """Return (factor, shift, bad) of a scale in `spec.float_format`; signals begin with `name`.

    spec: a MixpeArraySpec, whose `frac` the shift accounts for and whose `shift_bits` it has.
    """
    fmt = spec.float_format
    m_bits, e_bits = fmt.mantissa_bits, fmt.exponent_bits
    exponent = code[m_bits : m_bits + e_bits]
    normal, bad = Signal(name=f"{name}_normal"), Signal(name=f"{name}_bad")
    factor = Signal(m_bits + 1, name=f"{name}_factor")
    longest = (1 << spec.shift_bits) - 1
    origin = fmt.bias + m_bits - (spec.frac or 0)
    distance = Signal(signed(e_bits + 3), name=f"{name}_distance")
    shift = Signal(spec.shift_bits, name=f"{name}_shift")
    m.d.comb += [
        normal.eq(exponent.any()),
        factor.eq(Cat(code[:m_bits], normal)),
        distance.eq(origin - Mux(normal, exponent, 1)),
        shift.eq(Mux(distance < 0, 0, Mux(distance > longest, longest, distance))),
        bad.eq(code[-1] | exponent.all() | (distance < 0)),
    ]
    return factor, shift, bad
