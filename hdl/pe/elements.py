"""The elements that an array can be made of, by the name that its parameter `element` gives them."""

from ..mac_spec import MacSpec
from .carry_save_pe import CarrySavePe, CarrySavePeSpec
from .mac_pe import MacPe, MacPeSpec
from .operator_pe import OperatorPe, OperatorPeSpec

ELEMENTS = {
    "operator": (OperatorPe, OperatorPeSpec),
    "mac": (MacPe, MacPeSpec),
    "carry_save": (CarrySavePe, CarrySavePeSpec),
}


def element_spec(name: str, spec: MacSpec) -> MacSpec:
    """Return the Spec of the element called `name`, with the operands and accumulator of `spec`.

    The array registers operands itself where they are to be registered. Raises UsageError if the element
    refuses the combination.
    """
    shared = {field: getattr(spec, field) for field in MacSpec.params()}
    return ELEMENTS[name][1](**shared | {"input_reg": False})


def element_unit(name: str) -> str:
    """Return the name of the element's unit in the catalogue."""
    return f"{name}_pe"
