"""The record of a study as a picture: area and energy per product, a bar for each engine, by group."""

import importlib.util
from pathlib import Path
from typing import Any

from ..golden.errors import UsageError

#: Key, title, format and colour of the two panels.
PANELS = (
    ("um2_ns_per_mac", "um2 ns per MAC", "{:.0f}", "#0072b2"),
    ("energy_per_mac_pj", "pJ per MAC", "{:.2f}", "#d55e00"),
)


def check_plots() -> None:
    """Raise UsageError if matplotlib is not installed."""
    if importlib.util.find_spec("matplotlib") is None:
        raise UsageError(
            "a picture needs the Python package matplotlib, which is not installed: "
            "pip install 'macwright[plots]'"
        )


def plot_study(record: dict[str, Any], path: Path) -> None:
    """Write the picture of a study's record to `path`, an SVG file; the same record gives the same bytes.

    Raises UsageError if matplotlib is not installed.
    """
    check_plots()
    # In an extra, and slow to import.
    import matplotlib
    from matplotlib.figure import Figure

    rows = record["rows"]
    names = [f"{row['group']}: {row['label']}" for row in rows]
    # Groups stand apart by half a bar.
    groups = list(dict.fromkeys(row["group"] for row in rows))
    places = [i + groups.index(row["group"]) / 2 for i, row in enumerate(rows)]
    figure = Figure(figsize=(10, 1.2 + 0.22 * places[-1]), layout="constrained")
    figure.suptitle(record["title"])
    for axes, (key, title, form, color) in zip(figure.subplots(1, 2, sharey=True), PANELS, strict=True):
        bars = axes.barh(places, [row[key] for row in rows], color=color)
        axes.bar_label(bars, fmt=form, padding=2, fontsize=8)
        per = title.replace("MAC", record.get("per", "MAC"))
        axes.set_xlabel(f"{per} ({record['target']}), lower is better")
        axes.margins(x=0.12, y=0.01)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_yticks(places, names)
    axes.invert_yaxis()
    with matplotlib.rc_context({"svg.hashsalt": record["study"], "svg.fonttype": "none"}):
        figure.savefig(path, format="svg", metadata={"Date": None})
