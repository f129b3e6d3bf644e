"""Elements with a compressor tree: proven against `*` and `+` from every state, simulated with stalls."""

import itertools

import numpy as np
import pytest
from amaranth.hdl import Cat, Module, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In
from amaranth.sim import Simulator
from macwright.golden.errors import UsageError
from macwright.golden.int_gemm import mac_step
from macwright.golden.integer import int_range
from macwright.golden.recoding import RECODINGS
from macwright.hdl.arith.coded import encode
from macwright.hdl.array.mac_array import MacArraySpec
from macwright.hdl.pe.bit_weight_pe import BitWeightPe, BitWeightPeSpec
from macwright.hdl.pe.carry_save_pe import CarrySavePe, CarrySavePeSpec
from macwright.hdl.pe.mac_pe import MacPe, MacPeSpec
from macwright.hdl.share import silenced
from proof import counterexamples, prove

SIGNS = list(itertools.product((False, True), repeat=2))
ELEMENTS = {
    "mac_pe": (MacPe, MacPeSpec),
    "carry_save_pe": (CarrySavePe, CarrySavePeSpec),
    "bit_weight_pe": (BitWeightPe, BitWeightPeSpec),
}


def step_claim(component) -> str:
    """Return what an element without input registers does in one clock cycle, as a Verilog expression."""
    spec = component.spec
    width = spec.acc_width
    signed = spec.acc_shape.signed
    carry_save = isinstance(spec, CarrySavePeSpec)
    if carry_save:
        new, old = "acc_sum + acc_carry", "past_acc_sum + past_acc_carry"
    else:
        new, old = (f"{name}[{width - 1}:0]" for name in ("acc", "past_acc"))
    # Everything in 40 bits, so that no operator's width rules matter.
    old = f"((40'd0 + {old}) & {(1 << width) - 1})"
    if signed and not carry_save:
        old = f"({old} - (past_acc[{width - 1}] ? 40'd{1 << width} : 40'd0))"
    total = f"((past_first ? 40'd0 : {old}) + {products(spec)})"
    if spec.overflow == "saturate":
        low, high = int_range(width, signed)
        total = f"($signed({total}) > {high} ? {high} : $signed({total}) < {low} ? {low} : $signed({total}))"
    return f"(((40'd0 + {new}) ^ (past_en ? {total} : {old})) & {(1 << width) - 1}) == 0"


def products(spec) -> str:
    """Return a Verilog expression for the exact sum of products in 40 bits, whatever the signs."""

    def wide(name, lane, bits, signed):
        low, high = lane * bits, (lane + 1) * bits - 1
        top = f"past_{name}[{high}]" if signed else "1'b0"
        return f"{{{{{40 - bits}{{{top}}}}}, past_{name}[{high}:{low}]}}"

    a, b = ("a", spec.a_bits, spec.a_signed), ("b", spec.b_bits, spec.b_signed)
    lanes = range(getattr(spec, "lanes", 1))
    return " + ".join(f"{wide(a[0], k, *a[1:])} * {wide(b[0], k, *b[1:])}" for k in lanes)


def small_cases(component, spec_class, **more):
    """Yield (element, claim): every mix of signs, narrow widths, accumulators short and long."""
    sizes = [(2, 3, 3), (4, 3, 10)] if "lanes" not in more else [(2, 3, 3), (3, 2, 7)]
    for (a_bits, b_bits, acc_bits), (a_signed, b_signed) in itertools.product(sizes, SIGNS):
        operands = {"a_bits": a_bits, "b_bits": b_bits, "a_signed": a_signed, "b_signed": b_signed}
        spec = spec_class(**operands, acc_bits=acc_bits, **({"overflow": "wrap"} | more))
        element = silenced(component(spec))
        yield element, step_claim(element)


