"""Accumulator widths from weights: reached by an adversarial input, and a bit less overflows."""

import numpy as np
import pytest
from macwright.golden.accumulator import (
    adversarial_inputs,
    data_type_bits,
    l1_norm_bits,
    sum_range,
    weight_bits,
    zero_centred_bits,
)
from macwright.golden.errors import UsageError
from macwright.golden.int_gemm import int_gemm
from macwright.golden.integer import int_range

RNG = np.random.default_rng(0)


def overflows(weights, column, acc_bits, **kinds):
    """Return whether the adversarial inputs of a column leave an accumulator that wraps."""
    ends = adversarial_inputs(weights, a_bits=kinds["a_bits"], a_signed=kinds["a_signed"])
    exact, kept = (
        [
            int_gemm(a[column : column + 1], weights, acc_bits=bits, overflow="wrap", **kinds)[0, column]
            for a in ends
        ]
        for bits in (62, acc_bits)
    )
    return exact != kept


def tight(weights, widths, columns, **kinds):
    """Check that the widths of some columns do, and that a bit less does not."""
    for column in columns:
        assert not overflows(weights, column, int(widths[column]), **kinds)
        assert overflows(weights, column, int(widths[column]) - 1, **kinds)


@pytest.mark.parametrize("a_signed", [False, True])
@pytest.mark.parametrize("b_signed", [False, True])
@pytest.mark.parametrize("a_bits, b_bits, k", [(8, 4, 100), (4, 8, 7), (3, 2, 1), (16, 16, 1024)])
def test_each_bound_is_reached_and_none_is_too_narrow(a_bits, b_bits, k, a_signed, b_signed):
    kinds = {"a_bits": a_bits, "b_bits": b_bits, "a_signed": a_signed, "b_signed": b_signed}
    low, high = int_range(b_bits, b_signed)
    weights = RNG.integers(low, high + 1, (k, 4))
    weights[:, 0] = low if b_signed else high  # the end that is farther from zero
    weights[:, 1] = -np.abs(weights[:, 1]) if b_signed else weights[:, 1]
    weights[0, 1:] = low or high
    exact = weight_bits(weights, **kinds)
    norm = l1_norm_bits(weights, **kinds)
    kind = np.full(4, data_type_bits(weights, **kinds))
    assert (exact <= norm).all() and (exact <= kind).all()
    tight(weights, exact, range(4), **kinds)
    tight(weights, kind, [0], **kinds)
    # Weights of one sign reach the bound of their norm.
    tight(weights, norm, [0, 1], **kinds)
    inputs = RNG.integers(*int_range(a_bits, a_signed), (500, k), endpoint=True)
    least, most = sum_range(weights, **kinds)
    sums = inputs @ weights
    assert (sums >= least).all() and (sums <= most).all()


@pytest.mark.parametrize("a_signed", [False, True])
def test_zero_centred_columns_reach_their_bound(a_signed):
    half = RNG.integers(-60, 61, (64, 5))
    weights = RNG.permuted(np.r_[half, -half, [[3] * 5, [-1] * 5, [-2] * 5]], axis=0)
    kinds = {"a_bits": 8, "b_bits": 16, "a_signed": a_signed}
    widths = zero_centred_bits(weights, **kinds)
    tight(weights, widths, range(5), b_signed=True, **kinds)
    assert (widths <= l1_norm_bits(weights, **kinds)).all()


def test_numbers_of_the_papers():
    assert data_type_bits(np.zeros((784, 1), int), a_bits=8) == 25
    # The published formula says 23: it takes 255 for 256.
    assert data_type_bits(np.zeros((1024, 1), int), a_bits=8, b_bits=4, a_signed=False) == 22
    # An accumulator of 16 bits takes an L1 norm of 128 (A2Q, with 255 for 256), and of 256 (A2Q+).
    row = np.ones((128, 1), int)
    assert l1_norm_bits(row, a_bits=8, a_signed=False).tolist() == [16]
    assert l1_norm_bits(np.ones((129, 1), int), a_bits=8, a_signed=False).tolist() == [17]
    assert zero_centred_bits(np.r_[row, -row], a_bits=8, a_signed=False).tolist() == [16]
    more = np.ones((129, 1), int)
    assert zero_centred_bits(np.r_[more, -more], a_bits=8, a_signed=False).tolist() == [17]


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: zero_centred_bits([[1, 0], [-1, 3]], a_bits=8), r"weights\[:, 1\] add up to 3"),
        (lambda: l1_norm_bits([1, 2], a_bits=8), r"weights are \(2,\): they must be \(K, N\)"),
        (lambda: l1_norm_bits([[200]], a_bits=8), r"weights\[0, 0\] = 200 is outside"),
        (lambda: weight_bits([[1]], a_bits=17), "a_bits=17 is not a width from 1 to 16"),
    ],
)
def test_refusals_are_sentences(call, message):
    with pytest.raises(UsageError, match=message):
        call()
