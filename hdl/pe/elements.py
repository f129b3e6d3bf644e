"""The elements that an array can be made of, by the name that its parameter `element` gives them."""

import dataclasses

from amaranth.lib import wiring

from ...golden.errors import UsageError
from ..mac_spec import MacSpec
from ..spec import integer
from .bit_weight_pe import BitWeightPe, BitWeightPeSpec
from .carry_save_pe import CarrySavePe, CarrySavePeSpec
from .mac_pe import MacPe, MacPeSpec
from .operator_pe import OperatorPe, OperatorPeSpec

DATAFLOWS = ("os", "ws", "cube", "tree", "broadcast")


@dataclasses.dataclass(frozen=True)
class Element:
    """What stands behind a name: the component that adds one product a step, and the one that adds several.

    Digit-serial elements have neither: they are cells of an array of their own (`array/serial_array.py`).
    dataflows: those that it fits, and `reason` why it fits no other. options: fields of its Spec that the
    name stands for.
    """

    component: type[wiring.Component] | None = None
    spec: type[MacSpec] | None = None
    dot: type[wiring.Component] | None = None
    dot_spec: type[MacSpec] | None = None
    dataflows: tuple[str, ...] = DATAFLOWS
    reason: str = ""
    options: tuple[tuple[str, str], ...] = ()


_UNEVEN = "takes as many cycles as an operand has digits, and only broadcast lets rows go at their own pace"

ELEMENTS = {
    "operator": Element(OperatorPe, OperatorPeSpec, OperatorPe, OperatorPeSpec),
    "mac": Element(MacPe, MacPeSpec, BitWeightPe, BitWeightPeSpec),
    "carry_save": Element(CarrySavePe, CarrySavePeSpec, CarrySavePe, CarrySavePeSpec),
    "bit_weight": Element(
        BitWeightPe,
        BitWeightPeSpec,
        BitWeightPe,
        BitWeightPeSpec,
        ("tree",),
        "adds digits of equal weight over the products of one step, and only tree brings several products",
        (("reduction", "bit_weight"),),
    ),
    "bit_serial": Element(dataflows=("broadcast",), reason=_UNEVEN),
    "bit_serial_shared": Element(dataflows=("broadcast",), reason=_UNEVEN),
    "bit_serial_grouped": Element(
        dataflows=("tree",), reason="shares a sum between the products of one beat, which only tree brings"
    ),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class DigitMacPeSpec(MacPeSpec):
    """An element of an array that hands B on in signed digits (`arith/csd.py`)."""

    b_digits: int = integer(2, 1, 4, "signed digits of an operand of B, at most")


@dataclasses.dataclass(frozen=True, kw_only=True)
class DigitCarrySavePeSpec(CarrySavePeSpec):
    """An element of an array that hands B on in signed digits (`arith/csd.py`)."""

    b_digits: int = integer(2, 1, 4, "signed digits of an operand of B, at most")


#: The Specs of elements that take B in signed digits, by that of the element that takes B as it is.
DIGIT_SPECS = {MacPeSpec: DigitMacPeSpec, CarrySavePeSpec: DigitCarrySavePeSpec}


def check_dataflow(element: str, dataflow: str) -> None:
    """Raise UsageError if the element makes no sense in a dataflow, with the reason."""
    entry = ELEMENTS[element]
    if dataflow not in entry.dataflows:
        fitting = [name for name, other in ELEMENTS.items() if dataflow in other.dataflows]
        raise UsageError(
            f"element={element} does not fit dataflow={dataflow}: it {entry.reason}; use "
            f"dataflow={' or '.join(entry.dataflows)}, or element={', '.join(fitting)}"
        )


def element_spec(spec) -> MacSpec:
    """Return the Spec of the element of an array, with the operands and accumulator of `spec`.

    spec: a MacArraySpec. The array registers operands itself where they are to be registered, and recodes A
    at its edge where the element takes digits. Raises UsageError if the element refuses the combination.
    """
    entry = ELEMENTS[spec.element]
    shared = {field: getattr(spec, field) for field in MacSpec.params()} | dict(entry.options)
    several = spec.dataflow == "tree" and (spec.k_step > 1 or "lanes" in entry.spec.params())
    kind = entry.dot_spec if several else entry.spec
    if hasattr(spec, "multiplier") and "multiplier" in kind.params():
        shared["multiplier"] = spec.multiplier
    if getattr(spec, "b_digits", None):
        kind = DIGIT_SPECS[kind]
        shared["b_digits"] = spec.b_digits
    if several:
        shared["lanes"] = spec.k_step
    if "recoding" in kind.params():
        shared["recoding"] = spec.recoding
    elif spec.recoding != "own":
        raise UsageError(
            f"recoding={spec.recoding} brings A in digits, which element={spec.element} cannot take: "
            "use element=mac or element=carry_save, or recoding=own"
        )
    return kind(**shared | {"input_reg": False})


def make_element(spec) -> wiring.Component:
    """Return the element of an array."""
    return _element_class(spec)(element_spec(spec))


def _element_class(spec) -> type[wiring.Component]:
    entry = ELEMENTS[spec.element]
    return entry.component if isinstance(element_spec(spec), entry.spec) else entry.dot


def element_unit(spec) -> str:
    """Return the name in the catalogue of the unit that is the element of an array."""
    name = _element_class(spec).__name__
    return "".join("_" + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))
