"""Counts of bit planes in the order of the schedule against plain multiplication."""

import itertools

import numpy as np
import pytest
from macwright.golden.bit_serial_gemm import (
    KINDS,
    bit_planes,
    bit_serial_bits,
    bit_serial_gemm,
    plane_count,
    schedule,
)
from macwright.golden.errors import UsageError

PAIRS = [*itertools.product(KINDS[:2], repeat=2), ("bipolar", "bipolar")]


def every(bits, kind):
    if kind == "bipolar":
        return np.arange(-(1 << bits) + 1, 1 << bits, 2)
    low = -(1 << bits >> 1) if kind == "signed" else 0
    return np.arange(low, low + (1 << bits))


@pytest.mark.parametrize("w_kind, a_kind", PAIRS)
def test_every_product_of_small_widths(w_kind, a_kind):
    for w_bits, a_bits in itertools.product(range(1, 6), repeat=2):
        a, w = every(a_bits, a_kind)[:, None], every(w_bits, w_kind)[None]
        kinds = {"w_bits": w_bits, "a_bits": a_bits, "w_kind": w_kind, "a_kind": a_kind}
        assert (bit_serial_gemm(a, w, **kinds) == a * w).all()
        assert (bit_serial_gemm(a, w, **kinds, out_bits=bit_serial_bits(1, **kinds)) == a * w).all()


@pytest.mark.parametrize("w_kind, a_kind", PAIRS)
def test_every_pair_of_vectors_of_two_bits(w_kind, a_kind):
    a = np.array(list(itertools.product(every(2, a_kind), repeat=3)))
    w = np.array(list(itertools.product(every(2, w_kind), repeat=3))).T
    kinds = {"w_bits": 2, "a_bits": 2, "w_kind": w_kind, "a_kind": a_kind}
    assert (bit_serial_gemm(a, w, **kinds, out_bits=bit_serial_bits(3, **kinds)) == a @ w).all()


@pytest.mark.parametrize("w_kind, a_kind", PAIRS)
@pytest.mark.parametrize("w_bits, a_bits", [(1, 8), (3, 7), (8, 8), (16, 1), (16, 16)])
def test_large_widths(w_kind, a_kind, w_bits, a_bits):
    rng = np.random.default_rng(w_bits)
    a, w = every(a_bits, a_kind), every(w_bits, w_kind)
    kinds = {"w_bits": w_bits, "a_bits": a_bits, "w_kind": w_kind, "a_kind": a_kind}
    for k in (1, 37):
        x, y = rng.choice(a, (4, k)), rng.choice(w, (k, 5))
        x[0], x[1], y[:, 0], y[:, 1] = a[0], a[-1], w[0], w[-1]
        assert (bit_serial_gemm(x, y, **kinds) == x @ y).all()
        bits = bit_serial_bits(k, **kinds)
        assert (bit_serial_gemm(x, y, **kinds, out_bits=bits) == x @ y).all()
        if bits > 1:
            assert (bit_serial_gemm(x, y, **kinds, out_bits=bits - 1) != x @ y).any()


def test_a_schedule():
    steps = schedule(w_bits=2, a_bits=3, w_kind="signed", a_kind="signed")
    assert [tuple(step) for step in steps] == [
        (1, 2, False, False),
        (1, 1, True, True),
        (0, 2, True, False),
        (1, 0, True, True),
        (0, 1, False, False),
        (0, 0, False, True),
    ]
    assert schedule(w_bits=1, a_bits=1, w_kind="bipolar", a_kind="bipolar") == ((0, 0, False, False),)
    assert schedule(w_bits=1, a_bits=1, a_kind="unsigned")[0].negate


