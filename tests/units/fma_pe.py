"""Specs of `fma_pe` for the tests, and defects that its bench has to catch."""

from . import ICARUS

SMALL = {"a_format": "e4m3fn"}
WHERE = {
    "random_bits": {"rounding": "stochastic"},
}
BENCH = [
    {},
    {"a_format": "e4m3fn", "c_format": "fp16", "rounding": "stochastic", "pipeline": 5},
]
LINTED = [
    {"a_format": "fp16", "pipeline": 5},
    {"a_format": "e4m3fn", "b_format": "e2m3fn", "c_format": "fp32", "out_format": "e5m2fnuz"}
    | {"rounding": "stochastic", "subnormals": "flush"},
]
BASELINE = [
    {},
    {"a_format": "e4m3fnuz", "b_format": "e2m1fn", "c_format": "fp16", "rounding": "stochastic"}
    | {"subnormals": "flush", "pipeline": 3},
]

FMA = {"a_format": "e4m3fn"}
DEFECTS = [
    # What rounding hangs on: bits that fell out, ties, the inverse of a negative sum.
    (FMA, r"assign lost = .*;", "assign lost = 1'b0;", "y.data"),
    (FMA, r"assign up_mux_y = .*;", "assign up_mux_y = kept[0];", "y.data"),
    (FMA, r"up_mux_y_a_or_y_ = .*;", "up_mux_y_a_or_y_ = 1'b0;", "y.data"),
    # Subnormal results; a zero product, whose exponent means nothing.
    (FMA, r"assign clamped = .*;", "assign clamped = 1'b0;", "y.data"),
    (FMA, r"assign leftmost = .*;", "assign leftmost = distance[5];", "y.data"),
    # An exact zero; Inf times zero.
    (FMA, r"assign sign_mux_y = .*;", "assign sign_mux_y = minus ^ total_sum[16];", "y.data"),
]


def proofs():
    """Every operand of formats of 8 bits; of bf16 and fp16 10^7 directed multiply-adds; mixes."""
    for name in ("e2m1fn", "e2m3fn", "e3m2fn", "e4m3fn"):
        yield {"a_format": name}, "exhaustive", ICARUS
    for fields in (
        {"a_format": "bf16"},
        {"a_format": "fp16"},
        {"a_format": "e4m3fn", "c_format": "fp16"},
        {"a_format": "e5m2", "b_format": "e4m3fn", "c_format": "fp32", "pipeline": 5},
        {"a_format": "e2m1fn", "c_format": "e8m7", "rounding": "stochastic", "pipeline": 3},
        {"a_format": "fp16", "c_format": "e4m3fnuz", "out_format": "bf16", "rounding": "toward_zero"},
        {"a_format": "fp32"},
        {"a_format": "bf16", "c_format": "fp32", "subnormals": "flush"},
    ):
        yield fields, "full", ICARUS
