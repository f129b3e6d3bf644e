"""Trits: every code of every packing, and every lookup, against plain arithmetic."""

import itertools

import numpy as np
import pytest
from macwright.golden.accumulator import weight_bits
from macwright.golden.errors import UsageError
from macwright.golden.ternary import (
    GROUPS,
    PACKINGS,
    make_ternary_tables,
    pack_trits,
    ternary_bits,
    ternary_entry_bits,
    ternary_gemm,
    ternary_lookup_gemm,
    unpack_trits,
)


def every_group(size):
    """All trits of one code, a column each: (size, 3 ** size), in the order of their value to the base 3."""
    return np.array(list(itertools.product((-1, 0, 1), repeat=size))).T


@pytest.mark.parametrize("packing", PACKINGS)
def test_every_code(packing):
    size, bits = PACKINGS[packing]
    trits = every_group(size)
    codes = pack_trits(trits, packing=packing)
    assert codes.shape == (1, 3**size) and len(set(codes[0].tolist())) == 3**size
    found = unpack_trits(codes, packing=packing)
    assert (found.trits == trits).all() and not found.illegal.any()
    every = unpack_trits(np.arange(1 << bits)[None], packing=packing)
    assert set(np.flatnonzero(~every.illegal[0]).tolist()) == set(codes[0].tolist())
    illegal = every.trits[:, every.illegal[0]]
    assert set(np.unique(illegal)) <= {-1, 0, 1}
    if packing != "5in8":
        assert not illegal.any()


def test_codes_by_name():
    assert pack_trits([[-1, 0, 1]], packing="1in2").tolist() == [[0b11, 0b00, 0b01]]
    assert pack_trits([[1], [0], [-1]], packing="3in5").tolist() == [[8]]
    assert pack_trits([[-1], [0], [1]], packing="3in5").tolist() == [[16 + 8]]
    assert pack_trits([[1], [1], [1], [1]], packing="4in7").tolist() == [[40]]
    # The lowest and the highest of five, and the middle one.
    assert pack_trits([[-1, 1, 0]] * 5, packing="5in8").tolist() == [[0, 255, 128]]


