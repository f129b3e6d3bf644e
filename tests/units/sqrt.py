"""Specs of `sqrt` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.hdl.vector.recurrence import FORMS

from . import BOTH, ICARUS

MEASURED = {"bits": 8}
BENCH = [
    {"lanes": 2, "bits": 9},
    {"step_bits": 3},
    {"form": "pipelined", "bits": 16, "step_bits": 3},
    {"bits": 1},
]
LINTED = [
    {"lanes": 2, "bits": 9},
    {"form": "pipelined", "bits": 8, "step_bits": 3},
    {"bits": 1},
]
BASELINE = [
    {"lanes": 2, "bits": 9},
    {"bits": 16, "step_bits": 8},
]

DEFECTS = [
    # A bit of the radicand that is not shifted away; a root's next bit that is not tried.
    ({"bits": 8}, r"word_now = start \? radicand : (.*);", r"word_now = radicand;", "y.r"),
    ({"bits": 8}, r"\{ root_now, 2'h1 \}", "{ root_now, 2'h0 }", "y.r"),
    ({"bits": 8}, r"if \(take\) m_axis_y_tlast", "if (en) m_axis_y_tlast", "y.last"),
]


def proofs():
    for form, step_bits in itertools.product(FORMS, (1, 3, 8)):
        fields = {"form": form, "step_bits": step_bits}
        yield fields | {"bits": 16}, "exhaustive", ICARUS
        yield fields | {"lanes": 2}, "full", BOTH
