"""Slow proofs: `make prove`, or `python tests/prove.py GROUP ...` for some of the groups.

elements: every pair of operands of elements without recoding; recodings: of those that take digits; arrays:
full benches of arrays of many shapes on both simulators; combinations: every element with every dataflow and
every recoding that the Spec allows, int8, on Verilator; requantisers: `requant`, 10^7 cases with ties for
each rounding, and every 12-bit input with every shift; quantisers: `quantize` and `absmax`; floats: every
pair of operands of all formats of at most 8 bits, of bf16 and fp16 10^8 directed products, 10^7 sums and
multiply-adds, mixes of formats; additions: L-Mul and PAM in `wide_fma_pe`, every product of all formats of at
most 8 bits, and in `fma_array`; groups: corner Specs of `mixpe_array` and `mixpe_float_array`; tiles: of
`lut_tile`, `ternary_tile` and `bitserial_tile`; float_tiles: of `lut_float_tile`, every format; rows: of
`softmax`, `deferred_softmax`, `norm`, `shiftgelu` and `attention`; activations: `igelu`, and `activation` of
11 to 16 bits; divisions: `divide` and `sqrt`; simulators: on Verilator every Spec on which the test suite
runs the benches on Icarus.
"""

import itertools
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

from macwright.gen.catalog import find_unit
from macwright.golden.csd import most_digits
from macwright.golden.errors import UsageError
from macwright.golden.faithful import METHODS
from macwright.golden.float_code import ROUNDINGS
from macwright.golden.float_format import PRESETS, SUBNORMALS
from macwright.golden.ibert import ibert_gelu_constants
from macwright.golden.lmul import KINDS
from macwright.golden.lut_gemm import WEIGHT_KINDS
from macwright.golden.mx import ELEMENTS
from macwright.golden.norm import KINDS as NORMS
from macwright.golden.requant import ROUNDINGS as SHIFT_ROUNDINGS
from macwright.golden.ternary import PACKINGS
from macwright.hdl.lut.lut_float_tile_spec import ACTIVATIONS, OUT_FORMATS
from macwright.hdl.softmax.exp_lane import METHODS as SOFTMAXES
from macwright.hdl.vector.quantize_spec import FORMATS
from macwright.hdl.vector.recurrence import FORMS
from macwright.tb.verify import verify
from rich.console import Console
from tb.bench_specs import SPECS

SIGNS = (True, False)
EXHAUSTIVE, BOTH, VERILATOR = (("icarus",), ("verilator", "icarus"), ("verilator",))


