"""Specs of `bit_weight_pe` for the tests, and defects that its bench has to catch."""

from . import ICARUS
from .operator_pe import every_lane

BENCH = [
    {"lanes": 16, "input_reg": True},
    {"lanes": 3, "a_bits": 5, "b_bits": 3, "a_signed": False, "reduction": "bit_weight"},
    {"a_bits": 16, "b_bits": 16, "pipeline": True, "acc_bits": 35, "overflow": "saturate"},
]
BASELINE = [
    {"lanes": 16, "a_bits": 4, "b_bits": 4, "k_max": 64, "input_reg": True},
    {"lanes": 3, "a_bits": 2, "b_bits": 5, "acc_bits": 8, "overflow": "saturate"},
]

DEFECTS = [
    ({"input_reg": True}, r"lane_3_b_reg <= b\[31:24\]", "lane_3_b_reg <= b[23:16]", "the sum is"),
    ({"input_reg": True}, r"if \(en\) first_reg <=", "first_reg <=", "the sum is"),
    # Wrong for one sum only, that of sixteen -128 x -128: the overflow of the published OPT2.
    (
        {"lanes": 16, "k_max": 16},
        r"acc <= adder_sum",
        "acc <= {adder_sum[18], adder_sum[18:0]}",
        "the sum is -262144 .* should be 262144",
    ),
]


def proofs():
    for fields in every_lane():
        for reduction in ("flat", "bit_weight"):
            yield fields | {"reduction": reduction}, "exhaustive", ICARUS
