"""A dyadic scale as a code of the float format that holds all of its kind: normalised, and the bias added.

Golden model: `golden.float_group_gemm.dyadic_scale`.
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

from ...golden.float_format import FloatFormat
from ..arith.leading_zeros import leading_zeros
from ..arith.shifter import shift


def dyadic_code(m: Module, mult: Value, right: Value, fmt: FloatFormat, name: str) -> Value:
    """Return the code of mult / 2 ** right; signals begin with `name`. Combinational, exact."""
    zeros = leading_zeros(m, mult, f"{name}_zeros")
    significand = shift(m, mult, zeros, "left", f"{name}_normal")
    field = Signal(fmt.exponent_bits, name=f"{name}_field")
    # The exponent of the leading one.
    m.d.comb += field.eq(Mux(significand[-1], fmt.bias + len(mult) - 1 - zeros - right, 0))
    return Cat(significand[:-1], field, Const(0, 1))
