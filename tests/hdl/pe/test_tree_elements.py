"""Elements with a compressor tree: proven against `*` and `+` from every state, simulated with stalls."""

import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
from amaranth.sim import Simulator

from macwright.golden.errors import UsageError
from macwright.golden.int_gemm import mac_step
from macwright.golden.integer import int_range, wrap
from macwright.hdl.pe.carry_save import CarrySave, CarrySaveSpec
from macwright.hdl.pe.fused_mac import FusedMac, FusedMacSpec

sys.path.insert(0, str(Path(__file__).parents[1] / "arith"))
from macwright.hdl.share import silenced  # noqa: E402
from proof import counterexamples, prove  # noqa: E402

SIGNS = list(itertools.product((False, True), repeat=2))
ELEMENTS = {"fused_mac": (FusedMac, FusedMacSpec), "carry_save": (CarrySave, CarrySaveSpec)}


def step_claim(component) -> str:
    """Return the claim about one clock cycle of an element without input registers."""
    spec = component.spec
    width = spec.acc_width
    if isinstance(component, CarrySave):
        new, old = "((acc_sum + acc_carry) & {w{1'b1}})", "((past_acc_sum + past_acc_carry) & {w{1'b1}})"
        new, old = (text.replace("w{", f"{width}{{", 1) for text in (new, old))
        return f"{new} == (((past_en && past_first ? {width}'d0 : {old}) + (past_en ? {product(spec)} : 0)) & {{{width}{{1'b1}}}})"
    return exact_claim(spec)


def product(spec) -> str:
    """Return a Verilog expression for the exact product in 40 bits, whatever the signs."""

    def wide(name, bits, signed):
        top = f"past_{name}[{bits - 1}]" if signed else "1'b0"
        return f"{{{{{40 - bits}{{{top}}}}}, past_{name}}}"

    return f"({wide('a', spec.a_bits, spec.a_signed)} * {wide('b', spec.b_bits, spec.b_signed)})"


def exact_claim(spec) -> str:
    """Return the claim for an accumulator that is wrapped or clipped."""
    width = spec.acc_width
    signed = spec.acc_shape.signed
    top = f"past_acc[{width - 1}]" if signed else "1'b0"
    total = f"((past_first ? 40'd0 : {{{{{40 - width}{{{top}}}}}, past_acc}}) + {product(spec)})"
    if spec.overflow == "saturate":
        low, high = int_range(width, signed)
        value = f"$signed({total})"
        total = f"({value} > {high} ? {high} : {value} < {low} ? {low} : {value})"
    return f"acc[{width - 1}:0] == (past_en ? {total} & {(1 << width) - 1} : past_acc[{width - 1}:0])"


def small_specs(spec_class, **more):
    """Yield small Specs: every mix of signs and of narrow widths, accumulators short and long."""
    for (a_bits, b_bits), (a_signed, b_signed) in itertools.product([(2, 2), (3, 4), (4, 3), (5, 2)], SIGNS):
        for acc_bits in (a_bits + b_bits - 2, a_bits + b_bits + 5):
            yield spec_class(
                a_bits=a_bits, b_bits=b_bits, a_signed=a_signed, b_signed=b_signed, acc_bits=acc_bits,
                **({"overflow": "wrap"} | more),
            )


@pytest.mark.parametrize("multiplier", ["booth", "and_array"])
@pytest.mark.parametrize(
    "name,more",
    [
        ("fused_mac", {}),
        ("fused_mac", {"overflow": "saturate"}),
        ("carry_save", {}),
        ("carry_save", {"carry_every": 2}),
        ("carry_save", {"carry_every": 3}),
    ],
)
def test_one_step_is_proven_from_every_state(name, more, multiplier):
    component, spec = ELEMENTS[name]
    cases = [silenced(component(s)) for s in small_specs(spec, multiplier=multiplier, **more)]
    prove([(c, step_claim(c)) for c in cases], past=True)
