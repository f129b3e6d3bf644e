"""NormSpec: what it refuses, and that the widths that follow hold the longest row."""

from fractions import Fraction

import pytest
from macwright.golden.errors import UsageError
from macwright.golden.norm import METHODS
from macwright.hdl.vector.norm_spec import NormSpec


@pytest.mark.parametrize(
    "assignments, message",
    [
        ({"lanes": "65"}, "lanes=65 is not legal: lanes is a whole number from 1 to 64"),
        (
            {"in_bits": "16", "row_max": "1024"},
            "row_max=1024 and in_bits=16 make V 51 bits wide, and 48 is the most: use a smaller row_max",
        ),
        (
            {"fraction": "10"},
            "fraction=10 is finer than roots with mantissa_bits=9: use mantissa_bits=10 or more",
        ),
        (
            {"method": "ibert", "kind": "rms"},
            "kind=rms means nothing with method=ibert: use kind=layer, or method=table",
        ),
        ({"method": "ivit", "eps": "1"}, "eps=1 means nothing with method=ivit: use eps=0, or method=table"),
        ({"step_bits": "2"}, "step_bits=2 means nothing with method=table: use step_bits=1, or method=ivit"),
        (
            {"method": "ivit", "pipeline": "3"},
            "pipeline=3 has a register in front of a shift, which method=ivit has not: use pipeline=2",
        ),
        (
            {"method": "ivit_tvm", "in_bits": "12", "row_max": "1025", "lanes": "1"},
            "row_max=1025 and in_bits=12 make V 33 bits wide, and 32 is the most: use a smaller row_max",
        ),
    ],
)
def test_illegal_values_are_refused_in_a_sentence(assignments, message):
    with pytest.raises(UsageError, match=message):
        NormSpec.parse(assignments)


@pytest.mark.parametrize("lanes, row_max, in_bits, eps", [(1, 1, 2, 0), (4, 16, 8, 1), (3, 100, 12, 1 << 40)])
def test_the_sums_hold_the_longest_row(lanes, row_max, in_bits, eps):
    spec = NormSpec(lanes=lanes, row_max=row_max, in_bits=in_bits, eps=eps)
    n, lowest = spec.longest, -(1 << in_bits - 1)
    assert n >= row_max
    assert n >> spec.count_bits == 0
    assert -(1 << spec.total_bits - 1) <= n * lowest
    assert n * lowest**2 >> spec.squares_bits == 0
    assert (n * n * lowest**2 + eps).bit_length() == spec.variance_bits


@pytest.mark.parametrize("lanes, row_max, in_bits", [(1, 1, 2), (1, 4, 16), (2, 9, 5)])
def test_published_widths_hold_the_largest_variance(lanes, row_max, in_bits):
    for method in METHODS[1:]:
        spec = NormSpec(lanes=lanes, row_max=row_max, in_bits=in_bits, method=method)
        low, high = -(1 << in_bits - 1), (1 << in_bits - 1) - 1
        n = spec.longest
        for lows in range(n + 1):
            total = lows * low + (n - lows) * high
            mean = int(total / n) if method == "ivit_tvm" else round(Fraction(total, n))
            variance = lows * (low - mean) ** 2 + (n - lows) * (high - mean) ** 2
            assert variance >> spec.division.variance_bits == 0
