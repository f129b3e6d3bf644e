"""The studies of activations and norms: what they measure, and that errors are as the pages of units say."""

import pytest
from macwright.gen.catalog import find_unit
from macwright.synth.studies import gelu, norm


def by_label(rows):
    assert len({tuple(row) for row in rows}) == 1
    return {(row["group"], row["label"]): row for row in rows}


def test_errors_of_gelu(monkeypatch):
    # Tables of 16 bits take half a minute.
    monkeypatch.setattr(gelu, "WIDE", {12: gelu.WIDE[12]})
    rows = by_label(gelu.errors())
    fine, coarse = (
        lambda label, steps=steps: rows[f"8 bits, 1/{steps}", f"gelu, {label}"] for steps in (32, 8)
    )
    for name in ("normal", "peaked"):
        assert float(fine("table")[f"largest, {name}"]) <= 1 / 64 + 0.0005
        assert float(fine("I-BERT polynomial")[f"largest, {name}"]) < 0.0184
        assert float(coarse("I-BERT polynomial")[f"largest, {name}"]) > 0.03
    # Beyond 9.4 the exponentials of ShiftGELU end.
    assert float(coarse("ShiftGELU")["largest, peaked"]) > 1 > float(coarse("ShiftGELU")["largest, normal"])


def test_errors_of_norms():
    rows = by_label(norm.errors())
    for steps in norm.SCALES:
        group = f"8 bits, 1/{steps}"
        assert float(rows[group, "layer, table of 9 bits"]["largest, normal"]) < 0.02
    # Ten steps do not reach the root of a small variance; the exact root loses less.
    small = {
        name: float(rows["8 bits, 1/4", f"layer, {name}"]["largest, normal"]) for name in ("I-ViT", "I-BERT")
    }
    assert small["I-ViT"] > 1 > small["I-BERT"]


@pytest.mark.parametrize("study", [gelu.STUDY, norm.STUDY], ids=lambda study: study.name)
def test_hardware_stands_beside_what_computes_the_same(study):
    cases = (*study.cases, *study.fpga)
    specs = [find_unit(case.unit).spec(**case.fields) for case in cases]
    assert study.per == "result" and all(hasattr(spec, "elements_per_cycle") for spec in specs)
    plain = {case.group for case in study.cases if case.plain}
    made = {case.group for case in study.cases if not case.plain}
    assert plain < made >= {figure.group for figure in study.published}


def test_the_exponential_is_the_lane_of_the_softmax():
    (case,) = (case for case in gelu.STUDY.cases if case.design)
    made = case.design(find_unit(case.unit).spec(**case.fields))
    assert f"module {made.top} (" in made.text
    assert made.text.count("__exp_lane") == 3
