"""Faithful tables: every code against floats, against the correctly rounded table, and what is refused."""

import numpy as np
import pytest
from macwright.golden.activation import activation
from macwright.golden.errors import UsageError
from macwright.golden.faithful import METHODS, faithful_activation, faithful_tables
from test_activation import REAL

GRIDS = [
    ("gelu", {"in_bits": 11, "in_fraction": 7, "out_bits": 11, "out_fraction": 7}),
    ("gelu_tanh", {"in_bits": 11, "in_fraction": 7, "out_bits": 12, "out_fraction": 7}),
    ("silu", {"in_bits": 12, "in_fraction": 7, "out_bits": 10, "out_fraction": 8}),
    ("sigmoid", {"in_bits": 12, "in_fraction": 8, "out_bits": 12, "out_fraction": 11}),
    ("tanh", {"in_bits": 11, "in_fraction": 8, "out_bits": 12, "out_fraction": 11}),
    ("exp", {"in_bits": 11, "in_fraction": 11, "in_signed": False, "out_bits": 13, "out_fraction": 11}),
    ("hard_silu", {"in_bits": 11, "in_fraction": 7, "out_bits": 11, "out_fraction": 7}),
    (
        "squared_relu",
        {"in_bits": 11, "in_fraction": 7, "out_bits": 12, "out_fraction": 6, "out_signed": False},
    ),
]


def codes(grid):
    signed = grid.get("in_signed", True)
    end = 1 << grid["in_bits"] - signed
    return np.arange(-end if signed else 0, end)


@pytest.mark.parametrize("function, grid", GRIDS, ids=str)
@pytest.mark.parametrize("method", [None, *METHODS])
def test_every_code_errs_by_less_than_a_step(function, grid, method):
    x = codes(grid)
    y = faithful_activation(x, function=function, method=method, **grid)
    real = np.array([float(REAL[function](v)) for v in x / 2.0 ** grid["in_fraction"]])
    signed = grid.get("out_signed", True)
    end = 1 << grid["out_bits"] - signed
    assert (np.abs(y - np.clip(real * 2.0 ** grid["out_fraction"], -end * signed, end - 1)) < 1 + 1e-9).all()


@pytest.mark.parametrize("function, grid", GRIDS, ids=str)
def test_values_on_the_grid_are_exact_and_others_next_to_the_rounded_ones(function, grid):
    x = codes(grid)
    y = faithful_activation(x, function=function, **grid)
    rounded = activation(x, function=function, **grid)
    assert np.abs(y - rounded).max() <= 1
    real = np.array([float(REAL[function](v)) for v in x / 2.0 ** grid["in_fraction"]])
    exact = (real * 2.0 ** grid["out_fraction"] == rounded) & (function in ("hard_silu", "squared_relu"))
    assert (y[exact] == rounded[exact]).all()
    zero = x == 0
    assert (y[zero] == rounded[zero]).all()


def test_the_smaller_tables_are_taken():
    grid = {"in_bits": 11, "in_fraction": 7, "out_bits": 11, "out_fraction": 7}
    sizes = {method: faithful_tables(function="gelu", method=method, **grid).size for method in METHODS}
    assert faithful_tables(function="gelu", **grid).size == min(sizes.values())


def test_gelu_holds_its_distance_from_relu_in_small_tables():
    grid = {"in_bits": 12, "in_fraction": 8, "out_bits": 12, "out_fraction": 8}
    found = faithful_tables(function="gelu", method="bipartite", **grid)
    assert found.mirrored and (found.low_bits, found.top_bits, len(found.main)) == (3, 5, 256)
    assert max(found.main) < 64


def test_what_is_far_beyond_the_range_saturates():
    grid = {"in_bits": 12, "in_fraction": 0, "out_bits": 8, "out_fraction": 0}
    for function in ("exp", "gelu", "silu"):
        y = faithful_activation([-2048, -100, 0, 200, 2047], function=function, **grid)
        assert y.tolist() == [0, 0, int(function == "exp"), 127, 127]


@pytest.mark.parametrize(
    "call, message",
    [
        ({"function": "mish"}, "function='mish' is not one of"),
        ({"method": "table"}, "method='table' is not one of bipartite, linear"),
        ({"in_bits": 17}, "in_bits=17 is out of range: use 4 to 16"),
        ({"out_fraction": 17}, "out_fraction=17 is out of range"),
        (
            {"function": "exp", "method": "bipartite", "out_fraction": 9, "in_fraction": 5, "out_bits": 16},
            "method=bipartite makes no faithful tables of exp on this grid",
        ),
    ],
)
def test_refusals_are_sentences(call, message):
    grid = {"function": "gelu", "in_bits": 11, "in_fraction": 7, "out_bits": 11, "out_fraction": 7}
    with pytest.raises(UsageError, match=message):
        faithful_tables(**grid | call)
    if call == {"in_bits": 17}:
        with pytest.raises(UsageError, match=r"x\[\] = 1024 is outside"):
            faithful_activation(1024, **grid)