@pytest.mark.parametrize("w_bits, a_bits", list(itertools.product((1, 2, 3, 8, 16), repeat=2)))
def test_every_pair_of_planes_once_and_one_shift_per_weight(w_bits, a_bits):
    for w_kind, a_kind in PAIRS:
        steps = schedule(w_bits=w_bits, a_bits=a_bits, w_kind=w_kind, a_kind=a_kind)
        assert sorted((s.i, s.j) for s in steps) == list(itertools.product(range(w_bits), range(a_bits)))
        weights = [s.i + s.j for s in steps]
        falls = [before - after for before, after in itertools.pairwise(weights)]
        assert [s.shift for s in steps] == [False, *(fall == 1 for fall in falls)]
        assert set(falls) <= {0, 1} and weights[-1] == 0
        assert not (w_kind == "bipolar" and any(s.negate for s in steps))


@pytest.mark.parametrize("w_kind, a_kind", PAIRS)
def test_no_sum_on_the_way_is_larger_than_the_result_can_be(w_kind, a_kind):
    for w_bits, a_bits in itertools.product(range(1, 7), repeat=2):
        a, w = every(a_bits, a_kind)[:, None], every(w_bits, w_kind)[None]
        kinds = {"w_bits": w_bits, "a_bits": a_bits, "w_kind": w_kind, "a_kind": a_kind}
        planes = bit_planes(a, bits=a_bits, kind=a_kind), bit_planes(w, bits=w_bits, kind=w_kind)
        acc, low, high = np.zeros_like(a * w), (a * w).min(), (a * w).max()
        for i, j, negate, shift in schedule(**kinds):
            count = plane_count(planes[0][j], planes[1][i], bipolar=w_kind == "bipolar")
            acc = (acc << shift) + (-count if negate else count)
            assert low <= acc.min() and acc.max() <= high
        assert (acc == a * w).all()


def test_binary_networks():
    rng = np.random.default_rng(0)
    a, w = rng.choice([-1, 1], (3, 70)), rng.choice([-1, 1], (70, 4))
    kinds = {"w_bits": 1, "a_bits": 1, "w_kind": "bipolar", "a_kind": "bipolar"}
    assert (bit_serial_gemm(a, w, **kinds) == a @ w).all()
    assert bit_serial_bits(127, **kinds) == 8 and bit_serial_bits(128, **kinds) == 9


def test_signed_numbers_in_bipolar_planes():
    """Two's complement with the top bit flipped is 2 x + 1; what the ones add is taken away at the end."""
    rng = np.random.default_rng(0)
    a, w = rng.integers(-128, 128, (3, 20)), rng.integers(-4, 4, (20, 5))
    c = bit_serial_gemm(2 * a + 1, 2 * w + 1, a_bits=8, w_bits=3, a_kind="bipolar", w_kind="bipolar")
    c = c - 2 * a.sum(axis=1, keepdims=True) - 2 * w.sum(axis=0) - 20
    assert (c == 4 * (a @ w)).all()


def test_refusals():
    a, w = np.zeros((2, 4), int), np.zeros((4, 3), int)
    for message, call in {
        "w_bits=17 is not a width from 1 to 16": lambda: schedule(w_bits=17, a_bits=1),
        "a_bits=0 is not a width": lambda: bit_serial_bits(1, w_bits=1, a_bits=0),
        "a_kind='odd' is not one of signed, unsigned, bipolar": lambda: bit_serial_gemm(a, w, a_kind="odd"),
        "w_kind=signed and a_kind=bipolar do not go together": lambda: schedule(
            w_bits=1, a_bits=1, a_kind="bipolar"
        ),
        r"w\[0, 0\] = 2 is outside -2..1": lambda: bit_serial_gemm(a, w + 2),
        r"a\[0, 0\] = -1 is outside 0..255": lambda: bit_serial_gemm(a - 1, w, a_kind="unsigned"),
        r"a\[0, 0\] = 0 is not an odd number from -255 to 255": lambda: bit_serial_gemm(
            a, w + 1, a_kind="bipolar", w_kind="bipolar"
        ),
        r"a is \(2, 4\) and w is \(3, 3\)": lambda: bit_serial_gemm(a, w[:3]),
        r"a is \(2, 0\)": lambda: bit_serial_gemm(a[:, :0], w[:0]),
        "out_bits=63 is not a width": lambda: bit_serial_gemm(a, w, out_bits=63),
    }.items():
        with pytest.raises(UsageError, match=message):
            call()
