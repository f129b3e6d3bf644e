"""Specs of `lut_tile` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.golden.lut_gemm import WEIGHT_KINDS

from . import VERILATOR

SMALL = {"rows": 2, "cols": 2}
MEASURED = {"depth": 1, "k": 2}
BENCH = [
    {"rows": 3, "cols": 2},
    {"rows": 1, "cols": 1, "k": 2, "weight_bits": 1, "weight_kind": "odd", "pipeline": False},
    {"rows": 2, "cols": 3, "k": 3, "depth": 2, "weight_bits": 3, "planes": 2, "weight_kind": "zero_point"}
    | {"activations": "int4", "symmetric": False},
    {"rows": 2, "cols": 2, "k": 1, "depth": 3, "weight_bits": 2},
    {"rows": 2, "cols": 2, "k": 5, "weight_bits": 8, "planes": 3, "activations": "int16"},
    {"rows": 2, "cols": 2, "k": 6, "weight_bits": 2, "planes": 1, "table": "int8", "k_max": 7}
    | {"weight_kind": "zero_point"},
]
LINTED = [
    {"rows": 2, "cols": 3, "weight_bits": 3, "planes": 2},
    {"rows": 1, "cols": 1, "k": 3, "depth": 2, "weight_kind": "zero_point", "table": "int8"}
    | {"pipeline": False, "symmetric": False},
]
BASELINE = [
    {"rows": 3, "cols": 2, "depth": 2, "weight_bits": 3, "planes": 2},
    {"rows": 1, "cols": 3, "k": 3, "weight_kind": "odd", "weight_bits": 1, "symmetric": False},
    {"rows": 2, "cols": 2, "k": 2, "weight_kind": "zero_point", "weight_bits": 2, "table": "int8"}
    | {"activations": "int16", "symmetric": False},
]

LUT = {"rows": 2, "cols": 2, "weight_bits": 2, "planes": 1, "weight_kind": "zero_point"}
DEFECTS = [
    (LUT, r"again_mux_s_3 = again \?", "again_mux_s_3 = 1'b0 ?", "should be"),
    (LUT, r"chosen_0_bit_2 = ", "chosen_0_bit_2 = 8'hfe & ", "should be"),
    (LUT, r"select_delay_i = ~s_axis_b_ttop", "select_delay_i = 1'b1", "should be"),
    (LUT, r"too_wide <= 1'h1", "too_wide <= 1'h0", "too_wide is 0, not 1"),
    (LUT, r"if \(en\) completed <= completes", "completed <= completes", "should be|nothing moved"),
]


def proofs():
    kinds, activations = itertools.cycle(WEIGHT_KINDS), itertools.cycle(("int8", "int4", "int16"))
    sizes = itertools.cycle(((1, 1), (3, 2), (1, 5), (2, 1)))
    lengths = itertools.cycle(range(6, 0, -1))
    for weight_bits, planes in itertools.product(range(1, 9), (None, 1)):
        rows, cols = next(sizes)
        fields = {"rows": rows, "cols": cols, "k": next(lengths), "weight_kind": next(kinds)}
        fields |= {"activations": next(activations), "weight_bits": weight_bits, "planes": planes}
        yield fields, "quick", VERILATOR
    for k, weight_kind in itertools.product((2, 4, 6), WEIGHT_KINDS):
        fields = {"rows": 2, "cols": 3, "k": k, "weight_kind": weight_kind, "weight_bits": 3, "depth": 2}
        yield fields | {"table": "int8", "planes": 2, "symmetric": k != 4}, "quick", VERILATOR
