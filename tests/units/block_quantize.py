"""Specs of `block_quantize` for the tests, and defects that its bench has to catch."""

import itertools

from macwright.golden.mx import ELEMENTS

from . import ICARUS

SMALL = {"lanes": 2}
WHERE = {
    "bits": {"element": "bfp"},
    "block": {"element": "bfp"},
}
BENCH = [
    {},
    {"lanes": 32, "fmt": "fp32", "element": "mxfp6_e3m2", "rule": "ceiling"},
    {"lanes": 1, "fmt": "fp32", "element": "bfp", "bits": 16, "block": 1},
    {"lanes": 16, "element": "mxint8", "rule": "ceiling", "adder": "ripple"},
    {"lanes": 3, "element": "bfp", "bits": 4, "block": 9},
]
LINTED = [
    {"lanes": 1, "element": "mxfp8_e5m2", "rule": "ceiling"},
    {"lanes": 2, "fmt": "fp32", "element": "bfp", "bits": 12, "block": 2},
]
BASELINE = [
    {"lanes": 4, "rule": "ceiling"},
    {"lanes": 3, "fmt": "fp32", "element": "bfp", "bits": 12, "block": 9},
]

QUANTIZE_BLOCKS = {"lanes": 16}
DEFECTS = [
    # A block that forgets its first beat; the largest of the block before; no number; scales read twice.
    (QUANTIZE_BLOCKS, r"assign block_largest = .*;", "assign block_largest = beat_largest;", "y"),
    (QUANTIZE_BLOCKS, r"beat_ends \? 8'h00", "1'b0 ? 8'h00", "y"),
    (QUANTIZE_BLOCKS, r"assign good = .*;", "assign good = 1'b1;", "y.data"),
    (QUANTIZE_BLOCKS, r"assign scales_pop = .*;", "assign scales_pop = moves;", "y"),
]


def proofs():
    for fmt, rule, element in itertools.product(("bf16", "fp32"), ("floor", "ceiling"), ELEMENTS):
        yield {"fmt": fmt, "rule": rule, "element": element}, "full", ICARUS
    for bits, block, lanes in ((4, 32, 32), (7, 5, 1), (12, 64, 8), (16, 16, 4)):
        fields = {"element": "bfp", "bits": bits, "block": block, "lanes": lanes, "fmt": "fp32"}
        yield fields, "full", ICARUS