def elements():
    for unit in ("operator_pe", "mac_pe", "carry_save_pe"):
        for (a, b), sa, sb in itertools.product(((2, 2), (5, 3), (8, 8), (16, 8), (12, 12)), SIGNS, SIGNS):
            fields = {"a_bits": a, "b_bits": b, "a_signed": sa, "b_signed": sb}
            yield unit, fields, "exhaustive", EXHAUSTIVE
    for lanes, sa, sb in itertools.product((1, 2), SIGNS, SIGNS):
        fields = {"lanes": lanes, "a_bits": 8 // lanes, "b_bits": 8 // lanes, "a_signed": sa, "b_signed": sb}
        for reduction in ("flat", "bit_weight"):
            yield "bit_weight_pe", fields | {"reduction": reduction}, "exhaustive", EXHAUSTIVE
        yield "bit_serial_pe", fields, "exhaustive", EXHAUSTIVE
    yield "mac_pe", {"overflow": "saturate", "acc_bits": 17}, "exhaustive", EXHAUSTIVE
    yield "mac_pe", {"overflow": "wrap", "acc_bits": 9, "input_reg": True}, "exhaustive", EXHAUSTIVE


def recodings():
    for unit, signed in itertools.product(("mac_pe", "carry_save_pe"), SIGNS):
        for recoding in ("booth", "ent", "minimal_weight"):
            yield unit, {"recoding": recoding, "a_signed": signed}, "exhaustive", EXHAUSTIVE


def arrays():
    for fields in (
        {},
        {"rows": 3, "cols": 5, "a_bits": 5, "a_signed": False, "b_bits": 3},
        {"rows": 1, "cols": 1, "a_bits": 16, "b_bits": 16},
        {"rows": 16, "cols": 4, "overflow": "saturate", "acc_bits": 12},
        {"rows": 1, "cols": 7, "input_reg": True},
        {"rows": 7, "cols": 1, "k_max": 5},
        {"rows": 5, "cols": 3, "element": "mac", "recoding": "ent", "input_reg": True},
        {"rows": 5, "cols": 3, "dataflow": "ws", "element": "carry_save", "depth": 7},
        {"rows": 2, "cols": 5, "dataflow": "cube", "element": "mac", "depth": 3, "b_signed": False},
        {"rows": 5, "cols": 2, "dataflow": "tree", "element": "bit_weight", "depth": 16},
        {"rows": 5, "cols": 3, "dataflow": "broadcast", "element": "bit_serial_shared", "a_bits": 16},
        {"rows": 2, "cols": 3, "dataflow": "tree", "element": "bit_serial_grouped", "queue": 3},
    ):
        yield "mac_array", fields, "full", BOTH
    yield "mac_array", {"rows": 32, "cols": 32}, "quick", VERILATOR


def combinations():
    params = find_unit("mac_array").spec.params()
    names = ("dataflow", "element", "recoding")
    for values in itertools.product(*(params[name].choices for name in names)):
        fields = {"rows": 3, "cols": 2} | dict(zip(names, values, strict=True))
        try:
            find_unit("mac_array").spec(**fields)
        except UsageError:
            continue  # Refused with a reason, which tests/hdl reads.
        yield "mac_array", fields, "quick", VERILATOR


def requantisers():
    for rounding in SHIFT_ROUNDINGS:
        yield "requant", {"lanes": 1, "mult_bits": 31, "rounding": rounding}, "full", BOTH
        for bits, signed in ((5, False), (8, True), (12, True)):
            fields = {"lanes": 1, "in_bits": bits, "rounding": rounding, "in_signed": signed}
            yield "requant", fields, "exhaustive", EXHAUSTIVE
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
        yield "requant", fields, "full", BOTH


def quantisers():
    formats = itertools.product(FORMATS, FORMATS)
    widths, pipelines = itertools.cycle((8, 2, 16, 5)), itertools.cycle((1, 2, 3, 4))
    roundings = itertools.cycle(SHIFT_ROUNDINGS)
    for fmt, scale_format in formats:
        fields = {"fmt": fmt, "scale_format": scale_format, "out_bits": next(widths)}
        yield "absmax", fields | {"lanes": 3}, "full", EXHAUSTIVE
        fields |= {"pipeline": next(pipelines), "rounding": next(roundings), "symmetric": True}
        yield "quantize", fields | {"lanes": 1}, "full", EXHAUSTIVE
    for fields in (
        {"lanes": 3, "per": "token", "zero_point": True, "out_signed": False},
        {"lanes": 2, "per": "channel", "zero_point": True, "fmt": "fp16", "adder": "sklansky", "pipeline": 4},
    ):
        yield "quantize", fields, "full", BOTH
    for group in (1, 7, 1024):
        yield "absmax", {"lanes": 5, "group": group}, "full", BOTH


def floats():
    small = [name for name, fmt in PRESETS.items() if fmt.bits <= 8]
    for unit, name in itertools.product(("fp_mul", "fp_add"), small):
        yield unit, {"a_format": name}, "exhaustive", EXHAUSTIVE
    # Every format meets another, rounds to a third, in every rounding and with every treatment of subnormals.
    others = [small[1:] + small[:1], small[4:] + small[:4]]
    options = itertools.cycle(itertools.product(ROUNDINGS, SUBNORMALS))
    for unit in ("fp_mul", "fp_add"):
        for a, b, out in zip(small, *others, strict=True):
            rounding, subnormals = next(options)
            fields = {"a_format": a, "b_format": b, "out_format": out, "rounding": rounding}
            yield unit, fields | {"subnormals": subnormals}, "exhaustive", EXHAUSTIVE
    for name in ("e2m1fn", "e2m3fn", "e3m2fn", "e4m3fn"):
        yield "fma_pe", {"a_format": name}, "exhaustive", EXHAUSTIVE
    for name, unit in itertools.product(("bf16", "fp16"), ("fp_mul", "fp_add", "fma_pe")):
        yield unit, {"a_format": name}, "full", EXHAUSTIVE
    for name, lanes in itertools.product(small, (1, 2, 7)):
        if name != "e8m0fnu":
            yield "fp_dot", {"lanes": lanes, "a_format": name}, "exhaustive", EXHAUSTIVE
    for fields in (
        {"a_format": "e5m2", "lanes": 8},
        {"a_format": "e4m3fn", "lanes": 32, "pipeline": 5},
        {"a_format": "e3m2fn", "b_format": "e5m2", "out_format": "fp32", "rounding": "toward_zero"},
        {"a_format": "fp16", "b_format": "e2m1fn", "out_format": None},
        {"a_format": "e2m1fn", "lanes": 64, "out_format": "e2m1fn", "rounding": "stochastic"},
    ):
        yield "fp_dot", fields, "full", EXHAUSTIVE
    for a, b in itertools.product(ELEMENTS, ELEMENTS):
        yield "mx_dot", {"a_element": a, "b_element": b, "lanes": 8}, "full", EXHAUSTIVE
    for lanes in (1, 2, 16, 32):
        yield "mx_dot", {"lanes": lanes}, "full", EXHAUSTIVE
    for a, low, high in (("mxfp8_e4m3", -8, 4), ("mxint8", 0, 0), ("mxfp6_e3m2", -60, -20)):
        for acc_bits in (None, 150):
            fields = {"a_element": a, "b_element": "mxfp6_e2m3", "scale_low": low, "scale_high": high}
            yield "mx_dot", fields | {"blocks": 9, "acc_bits": acc_bits}, "full", EXHAUSTIVE
    for lanes, blocks, tensor_scale in ((1, None, True), (16, None, False), (8, 40, True), (4, 3, False)):
        fields = {"lanes": lanes, "blocks": blocks, "tensor_scale": tensor_scale}
        yield "nvfp4_dot", fields, "full", EXHAUSTIVE
    for a, b, block, lanes in ((4, 4, 16, 16), (8, 4, 32, 4), (8, 8, 64, 1), (12, 7, 15, 5), (16, 16, 8, 2)):
        fields = {"a_bits": a, "b_bits": b, "block": block, "lanes": lanes}
        yield "bfp_dot", fields, "full", EXHAUSTIVE
    for fmt, rule, element in itertools.product(("bf16", "fp32"), ("floor", "ceiling"), ELEMENTS):
        yield "block_quantize", {"fmt": fmt, "rule": rule, "element": element}, "full", EXHAUSTIVE
    for bits, block, lanes in ((4, 32, 32), (7, 5, 1), (12, 64, 8), (16, 16, 4)):
        fields = {"element": "bfp", "bits": bits, "block": block, "lanes": lanes, "fmt": "fp32"}
        yield "block_quantize", fields, "full", EXHAUSTIVE
    for fmt, b_bits in itertools.product(("bf16", "fp16"), (2, 3, 4, 8)):
        fields = {"a_format": fmt, "b_bits": b_bits}
        yield "weight_fma_pe", fields | {"acc_bits": 19 + b_bits}, "full", EXHAUSTIVE
        yield "weight_fma_pe", fields | {"microarchitecture": "terms"}, "full", EXHAUSTIVE
        yield "weight_fma_pe", fields | {"recoding": "bits", "acc_bits": 32}, "full", EXHAUSTIVE
        for digits in range(1, most_digits(b_bits) + 1):
            yield "weight_fma_pe", fields | {"recoding": "csd", "digits": digits}, "full", EXHAUSTIVE
    formats = (("bf16", None), ("fp16", "bf16"), ("e4m3fn", "e5m2"), ("e4m3fnuz", "e2m1fn"), ("e5m2", "fp32"))
    for (a, b), rule in itertools.product(formats, ("exact", "an", "none")):
        fields = {"a_format": a, "b_format": b, "normalise": rule}
        yield "wide_fma_pe", fields | {"acc_bits": 35 if b == "fp32" else None}, "full", EXHAUSTIVE
        yield "wide_fma_pe", fields | {"acc_bits": 40}, "full", EXHAUSTIVE
        size = {"rows": 3, "cols": 2, "acc_bits": 36, "out_format": "bf16"}
        yield "fma_array", fields | size, "full", BOTH
        yield "fma_array", fields | size | {"dataflow": "ws", "out_format": "fp16"}, "full", BOTH
    for fields in (
        {"a_format": "e4m3fn", "c_format": "fp16"},
        {"a_format": "e5m2", "b_format": "e4m3fn", "c_format": "fp32", "pipeline": 5},
        {"a_format": "e2m1fn", "c_format": "e8m7", "rounding": "stochastic", "pipeline": 3},
        {"a_format": "fp16", "c_format": "e4m3fnuz", "out_format": "bf16", "rounding": "toward_zero"},
        {"a_format": "fp32"},
        {"a_format": "bf16", "c_format": "fp32", "subnormals": "flush"},
    ):
        yield "fma_pe", fields, "full", EXHAUSTIVE


def additions():
    for kind, (name, fmt) in itertools.product(KINDS, PRESETS.items()):
        if fmt.bits <= 8 and fmt.has_zero:
            yield "wide_fma_pe", {"a_format": name, "multiplier": kind}, "full", EXHAUSTIVE
    for kind, (a, b) in itertools.product(KINDS, (("bf16", None), ("fp16", "e4m3fnuz"), ("fp32", "e5m2"))):
        fields = {"a_format": a, "b_format": b, "multiplier": kind, "acc_bits": 36}
        offset = {} if kind == "pam" else {"lmul_offset": 0}
        yield "wide_fma_pe", fields | offset | {"normalise": "an"}, "full", EXHAUSTIVE
        yield "fma_array", fields | {"rows": 3, "cols": 2}, "full", BOTH
        yield "fma_array", fields | {"rows": 2, "cols": 2, "dataflow": "ws", "depth": 3}, "full", BOTH


def groups():
    csd = {"recoding": "csd", "zero_point": False}
    for fields in (
        {},
        {"rows": 16, "cols": 16, "group": 128},
        {"rows": 1, "cols": 1, "group": 1, "out_bits": 8},
        {"rows": 1, "cols": 9, "group": 3, "a_bits": 16, "b_bits": 8, "mult_bits": 16, "shift_bits": 6},
        {"rows": 9, "cols": 1, "group": 16, "a_bits": 4, "b_bits": 2, "a_signed": False, "mult_bits": 4},
        {"rows": 5, "cols": 3, "group": 4096, "zero_point": False, "element": "mac", "recoding": "bits"},
        {"rows": 2, "cols": 11, "group": 17, "element": "operator", "scale": "fp16", "frac": 10},
        {"rows": 4, "cols": 4, "group": 100, "scale": "bf16", "shift_bits": 6, "out_bits": 48},
        {"rows": 3, "cols": 4, "group": 32, "b_bits": 8} | csd,
        {"rows": 3, "cols": 2, "group": 32, "b_bits": 5, "digits": 1, "element": "mac"} | csd,
        {"rows": 5, "cols": 3, "group": 21, "dataflow": "ws", "depth": 7, "element": "mac"},
        {"rows": 1, "cols": 2, "group": 5, "dataflow": "ws", "depth": 1, "scale": "fp16", "b_bits": 3},
        {"rows": 2, "cols": 3, "group": 8, "dataflow": "ws", "b_bits": 8, "digits": 4} | csd,
        {"rows": 3, "cols": 2, "group": 9, "acc_bits": 24, "shift_bits": 1, "a_signed": False},
    ):
        yield "mixpe_array", fields, "full", BOTH
    dyadic = {"scale_format": "dyadic", "mult_bits": 16, "shift_bits": 6}
    for fields in (
        {"rows": 8, "cols": 8, "group": 32},
        {"rows": 1, "cols": 1, "group": 1, "a_format": "fp16", "b_bits": 8, "acc_bits": 32} | dyadic,
        {"rows": 1, "cols": 9, "group": 3, "b_bits": 2, "acc_bits": 12, "sum_format": "fp32"},
        {"rows": 5, "cols": 3, "group": 21, "dataflow": "ws", "depth": 7} | dyadic,
        {"rows": 2, "cols": 3, "group": 5, "dataflow": "ws", "depth": 1, "out_format": "fp16"},
        {"rows": 3, "cols": 1, "group": 8, "dataflow": "ws", "zero_point": False, "b_bits": 8},
        {"rows": 2, "cols": 2, "group": 8, "dataflow": "ws", "microarchitecture": "terms"},
        {"rows": 3, "cols": 2, "group": 12, "recoding": "bits", "a_format": "fp16", "sum_format": "fp16"}
        | {"scale_format": "fp32", "adder": "kogge_stone"},
        {"rows": 3, "cols": 4, "group": 20, "b_bits": 8, "digits": 1, "scale_format": "fp16"} | csd,
        {"rows": 1, "cols": 2, "group": 6, "b_bits": 5, "a_format": "fp16", "out_format": "bf16"} | csd,
        {"rows": 2, "cols": 3, "group": 8, "dataflow": "ws", "b_bits": 8, "digits": 3} | csd | dyadic,
    ):
        yield "mixpe_float_array", fields, "full", BOTH


def tiles():
    kinds, activations = itertools.cycle(WEIGHT_KINDS), itertools.cycle(("int8", "int4", "int16"))
    sizes = itertools.cycle(((1, 1), (3, 2), (1, 5), (2, 1)))
    lengths = itertools.cycle(range(6, 0, -1))
    for weight_bits, planes in itertools.product(range(1, 9), (None, 1)):
        rows, cols = next(sizes)
        fields = {"rows": rows, "cols": cols, "k": next(lengths), "weight_kind": next(kinds)}
        fields |= {"activations": next(activations), "weight_bits": weight_bits, "planes": planes}
        yield "lut_tile", fields, "quick", VERILATOR
    for k, weight_kind in itertools.product((2, 4, 6), WEIGHT_KINDS):
        fields = {"rows": 2, "cols": 3, "k": k, "weight_kind": weight_kind, "weight_bits": 3, "depth": 2}
        yield "lut_tile", fields | {"table": "int8", "planes": 2, "symmetric": k != 4}, "quick", VERILATOR
    shapes = ((1, 1, 1), (2, 5, 3), (3, 1, 2), (1, 4, 1))
    for packing, (rows, cols, depth) in zip(PACKINGS, shapes, strict=True):
        fields = {"rows": rows, "cols": cols, "depth": depth, "packing": packing}
        yield "ternary_tile", fields, "full", BOTH
    for planes, width in itertools.product(("and", "xor"), (1, 3, 8)):
        fields = {"rows": 2, "cols": 3, "depth": width, "planes": planes}
        yield "bitserial_tile", fields, "full", BOTH


def float_tiles():
    kinds, sizes = (
        itertools.cycle(("signed", "odd", "signed")),
        itertools.cycle(((1, 1), (3, 2), (1, 5), (2, 1))),
    )
    widths, lengths = itertools.cycle((8, 1, 3, 5, 2, 4, 7, 6)), itertools.cycle(range(6, 0, -1))
    for activations, planes in itertools.product(ACTIVATIONS, (None, 1, 2)):
        rows, cols = next(sizes)
        weight_bits = next(widths)
        fields = {"rows": rows, "cols": cols, "k": next(lengths), "depth": 1 + rows % 2}
        fields |= {"activations": activations, "weight_bits": weight_bits, "weight_kind": next(kinds)}
        fields |= {"planes": planes and min(planes, weight_bits), "out_format": OUT_FORMATS[cols % 3]}
        yield "lut_float_tile", fields, "quick", BOTH


def rows():
    for fields in (
        {"lanes": 16},
        {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction_bits": 0, "exp_bits": 2, "pipeline": 1},
        {"lanes": 5, "row_max": 100, "in_bits": 12, "fraction_bits": 8, "exp_bits": 16, "out_bits": 16}
        | {"mantissa_bits": 16, "index_bits": 9, "pipeline": 3},
        {"lanes": 3, "row_max": 4096, "in_bits": 10, "fraction_bits": 1, "out_bits": 1},
        {"lanes": 64, "row_max": 65, "mantissa_bits": 8, "index_bits": 1},
    ):
        yield "softmax", fields, "full", BOTH
    for fraction_bits, method in itertools.product((0, 3, 5, 7), SOFTMAXES):
        fields = {"lanes": 2, "fraction_bits": fraction_bits, "method": method}
        yield "softmax", fields, "exhaustive", EXHAUSTIVE
    softermax = {
        "method": "softermax",
        "in_bits": 12,
        "fraction_bits": 7,
        "exp_bits": 16,
        "mantissa_bits": 16,
    }
    yield "softmax", {"lanes": 4, "row_max": 300, "out_bits": 16} | softermax, "full", BOTH

    for fields in (
        {"lanes": 16},
        {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction": 0, "mantissa_bits": 2, "index_bits": 1},
        {"lanes": 5, "row_max": 100, "in_bits": 14, "fraction": 16, "out_bits": 24, "mantissa_bits": 16}
        | {"index_bits": 9, "pipeline": 3, "eps": 1 << 40},
        {"lanes": 3, "row_max": 4096, "in_bits": 10, "kind": "rms", "pipeline": 1},
        {"lanes": 64, "row_max": 65, "index_bits": 1},
    ):
        yield "norm", fields, "full", BOTH
    for fields in (
        {"lanes": 16, "row_max": 2032, "in_bits": 10},
        {"lanes": 1, "row_max": 1, "in_bits": 2, "fraction_bits": 0, "exp_bits": 2},
        {"lanes": 5, "row_max": 100, "in_bits": 12, "fraction_bits": 8, "exp_bits": 16, "mantissa_bits": 16},
        {"lanes": 64, "row_max": 65, "index_bits": 1},
    ):
        yield "deferred_softmax", fields, "full", BOTH
    for fraction_bits in (0, 3, 5, 7):
        yield "deferred_softmax", {"lanes": 2, "fraction_bits": fraction_bits}, "exhaustive", EXHAUSTIVE

    for fields in (
        {"lanes": 16, "dim": 16},
        {"queries": 4, "dim": 6, "lanes": 3, "length_max": 100, "causal": True, "window": 9, "out_lanes": 2},
        {"queries": 16, "dim": 2, "lanes": 1, "length_max": 33, "bits": 3, "window": 1},
        {"dim": 1, "lanes": 1, "length_max": 1, "bits": 2, "score_bits": 2, "fraction_bits": 0},
        {"dim": 64, "length_max": 256, "exp_bits": 12, "mult_bits": 15, "shift_bits": 6, "mantissa_bits": 16},
        {"dim": 7, "lanes": 7, "length_max": 65536, "score_bits": 12, "fraction_bits": 8, "out_lanes": 7},
    ):
        yield "attention", fields, "full", BOTH

    for kind in NORMS:
        yield "norm", {"lanes": 2, "kind": kind}, "exhaustive", EXHAUSTIVE

    for one, n, out_bits in ((19, 23, 8), (10, 23, 16), (38, 18, 2)):
        fields = {"lanes": 2, "row_max": 200, "one": one, "n": n, "out_bits": out_bits}
        yield "shiftgelu", fields, "exhaustive", EXHAUSTIVE
        yield "shiftgelu", fields | {"lanes": 5, "step_bits": 11}, "full", BOTH
    yield "shiftgelu", {"in_bits": 10, "one": 76, "n": 17, "row_max": 4096}, "full", EXHAUSTIVE


#: Functions of 16 bits, in and out, and both fractions.
WIDE_GRIDS = (
    ("gelu", 12, 12),
    ("gelu_tanh", 12, 12),
    ("silu", 11, 11),
    ("sigmoid", 12, 15),
    ("tanh", 13, 15),
)
WIDE_GRIDS += (("exp", 12, 12), ("hard_silu", 12, 12), ("squared_relu", 12, 8))


def activations():
    for in_bits, inverse_scale, shift in (
        (8, 32, 0),
        (10, 64, 0),
        (14, 512, 0),
        (16, 4096, 14),
        (20, 8192, 14),
    ):
        b, c, one = ibert_gelu_constants(Fraction(1, inverse_scale), shift=shift)
        fields = {"in_bits": in_bits, "b": -b, "c": -c, "one": -one, "shift": shift, "lanes": 1}
        yield "igelu", fields, "exhaustive", EXHAUSTIVE
        yield "igelu", fields | {"pipeline": 2, "lanes": 3}, "full", BOTH
    for (function, in_fraction, out_fraction), method in itertools.product(WIDE_GRIDS, METHODS):
        fields = {"function": function, "in_fraction": in_fraction, "out_fraction": out_fraction}
        fields |= {"in_bits": 16, "out_bits": 16, "lanes": 1, "method": method}
        yield "activation", fields, "exhaustive", EXHAUSTIVE
    for function, in_bits in itertools.product(("gelu", "silu", "sigmoid", "tanh"), range(11, 16)):
        fraction = in_bits - 4
        fields = {"function": function, "in_fraction": fraction, "out_fraction": fraction, "lanes": 2}
        yield "activation", fields | {"in_bits": in_bits, "out_bits": in_bits}, "exhaustive", EXHAUSTIVE


def divisions():
    for form, step_bits in itertools.product(FORMS, (1, 3, 8)):
        fields = {"form": form, "step_bits": step_bits}
        yield "divide", fields | {"dividend_bits": 8, "divisor_bits": 8}, "exhaustive", EXHAUSTIVE
        yield "divide", fields | {"dividend_bits": 8, "divisor_bits": 12}, "exhaustive", EXHAUSTIVE
        yield "sqrt", fields | {"bits": 16}, "exhaustive", EXHAUSTIVE
        yield "divide", fields | {"dividend_bits": 32, "divisor_bits": 32}, "full", BOTH
        yield "divide", fields | {"dividend_bits": 32, "divisor_bits": 3, "lanes": 3}, "full", EXHAUSTIVE
        yield "sqrt", fields | {"lanes": 2}, "full", BOTH


def simulators():
    for unit, fields in SPECS:
        yield unit, fields, "quick", VERILATOR


GROUPS = {
    group.__name__: group
    for group in (elements, recodings, arrays, combinations, requantisers, quantisers, floats, additions)
    + (groups, tiles, float_tiles, rows, activations, divisions, simulators)
}


def main(groups: list[str]) -> None:
    console = Console()
    if unknown := [name for name in groups if name not in GROUPS]:
        sys.exit(f"there is no group of proofs {unknown[0]!r}: there are {', '.join(GROUPS)}")
    failed = 0

    def prove(unit: str, fields: dict, level: str, sim: str) -> None:
        nonlocal failed
        record = verify(unit, find_unit(unit).spec(**fields), sim=sim, level=level)
        failed += not record["passed"]
        cycles = sum(check.get("cycles", 0) for check in record["checks"])
        verdict = "proved" if record["passed"] else f"FAILED: {record['checks'][-1]['failure']}"
        console.print(
            f"{record['module']:90} {level:10} {sim:9} {cycles:>10} cycles  {verdict}", soft_wrap=True
        )

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        proofs = [
            pool.submit(prove, unit, fields, level, sim)
            for name in groups or GROUPS
            for unit, fields, level, sims in GROUPS[name]()
            for sim in sims
        ]
        for proof in proofs:
            proof.result()
    console.print(f"{len(proofs)} proofs, {failed} failed")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main(sys.argv[1:])
