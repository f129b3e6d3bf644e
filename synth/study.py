"""A study: a published comparison measured again, all designs through one flow, ratios beside the published.

`synth/studies/<name>.py`, with `_` for `-`, says what is compared with what; here it is measured, and turned
into tables.
"""

import dataclasses
import importlib
import pkgutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ..gen.catalog import find_unit
from ..gen.verilog import make_verilog
from ..golden.errors import UsageError
from ..hdl.spec import Spec, nearest
from ..tb.cycles import macs_per_cycle
from . import studies
from .baseline import Baseline, make_baseline
from .measure import constraints
from .power import energy_per_mac_pj
from .row import Conditions, measured_row, tool_versions, unit_design
from .study_plot import plot_study
from .targets import find_target

#: Seconds for each run of a tool: arrays of 256 elements of floats take longer than `synth` waits for.
TIME_LIMIT = 3600


@dataclasses.dataclass(frozen=True, kw_only=True)
class Case:
    """One design of a study: a unit with fields of its Spec, in a group of designs that do the same.

    plain: measure not the unit but its baseline, the same function with Verilog's `*`. design: measure what
    it makes of the Spec, which has the ports of the unit. booth: whether Yosys makes its `*` with Booth's
    recoding. periods: delay targets, if not those of the study. clock_ps: as in `Conditions`.
    """

    group: str
    label: str
    unit: str
    fields: dict[str, Any]
    plain: bool = False
    design: Callable[[Spec], Baseline] | None = None
    booth: bool = False
    periods: tuple[int, ...] | None = None
    clock_ps: int | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Published:
    """A published gain: in which group, of what, and how much, as the source gives it."""

    group: str
    what: str
    value: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class Study:
    """What is compared. baselines: labels of the cases that every other case of a group is divided by.

    k: steps of a tile for power, if engines are to sum as long as that. fpga: designs that are also placed
    and routed on `fpga_target`, with one seed. errors: returns what the golden models of the cases' labels
    come to, rows of a group, a label, and figures by heading. per: what area and energy are divided by: a
    MAC, or what else units make `elements_per_cycle` of. alone: groups without a baseline.
    """

    name: str
    title: str
    source: str
    cases: tuple[Case, ...]
    baselines: tuple[str, ...]
    published: tuple[Published, ...]
    periods: tuple[int, ...]
    sigma: float | None = None
    k: int | None = None
    target: str = "nangate45"
    fpga: tuple[Case, ...] = ()
    fpga_target: str = "ecp5"
    errors: Callable[[], list[dict[str, Any]]] | None = None
    per: str = "MAC"
    alone: tuple[str, ...] = ()

    def plot(self, record: dict[str, Any], path: Path) -> None:
        """Write the picture of a record of this study to `path`, an SVG file.

        Raises UsageError if matplotlib is not installed.
        """
        plot_study(record, path)


def study_names() -> list[str]:
    """Return the names of all studies: `lut-dse` is that of the module `lut_dse`."""
    return [module.name.replace("_", "-") for module in pkgutil.iter_modules(studies.__path__)]


def find_study(name: str) -> Study:
    """Return a study by name. Raises UsageError for an unknown one."""
    if name not in study_names():
        raise UsageError(f"there is no study {name!r}: {nearest(name, study_names())}")
    return importlib.import_module(f"{studies.__name__}.{name.replace('-', '_')}").STUDY


