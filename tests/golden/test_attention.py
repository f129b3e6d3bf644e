"""Integer attention: by its definition in plain Python, against the real function, masks, refusals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from macwright.golden.attention import attention, takes_part
from macwright.golden.base2_softmax import base2_exp, exp2_table
from macwright.golden.errors import UsageError
from macwright.golden.requant import dyadic

SCALES = {"mult": 200, "shift": 12, "out_mult": 128, "out_shift": 7}


def drawn(rng, queries, keys, dim, bits=8):
    low, high = -(1 << (bits - 1)), 1 << (bits - 1)
    return (rng.integers(low, high, (n, dim)) for n in (queries, keys, keys))


def one_by_one(q, k, v, there, f, exp_bits, mult, shift, out_mult, out_shift, score_bits):
    """A row of attention in plain Python, without its reciprocal: acc and total."""
    table = exp2_table(fraction_bits=f, exp_bits=exp_bits)
    high = (1 << (score_bits - 1)) - 1
    top, total, acc = -(high + 1) >> f, 0, [0] * len(q)
    for j, (key, value) in enumerate(zip(k, v, strict=True)):
        if not there[j]:
            continue
        dot = sum(int(a) * int(b) for a, b in zip(q, key, strict=True))
        x = min(max((dot * mult + (1 << shift >> 1)) >> shift, -high - 1), high)
        larger = max(top, -(-x >> f))
        d = (larger << f) - x
        e = table[d % (1 << f)] >> (d >> f)
        total = (total >> (larger - top)) + e
        acc = [(a >> (larger - top)) + e * int(b) for a, b in zip(acc, value, strict=True)]
        top = larger
    return acc, total


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32),
    st.integers(1, 3),
    st.integers(0, 20),
    st.sampled_from([1, 3, 8]),
    st.booleans(),
    st.sampled_from([None, 1, 4]),
    st.integers(0, 9),
)
def test_attention_is_its_definition(seed, queries, keys, dim, causal, window, position):
    q, k, v = drawn(np.random.default_rng(seed), queries, keys, dim)
    mask = {"position": position, "causal": causal, "window": window}
    found = attention(q, k, v, **SCALES, **mask)
    there = takes_part(queries, keys, **mask)
    for i in range(queries):
        acc, total = one_by_one(q[i], k, v, there[i], 5, 8, score_bits=10, **SCALES)
        # 1 / total is good to 0.9 %, and y is rounded.
        exact = np.array(acc) / total if total else np.zeros(dim)
        assert (np.abs(found[i] - exact) <= 0.009 * np.abs(exact) + 0.5).all()


def test_total_is_that_of_base2_exp():
    """With values of 1 the weighted sum is the total: all results are the scale."""
    q, k, _ = drawn(np.random.default_rng(1), 4, 50, 16)
    y = attention(q, k, np.ones_like(k), mult=200, shift=12, out_mult=16384, out_shift=8)
    assert (np.abs(y - 64) <= 1).all()
    x = np.clip((q @ k.T * 200 + 2048) >> 12, -512, 511)
    row = base2_exp(x, in_bits=10)
    acc, total = one_by_one(q[0], k, k, np.ones(50, bool), 5, 8, score_bits=10, **SCALES)
    assert row.total[0] == total


def test_masks_are_those_of_their_definition():
    causal = takes_part(3, 5, position=1, causal=True, window=None)
    assert causal.astype(int).tolist() == [[1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [1, 1, 1, 1, 0]]
    window = takes_part(3, 5, position=1, causal=False, window=2)
    assert window.astype(int).tolist() == [[1, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 0, 1, 1, 1]]
    both = takes_part(2, 4, position=2, causal=True, window=1)
    assert both.astype(int).tolist() == [[0, 0, 1, 0], [0, 0, 0, 1]]


def test_a_query_without_keys_has_zeros():
    q, k, v = drawn(np.random.default_rng(1), 2, 3, 4)
    assert not attention(q, k[:0], v[:0], **SCALES).any()
    assert not attention(q, k, v, **SCALES, position=9, window=2).any()


@pytest.mark.parametrize("spread", [0.5, 1, 2, 4])
def test_error_against_the_real_function(spread):
    """Int8 operands, results in steps of the values: the largest error is a few steps.

    Codes of 10 bits would end at 11 nats, which logits of deviation 4 reach.
    """
    rng = np.random.default_rng(3)
    queries, keys, dim = 32, 256, 64
    q, k = (np.clip(np.rint(rng.normal(0, 32, (n, dim))), -128, 127).astype(int) for n in (queries, keys))
    v = rng.integers(-128, 128, (keys, dim))
    # The scale makes scores spread by so many nats.
    to_nats = spread / (32 * 32 * np.sqrt(dim))
    mult, shift = (int(x) for x in dyadic(to_nats * np.log2(np.e) * 32, mult_bits=8, shift_bits=6))
    widths = {"score_bits": 11, "exp_bits": 10, "total_bits": 18}
    found = attention(q, k, v, mult=mult, shift=shift, out_mult=128, out_shift=7, **widths)
    p = np.exp(q @ k.T * to_nats)
    real = (p / p.sum(axis=1, keepdims=True)) @ v
    assert np.abs(found - real).max() < 5
    assert np.abs(found - real).mean() < 0.65


def test_wide_sums_are_exact():
    """Where products leave 64 bits, they are Python's integers."""
    q, k, v = drawn(np.random.default_rng(1), 2, 40, 4)
    wide = attention(q, k, v, **SCALES, total_bits=40, mantissa_bits=16, exp_bits=16)
    narrow = attention(q, k, v, **SCALES)
    assert np.abs(wide - narrow).max() <= 2


@pytest.mark.parametrize(
    "change, says",
    [
        ({"q": [[1, 2]]}, r"use \(Q, D\), \(N, D\) and \(N, D\), D the same"),
        ({"k": [[1]] * 3}, r"\(1, 1\), \(3, 1\) and \(2, 1\)"),
        ({"q": [1]}, "q has 1 axes: give it two"),
        ({"v": [[128], [1]]}, r"v\[0, 0\] = 128 is outside -128..127"),
        ({"window": 0}, "window=0 is out of range: use 1 to 65536"),
        ({"score_bits": 17}, "score_bits=17 is out of range: use 2 to 16"),
        ({"total_bits": 8}, "total_bits=8 holds 1: use a wider sum"),
        ({"out_mult": 1 << 15}, "out_mult"),
        ({"mult": -1}, "mult"),
    ],
)
def test_refusals(change, says):
    given = {"q": [[1]], "k": [[1]] * 2, "v": [[1]] * 2} | SCALES | change
    with pytest.raises(UsageError, match=says):
        attention(given.pop("q"), given.pop("k"), given.pop("v"), **given)
