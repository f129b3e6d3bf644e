"""Specs of `fma_array` for the tests, and defects that its bench has to catch."""

from . import BOTH
from .wide_fma_pe import added_products, exact_products

SMALL = {"rows": 16, "cols": 2}
WHERE = {
    "lmul_offset": {"multiplier": "lmul_formula"},
    "an_k": {"normalise": "an"},
    "an_lambda": {"normalise": "an"},
    "depth": {"dataflow": "ws"},
}
BENCH = [
    {"rows": 3, "cols": 2, "normalise": "an"},
    {"rows": 2, "cols": 2, "multiplier": "pam", "a_format": "e5m2"},
    {"rows": 1, "cols": 2, "dataflow": "ws", "multiplier": "lmul_formula", "b_format": "e4m3"},
    {"rows": 2, "cols": 3, "dataflow": "ws", "depth": 2, "normalise": "an", "an_lambda": 1},
    {"rows": 1, "cols": 1, "a_format": "e4m3fn", "b_format": "e5m2", "out_format": "fp16"},
    {"rows": 1, "cols": 1, "dataflow": "ws", "depth": 1, "out_format": "bf16"},
]
LINTED = [
    {"rows": 2, "cols": 1, "a_format": "e5m2", "normalise": "none"},
    {"rows": 1, "cols": 2, "dataflow": "ws", "multiplier": "lmul_integer"},
    {"rows": 2, "cols": 2, "dataflow": "ws", "normalise": "an", "out_format": "fp16"},
]
BASELINE = [
    {"rows": 3, "cols": 2, "normalise": "an"},
    {"rows": 1, "cols": 1, "dataflow": "ws", "multiplier": "lmul_integer"},
    {"rows": 2, "cols": 1, "dataflow": "ws", "depth": 2, "normalise": "an", "out_format": "bf16"},
]

FMA_WS = {"rows": 2, "cols": 1, "dataflow": "ws", "depth": 2}
FMA_ARRAY = {"rows": 2, "cols": 2, "a_format": "e4m3fn", "out_format": "bf16"}
DEFECTS = [
    # What is no number; a sum that does not wait; a row that is not marked.
    (FMA_ARRAY, r"assign code_nan = .*;", "assign code_nan = 1'b0;", "c.data"),
    (FMA_ARRAY, r"if \(en\) words <= i;", "words <= i;", "should be|delivered|nothing"),
    (FMA_ARRAY, r"m_axis_c_tlast <= resolved_bottom_done", "m_axis_c_tlast <= 1'b0", "c.last"),
    # Weight-stationary: a tile that goes on with the sums of the one before; rows of blocks that end no tile.
    (FMA_WS, r"\.first\(token_delay_o\[1\]\)", ".first(1'b0)", "c.data|unknown"),
    (FMA_WS, r"resolved_done <= done;", "resolved_done <= token_delay_o[0];", "c|unknown"),
]


def proofs():
    for fields in exact_products():
        size = {"rows": 3, "cols": 2, "acc_bits": 36, "out_format": "bf16"}
        yield fields | size, "full", BOTH
        yield fields | size | {"dataflow": "ws", "out_format": "fp16"}, "full", BOTH
    for fields in added_products():
        yield fields | {"rows": 3, "cols": 2}, "full", BOTH
        yield fields | {"rows": 2, "cols": 2, "dataflow": "ws", "depth": 3}, "full", BOTH
