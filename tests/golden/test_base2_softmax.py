"""Exponentials to the base 2 as they stream, exact and by chords: by definitions in plain Python."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from macwright.golden.base2_softmax import base2_exp, exp2_table
from macwright.golden.softmax import softmax

rows = st.lists(st.integers(-128, 127), min_size=1, max_size=40)


@pytest.mark.parametrize("fraction_bits, exp_bits", [(0, 8), (1, 1), (5, 8), (6, 16), (8, 16)])
def test_exp2_table_is_nearest(fraction_bits, exp_bits):
    found = exp2_table(fraction_bits=fraction_bits, exp_bits=exp_bits)
    real = (2**exp_bits - 1) * 2.0 ** (-np.arange(2**fraction_bits) / 2**fraction_bits)
    assert (np.abs(found - real) <= 0.5 + 1e-9).all()


def test_exp2_table_as_measured_before():
    assert list(exp2_table(fraction_bits=5, exp_bits=8)) == [
        255, 250, 244, 239, 234, 229, 224, 219, 214, 210, 205, 201, 197, 192, 188, 184,
        180, 176, 173, 169, 165, 162, 158, 155, 152, 148, 145, 142, 139, 136, 133, 130,
    ]  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(rows, st.sampled_from([1, 3, 16]), st.sampled_from([0, 2, 5]))
def test_base2_is_its_stream(x, lanes, f):
    table = exp2_table(fraction_bits=f, exp_bits=8)
    top, total, exps, octaves = -(128 >> f), 0, [], []
    for start in range(0, len(x), lanes):
        part = x[start : start + lanes]
        larger = max(top, -(-max(part) >> f))
        e = [table[((larger << f) - v) % (1 << f)] >> (((larger << f) - v) >> f) for v in part]
        total = (total >> (larger - top)) + sum(e)
        top, exps, octaves = larger, exps + e, octaves + [larger] * len(part)
    row = base2_exp(x, fraction_bits=f, lanes=lanes)
    assert (row.exps.tolist(), row.octaves.tolist()) == (exps, octaves)
    assert (row.total.item(), row.top.item()) == (total, top)
    y = softmax(x, method="base2", fraction_bits=f, lanes=lanes, index_bits=None)
    last = [e >> (top - octave) for e, octave in zip(exps, octaves, strict=True)]
    assert y.tolist() == [min(255, (Fraction(256 * e, total) + Fraction(1, 2)) // 1) for e in last]


def near(value):
    return (value + Fraction(1, 2)) // 1


def chord(ends, at):
    """The value on the chords between equally spaced `ends` at 0 <= at < 1, rounded down."""
    place = at * (len(ends) - 1)
    i = place // 1
    return (ends[i] + (ends[i + 1] - ends[i]) * (place - i)) // 1


@settings(max_examples=100, deadline=None)
@given(rows, st.sampled_from([1, 5, 16]), st.sampled_from([0, 1, 5]), st.sampled_from([4, 16]))
def test_softermax_is_its_definition(x, lanes, f, bits):
    segments = min(4, 1 << f)
    powers = [near(Fraction(2 ** (15 + j / segments))) for j in range(segments + 1)]
    top, total, exps = -(128 >> f), 0, []
    for start in range(0, len(x), lanes):
        part = x[start : start + lanes]
        larger = max(top, -(-max(part) >> f))
        exps = [e >> (larger - top) for e in exps]
        group = [chord(powers, Fraction(v % (1 << f), 1 << f)) >> (larger - (v >> f)) for v in part]
        total, top, exps = (total >> (larger - top)) + sum(group), larger, exps + group
    log = total.bit_length() - 1
    t = Fraction(total, 1 << log) * (1 << bits) // 1 - (1 << bits)
    inverse = chord([near(Fraction(8 << bits, 8 + j)) for j in range(9)], Fraction(t, 1 << bits))
    wanted = [min(255, e * inverse * 256 >> (bits + log)) for e in exps]
    found = softmax(x, method="softermax", fraction_bits=f, lanes=lanes, mantissa_bits=bits)
    assert found.tolist() == wanted
