"""Specs of `mac_pe` for the tests, and defects that its bench has to catch."""

import itertools

from . import ICARUS, SIGNS
from .operator_pe import every_pair

BENCH = [
    {"a_bits": 2, "b_bits": 16, "a_signed": False, "b_signed": False, "input_reg": True},
    {"a_bits": 16, "b_bits": 16, "recoding": "minimal_weight", "input_reg": True},
]
LINTED = [
    {},
    {"a_signed": False, "b_signed": False, "overflow": "saturate", "acc_bits": 17, "input_reg": True},
]
BASELINE = [
    {"a_bits": 4, "b_bits": 4, "k_max": 16},
    {"a_bits": 4, "b_bits": 3, "a_signed": False, "b_signed": False, "acc_bits": 8}
    | {"overflow": "saturate", "input_reg": True},
    {"a_bits": 4, "b_bits": 4, "acc_bits": 4, "overflow": "saturate"},
    {"a_bits": 2, "b_bits": 4, "a_signed": False, "acc_bits": 5, "overflow": "wrap"},
]

DEFECTS = [
    ({}, r"tree_3_0_c = ", "tree_3_0_c = 1'b0 & ", "the sum is"),
    # The top digit takes the high bit of its code for the operand's sign.
    (
        {"recoding": "ent", "input_reg": True},
        r"digit_neg_xor_y \^ \{ a_reg\[8\], ",
        "digit_neg_xor_y ^ { a_reg[7], ",
        "the sum is",
    ),
]


def with_digits():
    """Yield elements whose operand a is recoded."""
    for signed, recoding in itertools.product(SIGNS, ("booth", "ent", "minimal_weight")):
        yield {"recoding": recoding, "a_signed": signed}


def proofs():
    for fields in (*every_pair(), *with_digits()):
        yield fields, "exhaustive", ICARUS
    yield {"overflow": "saturate", "acc_bits": 17}, "exhaustive", ICARUS
    yield {"overflow": "wrap", "acc_bits": 9, "input_reg": True}, "exhaustive", ICARUS
