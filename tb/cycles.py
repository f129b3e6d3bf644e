"""How many products a matrix engine adds per cycle."""

from ..gen.catalog import Unit


def macs_per_cycle(unit: Unit, spec, sigma: float | None) -> float:
    """Return the products per cycle of a unit that keeps its pace whatever the operands are."""
    return spec.macs_per_cycle
