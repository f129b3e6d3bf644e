"""Slow proofs: `make prove`, or `python tests/prove.py UNIT ...` for those of some units.

What `proofs()` of a unit in tests/units lists, and on Verilator every Spec on which the test suite runs the
bench on Icarus. Exhaustive levels try every input; full ones 10^7 cases, 10^8 where that is a product. The
second simulator of a Spec leaves out what runs on the compiled RTL, which is the same for both.
"""

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from macwright.gen.catalog import find_unit
from macwright.golden.errors import UsageError
from macwright.tb.verify import verify
from rich.console import Console
from units import MODULES, VERILATOR

#: Seconds that a simulation may take: Icarus is slow with arrays of floats.
LIMIT = 3600


def proofs_of(unit: str):
    """Yield fields, level, simulator and whether to try the compiled RTL, of each proof of a unit."""
    module = MODULES[unit]
    listed = [(fields, "quick", VERILATOR) for fields in module.BENCH]
    listed += module.proofs() if hasattr(module, "proofs") else []
    for fields, level, sims in listed:
        for sim in sims:
            yield fields, level, sim, sim == sims[0]


def main(units: list[str]) -> None:
    """Run the proofs and leave with 1 if one fails."""
    console = Console()
    try:
        units = [find_unit(name).name for name in units or MODULES]
    except UsageError as error:
        sys.exit(str(error))
    failed = 0

    def prove(unit: str, fields: dict, level: str, sim: str, compiled: bool) -> None:
        nonlocal failed
        spec = find_unit(unit).spec(**fields)
        record = verify(unit, spec, sim=sim, level=level, compiled=compiled, time_limit=LIMIT)
        failed += not record["passed"]
        cycles = sum(check.get("cycles", 0) for check in record["checks"])
        verdict = "proved" if record["passed"] else f"FAILED: {record['checks'][-1]['failure']}"
        console.print(
            f"{record['module']:90} {level:10} {sim:9} {cycles:>10} cycles  {verdict}", soft_wrap=True
        )

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        proofs = [pool.submit(prove, unit, *proof) for unit in units for proof in proofs_of(unit)]
        for proof in proofs:
            proof.result()
    console.print(f"{len(proofs)} proofs, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main(sys.argv[1:])