@pytest.mark.parametrize("multiplier", ["booth", "and_array"])
@pytest.mark.parametrize(
    "name,more",
    [
        ("mac_pe", {}),
        ("mac_pe", {"overflow": "saturate"}),
        ("carry_save_pe", {}),
        ("carry_save_pe", {"carry_every": 2}),
        ("bit_weight_pe", {"lanes": 2}),
        ("bit_weight_pe", {"lanes": 2, "reduction": "bit_weight"}),
        ("bit_weight_pe", {"lanes": 2, "overflow": "saturate"}),
    ],
)
def test_one_step_is_proven_from_every_state(name, more, multiplier):
    prove(list(small_cases(*ELEMENTS[name], multiplier=multiplier, **more)), past=True)


class BehindCoder(wiring.Component):
    """An element behind recoders, so that its port `a` takes operands as they are."""

    port_docs = {}

    def __init__(self, spec):
        self.spec = spec
        component = next(component for component, spec_class in ELEMENTS.values() if type(spec) is spec_class)
        self.element = silenced(component(spec))
        lanes = getattr(spec, "lanes", 1)
        super().__init__(dict(self.element.signature.members) | {"a": In(lanes * spec.a_bits)})

    def elaborate(self, platform):
        m = Module()
        m.submodules.element = self.element
        spec = self.spec
        lanes = [self.a[k : k + spec.a_bits] for k in range(0, len(self.a), spec.a_bits)]
        words = Cat(encode(m, lane, spec.a_signed, spec.recoding) for lane in lanes)
        m.d.comb += Value.cast(self.element.a).eq(words)
        for name, member in self.element.signature.members.items():
            if name != "a":
                inner, outer = getattr(self.element, name), getattr(self, name)
                m.d.comb += inner.eq(outer) if member.flow == In else outer.eq(inner)
        return m


@pytest.mark.parametrize("recoding", RECODINGS)
@pytest.mark.parametrize(
    "name,more", [("mac_pe", {}), ("carry_save_pe", {}), ("bit_weight_pe", {"lanes": 2})]
)
def test_one_step_with_a_recoded_operand_is_proven_from_every_state(name, more, recoding):
    prove(list(small_cases(BehindCoder, ELEMENTS[name][1], recoding=recoding, **more)), past=True)


def test_a_lost_carry_is_found():
    element = silenced(CarrySavePe(CarrySavePeSpec(a_bits=2, b_bits=2, acc_bits=8, overflow="wrap")))

    def lose(text):
        assert "lower_1_0_c = " in text
        return text.replace("lower_1_0_c = ", "lower_1_0_c = 1'b0 & ")

    (found,) = counterexamples([(element, step_claim(element))], past=True, spoil=lose)
    assert "model found: FAIL" in found


SIMULATED = [
    ("mac_pe", {"input_reg": True, "acc_bits": 32}),
    ("mac_pe", {"input_reg": True, "pipeline": True, "acc_bits": 18, "overflow": "saturate"}),
    ("mac_pe", {"pipeline": True, "a_signed": False, "acc_bits": 20, "overflow": "wrap"}),
    ("mac_pe", {"input_reg": True, "a_bits": 3, "b_bits": 13, "acc_bits": 17, "overflow": "saturate"}),
    ("mac_pe", {"input_reg": True, "multiplier": "and_array", "pipeline": True, "b_bits": 5}),
    ("carry_save_pe", {"input_reg": True, "acc_bits": 32}),
    ("carry_save_pe", {"input_reg": True, "a_signed": False, "b_signed": False, "a_bits": 16, "b_bits": 16}),
    ("carry_save_pe", {"input_reg": True, "pipeline": True, "carry_every": 4, "b_signed": False}),
    ("carry_save_pe", {"pipeline": True, "a_bits": 2, "b_bits": 2, "acc_bits": 3, "overflow": "wrap"}),
    ("carry_save_pe", {"input_reg": True, "multiplier": "and_array", "carry_every": 16, "a_signed": False}),
]


