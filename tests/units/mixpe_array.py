"""Specs of `mixpe_array` for the tests, and defects that its bench has to catch."""

from . import BOTH, VERILATOR

SMALL = {"rows": 3, "cols": 2, "group": 8}
WHERE = {
    "depth": {"dataflow": "ws"},
    "frac": {"scale": "fp16"},
    "digits": {"recoding": "csd", "zero_point": False, "b_bits": 8},
}
BENCH = [
    {"rows": 3, "cols": 2, "group": 16},
    {"rows": 1, "cols": 1, "group": 1, "zero_point": False, "out_bits": 8},
    {"rows": 2, "cols": 3, "group": 7, "a_bits": 16, "b_bits": 8, "recoding": "bits"}
    | {"scale": "bf16", "shift_bits": 6, "frac": 12},
    {"rows": 4, "cols": 2, "group": 6, "dataflow": "ws", "depth": 3, "element": "mac", "out_bits": 12},
    {"rows": 2, "cols": 2, "group": 20, "dataflow": "ws", "a_signed": False, "b_bits": 2}
    | {"element": "operator", "scale": "fp16", "zero_point": False},
    {"rows": 2, "cols": 7, "group": 11, "a_signed": False, "element": "mac"},
    {"rows": 3, "cols": 2, "group": 8, "recoding": "csd", "zero_point": False, "b_bits": 8},
    {"rows": 2, "cols": 2, "group": 6, "recoding": "csd", "zero_point": False, "digits": 3}
    | {"dataflow": "ws", "depth": 3, "b_bits": 7, "a_signed": False},
]
LINTED = [
    {"rows": 3, "cols": 2, "group": 8},
    {"rows": 2, "cols": 1, "dataflow": "ws", "zero_point": False, "recoding": "bits", "scale": "bf16"},
    {"rows": 1, "cols": 1, "group": 1, "element": "operator", "a_signed": False},
    {"rows": 2, "cols": 5, "group": 8, "recoding": "csd", "zero_point": False, "b_bits": 7}
    | {"a_signed": False, "element": "mac"},
]
BASELINE = [
    {"rows": 3, "cols": 2, "group": 5},
    {"rows": 2, "cols": 3, "group": 4, "zero_point": False, "a_signed": False, "a_bits": 5}
    | {"scale": "fp16", "frac": 9, "out_bits": 12},
    {"rows": 3, "cols": 2, "dataflow": "ws", "depth": 2, "group": 6, "scale": "bf16"},
]

MIXPE = {"rows": 4, "cols": 2, "group": 8}
CSD = MIXPE | {"recoding": "csd", "zero_point": False, "b_bits": 8}
DEFECTS = [
    (MIXPE | {"dataflow": "ws"}, r"tile_starts <= ends_delay_o", "tile_starts <= 1'b0", "."),
    (MIXPE, r"m_axis_c_tlast = ", "m_axis_c_tlast = ~", "c.last"),
    (MIXPE, r"tile_starts <= group_ends", "tile_starts <= 1'b0", "should be|unknown"),
    (MIXPE, r"\.zero\(zero_1\)", ".zero(zero_0)", "should be"),
    (MIXPE, r"\.first\(group_first\)", ".first(1'b0)", "should be|unknown"),
    (MIXPE, r"if \(zero_1_dffe_q_en\[1\]\) shift_0 <=", "shift_0 <=", "should be|unknown"),
    # Results leave a column before the last one has its own only if their ring goes on moving.
    (MIXPE, r"row_line\[2\] \| row_done_line\[3\]", "row_line[2]", "should be|unknown"),
    (MIXPE, r"tvalid = row_is_scaled & ", "tvalid = ", "delivered|should be"),
    (MIXPE, r"scale_walk\[0\] & scale_walk_sdff\w+;", "1'b0;", "nothing moved|should be|unknown"),
    (MIXPE, r"completes \? 2'h3", "completes ? 2'h2", "nothing moved"),
    (CSD, r"rest_0_and_y = \|nonzero\[7:1\]", "rest_0_and_y = 1'b1", "should be"),
    (CSD, r"bad_weight <= 1'h1", "bad_weight <= 1'h0", "bad_weight is 0"),
    # A result that waits for the scale of a row which the core brings while it is stalled.
    (
        MIXPE | {"dataflow": "ws"},
        r"tvalid = row_done_line\[3\];",
        "tvalid = row_done_line[3] & (scales_loaded | ~core_c__valid);",
        "withdrawn|delivered|nothing moved",
    ),
]


def proofs():
    csd = {"recoding": "csd", "zero_point": False}
    for fields in (
        {},
        {"rows": 1, "cols": 1, "group": 1, "out_bits": 8},
        {"rows": 1, "cols": 9, "group": 3, "a_bits": 16, "b_bits": 8, "mult_bits": 16, "shift_bits": 6},
        {"rows": 9, "cols": 1, "group": 16, "a_bits": 4, "b_bits": 2, "a_signed": False, "mult_bits": 4},
        {"rows": 2, "cols": 11, "group": 17, "element": "operator", "scale": "fp16", "frac": 10},
        {"rows": 4, "cols": 4, "group": 100, "scale": "bf16", "shift_bits": 6, "out_bits": 48},
        {"rows": 3, "cols": 4, "group": 32, "b_bits": 8} | csd,
        {"rows": 3, "cols": 2, "group": 32, "b_bits": 5, "digits": 1, "element": "mac"} | csd,
        {"rows": 5, "cols": 3, "group": 21, "dataflow": "ws", "depth": 7, "element": "mac"},
        {"rows": 1, "cols": 2, "group": 5, "dataflow": "ws", "depth": 1, "scale": "fp16", "b_bits": 3},
        {"rows": 2, "cols": 3, "group": 8, "dataflow": "ws", "b_bits": 8, "digits": 4} | csd,
        {"rows": 3, "cols": 2, "group": 9, "acc_bits": 24, "shift_bits": 1, "a_signed": False},
    ):
        yield fields, "full", BOTH
    for fields in (
        {"rows": 16, "cols": 16, "group": 128},
        {"rows": 5, "cols": 3, "group": 4096, "zero_point": False, "element": "mac", "recoding": "bits"},
    ):
        yield fields, "full", VERILATOR  # Icarus is too slow for these.
