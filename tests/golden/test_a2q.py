"""Weights under an L1 bound: their sums fit by construction, and they are the papers' quantiser."""

import numpy as np
import pytest
from macwright.golden.a2q import (
    STEPS,
    a2q_norm,
    a2q_plus_norm,
    a2q_plus_weights,
    a2q_weights,
    normal_weights,
    round_weights,
)
from macwright.golden.accumulator import l1_norm_bits, weight_bits
from macwright.golden.errors import UsageError
from macwright.golden.integer import int_range

SHAPES = [(1, 3), (7, 5), (64, 32), (512, 16)]


@pytest.mark.parametrize("a_signed", [False, True])
@pytest.mark.parametrize(
    "acc_bits, a_bits, b_bits", [(16, 8, 8), (16, 8, 4), (12, 4, 3), (24, 16, 16), (20, 1, 9)]
)
@pytest.mark.parametrize("k, n", SHAPES)
def test_the_bound_holds_by_construction(k, n, acc_bits, a_bits, b_bits, a_signed):
    weights = normal_weights(k, n, seed=k) + STEPS // 3  # not centred by chance
    kinds = {"a_bits": a_bits, "b_bits": b_bits, "a_signed": a_signed}
    held = a2q_weights(weights, acc_bits=acc_bits, **kinds)
    assert l1_norm_bits(held, **kinds).max() <= acc_bits
    del kinds["a_signed"]
    centred = a2q_plus_weights(weights, acc_bits=acc_bits, **kinds)
    assert weight_bits(centred, **kinds, a_signed=a_signed).max() <= acc_bits
    for found in (held, centred):
        low, high = int_range(b_bits, True)
        assert low <= found.min() and found.max() <= high


@pytest.mark.parametrize("k, share, share_plus", [(64, 0.69, 0.85), (512, 0.002, 0.11)])
def test_weights_that_were_not_trained_for_it_are_mostly_lost(k, share, share_plus):
    weights = normal_weights(k, 64, seed=1)
    kinds = {"acc_bits": 16, "a_bits": 8, "b_bits": 8}
    assert np.mean(a2q_weights(weights, **kinds) != 0) == pytest.approx(share, abs=0.005)
    assert np.mean(a2q_plus_weights(weights, **kinds) != 0) == pytest.approx(share_plus, abs=0.005)


def test_the_norms_are_those_of_the_papers():
    assert [a2q_norm(acc_bits=16, a_bits=8, a_signed=signed) for signed in (False, True)] == [127, 255]
    assert 2 * a2q_plus_norm(acc_bits=16, a_bits=8) == 256


def test_the_bound_is_used_where_it_binds():
    weights = normal_weights(64, 64, seed=1)
    kinds = {"acc_bits": 16, "a_bits": 8, "b_bits": 8}
    plain, held = round_weights(weights, b_bits=8), a2q_weights(weights, **kinds)
    norms = np.abs(held).sum(axis=0)
    assert np.abs(plain).sum(axis=0).min() > 1000
    assert norms.max() <= 127 and norms.min() > 127 - 64
    # Centred weights keep about twice the norm for the same accumulator and unsigned inputs.
    assert np.abs(a2q_plus_weights(weights, **kinds)).sum() > 2 * norms.sum()


def test_the_quantiser_agrees_with_its_formula_in_floats():
    weights = normal_weights(50, 20, seed=3)
    norm = a2q_norm(acc_bits=18, a_bits=8)
    formula = np.clip(np.trunc(norm * (weights / np.abs(weights).sum(axis=0))), -128, 127)
    assert (a2q_weights(weights, acc_bits=18, a_bits=8, b_bits=8) == formula).all()


def test_weights_within_the_bound_keep_their_scale():
    weights = normal_weights(8, 8, seed=2)
    plain = round_weights(weights, b_bits=4)
    held = a2q_weights(weights, acc_bits=32, a_bits=8, b_bits=4)
    assert (np.abs(plain - held) <= 1).all() and (plain == held).any()


def test_rounding_uses_the_whole_range_and_no_more():
    assert round_weights([[-4, 0], [2, 0], [1, 0]], b_bits=3).tolist() == [[-3, 0], [2, 0], [1, 0]]


def test_the_same_seed_gives_the_same_weights():
    assert (normal_weights(5, 4, seed=7) == normal_weights(5, 4, seed=7)).all()
    assert (normal_weights(5, 4, seed=7) != normal_weights(5, 4, seed=8)).any()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: a2q_norm(acc_bits=8, a_bits=8), "acc_bits=8 holds no product of an input of a_bits=8"),
        (lambda: round_weights([1, 2], b_bits=8), r"weights are \(2,\): they must be \(K, N\)"),
        (lambda: round_weights([[0.5]], b_bits=8), "must hold integers"),
        (lambda: round_weights([[1]], b_bits=17), "b_bits=17 is not a width"),
    ],
)
def test_wrong_requests_are_one_sentence(call, message):
    with pytest.raises(UsageError, match=message):
        call()
