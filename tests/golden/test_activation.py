"""Activation tables: published breakpoints, floats where they are sure, ties, and the enclosures."""

from fractions import Fraction
from math import erf

import numpy as np
import pytest
from macwright.golden.activation import activation, activation_table, delta_table
from macwright.golden.enclosure import FUNCTIONS, _root_2_over_pi
from macwright.golden.errors import UsageError

REAL = {
    "gelu": lambda x: x * (1 + erf(x / 2**0.5)) / 2,
    "gelu_tanh": lambda x: x * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3))) / 2,
    "silu": lambda x: x / (1 + np.exp(-x)),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "exp": np.exp,
    "relu": lambda x: max(x, 0.0),
    "squared_relu": lambda x: max(x, 0.0) ** 2,
    "hard_sigmoid": lambda x: min(max(x / 6 + 0.5, 0), 1),
    "hard_silu": lambda x: x * min(max(x / 6 + 0.5, 0), 1),
    "hard_tanh": lambda x: min(max(x, -1), 1),
}

#: Where D changes, and to what.
BREAKS = {
    ("gelu", 5): "0:0 2:1 4:2 6:3 9:4 14:5 38:4 46:3 54:2 64:1 80:0",
    ("gelu", 4): "0:0 2:1 4:2 9:3 17:2 25:1 36:0",
    ("silu", 4): "0:0 2:1 4:2 7:3 11:4 36:3 46:2 59:1 82:0",
    ("silu", 5): "0:0 2:1 4:2 6:3 8:4 11:5 15:6 18:7 23:8 31:9 53:8 66:7 76:6 86:5 97:4 109:3 125:2",
}


@pytest.mark.parametrize("function, fraction", BREAKS)
def test_distances_from_relu_of_smaller_logic(function, fraction):
    breaks = [tuple(map(int, part.split(":"))) for part in BREAKS[function, fraction].split()]
    found = delta_table(function=function, fraction=fraction)
    wanted = [[d for start, d in breaks if start <= code][-1] for code in range(128)]
    assert list(found) == wanted
    x = np.arange(-128, 128)
    y = activation(x, function=function, in_fraction=fraction, out_fraction=fraction)
    assert (y == np.maximum(x, 0) - np.array(found)[np.minimum(np.abs(x), 127)]).all()


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("in_bits, in_fraction, out_bits, out_fraction", [(8, 4, 8, 5), (10, 6, 16, 12)])
def test_floats_agree_where_they_are_sure(function, in_bits, in_fraction, out_bits, out_fraction):
    grid = {"in_bits": in_bits, "in_fraction": in_fraction}
    table = activation_table(function=function, **grid, out_bits=out_bits, out_fraction=out_fraction)
    end = 1 << (out_bits - 1)
    for code, y in enumerate(table, -(1 << (in_bits - 1))):
        real = float(REAL[function](code / 2.0**in_fraction)) * 2.0**out_fraction
        if abs(real - np.floor(real) - 0.5) > 1e-6:
            assert y == min(max(np.floor(real + 0.5), -end), end - 1)


def test_ties_go_up():
    grid = {"in_fraction": 1, "out_fraction": 0}
    assert activation([-3, -2, -1, 0, 1, 2, 3], function="hard_tanh", **grid).tolist() == [
        -1,
        -1,
        0,
        0,
        1,
        1,
        1,
    ]
    assert activation(1, function="relu", **grid) == 1
    assert activation(-3, function="hard_silu", **grid) == 0  # -1.5 / 4
    assert activation(-4, function="hard_silu", in_fraction=1, out_fraction=3) == -3  # -8/3
    assert activation(0, function="sigmoid", **grid) == 1  # 1/2
    assert activation(3, function="squared_relu", in_fraction=1, out_fraction=1) == 5  # 9/4, as 4.5


def test_results_beyond_the_range_saturate():
    grid = {"in_fraction": 4, "out_fraction": 4}
    assert activation([127, -128], function="exp", **grid).tolist() == [127, 0]
    assert activation([127], function="exp", **grid, out_signed=False).tolist() == [255]
    assert activation([-40], function="silu", **grid, out_signed=False).tolist() == [0]
    assert activation([255], function="relu", **grid, in_signed=False).tolist() == [127]
    assert activation([[-128, 127]], function="tanh", in_fraction=0, out_fraction=7).tolist() == [[-128, 127]]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_enclosures_shrink_around_one_value(function):
    for x in (
        Fraction(0),
        Fraction(1, 3),
        Fraction(-1, 3),
        Fraction(5),
        Fraction(-17, 2),
        Fraction(40),
        Fraction(-60),
    ):
        wide, narrow = (FUNCTIONS[function](x, bits) for bits in (32, 200))
        assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]
        size = max(1, abs(narrow[1]))
        assert narrow[1] - narrow[0] <= Fraction(size, 1 << 190) and wide[1] - wide[0] <= size / (1 << 28)
        real = float(REAL[function](float(x)))
        assert float(narrow[0]) == pytest.approx(real, rel=1e-6, abs=1e-15)


def test_known_digits():
    """erf(1), e and pi, to more digits than a float has."""
    low, high = FUNCTIONS["exp"](Fraction(1), 160)
    e = Fraction("2.71828182845904523536028747135266249775724709369995")
    assert low - Fraction(1, 10**49) <= e <= high + Fraction(1, 10**49)
    low, high = _root_2_over_pi(160)
    pi = Fraction("3.14159265358979323846264338327950288419716939937510")
    assert 2 / high**2 - Fraction(1, 10**47) <= pi <= 2 / low**2 + Fraction(1, 10**47)


@pytest.mark.parametrize(
    "call, message",
    [
        (
            lambda: activation(1, function="mish", in_fraction=1, out_fraction=1),
            "function='mish' is not one of",
        ),
        (lambda: activation(128, function="relu", in_fraction=1, out_fraction=1), r"x\[\] = 128 is outside"),
        (
            lambda: activation_table(function="relu", in_fraction=17, out_fraction=1),
            "in_fraction=17 is out of",
        ),
        (
            lambda: activation_table(function="relu", in_fraction=1, out_fraction=1, in_bits=13),
            "in_bits=13 is",
        ),
        (
            lambda: delta_table(function="tanh", fraction=4),
            "function='tanh' is not one of gelu, gelu_tanh, silu",
        ),
        (lambda: delta_table(function="silu", fraction=5, bits=4), "needs 4 taken away, and its neighbour 3"),
    ],
)
def test_refusals_are_sentences(call, message):
    with pytest.raises(UsageError, match=message):
        call()
