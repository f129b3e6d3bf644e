"""Specs of `bitserial_tile` for the tests, and defects that its bench has to catch."""

import itertools

from . import BOTH

SMALL = {"rows": 2, "cols": 2, "depth": 4}
BENCH = [
    {"rows": 3, "cols": 2, "depth": 4, "w_bits": 3, "a_bits": 4},
    {"rows": 2, "cols": 2, "depth": 3, "w_bits": 2, "a_bits": 2, "planes": "xor"},
    {"rows": 1, "cols": 1, "depth": 1, "w_bits": 1, "a_bits": 1, "k_max": 1},
]
LINTED = [
    {"rows": 2, "cols": 2, "depth": 4},
    {"rows": 1, "cols": 2, "depth": 3, "planes": "xor"},
]
BASELINE = [
    {"rows": 2, "cols": 1, "depth": 3, "w_bits": 2, "a_bits": 2},
    {"rows": 1, "cols": 2, "depth": 2, "w_bits": 1, "a_bits": 2, "planes": "xor"},
]

BITSERIAL = {"rows": 2, "cols": 1, "depth": 3, "w_bits": 2, "a_bits": 2}
DEFECTS = [
    (BITSERIAL, r"kept_sum = first_reg \?", "kept_sum = 1'b0 ?", "should be|unknown bits"),
    (BITSERIAL, r"shift_reg <= b\[3\]", "shift_reg <= 1'b0", "should be"),
    (BITSERIAL, r"sign_reg <= .*;", "sign_reg <= 1'b0;", "should be"),
    (BITSERIAL, r"too_wide <= 1'h1", "too_wide <= 1'h0", "too_wide is 0, not 1"),
    (BITSERIAL, r"shift_count == 2'h2", "shift_count == 2'h1", "too_wide is 1, not 0"),
    (BITSERIAL | {"planes": "xor"}, r"pairs = .*;", "pairs = a | b[2:0];", "should be"),
]


def proofs():
    for planes, width in itertools.product(("and", "xor"), (1, 3, 8)):
        yield {"rows": 2, "cols": 3, "depth": width, "planes": planes}, "full", BOTH
