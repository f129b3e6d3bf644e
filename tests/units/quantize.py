"""Specs of `quantize` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.golden.requant import ROUNDINGS
from macwright.hdl.vector.quantize_spec import FORMATS

from . import BOTH, ICARUS

SMALL = {"lanes": 2, "scale_format": "bf16"}
BENCH = [
    {"lanes": 2},
    {"lanes": 1, "fmt": "fp16", "scale_format": "bf16", "out_bits": 16, "zero_point": True}
    | {"symmetric": True, "rounding": "half_up", "pipeline": 4},
    {"lanes": 3, "fmt": "fp32", "per": "channel", "out_bits": 2, "rounding": "half_away", "pipeline": 2}
    | {"symmetric": True},
    {"lanes": 2, "scale_format": "fp16", "per": "token", "out_signed": False, "rounding": "truncate"}
    | {"out_bits": 5, "pipeline": 3},
    {"lanes": 1, "scale_format": "bf16", "zero_point": True, "out_signed": False},
]
LINTED = [
    {"lanes": 1},
    {"lanes": 2, "per": "channel", "out_signed": False, "pipeline": 3, "rounding": "truncate"},
    {"lanes": 2, "fmt": "fp16", "scale_format": "bf16", "out_bits": 16, "zero_point": True}
    | {"symmetric": True, "rounding": "half_up", "pipeline": 4},
    {"lanes": 1, "fmt": "fp32", "out_bits": 2, "per": "token", "rounding": "half_away"},
    {"lanes": 1, "zero_point": True, "out_signed": False, "out_bits": 2, "pipeline": 2},
]
BASELINE = [
    {"lanes": 2},
    {"lanes": 1, "fmt": "fp16", "scale_format": "bf16", "out_bits": 16, "zero_point": True}
    | {"symmetric": True, "rounding": "half_up", "pipeline": 3},
    {"lanes": 2, "fmt": "fp32", "out_bits": 5, "out_signed": False, "per": "token", "pipeline": 2}
    | {"rounding": "truncate"},
    {"lanes": 2, "scale_format": "fp16", "per": "channel", "rounding": "half_away"},
]

QUANTIZE = {"lanes": 2, "scale_format": "bf16"}
DEFECTS = [
    # Ties and nothing else; subnormal numbers; signs; the far ends of the exponents; Inf * 0.
    (QUANTIZE, r"assign rest = .*;", "assign rest = 1'b1;", "y.data"),
    (
        QUANTIZE | {"rounding": "truncate"},
        r"rest_and_y_a_or_y_ = .*;",
        "rest_and_y_a_or_y_ = 1'b0;",
        "is 0 and should be -1",
    ),
    (QUANTIZE, r"x_exponent\[0\] = .*;", "x_exponent[0] = x[7];", "y.data"),
    (QUANTIZE, r"mult_0_exponent\[0\] = .*;", "mult_0_exponent[0] = s_axis_s_tmult[7];", "y.data"),
    (QUANTIZE, r"negative = .*;", "negative = x[15];", "y.data"),
    (QUANTIZE, r"far_right = .*;", "far_right = 1'b0;", "y.data"),
    (QUANTIZE, r"assign outside = .*;", "assign outside = 1'b0;", "y.data"),
    (QUANTIZE, r"assign outside = .*;", "assign outside = outside_and_y;", "y.data"),
    (QUANTIZE, r"nan_or_y = .*;", "nan_or_y = 1'b0;", "y.data|saw_nan is 0"),
    # One number too many at the negative end, or one too few.
    (QUANTIZE, r"or_y_b_and_y_ = ~negative", "or_y_b_and_y_ = 1'b1", "is -128 and should be -127"),
    (QUANTIZE | {"symmetric": True}, r"size_at_top = .*;", "size_at_top = 1'b0;", "should be"),
    (QUANTIZE, r"saw_nan <= 1'h1", "saw_nan <= take & some_nan & en & 1'b0", "saw_nan is 0, not 1"),
    (QUANTIZE, r"if \(en\) y <=", "y <=", "should be|changed"),
    (QUANTIZE, r"take = .*;", "take = s_axis_x_tvalid;", "should be|delivered|nothing moved"),
    (QUANTIZE, r"\.i\(s_axis_x_tlast\)", ".i(1'b0)", "y.last"),
    (QUANTIZE, r"if \(rst\) o <= 1'h0;\n    else if", "if", "after reset|delivered|should be"),
    (
        QUANTIZE | {"per": "token"},
        r"s_axis_s_tready = .*;",
        "s_axis_s_tready = en & s_axis_x_tvalid;",
        "should be|nothing moved",
    ),
]


def every_format():
    """Yield every format with every format of scales."""
    widths = itertools.cycle((8, 2, 16, 5))
    for fmt, scale_format in itertools.product(FORMATS, FORMATS):
        yield {"fmt": fmt, "scale_format": scale_format, "out_bits": next(widths)}


def proofs():
    pipelines, roundings = itertools.cycle((1, 2, 3, 4)), itertools.cycle(ROUNDINGS)
    for fields in every_format():
        fields |= {"pipeline": next(pipelines), "rounding": next(roundings), "symmetric": True}
        yield fields | {"lanes": 1}, "full", ICARUS
    for fields in (
        {"lanes": 3, "per": "token", "zero_point": True, "out_signed": False},
        {"lanes": 2, "per": "channel", "zero_point": True, "fmt": "fp16", "adder": "sklansky", "pipeline": 4},
    ):
        yield fields, "full", BOTH
