"""Specs of `operator_pe` for the tests, and defects that its bench has to catch."""

import itertools

from . import ICARUS, SIGNS

BENCH = [
    {"a_bits": 3, "acc_bits": 11, "overflow": "saturate"},
]
BASELINE = [
    {"lanes": 2, "b_signed": False},
]

INVERTED_CARRY = (
    r"\$signed\(addend\) \+ \$signed\(product\)",
    r"($signed(addend) + $signed(product)) ^ (addend[4] & product[4]) << 5",
)
DEFECTS = [
    ({}, *INVERTED_CARRY, "the sum is"),
    ({}, r"if \(en\) acc <=", "acc <=", "the sum is"),
    ({}, r"first \? 32'd0", "first ? 32'd1", "the sum is"),
    (
        {"overflow": "saturate", "acc_bits": 17},
        r"assign overflow = .*;",
        "assign overflow = 1'b0;",
        "the sum is",
    ),
]


def every_pair():
    """Yield elements of which every pair of operands is tried."""
    for (a, b), sa, sb in itertools.product(((2, 2), (5, 3), (8, 8), (16, 8), (12, 12)), SIGNS, SIGNS):
        yield {"a_bits": a, "b_bits": b, "a_signed": sa, "b_signed": sb}


def every_lane():
    """Yield elements of several lanes of which every input is tried."""
    for lanes, sa, sb in itertools.product((1, 2), SIGNS, SIGNS):
        yield {"lanes": lanes, "a_bits": 8 // lanes, "b_bits": 8 // lanes, "a_signed": sa, "b_signed": sb}


def proofs():
    for fields in every_pair():
        yield fields, "exhaustive", ICARUS
