"""Specs of `carry_save_pe` for the tests, and defects that its bench has to catch."""

from . import ICARUS
from .mac_pe import with_digits
from .operator_pe import every_pair

BENCH = [
    {"a_signed": False, "b_signed": False, "carry_every": 3, "pipeline": True},
]
BASELINE = [
    {"a_bits": 5},
]

DEFECTS = [
    ({}, r"lower_3_0_c = ", "lower_3_0_c = 1'b0 & ", "the sum is"),
]


def proofs():
    for fields in (*every_pair(), *with_digits()):
        yield fields, "exhaustive", ICARUS
