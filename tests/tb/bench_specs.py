"""The Specs on which every bench must pass: those that users meet, and corners of what they can ask for."""

SPECS = [
    ("mac_array", {}),
    ("mac_array", {"rows": 3, "cols": 5, "a_bits": 5, "a_signed": False, "b_bits": 3}),
    ("mac_array", {"rows": 1, "cols": 1, "a_bits": 16, "b_bits": 16}),
    ("mac_array", {"rows": 16, "cols": 4, "overflow": "saturate", "acc_bits": 12}),
    ("mac_array", {"rows": 6, "cols": 2, "k_max": 3, "input_reg": True}),
    ("mac_array", {"rows": 3, "cols": 2, "element": "mac", "b_signed": False, "input_reg": True}),
    ("mac_array", {"rows": 2, "cols": 3, "element": "carry_save", "a_bits": 5, "b_bits": 9}),
    ("mac_array", {"rows": 4, "cols": 3, "dataflow": "ws", "overflow": "saturate", "acc_bits": 18}),
    ("mac_array", {"rows": 2, "cols": 2, "dataflow": "ws", "element": "carry_save", "depth": 3}),
    ("mac_array", {"rows": 3, "cols": 2, "dataflow": "cube", "element": "mac", "a_signed": False}),
    ("mac_array", {"rows": 1, "cols": 1, "dataflow": "cube", "element": "carry_save", "depth": 1}),
    ("mac_array", {"rows": 2, "cols": 3, "dataflow": "tree", "depth": 5, "b_bits": 3, "b_signed": False}),
    ("mac_array", {"rows": 3, "cols": 1, "dataflow": "tree", "element": "bit_weight", "input_reg": True}),
    ("mac_array", {"rows": 3, "cols": 4, "dataflow": "broadcast", "element": "carry_save"}),
    (
        "mac_array",
        {"rows": 3, "cols": 4, "element": "mac", "recoding": "ent", "input_reg": True, "b_signed": False},
    ),
    ("mac_array", {"rows": 1, "cols": 2, "element": "carry_save", "recoding": "booth", "a_signed": False}),
    ("operator_pe", {"a_bits": 3, "acc_bits": 11, "overflow": "saturate"}),
    ("carry_save_pe", {"a_signed": False, "b_signed": False, "carry_every": 3, "pipeline": True}),
    ("mac_pe", {"a_bits": 2, "b_bits": 16, "a_signed": False, "b_signed": False, "input_reg": True}),
    ("mac_pe", {"a_bits": 16, "b_bits": 16, "recoding": "minimal_weight", "input_reg": True}),
    (
        "mac_array",
        {"rows": 3, "cols": 2, "dataflow": "broadcast", "element": "bit_serial_shared", "queue": 5},
    ),
    ("mac_array", {"rows": 2, "cols": 2, "dataflow": "broadcast", "element": "bit_serial"}),
    (
        "mac_array",
        {"rows": 2, "cols": 2, "dataflow": "tree", "element": "bit_serial_grouped", "b_bits": 3},
    ),
    (
        "mac_array",
        {"rows": 2, "cols": 1, "dataflow": "broadcast", "element": "bit_serial", "queue": 1}
        | {"a_bits": 5, "a_signed": False},
    ),
    ("bit_serial_pe", {"queue": 2}),
    ("bit_serial_pe", {"lanes": 3, "a_bits": 9, "b_bits": 2, "b_signed": False, "recoding": "ent"}),
    ("bit_serial_pe", {"a_bits": 2, "b_bits": 16, "a_signed": False, "recoding": "booth", "queue": 1}),
    ("bit_weight_pe", {"lanes": 16, "input_reg": True}),
    ("bit_weight_pe", {"lanes": 3, "a_bits": 5, "b_bits": 3, "a_signed": False, "reduction": "bit_weight"}),
    ("bit_weight_pe", {"a_bits": 16, "b_bits": 16, "pipeline": True, "acc_bits": 35, "overflow": "saturate"}),
    ("mixpe_array", {"rows": 3, "cols": 2, "group": 16}),
    ("mixpe_array", {"rows": 1, "cols": 1, "group": 1, "zero_point": False, "out_bits": 8}),
    (
        "mixpe_array",
        {"rows": 2, "cols": 3, "group": 7, "a_bits": 16, "b_bits": 8, "recoding": "bits"}
        | {"scale": "bf16", "shift_bits": 6, "frac": 12},
    ),
    (
        "mixpe_array",
        {"rows": 4, "cols": 2, "group": 6, "dataflow": "ws", "depth": 3, "element": "mac", "out_bits": 12},
    ),
    (
        "mixpe_array",
        {"rows": 2, "cols": 2, "group": 20, "dataflow": "ws", "a_signed": False, "b_bits": 2}
        | {"element": "operator", "scale": "fp16", "zero_point": False},
    ),
    ("mixpe_array", {"rows": 2, "cols": 7, "group": 11, "a_signed": False, "element": "mac"}),
    (
        "mixpe_array",
        {"rows": 3, "cols": 2, "group": 8, "recoding": "csd", "zero_point": False, "b_bits": 8},
    ),
    (
        "mixpe_array",
        {"rows": 2, "cols": 2, "group": 6, "recoding": "csd", "zero_point": False, "digits": 3}
        | {"dataflow": "ws", "depth": 3, "b_bits": 7, "a_signed": False},
    ),
    ("lut_tile", {"rows": 3, "cols": 2}),
    ("lut_tile", {"rows": 1, "cols": 1, "k": 2, "weight_bits": 1, "weight_kind": "odd", "pipeline": False}),
    (
        "lut_tile",
        {"rows": 2, "cols": 3, "k": 3, "depth": 2, "weight_bits": 3, "planes": 2, "weight_kind": "zero_point"}
        | {"activations": "int4", "symmetric": False},
    ),
    ("lut_tile", {"rows": 2, "cols": 2, "k": 1, "depth": 3, "weight_bits": 2}),
    ("lut_tile", {"rows": 2, "cols": 2, "k": 5, "weight_bits": 8, "planes": 3, "activations": "int16"}),
    (
        "lut_tile",
        {"rows": 2, "cols": 2, "k": 6, "weight_bits": 2, "planes": 1, "table": "int8", "k_max": 7}
        | {"weight_kind": "zero_point"},
    ),
    ("lut_float_tile", {"rows": 2, "cols": 2, "k": 3, "out_format": "bf16"}),
    (
        "lut_float_tile",
        {"rows": 1, "cols": 1, "k": 2, "weight_bits": 1, "weight_kind": "odd", "activations": "e4m3fnuz"},
    ),
    (
        "lut_float_tile",
        {"rows": 3, "cols": 1, "k": 2, "depth": 2, "weight_bits": 3, "planes": 2, "activations": "fp16"}
        | {"symmetric": False, "out_format": "fp16"},
    ),
    (
        "lut_float_tile",
        {"rows": 2, "cols": 1, "k": 1, "weight_bits": 2, "planes": 1, "activations": "e4m3fn"}
        | {"align_bits": 20, "acc_bits": 30, "out_format": "bf16"},
    ),
    ("ternary_tile", {"rows": 3, "cols": 2, "depth": 3}),
    ("ternary_tile", {"rows": 1, "cols": 1, "depth": 1, "a_signed": False, "k_max": 1}),
    ("ternary_tile", {"rows": 2, "cols": 3, "depth": 3, "packing": "5in8", "pipeline": False}),
    ("ternary_tile", {"rows": 3, "cols": 1, "depth": 2, "packing": "3in5", "a_bits": 2}),
    (
        "ternary_tile",
        {"rows": 2, "cols": 2, "depth": 1, "packing": "4in7", "a_bits": 16, "a_signed": False},
    ),
    ("bitserial_tile", {"rows": 3, "cols": 2, "depth": 4, "w_bits": 3, "a_bits": 4}),
    ("bitserial_tile", {"rows": 2, "cols": 2, "depth": 3, "w_bits": 2, "a_bits": 2, "planes": "xor"}),
    ("bitserial_tile", {"rows": 1, "cols": 1, "depth": 1, "w_bits": 1, "a_bits": 1, "k_max": 1}),
    ("requant", {"lanes": 2, "per": "channel", "rounding": "half_away", "pipeline": 2}),
    ("requant", {"lanes": 1, "in_bits": 48, "mult_bits": 31, "bias": True, "shift_bits": 7, "pipeline": 5}),
    (
        "requant",
        {"lanes": 2, "in_bits": 12, "residual": True, "residual_bits": 8, "residual_signed": False}
        | {"rounding": "half_even", "activation": "relu", "zero_point": True, "pipeline": 4},
    ),
    (
        "requant",
        {"lanes": 3, "in_bits": 9, "in_signed": False, "out_signed": False, "zero_point": True}
        | {"activation": "clamp", "rounding": "truncate", "shift_bits": 4, "pipeline": 3},
    ),
    ("requant", {"lanes": 1, "in_bits": 2, "out_bits": 16, "mult_bits": 8, "shift_bits": 1}),
    ("activation", {"lanes": 3}),
    ("activation", {"lanes": 1, "function": "silu", "in_fraction": 4, "out_fraction": 4}),
    ("activation", {"lanes": 2, "function": "exp", "in_bits": 10, "in_fraction": 7, "out_signed": False}),
    ("activation", {"lanes": 1, "function": "gelu_tanh", "in_bits": 2, "in_fraction": 0, "out_fraction": 0}),
    ("activation", {"function": "sigmoid", "in_signed": False, "out_bits": 16, "out_fraction": 15}),
    ("activation", {"lanes": 2, "function": "tanh", "out_bits": 1, "out_fraction": 0}),
    (
        "activation",
        {"lanes": 2, "in_bits": 12, "in_fraction": 8, "out_bits": 12, "out_fraction": 8, "method": "linear"},
    ),
    ("activation", {"lanes": 1, "in_bits": 11, "in_fraction": 7, "out_bits": 11, "out_fraction": 7}),
    (
        "activation",
        {"lanes": 1, "function": "tanh", "in_bits": 12, "in_fraction": 9, "out_bits": 12, "out_fraction": 11},
    ),
    ("softmax", {"lanes": 4, "row_max": 20}),
    ("softmax", {"lanes": 1, "row_max": 3, "in_bits": 4, "fraction_bits": 0, "exp_bits": 5, "pipeline": 1}),
    ("softmax", {"lanes": 3, "row_max": 3, "in_bits": 3, "fraction_bits": 2, "out_bits": 1}),
    (
        "softmax",
        {"lanes": 2, "row_max": 100, "in_bits": 12, "fraction_bits": 6, "exp_bits": 12, "out_bits": 12}
        | {"mantissa_bits": 14, "pipeline": 3},
    ),
    ("softmax", {"lanes": 2, "row_max": 20, "method": "softermax", "exp_bits": 16, "mantissa_bits": 16}),
    ("softmax", {"lanes": 1, "row_max": 3, "method": "softermax", "fraction_bits": 0, "mantissa_bits": 8}),
    (
        "deferred_softmax",
        {"lanes": 3, "row_max": 9, "method": "softermax", "fraction_bits": 7, "in_bits": 11},
    ),
    ("deferred_softmax", {"lanes": 4, "row_max": 20}),
    ("deferred_softmax", {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction_bits": 0, "exp_bits": 2}),
    (
        "deferred_softmax",
        {"lanes": 3, "row_max": 40, "in_bits": 12, "fraction_bits": 8, "exp_bits": 12, "mantissa_bits": 16},
    ),
    ("norm", {"lanes": 4, "row_max": 20}),
    ("norm", {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction": 0, "mantissa_bits": 2, "pipeline": 1}),
    ("norm", {"lanes": 64, "row_max": 65, "in_bits": 2, "fraction": 0, "mantissa_bits": 2, "index_bits": 1}),
    ("norm", {"lanes": 3, "row_max": 9, "kind": "rms", "in_bits": 5, "eps": 9, "pipeline": 3}),
    (
        "norm",
        {"lanes": 2, "row_max": 60, "in_bits": 12, "out_bits": 16, "fraction": 11, "mantissa_bits": 16}
        | {"index_bits": 9, "eps": 1 << 20},
    ),
    ("divide", {"lanes": 2, "dividend_bits": 7, "divisor_bits": 4, "step_bits": 2}),
    ("divide", {"dividend_bits": 32, "divisor_bits": 32, "step_bits": 5}),
    ("divide", {"form": "pipelined", "dividend_bits": 5, "divisor_bits": 9, "lanes": 2}),
    ("divide", {"dividend_bits": 1, "divisor_bits": 1}),
    ("sqrt", {"lanes": 2, "bits": 9}),
    ("sqrt", {"step_bits": 3}),
    ("sqrt", {"form": "pipelined", "bits": 16, "step_bits": 3}),
    ("sqrt", {"bits": 1}),
    ("igelu", {"lanes": 2}),
    (
        "igelu",
        {"lanes": 1, "in_bits": 32, "b": 10248, "c": 116183478, "one": 7092, "shift": 14, "pipeline": 2},
    ),
    ("igelu", {"lanes": 3, "in_bits": 2, "b": 11, "c": 111, "one": 111}),
    ("attention", {"dim": 4, "lanes": 2, "length_max": 50}),
    ("attention", {"dim": 1, "lanes": 1, "length_max": 1, "bits": 2, "score_bits": 2, "fraction_bits": 1}),
    (
        "attention",
        {"dim": 9, "lanes": 3, "length_max": 20, "queries": 3, "causal": True, "window": 7, "out_lanes": 3}
        | {"bits": 5, "score_bits": 8, "fraction_bits": 2, "exp_bits": 12, "mult_bits": 15, "shift_bits": 6}
        | {"mantissa_bits": 16, "index_bits": 8},
    ),
    ("attention", {"dim": 2, "lanes": 2, "length_max": 5, "queries": 2, "window": 2, "fraction_bits": 0}),
    ("shiftgelu", {"lanes": 2, "row_max": 20}),
    ("shiftgelu", {"lanes": 1, "row_max": 1, "in_bits": 4, "one": 3, "out_bits": 5, "step_bits": 31}),
    ("inverse", {"lanes": 2}),
    ("inverse", {"function": "rsqrt", "bits": 32, "pipeline": 2}),
    ("inverse", {"function": "rsqrt", "bits": 5, "index_bits": 6, "mantissa_bits": 16}),
    ("inverse", {"bits": 48, "index_bits": 1, "mantissa_bits": 2}),
    ("inverse", {"bits": 2, "lanes": 3, "index_bits": 3}),
    ("quantize", {"lanes": 2}),
    (
        "quantize",
        {"lanes": 1, "fmt": "fp16", "scale_format": "bf16", "out_bits": 16, "zero_point": True}
        | {"symmetric": True, "rounding": "half_up", "pipeline": 4},
    ),
    (
        "quantize",
        {"lanes": 3, "fmt": "fp32", "per": "channel", "out_bits": 2, "rounding": "half_away", "pipeline": 2}
        | {"symmetric": True},
    ),
    (
        "quantize",
        {"lanes": 2, "scale_format": "fp16", "per": "token", "out_signed": False, "rounding": "truncate"}
        | {"out_bits": 5, "pipeline": 3},
    ),
    ("quantize", {"lanes": 1, "scale_format": "bf16", "zero_point": True, "out_signed": False}),
    ("fma_pe", {}),
    ("fma_pe", {"a_format": "e4m3fn", "c_format": "fp16", "rounding": "stochastic", "pipeline": 5}),
    ("fp_add", {"a_format": "e2m1fn", "rounding": "toward_zero", "pipeline": 2}),
    (
        "fp_mul",
        {"a_format": "e8m0fnu", "b_format": "e4m3fn", "out_format": "e5m2", "overflow": "nan", "pipeline": 4},
    ),
    ("fp_dot", {"lanes": 3, "a_format": "e4m3"}),
    ("fp_dot", {"lanes": 1, "a_format": "e5m2", "b_format": "e3m2fn", "out_format": "e4m3fn", "pipeline": 3}),
    (
        "fp_dot",
        {"lanes": 5, "a_format": "e2m1fn", "out_format": "fp16", "rounding": "stochastic", "adder": "ripple"},
    ),
    ("mx_dot", {"lanes": 4}),
    ("mx_dot", {"lanes": 1, "a_element": "mxint8", "b_element": "mxfp8_e5m2", "adder": "ripple"}),
    ("mx_dot", {"lanes": 32, "a_element": "mxfp4_e2m1", "b_element": "mxfp6_e2m3"}),
    ("mx_dot", {"lanes": 16, "blocks": 5, "scale_low": -6, "scale_high": 3, "b_element": "mxfp8_e5m2"}),
    ("mx_dot", {"lanes": 8, "blocks": 1, "a_element": "mxint8", "b_element": "mxint8", "adder": "ripple"}),
    ("nvfp4_dot", {"lanes": 4}),
    ("nvfp4_dot", {"lanes": 16, "blocks": 9, "tensor_scale": False, "adder": "ripple"}),
    ("bfp_dot", {}),
    ("bfp_dot", {"a_bits": 16, "b_bits": 5, "block": 6, "lanes": 3, "adder": "ripple"}),
    ("bfp_dot", {"a_bits": 4, "b_bits": 4, "block": 1, "lanes": 1}),
    ("weight_fma_pe", {}),
    ("weight_fma_pe", {"a_format": "fp16", "b_bits": 8, "acc_bits": 19, "adder": "ripple"}),
    ("weight_fma_pe", {"microarchitecture": "terms", "b_bits": 3}),
    ("weight_fma_pe", {"recoding": "bits"}),
    ("weight_fma_pe", {"recoding": "csd", "b_bits": 8, "digits": 3, "a_format": "fp16"}),
    ("wide_fma_pe", {"normalise": "an"}),
    ("wide_fma_pe", {"a_format": "e4m3fnuz", "b_format": "e8m0fnu", "normalise": "none", "acc_bits": 6}),
    ("wide_fma_pe", {"a_format": "fp16", "b_format": "e5m2", "acc_bits": 32, "adder": "ripple"}),
    ("wide_fma_pe", {"multiplier": "lmul_integer"}),
    (
        "wide_fma_pe",
        {"multiplier": "lmul_formula", "lmul_offset": 5, "a_format": "e4m3fn", "normalise": "an"},
    ),
    ("wide_fma_pe", {"multiplier": "pam", "a_format": "e5m2fnuz", "b_format": "fp16", "adder": "ripple"}),
    ("fma_array", {"rows": 3, "cols": 2, "normalise": "an"}),
    ("fma_array", {"rows": 2, "cols": 2, "multiplier": "pam", "a_format": "e5m2"}),
    ("fma_array", {"rows": 1, "cols": 2, "dataflow": "ws", "multiplier": "lmul_formula", "b_format": "e4m3"}),
    ("fma_array", {"rows": 2, "cols": 3, "dataflow": "ws", "depth": 2, "normalise": "an", "an_lambda": 1}),
    ("fma_array", {"rows": 1, "cols": 1, "a_format": "e4m3fn", "b_format": "e5m2", "out_format": "fp16"}),
    ("fma_array", {"rows": 1, "cols": 1, "dataflow": "ws", "depth": 1, "out_format": "bf16"}),
    ("mixpe_float_array", {"rows": 3, "cols": 2, "group": 8}),
    ("mixpe_float_array", {"rows": 2, "cols": 2, "group": 4, "zero_point": False, "scale_format": "fp32"}),
    ("mixpe_float_array", {"rows": 1, "cols": 2, "group": 4, "dataflow": "ws", "depth": 2}),
    (
        "mixpe_float_array",
        {"rows": 2, "cols": 2, "group": 4, "zero_point": False, "recoding": "csd", "digits": 1},
    ),
    (
        "mixpe_float_array",
        {"rows": 1, "cols": 1, "group": 1, "a_format": "fp16", "b_bits": 8, "acc_bits": 19}
        | {"sum_format": "fp32", "scale_format": "dyadic", "mult_bits": 16, "out_format": "bf16"},
    ),
    ("mixpe_float_array", {"rows": 2, "cols": 3, "group": 5, "microarchitecture": "terms", "b_bits": 2}),
    ("absmax", {"lanes": 3}),
    ("absmax", {"lanes": 1, "fmt": "fp32", "scale_format": "fp16", "out_bits": 16, "group": 5}),
    ("absmax", {"lanes": 2, "fmt": "fp16", "scale_format": "bf16", "out_bits": 2, "group": 30}),
    ("absmax", {"lanes": 4, "scale_format": "bf16", "out_bits": 10, "group": 1, "floor": 0x3728}),
]
