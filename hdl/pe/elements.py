"""The elements that an array can be made of, by the name that its parameter `element` gives them."""

from ...golden.errors import UsageError
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

    The array registers operands itself where they are to be registered, and recodes A at its edge where the
    element takes digits. Raises UsageError if the element refuses the combination.
    """
    element = ELEMENTS[name][1]
    shared = {field: getattr(spec, field) for field in MacSpec.params()}
    recoding = getattr(spec, "recoding", "own")
    if "recoding" in element.params():
        shared["recoding"] = recoding
    elif recoding != "own":
        raise UsageError(
            f"recoding={recoding} brings A in digits, which the * of element={name} cannot take: use "
            "element=mac or element=carry_save, or recoding=own"
        )
    return element(**shared | {"input_reg": False})


def element_unit(name: str) -> str:
    """Return the name of the element's unit in the catalogue."""
    return f"{name}_pe"
