"""Specs of `mixpe_float_array` for the tests, and defects that its bench has to catch."""

from . import BOTH, VERILATOR

SMALL = {"rows": 16, "cols": 2, "group": 8}
WHERE = {
    "depth": {"dataflow": "ws"},
    "mult_bits": {"scale_format": "dyadic"},
    "shift_bits": {"scale_format": "dyadic"},
    "digits": {"recoding": "csd", "zero_point": False, "b_bits": 8},
}
BENCH = [
    {"rows": 3, "cols": 2, "group": 8},
    {"rows": 2, "cols": 2, "group": 4, "zero_point": False, "scale_format": "fp32"},
    {"rows": 1, "cols": 2, "group": 4, "dataflow": "ws", "depth": 2},
    {"rows": 2, "cols": 2, "group": 4, "zero_point": False, "recoding": "csd", "digits": 1},
    {"rows": 1, "cols": 1, "group": 1, "a_format": "fp16", "b_bits": 8, "acc_bits": 19}
    | {"sum_format": "fp32", "scale_format": "dyadic", "mult_bits": 16, "out_format": "bf16"},
    {"rows": 2, "cols": 3, "group": 5, "microarchitecture": "terms", "b_bits": 2},
]
LINTED = [
    {"rows": 2, "cols": 2, "group": 8},
    {"rows": 1, "cols": 1, "microarchitecture": "terms", "b_bits": 3, "scale_format": "dyadic"},
    {"rows": 2, "cols": 1, "group": 8, "dataflow": "ws", "depth": 2},
]
BASELINE = [
    {"rows": 3, "cols": 2, "group": 4},
    {"rows": 1, "cols": 2, "group": 3, "microarchitecture": "terms", "b_bits": 2, "out_format": "fp16"}
    | {"scale_format": "dyadic"},
    {"rows": 2, "cols": 1, "group": 4, "dataflow": "ws", "depth": 2},
]

FLOAT_GROUPS = {"rows": 2, "cols": 1, "group": 4}
FLOAT_DIGITS = FLOAT_GROUPS | {"zero_point": False, "recoding": "csd", "digits": 1}
DYADIC = {"scale_format": "dyadic"}
DEFECTS = [
    (FLOAT_DIGITS, r"bad_weight <= 1'h1", "bad_weight <= 1'h0", "bad_weight is 0"),
    # A scale that is not waited for; results that are not started anew; no number.
    (FLOAT_GROUPS, r"row_is_scaled = .*;", "row_is_scaled = 1'b1;", "should be|delivered|unknown"),
    (FLOAT_GROUPS, r"\.first\(row_starts_line\[2\]\)", ".first(1'b0)", "c.data|unknown"),
    (FLOAT_GROUPS, r"assign code_nan = .*;", "assign code_nan = 1'b0;", "c.data"),
    # The sum of activations of another row; Inf that is not seen; a shift that does nothing.
    (FLOAT_GROUPS | {"cols": 2}, r"\.a_sum\(a_sum_1_o\)", ".a_sum(a_sum_o)", "c.data"),
    (FLOAT_GROUPS, r"assign no_number = .*;", "assign no_number = 1'b0;", "c.data"),
    (
        FLOAT_GROUPS | {"dataflow": "ws", "depth": 2},
        r"\.first\(token_delay_o\[1\]\)",
        ".first(1'b0)",
        "c.data|unknown",
    ),
    (FLOAT_GROUPS | DYADIC, r"- \$signed\(\{ 1'h0, s_axis_s_tshift \}\)", "", "c.data"),
    # A row that comes while its own result is in the adder.
    (
        FLOAT_GROUPS | {"rows": 1, "dataflow": "ws", "depth": 2},
        r"row_before <= core_c_valid_and_a",
        "row_before <= 1'b0",
        "c.data",
    ),
]


def proofs():
    csd = {"recoding": "csd", "zero_point": False}
    dyadic = {"scale_format": "dyadic", "mult_bits": 16, "shift_bits": 6}
    for fields in (
        {"rows": 1, "cols": 1, "group": 1, "a_format": "fp16", "b_bits": 8, "acc_bits": 32} | dyadic,
        {"rows": 1, "cols": 9, "group": 3, "b_bits": 2, "acc_bits": 12, "sum_format": "fp32"},
        {"rows": 2, "cols": 3, "group": 5, "dataflow": "ws", "depth": 1, "out_format": "fp16"},
        {"rows": 2, "cols": 2, "group": 8, "dataflow": "ws", "microarchitecture": "terms"},
    ):
        yield fields, "full", BOTH
    for fields in (
        {"rows": 8, "cols": 8, "group": 32},
        {"rows": 5, "cols": 3, "group": 21, "dataflow": "ws", "depth": 7} | dyadic,
        {"rows": 3, "cols": 1, "group": 8, "dataflow": "ws", "zero_point": False, "b_bits": 8},
        {"rows": 3, "cols": 2, "group": 12, "recoding": "bits", "a_format": "fp16", "sum_format": "fp16"}
        | {"scale_format": "fp32", "adder": "kogge_stone"},
        {"rows": 3, "cols": 4, "group": 20, "b_bits": 8, "digits": 1, "scale_format": "fp16"} | csd,
        {"rows": 1, "cols": 2, "group": 6, "b_bits": 5, "a_format": "fp16", "out_format": "bf16"} | csd,
        {"rows": 2, "cols": 3, "group": 8, "dataflow": "ws", "b_bits": 8, "digits": 3} | csd | dyadic,
    ):
        yield fields, "full", VERILATOR  # Icarus takes minutes for each.