def reproduce(name: str, progress: Callable[[str], None] = lambda _: None) -> dict[str, Any]:
    """Measure every design of a study and return a JSON-able record: rows, ratios, published figures.

    MACs per cycle of an engine whose speed depends on the data come from its RTL (`tb.cycles`), on the data
    that the power is measured with. Figures are cached. Raises as `measure` does.
    """
    study = find_study(name)
    conditions = Conditions(
        find_target(study.target),
        sigma=study.sigma,
        periods=study.periods,
        time_limit=TIME_LIMIT,
        k=study.k,
    )
    done = 0

    def row(case: Case) -> dict[str, Any]:
        nonlocal done
        unit = find_unit(case.unit)
        spec = unit.spec(**case.fields)
        verilog = make_verilog(unit, spec)
        design = unit_design(f"{case.group}, {case.label}", verilog, case.booth)
        if make := make_baseline if case.plain else case.design:
            plain = make(spec)
            design = dataclasses.replace(design, text=plain.text, top=plain.top)
        periods = case.periods or study.periods
        chosen = dataclasses.replace(conditions, periods=periods, clock_ps=case.clock_ps)
        figures = measured_row(design, verilog, spec, chosen, progress)
        best, macs = figures["best"], macs_per_cycle(verilog, spec, study.sigma)
        done += 1
        progress(f"{done} of {len(study.cases)} designs measured")
        return _identity(case, spec, figures) | {
            "period_ns": best["period_ns"],
            "area_um2": best["area_um2"],
            "flip_flops": best["flip_flops"],
            "macs_per_cycle": round(macs, 3),
            "um2_ns_per_mac": round(best["area_um2"] * best["period_ns"] / macs, 1),
            "gmac_per_s_per_mm2": round(macs / best["period_ns"] / best["area_um2"] * 1e6, 1),
            # Of the simulated cycles, where the unit is one that counts products.
            "energy_per_mac_pj": best.get("energy_per_mac_pj")
            or energy_per_mac_pj(best["power_mw"], best["period_ns"], macs),
        }

    with ThreadPoolExecutor() as pool:
        rows = list(pool.map(row, study.cases))
    return {
        "study": study.name,
        "title": study.title,
        "source": study.source,
        "command": f"macwright reproduce {study.name}",
        "target": conditions.target.name,
        "tools": tool_versions(conditions.target),
        "constraints": constraints(conditions.target),
        "operands": ("uniform" if study.sigma is None else f"normal, sigma {study.sigma:g}")
        + (f", tiles of K = {study.k}" if study.k else ""),
        "periods_ps": sorted({p for case in study.cases for p in case.periods or study.periods}),
        "rows": rows,
        "ratios": ratios(rows, study.baselines),
        "published": [dataclasses.asdict(figure) for figure in study.published],
    } | (
        ({"per": study.per} if study.per != "MAC" else {})
        | ({"errors": study.errors()} if study.errors else {})
        | ({"fpga": _on_fpga(study, progress)} if study.fpga else {})
    )


def _on_fpga(study: Study, progress: Callable[[str], None]) -> dict[str, Any]:
    """Return what a study's `fpga` designs come to: target, tools, constraints and rows."""
    conditions = Conditions(find_target(study.fpga_target), seeds=(1,), time_limit=TIME_LIMIT)

    def row(case: Case) -> dict[str, Any]:
        unit = find_unit(case.unit)
        spec = unit.spec(**case.fields)
        verilog = make_verilog(unit, spec)
        design = unit_design(f"{case.group}, {case.label}", verilog)
        figures = measured_row(design, verilog, spec, conditions, progress)
        macs = macs_per_cycle(verilog, spec, study.sigma)
        return _identity(case, spec, figures) | {
            **{kind: figures[kind] for kind in ("lut", "ff", "dsp", "carry")},
            "fmax_mhz": figures["fmax_mhz"],
            "macs_per_cycle": round(macs, 3),
            "lut_per_mac": round(figures["lut"] / macs, 2),
            "gmac_per_s": round(macs * figures["fmax_mhz"] / 1000, 4),
        }

    with ThreadPoolExecutor() as pool:
        rows = list(pool.map(row, study.fpga))
    return {
        "target": conditions.target.name,
        "tools": tool_versions(conditions.target),
        "constraints": constraints(conditions.target),
        "seeds": list(conditions.seeds),
        "rows": rows,
    }


def _identity(case: Case, spec: Spec, figures: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a row that say which design it is of."""
    return {
        "group": case.group,
        "label": case.label,
        "unit": case.unit,
        "spec": spec.as_dict(),
        "verilog_sha256": figures["verilog_sha256"],
    }


def ratios(rows: list[dict[str, Any]], baselines: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return, for every row that is no baseline, what it gains on each baseline of its group.

    Area: MAC/s per area, energy: MACs per energy; above 1 the row is better.
    """
    found = []
    for row in rows:
        peers = {other["label"]: other for other in rows if other["group"] == row["group"]}
        for label in baselines:
            if row["label"] in baselines or label not in peers:
                continue
            base = peers[label]
            found.append(
                {
                    "group": row["group"],
                    "label": row["label"],
                    "against": label,
                    "area": round(row["gmac_per_s_per_mm2"] / base["gmac_per_s_per_mm2"], 3),
                    "energy": round(base["energy_per_mac_pj"] / row["energy_per_mac_pj"], 3),
                }
            )
    return found
