"""Specs of `inverse` for the tests, and defects that its bench has to catch."""

BENCH = [
    {"lanes": 2},
    {"function": "rsqrt", "bits": 32, "pipeline": 2},
    {"function": "rsqrt", "bits": 5, "index_bits": 6, "mantissa_bits": 16},
    {"bits": 48, "index_bits": 1, "mantissa_bits": 2},
    {"bits": 2, "lanes": 3, "index_bits": 3},
]
LINTED = [
    {"lanes": 2},
    {"function": "rsqrt", "bits": 32, "index_bits": 7, "mantissa_bits": 12, "pipeline": 2},
]
BASELINE = [
    {"lanes": 2, "bits": 9, "index_bits": 3},
    {"function": "rsqrt", "bits": 12, "pipeline": 2},
]

DEFECTS = [
    ({}, r"shift_node_17 = top_by_16_mux_y", "shift_node_17 = ~top_by_16_mux_y", "should be"),
    ({}, r"top_by_1 = top_by_2\[7\]", "top_by_1 = ~top_by_2[7]", "should be"),
    ({}, r"if \(s_axis_x_tready\) y_data <=", "y_data <=", "changed|should be"),
]