def test_a_byte_is_its_number_of_base_3_digits():
    """Decoding by repeated multiplication says what a division by powers of three would."""
    codes = np.arange(256)
    q = codes * 243 // 256
    wanted = np.stack([q // 3**i % 3 - 1 for i in (4, 3, 2, 1, 0)])
    found = unpack_trits(codes[None], packing="5in8")
    assert (found.trits == wanted).all()
    # Illegal is a byte that says the same as the one before.
    same = np.r_[False, q[1:] == q[:-1]]
    assert (found.illegal[0] == same).all() and same.sum() == 13


@pytest.mark.parametrize("packing", PACKINGS)
def test_padding_is_trits_of_zero(packing):
    rng = np.random.default_rng(0)
    for k in range(1, 12):
        w = rng.integers(-1, 2, (k, 3))
        trits = unpack_trits(pack_trits(w, packing=packing), packing=packing).trits
        assert (trits[:k] == w).all() and not trits[k:].any()
        assert len(trits) - k < PACKINGS[packing][0]


@pytest.mark.parametrize("group", GROUPS)
def test_every_lookup(group):
    """All activations of 2 bits and the corners of 8 bits, under every code, legal or not."""
    bits = PACKINGS[GROUPS[group]][1]
    codes = np.arange(1 << bits)[None]
    trits = unpack_trits(codes, packing=GROUPS[group]).trits
    for a_bits, values in ((2, [-2, -1, 0, 1]), (8, [-128, -127, 0, 1, 127])):
        a = np.array(list(itertools.product(values, repeat=group)))
        found = ternary_lookup_gemm(a, codes, group=group, a_bits=a_bits)
        assert (found == a @ trits).all()


@pytest.mark.parametrize("group", GROUPS)
def test_lookups_of_matrices(group):
    rng = np.random.default_rng(group)
    for k in range(1, 14):
        a, w = rng.integers(-128, 128, (4, k)), rng.integers(-1, 2, (k, 5))
        codes = pack_trits(w, packing=GROUPS[group])
        assert (ternary_lookup_gemm(a, codes, group=group) == ternary_gemm(a, w)).all()
        codes = rng.integers(0, 1 << PACKINGS[GROUPS[group]][1], codes.shape)
        w = unpack_trits(codes, packing=GROUPS[group]).trits[:k]
        assert (
            ternary_lookup_gemm(a, codes, group=group, out_bits=9) == ternary_gemm(a, w, out_bits=9)
        ).all()


def test_a_table_of_three():
    x = np.array([[100, 10, 1]])
    # Of activations 100, 10 and 1, an entry reads as its digits.
    assert make_ternary_tables(x, group=3)[0, 0].tolist() == [
        *(0, 1, 9, 10, 11, 89, 90, 91, 99, 100, 101, 109, 110, 111)
    ]


@pytest.mark.parametrize("group, bits", [(3, 10), (4, 10)])
def test_widths_of_entries_are_exact(group, bits):
    a = np.array(list(itertools.product((-128, 127), repeat=group)))
    tables = make_ternary_tables(a, group=group)
    assert (tables.min(), tables.max()) == (-128 * group, 128 * group - 1)
    assert ternary_entry_bits(group) == bits


@pytest.mark.parametrize("k", [1, 3, 127, 128, 129])
def test_the_width_of_a_sum_is_exact(k):
    bits = ternary_bits(k)
    a, w = np.full((1, k), -128), np.array([[-1, 1]] * k)
    exact = ternary_gemm(a, w)
    assert (ternary_gemm(a, w, out_bits=bits) == exact).all()
    assert (ternary_gemm(a, w, out_bits=bits - 1) != exact).any()
    assert bits == weight_bits(w, a_bits=8, b_bits=2).max()


@pytest.mark.parametrize("group", GROUPS)
def test_unsigned_activations(group):
    a = np.array(list(itertools.product((0, 1, 254, 255), repeat=group)))
    tables = make_ternary_tables(a, group=group, a_signed=False)
    assert (tables.min(), tables.max()) == (-255 * (group - 1), 255 * group)
    assert ternary_entry_bits(group, a_signed=False) == 11
    codes = np.arange(1 << PACKINGS[GROUPS[group]][1])[None]
    trits = unpack_trits(codes, packing=GROUPS[group]).trits
    assert (ternary_lookup_gemm(a, codes, group=group, a_signed=False) == a @ trits).all()
    assert ternary_gemm([[255] * 129], [[-1]] * 129, a_signed=False).item() == -255 * 129
    assert (ternary_bits(128, a_signed=False), ternary_bits(129, a_signed=False)) == (16, 17)
    with pytest.raises(UsageError, match=r"a\[0, 0\] = -1 is outside 0..255"):
        ternary_gemm([[-1]], [[1]], a_signed=False)


def test_refusals():
    a, w = np.zeros((2, 6), int), np.zeros((6, 3), int)
    codes = np.zeros((2, 3), int)
    for message, call in {
        r"w\[5, 2\] = 2 is not -1, 0 or 1: round": lambda: ternary_gemm(a, np.pad([[2]], ((5, 0), (2, 0)))),
        r"w\[0, 0\] = -2 is not -1, 0 or 1": lambda: pack_trits(w - 2, packing="5in8"),
        "w must hold integers, not float64": lambda: ternary_gemm(a, w * 0.5),
        r"a is \(2, 6\) and w is \(5, 3\)": lambda: ternary_gemm(a, w[:5]),
        r"w is \(0, 3\)": lambda: pack_trits(w[:0], packing="1in2"),
        r"a is \(6,\): it must be a matrix": lambda: ternary_gemm(a[0], w),
        r"a\[0, 0\] = 128 is outside -128..127": lambda: ternary_gemm(a + 128, w),
        "a_bits=17 is not a width": lambda: ternary_gemm(a, w, a_bits=17),
        "out_bits=0 is not a width": lambda: ternary_gemm(a, w, out_bits=0),
        "out_bits=63 is not a width": lambda: ternary_lookup_gemm(a, codes, group=3, out_bits=63),
        "packing='2in4' is not one of 1in2, 3in5, 4in7, 5in8": lambda: pack_trits(w, packing="2in4"),
        r"codes\[0, 0\] = 256 is outside 0..255": lambda: unpack_trits(codes + 256, packing="5in8"),
        "group=5 is not one of 3, 4 trits": lambda: make_ternary_tables(a, group=5),
        "codes have 3 rows, and K=6 is 2 groups of 3": lambda: ternary_lookup_gemm(
            a, np.zeros((3, 3), int), group=3
        ),
        r"codes\[0, 0\] = 32 is outside 0..31": lambda: ternary_lookup_gemm(a, codes + 32, group=3),
    }.items():
        with pytest.raises(UsageError, match=message):
            call()
