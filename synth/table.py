"""A record as a table for a terminal."""

from collections.abc import Callable
from typing import Any

from rich.table import Table

Column = tuple[str, Callable[[dict[str, Any]], Any]]

_ASIC: tuple[Column, ...] = (
    ("period ns", lambda row: f"{row['best']['period_ns']:.3f}"),
    ("area um2", lambda row: f"{row['best']['area_um2']:.0f}"),
    ("GE", lambda row: f"{row['best']['gate_equivalents']:.0f}"),
    ("FF", lambda row: row["best"]["flip_flops"]),
    ("mW", lambda row: f"{row['best']['power_mw']:.3f}"),
    ("pJ/MAC", lambda row: _or_dash(row["best"].get("energy_per_mac_pj"), ".3f")),
    ("GMAC/s", lambda row: _or_dash(row["best"].get("gmac_per_s"), ".2f")),
)
_FPGA: tuple[Column, ...] = (
    ("LUT", lambda row: row["lut"]),
    ("carry", lambda row: row["carry"]),
    ("FF", lambda row: row["ff"]),
    ("DSP", lambda row: row["dsp"]),
    ("BRAM", lambda row: row["bram"]),
    ("Fmax MHz", lambda row: _or_dash(row.get("fmax_mhz"), ".1f")),
    ("median MHz", lambda row: _or_dash(row.get("fmax_median_mhz"), ".1f")),
)
_GENERIC: tuple[Column, ...] = (
    ("gates", lambda row: row["gates"]),
    ("FF", lambda row: row["flip_flops"]),
    ("depth", lambda row: row["depth"]),
)


def table(record: dict[str, Any]) -> Table:
    """Return the rows of a record as a table; its title is the command that makes it again."""
    first = record["rows"][0]
    columns = _ASIC if "best" in first else _FPGA if "lut" in first else _GENERIC
    shown = Table(title=record["command"], caption="\n".join(_notes(record)), caption_justify="left")
    shown.add_column("design", no_wrap=True)
    for name, _ in columns:
        shown.add_column(name, justify="right", no_wrap=True)
    for row in record["rows"]:
        shown.add_row(row["name"], *(str(cell(row)) for _, cell in columns))
    return shown


def _notes(record: dict[str, Any]) -> list[str]:
    """Return what stands below a table: details that are too long for a column, and the tools."""
    notes = []
    for row in record["rows"]:
        if "pareto" in row:
            points = "  ".join(f"{p['period_ns']:.2f}@{p['area_um2']:.0f}" for p in row["pareto"])
            notes.append(f"{row['name']}, Pareto set, ns@um2: {points}")
        if "gates_by_type" in row:
            counts = "  ".join(f"{count} {kind}" for kind, count in row["gates_by_type"].items())
            notes.append(f"{row['name']}: {counts}")
    if "best" in record["rows"][0]:
        notes.append(f"power {record['rows'][0]['best']['activity']}")
    return [*notes, ", ".join(f"{tool} {version}" for tool, version in record["tools"].items())]


def _or_dash(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
