"""Specs of `requant` for the tests, and defects that its bench has to catch."""

from macwright.golden.requant import ROUNDINGS

from . import BOTH, ICARUS

SMALL = {"lanes": 2, "in_bits": 10, "mult_bits": 8}
WHERE = {
    "residual_bits": {"residual": True},
    "residual_signed": {"residual": True},
}
BENCH = [
    {"lanes": 2, "per": "channel", "rounding": "half_away", "pipeline": 2},
    {"lanes": 1, "in_bits": 48, "mult_bits": 31, "bias": True, "shift_bits": 7, "pipeline": 5},
    {"lanes": 2, "in_bits": 12, "residual": True, "residual_bits": 8, "residual_signed": False}
    | {"rounding": "half_even", "activation": "relu", "zero_point": True, "pipeline": 4},
    {"lanes": 3, "in_bits": 9, "in_signed": False, "out_signed": False, "zero_point": True}
    | {"activation": "clamp", "rounding": "truncate", "shift_bits": 4, "pipeline": 3},
    {"lanes": 1, "in_bits": 2, "out_bits": 16, "mult_bits": 8, "shift_bits": 1},
]
LINTED = [
    {"lanes": 1},
    {"lanes": 2, "in_signed": False, "out_signed": False, "pipeline": 3, "rounding": "half_away"},
    {"lanes": 2, "per": "channel", "bias": True, "residual": True, "residual_bits": 8, "pipeline": 5}
    | {"rounding": "half_even", "zero_point": True, "activation": "clamp"},
    {"lanes": 1, "in_bits": 2, "out_bits": 16, "activation": "relu", "rounding": "truncate"},
    {"lanes": 1, "shift_bits": 1, "out_signed": False, "rounding": "half_even", "residual": True},
    {"lanes": 1, "residual": True, "activation": "relu", "zero_point": True, "out_signed": False}
    | {"residual_signed": False, "in_signed": False},
]
BASELINE = [
    {"lanes": 2, "in_bits": 9, "rounding": "half_away", "out_signed": False},
    {
        "lanes": 2,
        "in_bits": 6,
        "residual": True,
        "residual_bits": 4,
        "residual_signed": False,
        "bias": True,
    }
    | {"rounding": "half_even", "per": "channel", "activation": "relu", "pipeline": 4},
    {"lanes": 1, "in_bits": 5, "in_signed": False, "zero_point": True, "activation": "clamp"}
    | {"rounding": "truncate", "pipeline": 2},
]

REQUANT = {"lanes": 2, "in_bits": 10, "mult_bits": 8}
DEFECTS = [
    # The guard bit of a negative number is inverted with the rest of it.
    (
        REQUANT,
        r"increment_and_y = shifted_0\[0\] \^ product\[17\]",
        "increment_and_y = shifted_0[0]",
        "y.data",
    ),
    (REQUANT, r"shifted_2_lost = .*;", "shifted_2_lost = 1'b0;", "y.data"),
    # The largest number rounds up into the sign.
    (
        REQUANT,
        r"result_at_top = shifted_above \| \w+;",
        "result_at_top = shifted_above;",
        "is -128 and should be 127",
    ),
    (REQUANT | {"rounding": "half_even"}, r"product_rest = .*;", "product_rest = 1'b0;", "y.data"),
    (REQUANT | {"rounding": "half_away"}, r"tree_0_0_s = ~factor", "tree_0_0_s = factor", "y.data"),
    # A residual that is cut to the width of the result before it is added.
    (
        REQUANT | {"residual": True},
        r"branch_sum = .*;",
        "branch_sum = $signed(scaler_result) + $signed(residual_scaler_result[7:0]);",
        "y.data",
    ),
    (REQUANT, r"if \(en\) y <=", "y <=", "should be|changed"),
    (REQUANT, r"take = .*;", "take = s_axis_x_tvalid;", "should be|delivered|nothing moved"),
    (REQUANT, r"\.i\(s_axis_x_tlast\)", ".i(1'b0)", "y.last"),
    (REQUANT, r"if \(rst\) o <= 1'h0;\n    else if", "if", "after reset|delivered|should be"),
]


def proofs():
    """10^7 cases with ties for each rounding, every 12-bit input with every shift, and corners."""
    for rounding in ROUNDINGS:
        yield {"lanes": 1, "mult_bits": 31, "rounding": rounding}, "full", BOTH
        for bits, signed in ((5, False), (8, True), (12, True)):
            fields = {"lanes": 1, "in_bits": bits, "rounding": rounding, "in_signed": signed}
            yield fields, "exhaustive", ICARUS
    for fields in (
        {"lanes": 4, "per": "channel", "bias": True, "residual": True, "zero_point": True}
        | {"activation": "clamp", "rounding": "half_even", "pipeline": 5},
        {"in_bits": 48, "mult_bits": 31, "shift_bits": 7, "bias": True, "pipeline": 3},
        {"lanes": 2, "out_signed": False, "residual": True, "residual_bits": 8},
        {"lanes": 1, "in_bits": 20, "in_signed": False, "out_bits": 16, "activation": "relu", "bias": True}
        | {"zero_point": True, "rounding": "half_away", "mult_bits": 8, "adder": "ripple"},
        {"lanes": 3, "in_bits": 16, "out_bits": 2, "residual": True, "residual_signed": False}
        | {"shift_bits": 1, "per": "channel", "rounding": "truncate", "pipeline": 4},
    ):
        yield fields, "full", BOTH
