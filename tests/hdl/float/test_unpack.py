"""The parts of a code are those of the golden model, for every kind of format."""

import numpy as np
import pytest
from amaranth.hdl import Module, Signal
from amaranth.sim import Simulator
from macwright.golden import float_code
from macwright.golden.float_format import PRESETS, FloatFormat, find_format
from macwright.hdl.float.unpack import unpack

FORMATS = PRESETS | {
    "unsigned": FloatFormat(exponent_bits=4, mantissa_bits=3, signed=False),
    "fixed point": FloatFormat(exponent_bits=0, mantissa_bits=5, special="none"),
    "powers of two": find_format("e5m0fn"),
    "flushed": find_format("e4m3", subnormals="flush_in"),
    "flushed fnuz": find_format("e4m3fnuz", subnormals="flush"),
}


def codes_of(fmt):
    if fmt.bits <= 8:
        return np.arange(1 << fmt.bits)
    edges = [0, 1, (1 << fmt.mantissa_bits) - 1, 1 << fmt.mantissa_bits, fmt.max_code, fmt.max_code + 1]
    edges += [fmt.max_code + 2, (1 << fmt.magnitude_bits) - 1]
    random = np.random.default_rng(0).integers(0, 1 << fmt.bits, 1000)
    return np.r_[edges, [edge | 1 << fmt.magnitude_bits for edge in edges], random]


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_every_part_of_every_code(fmt):
    m = Module()
    code = Signal(fmt.bits)
    parts = {}
    for name, value in vars(unpack(m, code, fmt, "code")).items():
        parts[name] = Signal(len(value), name=f"out_{name}")
        m.d.comb += parts[name].eq(value)
    codes = codes_of(fmt)
    found = {name: [] for name in parts}

    async def look(ctx):
        for one in codes:
            ctx.set(code, int(one))
            await ctx.delay(1e-9)
            for name, signal in parts.items():
                found[name].append(ctx.get(signal))

    simulator = Simulator(m)
    simulator.add_testbench(look)
    simulator.run()
    sign, exponent, significand, kind = float_code.unpack(codes, fmt)
    found = {name: np.array(values) for name, values in found.items()}
    finite = kind == float_code.FINITE
    assert (found["sign"] == sign).all()
    assert (found["is_nan"] == (kind == float_code.NAN)).all()
    assert (found["is_inf"] == (kind == float_code.INF)).all()
    assert (found["is_zero"] == (finite & (significand == 0))).all()
    assert (found["significand"] == significand)[finite].all()
    assert (found["exponent"] - fmt.bias - fmt.mantissa_bits == exponent)[finite].all()
