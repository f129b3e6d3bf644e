"""Specs of `activation` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.golden.faithful import METHODS

from . import ICARUS

#: Functions of 16 bits, in and out, and both fractions.
WIDE_GRIDS = (
    ("gelu", 12, 12),
    ("gelu_tanh", 12, 12),
    ("silu", 11, 11),
    ("sigmoid", 12, 15),
    ("tanh", 13, 15),
    ("exp", 12, 12),
    ("hard_silu", 12, 12),
    ("squared_relu", 12, 8),
)

SMALL = {"lanes": 2}
WHERE = {
    "method": {"in_bits": 11},
}
BENCH = [
    {"lanes": 3},
    {"lanes": 1, "function": "silu", "in_fraction": 4, "out_fraction": 4},
    {"lanes": 2, "function": "exp", "in_bits": 10, "in_fraction": 7, "out_signed": False},
    {"lanes": 1, "function": "gelu_tanh", "in_bits": 2, "in_fraction": 0, "out_fraction": 0},
    {"function": "sigmoid", "in_signed": False, "out_bits": 16, "out_fraction": 15},
    {"lanes": 2, "function": "tanh", "out_bits": 1, "out_fraction": 0},
    {"lanes": 2, "in_bits": 12, "in_fraction": 8, "out_bits": 12, "out_fraction": 8, "method": "linear"},
    {"lanes": 1, "in_bits": 11, "in_fraction": 7, "out_bits": 11, "out_fraction": 7},
    {"lanes": 1, "function": "tanh", "in_bits": 12, "in_fraction": 9, "out_bits": 12, "out_fraction": 11},
]
LINTED = [
    {"lanes": 2},
    {"lanes": 1, "function": "exp", "in_bits": 10, "out_signed": False, "in_fraction": 7},
    {"lanes": 1, "in_bits": 11, "in_fraction": 7, "out_bits": 11, "out_fraction": 7},
    {"lanes": 1, "in_bits": 11, "in_fraction": 0, "out_bits": 11, "out_fraction": 0},
    {"lanes": 1, "function": "sigmoid", "in_bits": 12, "out_bits": 12, "method": "linear"},
]
BASELINE = [
    {"lanes": 2},
    {"lanes": 1, "function": "exp", "in_bits": 5, "in_signed": False, "out_bits": 11},
    {"lanes": 1, "function": "sigmoid", "in_bits": 11, "in_fraction": 7, "out_fraction": 7},
]

ACTIVATION = {"lanes": 2}
WIDE = {"lanes": 1, "in_bits": 11, "in_fraction": 7, "out_bits": 11, "out_fraction": 7}
DEFECTS = [
    (ACTIVATION, r"\.x\(s_axis_x_tdata\[15:8\]\)", ".x(s_axis_x_tdata[7:0])", "should be"),
    (ACTIVATION, r"= x\[7\] \? 1'h1 : size\[0\]", "= size[0]", "should be"),
    (ACTIVATION, r"m_axis_y_tlast <= s_axis_x_tlast", "m_axis_y_tlast <= 1'b0", "y.last"),
    (
        ACTIVATION,
        r"tready = m_axis_y_tvalid_not_a \| m_axis_y_tready",
        "tready = 1'b1",
        "changed|delivered|nothing moved",
    ),
    # Small tables: |x| one too few, a slope of the wrong sign, results that do not saturate.
    (WIDE, r"size = x\[9:0\] \^ \{ x\[10\]", "size = x[9:0] ^ { 1'b0", "y.data"),
    (WIDE | {"method": "linear"}, r"row_2_inverted = ~row_2", "row_2_inverted = row_2", "y.data"),
    (WIDE | {"method": "linear"}, r"row_1 = size\[2:0\] & .*;", "row_1 = 3'h0;", "y.data"),
    (
        {"lanes": 1, "function": "exp", "in_bits": 11, "in_fraction": 7, "out_fraction": 4},
        r"overflow = .*;",
        "overflow = 1'b0;",
        "y.data",
    ),
]


def proofs():
    """Every code of 16 bits by either method, and of the widths between."""
    for (function, in_fraction, out_fraction), method in itertools.product(WIDE_GRIDS, METHODS):
        fields = {"function": function, "in_fraction": in_fraction, "out_fraction": out_fraction}
        fields |= {"in_bits": 16, "out_bits": 16, "lanes": 1, "method": method}
        yield fields, "exhaustive", ICARUS
    for function, in_bits in itertools.product(("gelu", "silu", "sigmoid", "tanh"), range(11, 16)):
        fraction = in_bits - 4
        fields = {"function": function, "in_fraction": fraction, "out_fraction": fraction, "lanes": 2}
        yield fields | {"in_bits": in_bits, "out_bits": in_bits}, "exhaustive", ICARUS
