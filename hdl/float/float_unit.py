"""A stream of floating-point operations: handshake and registers, which product, sum and FMA share."""

import dataclasses

from amaranth.hdl import Cat, Module, Mux, Signal, Value, unsigned
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

from ..array.skew import delayed
from .float_spec import FloatSpec
from .normalise import Normalised
from .pack import pack, round_up


class FloatUnit(wiring.Component):
    """Base of the units: operands of a beat of `x` become the number in a beat of `y`.

    A subclass says in `result` what is computed.
    """

    def __init__(self, spec: FloatSpec):
        self.spec = spec
        super().__init__(
            {
                "x": In(stream.Signature(data.StructLayout(spec.x_shapes))),
                "y": Out(stream.Signature(unsigned(spec.out.bits))),
            }
        )

    @property
    def port_docs(self) -> dict[str, str]:
        """What the ports are."""
        named = [
            f"{name} in {getattr(self.spec, f'{name}_format') or self.spec.a_format}"
            for name in self.spec.operands
        ]
        random = "; random: equally likely numbers" if self.spec.random_width else ""
        return {"x": "operands of one result: " + ", ".join(named) + random, "y": "result"}

    def result(self, m: Module, platform, operands: dict[str, Value]) -> Value:
        """Return the code of the result, `latency` - 1 enabled cycles after its operands."""
        raise NotImplementedError

    def elaborate(self, platform):
        """Build handshake, datapath and output register."""
        m = Module()
        self.en = Signal(name="en")
        #: What goes along with the datapath to its end, through the same registers.
        self.carried: dict[str, Value] = {}
        m.d.comb += [
            self.en.eq(~self.y.valid | self.y.ready),
            self.x.ready.eq(self.en),
            self.y.valid.eq(
                delayed(m, platform, self.en, self.x.valid, self.spec.latency, "valid_delay", cleared=True)
            ),
        ]
        names = self.spec.x_shapes
        operands = self.cut(m, "operands", **{name: self.x.payload[name] for name in names})
        operands = dict(zip(names, operands, strict=True))
        if "random" in operands:
            self.carried["random"] = operands.pop("random")
        code = self.result(m, platform, operands)
        y = Signal(self.spec.out.bits, name="y_reg", reset_less=True)
        with m.If(self.en):
            m.d.sync += y.eq(code)
        m.d.comb += self.y.payload.eq(y)
        return m

    def finish(self, m: Module, number: Normalised, negative) -> Value:
        """Return the code of `number`, rounded. Carried by then: nan, inf, minus (its sign), differ.

        negative: the number is less by one than it should be, as that of pack.py; with `differ` it then has
        the other sign.
        """
        spec = self.spec
        place = {field.name: getattr(number, field.name) for field in dataclasses.fields(number)}
        *parts, negative = self.cut(m, "normalised", **place, negative=negative)
        number = Normalised(*parts)
        up, nothing, sign = (Signal(name=name) for name in ("up", "nothing", "sign"))
        carried = self.carried
        m.d.comb += [
            up.eq(round_up(m, number, negative, spec.rounding, carried.get("random"), spec.adder)),
            nothing.eq(~(negative | number.rest | Cat(number.significand, number.fraction).any())),
            sign.eq(Mux(carried["differ"], ~nothing & (carried["minus"] ^ negative), carried["minus"])),
        ]
        return pack(
            m, number, up, sign, nothing, carried["inf"], carried["nan"], spec.out, spec.rounding, spec.adder
        )

    def cut(self, m: Module, place: str, **values) -> tuple[Value, ...]:
        """Return `values`, behind registers if the pipeline has them at `place`, and `carried` with them."""
        if place not in self.spec.cuts:
            return tuple(values.values())
        registers = {
            name: Signal(value.shape(), name=f"{place}_{name}", reset_less=True)
            for name, value in (values | self.carried).items()
        }
        with m.If(self.en):
            m.d.sync += [registers[name].eq(value) for name, value in (values | self.carried).items()]
        self.carried = {name: registers[name] for name in self.carried}
        return tuple(registers[name] for name in values)


def sum_with(m: Module, exponent, constant: int, name: str) -> Signal:
    """Return `exponent` + `constant`, as wide as its range asks for."""
    total = Signal(range(constant, (1 << len(exponent)) + constant), name=name)
    m.d.comb += total.eq(exponent + constant)
    return total
