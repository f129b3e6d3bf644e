"""No library at all: gates, flip-flops and the longest path in gates."""

import json
import re
from pathlib import Path
from typing import Any

from ..gen.yosys import run_yosys
from .asic import Design
from .script import script


def count_gates(design: Design, folder: Path, time_limit: float) -> dict[str, Any]:
    """Return the gates of a design by type, its flip-flops and its depth in gates.

    Gates are Yosys's two-input cells, inverters and multiplexers. The depth counts gates on the longest
    path between registers and ports.
    """
    (folder / "design.v").write_text(design.text)
    run_yosys(script("generic.ys", top=design.top), folder, "generic", time_limit)
    cells = json.loads((folder / "counts.json").read_text())["design"]["num_cells_by_type"]
    by_type = {name.strip("\\$_").lower(): n for name, n in cells.items() if name != "$scopeinfo"}
    registers = {name: n for name, n in by_type.items() if "dff" in name or "dlatch" in name}
    depth = re.search(r"\(length=(\d+)\)", (folder / "depth.txt").read_text())
    return {
        "gates": sum(by_type.values()) - sum(registers.values()),
        "flip_flops": sum(registers.values()),
        "depth": int(depth[1]) if depth else 0,
        "gates_by_type": {name: n for name, n in sorted(by_type.items()) if name not in registers},
        "flip_flops_by_type": dict(sorted(registers.items())),
    }