@pytest.mark.parametrize("name,params", SIMULATED)
def test_registered_elements_match_the_golden_step_with_stalls(name, params):
    component, spec_class = ELEMENTS[name]
    spec = spec_class(**params)
    dut = component(spec)
    rng = np.random.default_rng(7)
    operands = {}
    for port, shape in (("a", spec.a_shape), ("b", spec.b_shape)):
        low, high = int_range(shape.width, shape.signed)
        corner = rng.choice([low, high, 0, 1, low], 250)
        operands[port] = np.where(rng.random(250) < 0.5, corner, rng.integers(low, high + 1, 250))
    first = rng.random(250) < 0.05
    first[0] = True
    expected = [0]
    for a, b, new in zip(operands["a"], operands["b"], first, strict=True):
        overflow = "saturate" if spec.overflow == "saturate" else "wrap"
        arguments = {"acc_bits": spec.acc_width, "signed": spec.acc_shape.signed, "overflow": overflow}
        expected.append(int(mac_step(expected[-1], new, a, b, **arguments)))
    expected = expected[1:]

    def shown(ctx):
        if name == "mac_pe":
            return ctx.get(dut.acc)
        total = (ctx.get(dut.acc_sum) + ctx.get(dut.acc_carry)) % (1 << spec.acc_width)
        top = spec.acc_shape.signed and total >> (spec.acc_width - 1)
        return total - (1 << spec.acc_width) if top else total

    async def bench(ctx):
        taken = 0
        while taken < 250:
            go = rng.random() < 0.7
            ctx.set(dut.en, go)
            # Without `en` the ports carry rubbish.
            k = taken if go else int(rng.integers(250))
            ctx.set(dut.a, int(operands["a"][k]))
            ctx.set(dut.b, int(operands["b"][k]))
            ctx.set(dut.first, bool(first[k]) if go else 1)
            if taken >= spec.latency:
                assert shown(ctx) == expected[taken - spec.latency]
            await ctx.tick()
            taken += go

    simulator = Simulator(dut)
    simulator.add_clock(1e-6)
    simulator.add_testbench(bench)
    simulator.run()


def test_saturation_is_refused_in_carry_save_form():
    with pytest.raises(UsageError, match="overflow=saturate is not possible in carry-save form"):
        CarrySavePeSpec(acc_bits=20, overflow="saturate")


@pytest.mark.parametrize("name", ELEMENTS)
def test_digits_are_refused_where_rows_are_made_of_bits(name):
    with pytest.raises(UsageError, match="multiplier=and_array .*recoding=ent .*: use multiplier=booth, or"):
        ELEMENTS[name][1](recoding="ent", multiplier="and_array")
    assert ELEMENTS[name][1](recoding="ent", a_bits=16, b_bits=2).recodes_b is False


def test_an_element_of_operators_refuses_digits():
    with pytest.raises(UsageError, match="recoding=ent .*element=operator cannot take: use element=mac"):
        MacArraySpec(recoding="ent")
    assert MacArraySpec(recoding="ent", element="mac").latency == MacArraySpec(element="mac").latency + 1


@pytest.mark.parametrize("name", ELEMENTS)
def test_every_corner_of_the_parameters_elaborates_and_every_parameter_matters(name):
    from macwright.gen.emission import emit

    component, spec_class = ELEMENTS[name]

    def text(**params):
        return emit(silenced(component(spec_class(**params))), "unit")[0]

    plain = text()
    changes = [{"multiplier": "and_array"}, {"adder": "ripple"}, {"pipeline": True}, {"input_reg": True}]
    changes += [{"recoding": recoding} for recoding in RECODINGS]
    changes += [{"carry_every": 4}] if name == "carry_save_pe" else []
    assert all(text(**change) != plain for change in changes)
    registers = {"input_reg": True, "pipeline": True}
    for a_bits, b_bits, acc_bits in ((2, 16, 48), (16, 2, 2), (16, 16, 33), (2, 2, 4)):
        sizes = {"a_bits": a_bits, "b_bits": b_bits, "acc_bits": acc_bits}
        for recoding in ("own", "ent", "booth"):
            text(**sizes, overflow="wrap", recoding=recoding, **registers)
