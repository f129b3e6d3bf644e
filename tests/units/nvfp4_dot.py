"""Specs of `nvfp4_dot` for the tests, and defects that its bench has to catch."""

from . import ICARUS

SMALL = {"lanes": 2}
WHERE = {
    "acc_bits": {"blocks": 2},
}
BENCH = [
    {"lanes": 4},
    {"lanes": 16, "blocks": 9, "tensor_scale": False, "adder": "ripple"},
]
LINTED = [
    {"lanes": 2},
    {"lanes": 1, "blocks": 1024, "tensor_scale": False},
]
BASELINE = [
    {"lanes": 8},
    {"lanes": 16, "blocks": 5},
]

NVFP4 = {"lanes": 8}
DEFECTS = [
    # A subnormal scale that is normal; a scale of the block before; factors of another sum.
    (NVFP4, r"assign a_scale_normal = .*;", "assign a_scale_normal = 1'b1;", "y.data"),
    (NVFP4, r"if \(take\) block_factor", "if (take & ~block_ends) block_factor", "y.data|unkn"),
    (NVFP4, r"\.i\(s_axis_x_ttensor\)", ".i(tensor_delay_o)", "y.data|unknown"),
    (NVFP4, r"assign b_scale_is_nan = .*;", "assign b_scale_is_nan = 1'b0;", "y.data"),
]


def proofs():
    for lanes, blocks, tensor_scale in ((1, None, True), (16, None, False), (8, 40, True), (4, 3, False)):
        yield {"lanes": lanes, "blocks": blocks, "tensor_scale": tensor_scale}, "full", ICARUS
