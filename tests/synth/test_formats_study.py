"""The study of number formats: its errors, its engines of plain floats, its picture."""

import dataclasses

import numpy as np
import pytest
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.golden.float_arith import fp_add
from macwright.golden.float_format import PRESETS
from macwright.golden.fp_dot import fp_dot
from macwright.synth.studies import formats
from macwright.tb.rtl import Rtl

FP32 = PRESETS["fp32"]


def test_every_format_has_an_error_and_more_bits_make_it_smaller(monkeypatch):
    monkeypatch.setattr(formats, "ROWS", 20)
    rows = {row["label"]: row for row in formats.errors()}
    assert list(rows) == [case.label for case in formats.STUDY.cases]
    for data in formats.DATA:
        found = {label: row[f"numbers, {data}"] for label, row in rows.items()}
        for better, worse in (
            ("fp16", "bf16"),
            ("bf16", "int8"),
            ("mxint8", "mxfp8_e4m3"),
            ("mxfp6_e2m3", "mxfp4_e2m1"),
            ("nvfp4", "mxfp4_e2m1"),
            ("bfp8", "bfp4"),
        ):
            assert found[better] < found[worse]
    # Scales of blocks are worth more where tails are heavy.
    heavy = rows["int4"]["numbers, heavy-tailed"] / rows["bfp4"]["numbers, heavy-tailed"]
    assert heavy > 1.5 > rows["int4"]["numbers, normal"] / rows["bfp4"]["numbers, normal"]


@pytest.mark.parametrize("label", ["int8", "int4", "bf16", "fp6_e3m2", "mxint8", "nvfp4, fixed", "bfp8"])
def test_what_a_format_holds_is_not_changed(label):
    x = np.resize([1.0, -0.5, 0.0, 0.25], (2, 64))
    if label in ("int8", "int4"):
        x = np.resize([7.0, -3.0, 0.0, 1.0], (2, 64)) * (127 / 7 if label == "int8" else 1)
        x = np.rint(x)
    assert np.abs(formats.quantised(label, x) - x).max() < 1e-5


def test_engines_of_plain_floats_add_up_sixteen_results():
    unit = find_unit("fp_dot")
    spec = unit.spec(lanes=2, a_format="e2m1fn", out_format="fp32")
    plain = formats.with_sum(spec)
    rtl = Rtl(dataclasses.replace(make_verilog(unit, spec), top=plain.top, text=plain.text))
    rng = np.random.default_rng(1)
    a, b = (rng.integers(0, 16, (40, 2)) for _ in range(2))
    fmt = PRESETS["e2m1fn"]
    results = fp_dot(a, b, a_format=fmt, b_format=fmt, out_format=FP32)
    total, wanted = np.int64(0), []
    for i, result in enumerate(results):
        before = total if i % 16 else np.int64(0)
        total = fp_add(result, before, a_format=FP32, b_format=FP32, out_format=FP32)
        wanted.append(int(total))
    found, _ = rtl.stream({"x": {"a": a, "b": b}}, {"y": 40})
    assert found["y"]["data"].reshape(-1).tolist() == wanted


def test_the_picture_joins_the_formats_that_no_other_beats(tmp_path):
    assert formats.front([(2, 5, "b"), (1, 9, "a"), (3, 7, "c"), (4, 1, "d")]) == [
        (1, 9, "a"),
        (2, 5, "b"),
        (4, 1, "d"),
    ]
    cost = dict.fromkeys(formats.COSTS, 2.0)
    rows = [cost | {"label": "int8", "group": "g"}, cost | {"label": "bf16", "group": "g"}]
    errors = [
        {"label": row["label"]} | {f"dot products, {data}": k + 1.0 for data in formats.DATA}
        for k, row in enumerate(rows)
    ]
    record = {"study": "formats", "title": "T", "target": "t", "rows": rows, "errors": errors}
    for name in ("a.svg", "b.svg"):
        formats.STUDY.plot(record, tmp_path / name)
    text = (tmp_path / "a.svg").read_text()
    assert text == (tmp_path / "b.svg").read_text()
    assert all(word in text for word in (">int8<", ">bf16<", "heavy-tailed data", "pJ per MAC"))
