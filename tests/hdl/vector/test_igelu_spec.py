"""What `igelu` refuses and warns of, and its widths."""

import pytest
from macwright.gen.deliverable import generate
from macwright.golden.errors import UsageError
from macwright.hdl.vector.igelu import IgeluSpec

COARSE = {"b": 21, "c": 444, "one": 444}


@pytest.mark.parametrize(
    "fields, message",
    [
        (
            {"shift": 14, "one": 1},
            r"b=80, c=7091 and one=1 with shift=14 err by 1.98 from -4 to 4, more than max",
        ),
        (
            {"in_bits": 32, "b": 163953, "c": 29742970350, "one": 29742970350},
            "make results of 68 bits, and 62 is the most: use a larger scale",
        ),
        ({"c": 0}, "c=0 is not legal"),
    ],
)
def test_refusals_are_sentences(fields, message):
    with pytest.raises(UsageError, match=message):
        IgeluSpec(**fields)


def test_coarse_scales_are_warned_of_at_generation(tmp_path):
    made = generate("igelu", IgeluSpec(**COARSE, lanes=1), tmp_path / "x")
    assert made.cautions == IgeluSpec(**COARSE).cautions
    assert "largest error from -4 to 4 is 0.038, and 0.0182 with finer scales" in made.cautions[0]
    for name in ("README.md", "manifest.json", f"{made.top}.v"):
        assert "largest error" in (made.folder / name).read_text()
    assert IgeluSpec().cautions == ()


def test_results_have_the_width_that_they_need():
    assert IgeluSpec().y_shape.width == 22
    assert IgeluSpec(in_bits=32, b=10248, c=116183478, one=7092, shift=14).y_shape.width == 46
