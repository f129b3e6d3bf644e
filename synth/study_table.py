"""The record of a study as tables: for a terminal, and as a Markdown page."""

import io
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

FIGURES = (
    ("group", "group", "s"),
    ("engine", "label", "s"),
    ("period ns", "period_ns", ".3f"),
    ("area um2", "area_um2", ".0f"),
    ("FF", "flip_flops", "d"),
    ("MAC/cycle", "macs_per_cycle", ".4g"),
    ("um2 ns/MAC", "um2_ns_per_mac", ".0f"),
    ("GMAC/s/mm2", "gmac_per_s_per_mm2", ".0f"),
    ("pJ/MAC", "energy_per_mac_pj", ".2f"),
)
FPGA_FIGURES = (
    ("group", "group", "s"),
    ("engine", "label", "s"),
    ("LUT", "lut", "d"),
    ("FF", "ff", "d"),
    ("carry", "carry", "d"),
    ("DSP", "dsp", "d"),
    ("Fmax MHz", "fmax_mhz", ".1f"),
    ("MAC/cycle", "macs_per_cycle", ".4g"),
    ("LUT/MAC", "lut_per_mac", ".1f"),
    ("GMAC/s", "gmac_per_s", ".3g"),
)


def study_tables(record: dict[str, Any], markdown: bool = False) -> list[Table]:
    """Return the record of a study as tables for a terminal, or for a Markdown page."""
    form = box.MARKDOWN if markdown else box.HEAVY_HEAD
    per = record.get("per", "MAC")
    figures = _rows(record["rows"], FIGURES, None if markdown else record["command"], form, per)

    gains = Table(title=None if markdown else "gain, above 1 is better", box=form)
    against = list(dict.fromkeys(ratio["against"] for ratio in record["ratios"]))
    for heading in ("group", "engine"):
        gains.add_column(heading, no_wrap=True)
    for what in ("area", "energy"):
        for label in against:
            gains.add_column(f"{what} / {label}", justify="right")
        if record["published"]:
            gains.add_column(f"published {what}", justify="right")
    for group, label in dict.fromkeys((ratio["group"], ratio["label"]) for ratio in record["ratios"]):
        found = {r["against"]: r for r in record["ratios"] if (r["group"], r["label"]) == (group, label)}
        cells = []
        for what in ("area", "energy"):
            cells += [f"{found[name][what]:.2f}" if name in found else "-" for name in against]
            said = [p["value"] for p in record["published"] if (p["group"], p["what"]) == (group, what)]
            cells += ([said[0]] if said else ["-"]) if record["published"] else []
        gains.add_row(group, label, *cells)
    errors = [_errors(record["errors"], None if markdown else "errors", form)] if "errors" in record else []
    fpga = record.get("fpga")
    if not fpga:
        return [figures, gains, *errors]
    on_fpga = _rows(fpga["rows"], FPGA_FIGURES, None if markdown else fpga["target"], form, per)
    return [figures, gains, *errors, on_fpga]


def _errors(rows: list[dict[str, Any]], title: str | None, form: box.Box) -> Table:
    """Return the table of what golden models come to; its headings are the keys of a row."""
    table = Table(title=title, box=form)
    for heading in rows[0]:
        table.add_column(heading, justify="left" if heading in ("group", "label") else "right", no_wrap=True)
    for row in rows:
        table.add_row(*(value if isinstance(value, str) else f"{value:.3g}" for value in row.values()))
    return table


def _rows(rows: list[dict[str, Any]], shown: tuple, title: str | None, form: box.Box, per: str) -> Table:
    """Return a table of rows; shown: heading, key and format of each column; per: what a MAC is called."""
    table = Table(title=title, box=form)
    for heading, _, form_of in shown:
        justify = "left" if form_of == "s" else "right"
        table.add_column(heading.replace("MAC", per), justify=justify, no_wrap=True)
    for row in rows:
        table.add_row(*(format(row[key], form_of) for _, key, form_of in shown))
    return table


def study_page(record: dict[str, Any]) -> str:
    """Return the record of a study as a Markdown page."""
    text = io.StringIO()
    # Wide enough for any table: a heading of two lines would end it.
    console = Console(file=text, width=4000, highlight=False)
    figures, gains, *rest = study_tables(record, markdown=True)
    tools = ", ".join(f"{tool} {version}" for tool, version in record["tools"].items())
    published = f" Published: {record['source']}." if record["published"] else ""
    console.print(f"# {record['title']}\n\nMade by `{record['command']}`.{published}\n")
    console.print(f"Target {record['target']}; operands for power: {record['operands']}; {tools}.\n")
    console.print(figures)
    console.print("\nGain of each engine on each baseline, above 1 is better:\n")
    console.print(gains)
    if "errors" in record:
        console.print("\nErrors of the golden models:\n")
        console.print(rest.pop(0))
    for table in rest:
        fpga = record["fpga"]
        tools = ", ".join(f"{tool} {version}" for tool, version in fpga["tools"].items())
        seeds = ", ".join(map(str, fpga["seeds"]))
        console.print(f"\nOn {fpga['target']} ({fpga['constraints']['device']}), seed {seeds}; {tools}:\n")
        console.print(table)
    return "\n".join(line.strip() for line in text.getvalue().splitlines()) + "\n"
