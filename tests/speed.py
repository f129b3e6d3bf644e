"""Speed and size of the tools, as whole commands: `make bench`. Exits with 1 if a goal is missed."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.golden.float_arith import fma
from macwright.golden.float_format import PRESETS
from macwright.golden.int_gemm import int_gemm
from macwright.tb.rtl import Rtl
from rich.console import Console
from rich.table import Table

MACWRIGHT = [sys.executable, "-c", "from macwright.cli.main import main; main()"]


def seconds(*arguments: str) -> float:
    start = time.perf_counter()
    subprocess.run([*MACWRIGHT, *arguments], check=True, capture_output=True)
    return time.perf_counter() - start


def import_golden() -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import macwright.golden.int_gemm"], check=True)
    return time.perf_counter() - start


def megacycles_per_second(element: str) -> float:
    unit = find_unit(element)
    rtl = Rtl(make_verilog(unit, unit.spec()))
    rng = np.random.default_rng(0)
    steps = 4_000_000
    a, b = (rng.integers(-128, 128, steps).astype(np.int8) for _ in range(2))
    ones = np.ones(steps, np.uint8)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        rtl.clock({"en": ones, "first": ones, "a": a, "b": b})
        times.append(time.perf_counter() - start)
    return steps / min(times) / 1e6


def golden_gmacs() -> float:
    rng = np.random.default_rng(0)
    a, b = (rng.integers(-128, 128, (256, 256)) for _ in range(2))
    start = time.perf_counter()
    int_gemm(a, b)
    return 256**3 / (time.perf_counter() - start) / 1e9


def golden_fma() -> float:
    rng = np.random.default_rng(0)
    bf16 = PRESETS["bf16"]
    a, b, c = rng.integers(0, 1 << 16, (3, 2_000_000))
    start = time.perf_counter()
    fma(a, b, c, a_format=bf16, b_format=bf16, c_format=bf16, out_format=bf16)
    return a.size / (time.perf_counter() - start) / 1e6


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = []

        def goal(name: str, measured: float, limit: float, unit: str, at_least: bool = False) -> None:
            met = measured >= limit if at_least else measured <= limit
            rows.append(
                (name, f"{measured:.2f} {unit}", f"{'>=' if at_least else '<='} {limit:g} {unit}", met)
            )

        for size, limit in ((16, 1.5), (64, 6), (128, 20)):
            spec = ("-p", f"rows={size}", "-p", f"cols={size}")
            goal(
                f"generate {size}x{size}",
                seconds("generate", "mac_array", *spec, "-o", f"{folder}/{size}"),
                limit,
                "s",
            )
        verilog = Path(folder, "128", "mac_array_rows_128_cols_128.v")
        goal("Verilog of 128x128", verilog.stat().st_size / 1000, 300, "kB")
        seconds("verify", "mac_array")
        goal("verify mac_array, warm build", seconds("verify", "mac_array"), 15, "s")
        goal("import macwright.golden", import_golden(), 0.3, "s")
        # The goal was seen with `*`; the gates of mac_pe cost Verilator one step each, and it is missed.
        for element in ("operator_pe", "mac_pe"):
            goal(f"{element} as a function", megacycles_per_second(element), 10, "Mcycles/s", at_least=True)
        goal("int_gemm, int8", golden_gmacs(), 0.2, "GMAC/s", at_least=True)
        goal("fma, bf16", golden_fma(), 5, "M/s", at_least=True)
    table = Table("what", "measured", "goal", "met")
    for name, measured, limit, met in rows:
        table.add_row(name, measured, limit, "yes" if met else "[red]NO[/red]")
    Console().print(table)
    sys.exit(not all(row[-1] for row in rows))


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
