"""Specs of `igelu` for the tests, and defects that its bench has to catch."""

from fractions import Fraction

from macwright.golden.ibert import ibert_gelu_constants

from . import BOTH, ICARUS

BENCH = [
    {"lanes": 2},
    {"lanes": 1, "in_bits": 32, "b": 10248, "c": 116183478, "one": 7092, "shift": 14, "pipeline": 2},
    {"lanes": 3, "in_bits": 2, "b": 11, "c": 111, "one": 111},
]
LINTED = [
    {"lanes": 2, "in_bits": 10, "pipeline": 2},
    {"lanes": 1, "in_bits": 12, "b": 2562, "c": 7261468, "one": 444, "shift": 14},
]
BASELINE = [
    {"lanes": 2},
    {"lanes": 1, "in_bits": 16, "b": 2562, "c": 7261468, "one": 444, "shift": 14, "pipeline": 2},
]

IGELU = {"lanes": 1}
DEFECTS = [
    # A polynomial that never ends, sizes of one too few, a sign that is forgotten, a floor that is none.
    (IGELU, r"distance = room\[9\] \? 7'h00 : ", "distance = ", "y.data"),
    (IGELU, r"room_add_y = .*;", "room_add_y = 1'b0;", "y.data"),
    (IGELU, r"- \$signed\(14'h1bb3\)", "- $signed(14'h1bb2)", "y.data"),
    (
        {"lanes": 1, "in_bits": 12, "b": 2562, "c": 7261468, "one": 444, "shift": 14},
        r"gain_sub_y_a_add_y_ = .*;",
        "gain_sub_y_a_add_y_ = x[11];",
        "y.data",
    ),
]


def proofs():
    for in_bits, inverse_scale, shift in (
        (8, 32, 0),
        (10, 64, 0),
        (14, 512, 0),
        (16, 4096, 14),
        (20, 8192, 14),
    ):
        b, c, one = ibert_gelu_constants(Fraction(1, inverse_scale), shift=shift)
        fields = {"in_bits": in_bits, "b": -b, "c": -c, "one": -one, "shift": shift, "lanes": 1}
        yield fields, "exhaustive", ICARUS
        yield fields | {"pipeline": 2, "lanes": 3}, "full", BOTH
