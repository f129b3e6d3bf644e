"""What the tests ask of every unit: one module per unit, under its name.

SMALL: fields of a small Spec, for what has to be made often; MEASURED: of one that is small to synthesise;
WHERE: by field, where it matters if not in the small Spec; BENCH: Specs that users meet and corners of what
they can ask for, on which the bench has to pass; LINTED: whose Verilog linters read; BASELINE: whose baseline
the bench has to pass too; DEFECTS: where, what is replaced in the Verilog by what, and what the bench has to
say of it; proofs(): fields, level and simulators of `tests/prove.py`. A unit has those that it needs.
"""

import importlib

from macwright.gen.catalog import CATALOG

SIGNS = (True, False)
ICARUS, VERILATOR, BOTH = ("icarus",), ("verilator",), ("verilator", "icarus")

MODULES = {name: importlib.import_module(f".{name}", __name__) for name in CATALOG}


def fields_of(unit: str, name: str) -> dict:
    """Return SMALL, MEASURED or WHERE of a unit."""
    return getattr(MODULES[unit], name, {})


def entries(name: str) -> list[tuple]:
    """Return BENCH, LINTED, BASELINE or DEFECTS of all units, each entry behind the name of its unit."""
    return [
        (unit, *(entry if isinstance(entry, tuple) else (entry,)))
        for unit, module in MODULES.items()
        for entry in getattr(module, name, ())
    ]
