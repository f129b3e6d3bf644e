"""Operations of the floating-point units inside of others: the datapath, without handshake and registers."""

from amaranth.hdl import Const, Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..share import share
from .float_spec import FloatSpec
from .float_unit import FloatUnit
from .fp_mul import FpMul, FpMulSpec


class Combinational(FloatUnit):
    """A unit's datapath without handshake and registers: `y` of `a` and `b`."""

    port_docs = {"a": "number", "b": "number", "y": "result"}

    def __init__(self, spec: FloatSpec):
        self.spec = spec
        ports = {name: In(fmt.bits) for name, fmt in spec.operands.items()}
        wiring.Component.__init__(self, ports | {"y": Out(spec.out.bits)})

    def elaborate(self, platform):
        """Build the datapath."""
        m = Module()
        self.en, self.carried = Const(1, 1), {}
        m.d.comb += self.y.eq(self.result(m, platform, {"a": self.a, "b": self.b}))
        return m


class CodeProduct(Combinational, FpMul):
    """y = a * b, rounded once."""

    port_docs = {"a": "number", "b": "number", "y": "their product"}


def multiply_codes(m: Module, platform, x, y, format_name: str, adder: str, name: str) -> Value:
    """Place the product of two codes, called `name`, and return it."""
    unit = CodeProduct(FpMulSpec(a_format=format_name, adder=adder))
    share(m, platform, unit, name)
    m.d.comb += [unit.a.eq(x), unit.b.eq(y)]
    return unit.y
