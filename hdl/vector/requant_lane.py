"""One lane of a requantiser: bias, one or two scaled branches, zero point, activation, clamp.

    x + bias -> | register | -> scaler ---.
                                          + -> relu -> + zero_point -> clamp -> | y |
    residual -> | register | -> scaler ---'

The scaler saturates. Alone it does so to the range of the result; where something is added behind it, to a
range that is wide enough for the sum to saturate as the exact sum does.
"""

from amaranth.hdl import Module, Mux, Shape, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from ..arith.prefix import prefix_add
from ..arith.saturate import saturated
from ..share import share
from .requant_spec import RequantSpec
from .scaler import Scaler


class RequantLane(wiring.Component):
    """y = clamp(act(scaled x + bias, and a scaled residual) + zero_point), a result every enabled cycle.

    Parameters come when they are needed, counted in enabled cycles after `x`: `bias` with it, `factor` after
    `factor_wait`, `shift` after `shift_wait`, `zero_point`, `low` and `high` after `end_wait`.
    """

    port_docs = {
        "en": "every register moves only while this is high",
        "x": "integer to requantise",
        "bias": "added to x",
        "factor": "multiplier of x",
        "shift": "shift of x",
        "residual": "integer of the second branch",
        "residual_factor": "multiplier of the second branch",
        "residual_shift": "shift of the second branch",
        "zero_point": "added to the scaled sum",
        "low": "smallest result",
        "high": "largest result; it wins over low",
        "y": "result, {latency} enabled cycle(s) after x",
    }

    def __init__(self, spec: RequantSpec):
        """`spec` has one lane."""
        self.spec = spec
        ports = {"en": In(1), "x": In(spec.x_shape)}
        if spec.bias:
            ports |= {"bias": In(signed(spec.in_bits))}
        for prefix, branch in spec.branches.items():
            if prefix:
                ports |= {"residual": In(spec.residual_shape)}
            ports |= {f"{prefix}factor": In(branch.factor_bits), f"{prefix}shift": In(branch.shift_bits)}
        ports |= {name: In(spec.y_shape) for name in spec.end_parameters}
        super().__init__(ports | {"y": Out(spec.y_shape)})

    def elaborate(self, platform):
        """Build the lane."""
        m = Module()
        spec = self.spec
        values = {"": self._biased(m), "residual_": getattr(self, "residual", None)}
        results = []
        for prefix, branch in spec.branches.items():
            scaler = Scaler(branch)
            share(m, platform, scaler, f"{prefix}scaler")
            m.d.comb += [
                scaler.en.eq(self.en),
                scaler.value.eq(self._operand(m, values[prefix], f"{prefix or 'x_'}value")),
                scaler.factor.eq(getattr(self, f"{prefix}factor")),
                scaler.shift.eq(getattr(self, f"{prefix}shift")),
            ]
            results.append(scaler.result)
        y = Signal(spec.y_shape, name="y_reg", reset_less=True)
        end = self._ended(m, results)
        with m.If(self.en):
            m.d.sync += y.eq(end)
        m.d.comb += self.y.eq(y)
        return m

    def _biased(self, m: Module) -> Value:
        """Return x + bias, exact."""
        if not self.spec.bias:
            return self.x
        shape = self.spec.value_shape
        x, bias, total = (Signal(shape, name=name) for name in ("x_wide", "bias_wide", "x_biased"))
        m.d.comb += [x.eq(self.x), bias.eq(self.bias)]
        m.d.comb += total.eq(prefix_add(m, x, bias, self.spec.adder, name="bias_adder")[: shape.width])
        return total

    def _operand(self, m: Module, value, name: str) -> Value:
        """Return `value`, behind a register if the pipeline has one there."""
        if not self.spec.factor_wait:
            return value
        register = Signal(value.shape(), name=f"{name}_reg", reset_less=True)
        with m.If(self.en):
            m.d.sync += register.eq(value)
        return register

    def _ended(self, m: Module, results) -> Value:
        """Return the result from those of the branches."""
        spec = self.spec
        total = results[0]
        if spec.residual:
            added = Signal(signed(max(map(len, results)) + 1), name="branch_sum")
            m.d.comb += added.eq(results[0] + results[1])
            total = added
            if spec.activation == "relu":
                positive = Signal(len(added) - 1, name="relu")
                m.d.comb += positive.eq(Mux(added[-1], 0, added[:-1]))
                total = positive
        if spec.zero_point:
            shifted = Signal(signed(max(len(total), spec.out_bits) + 2), name="off_zero")
            m.d.comb += shifted.eq(total + self.zero_point)
            total = shifted
        y = clamped_to(m, total, spec.y_shape)
        if spec.activation != "clamp":
            return y
        raised, lowered = (Signal(spec.y_shape, name=name) for name in ("raised", "lowered"))
        m.d.comb += [
            raised.eq(Mux(y < self.low, self.low, y)),
            lowered.eq(Mux(raised > self.high, self.high, raised)),
        ]
        return lowered


def clamped_to(m: Module, total, shape: Shape) -> Value:
    """Return `total` saturated to `shape`, whichever of the two are signed."""
    if total.shape().signed == shape.signed:
        return saturated(m, total, shape)
    if shape.signed:
        wide = Signal(signed(len(total) + 1), name="never_negative")
        m.d.comb += wide.eq(total)
    else:
        wide = Signal(len(total) - 1, name="from_zero")
        m.d.comb += wide.eq(Mux(total[-1], 0, total[:-1]))
    return saturated(m, wide, shape)
