"""The studies of activations and norms: rows have every figure, and errors are as the pages of units say."""

import pytest
from macwright.synth.studies import gelu, norm


@pytest.fixture
def measured(monkeypatch):
    """Figures of the units that were asked for, by unit and target, without any tool."""
    asked = []

    def measure(unit, spec, target, **options):
        asked.append((unit, target))
        best = {"gate_equivalents": 100.0, "flip_flops": 10, "area_um2": 79.8, "period_ns": 1.0}
        return {"rows": [{"best": best, "lut": 30}]}

    for study in (gelu, norm):
        monkeypatch.setattr(study, "measure", measure)
    # Tables of 16 bits take half a minute.
    monkeypatch.setattr(gelu, "WIDE", {12: gelu.WIDE[12]})
    return asked


def by_label(rows):
    assert len({tuple(row) for row in rows}) == 1
    return {(row["group"], row["label"]): row for row in rows}


def test_errors_of_gelu(measured):
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
    assert fine("table")["GE of logic"] == "20" and coarse("table")["GE"] == "-"
    assert ("igelu", "nangate45") in measured and ("activation", "ecp5") in measured


def test_errors_of_norms(measured):
    rows = by_label(norm.errors())
    for steps in norm.SCALES:
        group = f"8 bits, 1/{steps}"
        assert float(rows[group, "layer, table of 9 bits"]["largest, normal"]) < 0.02
    # Ten steps do not reach the root of a small variance; the exact root loses less.
    small = {
        name: float(rows["8 bits, 1/4", f"layer, {name}"]["largest, normal"]) for name in ("I-ViT", "I-BERT")
    }
    assert small["I-ViT"] > 1 > small["I-BERT"]
    assert rows["hardware", "division, serial, 32 bits"]["cycles a result"] == "32"
