"""The end of a wide sum: rounded once, to the nearest even code of a format.

A normalised significand is shifted right where the result is subnormal; normalise and pack are those of every
floating-point unit. Golden model: `golden.float_accumulate.acc_to_code`.
"""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value

from ...golden.float_accumulate import AccumulatorFormat
from ...golden.float_format import FloatFormat
from ...golden.float_zero_point import DifferenceFormat
from .accumulate import WideNumber
from .float_unit import sum_with
from .geometry import Target
from .normalise import normalise
from .pack import pack, round_up


def acc_code(
    m: Module,
    number: WideNumber,
    acc: AccumulatorFormat | DifferenceFormat,
    fmt: FloatFormat,
    adder: str,
) -> Value:
    """Return the code of an accumulator in `fmt`. Combinational."""
    target = Target(fmt.mantissa_bits + 1, 1, fmt.min_exponent)
    # Exponent of the top bit below the sign, of a number whose exponent is 1.
    lowest_top = acc.unit + acc.acc_bits - 1
    headroom = target.headroom(lowest_top)
    ceiling = sum_with(m, number.exponent, lowest_top + headroom - target.lowest, "ceiling")
    negative = number.significand[-1]
    never = Const(0, 1)
    found = normalise(m, number.significand[:-1], negative, never, ceiling, target, headroom)
    nan, nothing, sign = (Signal(name=f"code_{name}") for name in ("nan", "nothing", "sign"))
    up = round_up(m, found, negative, "nearest_even", None, adder)
    inf = number.plus | number.minus
    m.d.comb += [
        nan.eq(number.plus & number.minus),
        nothing.eq(~(negative | found.rest | Cat(found.significand, found.fraction).any())),
        sign.eq(Mux(inf, number.minus, negative)),
    ]
    return pack(m, found, up, sign, nothing, inf, nan, fmt, "nearest_even", adder)
