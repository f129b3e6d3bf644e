"""Specs of `bit_serial_pe` for the tests, and defects that its bench has to catch."""

from . import ICARUS
from .operator_pe import every_lane

BENCH = [
    {"queue": 2},
    {"lanes": 3, "a_bits": 9, "b_bits": 2, "b_signed": False, "recoding": "ent"},
    {"a_bits": 2, "b_bits": 16, "a_signed": False, "recoding": "booth", "queue": 1},
]
LINTED = [
    {"lanes": 2, "a_signed": False, "recoding": "ent"},
]
BASELINE = [
    {"lanes": 3, "a_bits": 5, "a_signed": False},
]

PE = {"queue": 8}
DEFECTS = [
    # Every one of these is seen only by operands, tiles or stalls that single it out.
    (PE, r"    one <= neg;", "    one <= 1'b0;", "should be"),
    (PE, r"    fill <= \{ fill_dff_q_d_6,", "    fill <= { 1'b0,", "should be"),
    (PE, r"ends = step & ending", "ends = step & ~ending", "should be|nothing moved"),
    (PE, r"busy = busy_reg & busy_and_y", "busy = 8'h00", "should be|nothing moved"),
    (PE, r"    clear_reg <= clear;", "    clear_reg <= 1'b0;", "should be|unknown bits"),
    (PE, r"some_ahead = \|behind", "some_ahead = 1'b0", "should be|nothing moved"),
]


def proofs():
    for fields in every_lane():
        yield fields, "exhaustive", ICARUS
