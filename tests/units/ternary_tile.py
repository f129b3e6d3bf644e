"""Specs of `ternary_tile` for the tests, and defects that its bench has to catch."""

from macwright.golden.ternary import PACKINGS

from . import BOTH

SMALL = {"rows": 2, "cols": 2, "depth": 2}
MEASURED = {"depth": 1}
BENCH = [
    {"rows": 3, "cols": 2, "depth": 3},
    {"rows": 1, "cols": 1, "depth": 1, "a_signed": False, "k_max": 1},
    {"rows": 2, "cols": 3, "depth": 3, "packing": "5in8", "pipeline": False},
    {"rows": 3, "cols": 1, "depth": 2, "packing": "3in5", "a_bits": 2},
    {"rows": 2, "cols": 2, "depth": 1, "packing": "4in7", "a_bits": 16, "a_signed": False},
]
LINTED = [
    {"rows": 2, "cols": 2, "depth": 1, "packing": "5in8", "a_signed": False},
    {"rows": 1, "cols": 3, "depth": 2, "packing": "3in5", "pipeline": False},
]
BASELINE = [
    {"rows": 3, "cols": 2, "depth": 2},
    {"rows": 1, "cols": 2, "depth": 2, "packing": "5in8", "a_signed": False},
    {"rows": 2, "cols": 1, "depth": 3, "packing": "3in5", "a_bits": 5},
]

TERNARY = {"rows": 2, "cols": 1, "depth": 1, "packing": "5in8"}
DEFECTS = [
    (TERNARY, r"chosen_0_bit_2 = ", "chosen_0_bit_2 = 4'he & ", "should be"),
    (TERNARY, r"\^ \{ b\[4\], ", "^ { 1'b0, ", "should be"),
    (TERNARY, r"code_0_0_times_27 = ", "code_0_0_times_27 = 8'd1 + ", "should be"),
    (TERNARY, r"code_0_0_times_13 <= 4'hd", "code_0_0_times_13 <= 4'hc", "illegal_code is 0"),
    (TERNARY, r"code_0_0_times_13 <= 4'hd", "code_0_0_times_13 <= 4'he", "illegal_code is 1"),
    (TERNARY, r"if \(en\) completed <= completes", "completed <= completes", "should be|nothing moved"),
]


def proofs():
    shapes = ((1, 1, 1), (2, 5, 3), (3, 1, 2), (1, 4, 1))
    for packing, (rows, cols, depth) in zip(PACKINGS, shapes, strict=True):
        yield {"rows": rows, "cols": cols, "depth": depth, "packing": packing}, "full", BOTH
