"""Slow proofs: `make prove`. Full and exhaustive benches over many Specs, on both simulators."""

import sys

from macwright.gen.catalog import find_unit
from macwright.golden.requant import ROUNDINGS
from macwright.tb.verify import verify
from rich.console import Console

PROOFS = (
    [
        (unit, {"a_bits": a, "b_bits": b, "a_signed": sa, "b_signed": sb}, "exhaustive")
        for unit in ("operator_pe", "mac_pe", "carry_save_pe")
        for a, b in ((2, 2), (5, 3), (8, 8), (12, 12), (16, 8))
        for sa in (True, False)
        for sb in (True, False)
    ]
    + [
        (unit, {"recoding": recoding, "a_signed": signed}, "exhaustive")
        for unit in ("mac_pe", "carry_save_pe")
        for recoding in ("booth", "ent", "minimal_weight")
        for signed in (True, False)
    ]
    + [
        ("mac_array", {"rows": 5, "cols": 3, "element": "mac", "recoding": "ent", "input_reg": True}, "full"),
        ("mac_pe", {"overflow": "saturate", "acc_bits": 17}, "exhaustive"),
        ("mac_pe", {"overflow": "wrap", "acc_bits": 9, "input_reg": True}, "exhaustive"),
        ("mac_array", {}, "full"),
        ("mac_array", {"rows": 3, "cols": 5, "a_bits": 5, "a_signed": False, "b_bits": 3}, "full"),
        ("mac_array", {"rows": 1, "cols": 1, "a_bits": 16, "b_bits": 16}, "full"),
        ("mac_array", {"rows": 16, "cols": 4, "overflow": "saturate", "acc_bits": 12}, "full"),
        ("mac_array", {"rows": 1, "cols": 7, "input_reg": True}, "full"),
        ("mac_array", {"rows": 7, "cols": 1, "k_max": 5}, "full"),
        ("mac_array", {"rows": 32, "cols": 32}, "quick"),
    ]
    + [("requant", {"lanes": 1, "mult_bits": 31, "rounding": rounding}, "full") for rounding in ROUNDINGS]
    + [
        ("requant", {"lanes": 1, "in_bits": bits, "rounding": rounding, "in_signed": signed}, "exhaustive")
        for rounding in ROUNDINGS
        for bits, signed in ((5, False), (8, True), (12, True))
    ]
    + [
        (
            "requant",
            {"lanes": 4, "per": "channel", "bias": True, "residual": True, "zero_point": True}
            | {"activation": "clamp", "rounding": "half_even", "pipeline": 5},
            "full",
        ),
        ("requant", {"in_bits": 48, "mult_bits": 31, "shift_bits": 7, "bias": True, "pipeline": 3}, "full"),
        ("requant", {"lanes": 2, "out_signed": False, "residual": True, "residual_bits": 8}, "full"),
    ]
)


def main() -> None:
    console = Console()
    failed = 0
    for unit, fields, level in PROOFS:
        # Exhaustive runs are on the compiled RTL in any case.
        for sim in ("icarus",) if level == "exhaustive" else ("verilator", "icarus"):
            record = verify(unit, find_unit(unit).spec(**fields), sim=sim, level=level)
            failed += not record["passed"]
            cycles = sum(check.get("cycles", 0) for check in record["checks"])
            verdict = "proved" if record["passed"] else f"FAILED: {record['checks'][-1]['failure']}"
            console.print(
                f"{record['module']:70} {level:10} {sim:9} {cycles:>10} cycles  {verdict}", soft_wrap=True
            )
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
