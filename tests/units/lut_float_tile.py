"""Specs of `lut_float_tile` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.hdl.lut.lut_float_tile_spec import ACTIVATIONS, OUT_FORMATS

from . import BOTH

SMALL = {"rows": 1, "cols": 1, "k": 2, "out_format": "bf16"}
BENCH = [
    {"rows": 2, "cols": 2, "k": 3, "out_format": "bf16"},
    {"rows": 1, "cols": 1, "k": 2, "weight_bits": 1, "weight_kind": "odd", "activations": "e4m3fnuz"},
    {"rows": 3, "cols": 1, "k": 2, "depth": 2, "weight_bits": 3, "planes": 2, "activations": "fp16"}
    | {"symmetric": False, "out_format": "fp16"},
    {"rows": 2, "cols": 1, "k": 1, "weight_bits": 2, "planes": 1, "activations": "e4m3fn"}
    | {"align_bits": 20, "acc_bits": 30, "out_format": "bf16"},
]
LINTED = [
    {"rows": 2, "cols": 2, "weight_bits": 3, "planes": 2, "out_format": "bf16"},
    {"rows": 1, "cols": 1, "k": 3, "weight_kind": "odd", "activations": "e4m3fnuz"},
]
BASELINE = [
    {"rows": 2, "cols": 2, "weight_bits": 3, "planes": 2, "out_format": "fp16"},
    {"rows": 1, "cols": 1, "k": 2, "depth": 3, "weight_bits": 2, "weight_kind": "odd"}
    | {"symmetric": False, "activations": "e5m2fnuz"},
]

LUT_FLOAT = {"rows": 2, "cols": 1, "k": 2, "weight_bits": 2, "planes": 1}
DEFECTS = [
    (LUT_FLOAT, r"nan_2_reg <= nan_1_reg", "nan_2_reg <= 1'b0", "should be"),
    (LUT_FLOAT, r"exponent_add_y \+ beat_reg", "exponent_add_y", "should be"),
    (LUT_FLOAT, r"if \(valid_reg_and_b\) exponent", "if (valid_reg) exponent", "."),
    (LUT_FLOAT, r"counts_reg_dffe_q = .*;", "counts_reg_dffe_q = 1'b1;", "should be"),
    (LUT_FLOAT, r"lower_adder_sum, table_0_o", "minus_reg, table_0_o", "should be"),
]


def proofs():
    kinds = itertools.cycle(("signed", "odd", "signed"))
    sizes = itertools.cycle(((1, 1), (3, 2), (1, 5), (2, 1)))
    widths, lengths = itertools.cycle((8, 1, 3, 5, 2, 4, 7, 6)), itertools.cycle(range(6, 0, -1))
    for activations, planes in itertools.product(ACTIVATIONS, (None, 1, 2)):
        rows, cols = next(sizes)
        weight_bits = next(widths)
        fields = {"rows": rows, "cols": cols, "k": next(lengths), "depth": 1 + rows % 2}
        fields |= {"activations": activations, "weight_bits": weight_bits, "weight_kind": next(kinds)}
        fields |= {"planes": planes and min(planes, weight_bits), "out_format": OUT_FORMATS[cols % 3]}
        yield fields, "quick", BOTH
