"""Specs of `divide` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.hdl.vector.recurrence import FORMS

from . import BOTH, ICARUS

MEASURED = {"dividend_bits": 4, "divisor_bits": 4}
BENCH = [
    {"lanes": 2, "dividend_bits": 7, "divisor_bits": 4, "step_bits": 2},
    {"dividend_bits": 32, "divisor_bits": 32, "step_bits": 5},
    {"form": "pipelined", "dividend_bits": 5, "divisor_bits": 9, "lanes": 2},
    {"dividend_bits": 1, "divisor_bits": 1},
]
LINTED = [
    {"lanes": 2, "dividend_bits": 7, "divisor_bits": 9, "step_bits": 3},
    {"form": "pipelined", "dividend_bits": 6, "divisor_bits": 4, "step_bits": 2},
    {"dividend_bits": 1, "divisor_bits": 1},
]
BASELINE = [
    {"lanes": 2, "dividend_bits": 7, "divisor_bits": 4, "step_bits": 2},
    {"dividend_bits": 4, "divisor_bits": 6, "form": "pipelined"},
]

DIVIDE = {"dividend_bits": 6, "divisor_bits": 4, "step_bits": 2}
DEFECTS = [
    # A divisor that must be less, one beyond the dividend, a quotient that goes on, results that do not wait.
    (DIVIDE, r"step_1_fits = ~step_1_difference\[5\]", "step_1_fits = ~step_0_difference[5]", "y.q"),
    (DIVIDE, r"rest_now = start \? 4'h0 : ", "rest_now = ", "unknown|y.remainder"),
    (DIVIDE, r"if \(take\) left <= 2'h2", "if (take) left <= 2'h1", "should be|latency"),
    (DIVIDE, r"s_axis_x_tready_or_y = ~busy", "s_axis_x_tready_or_y = ~running", "withdrawn"),
    (DIVIDE, r"if \(rst\) busy <= 1'h0;\n    else", "", "unknown|after reset|delivered"),
    (
        DIVIDE | {"divisor_bits": 8, "form": "pipelined"},
        r"divisor_reg_dffe_q = .*;",
        "divisor_reg_dffe_q = divisor[6];",
        "y.quotient",
    ),
]


def proofs():
    for form, step_bits in itertools.product(FORMS, (1, 3, 8)):
        fields = {"form": form, "step_bits": step_bits}
        yield fields | {"dividend_bits": 8, "divisor_bits": 8}, "exhaustive", ICARUS
        yield fields | {"dividend_bits": 8, "divisor_bits": 12}, "exhaustive", ICARUS
        yield fields | {"dividend_bits": 32, "divisor_bits": 32}, "full", BOTH
        yield fields | {"dividend_bits": 32, "divisor_bits": 3, "lanes": 3}, "full", ICARUS
