"""The lookup contract: planes, selects and half tables say the same as plain multiplication."""

import itertools

import numpy as np
import pytest
from macwright.golden.errors import UsageError
from macwright.golden.lut_gemm import (
    WEIGHT_KINDS,
    entry_bits,
    lut_bits,
    lut_gemm,
    make_tables,
    odd_weights,
    pack_selects,
    unpack_selects,
    weight_range,
)


def by_tables(a, w, k, weight_bits, weights, planes=1, symmetric=True):
    """A x Q the way the hardware goes: a table, a select, a sign, a shift."""
    tables = make_tables(a, k=k, a_bits=8)
    if not symmetric:
        tables = np.concatenate([-tables[:, :, ::-1], tables], axis=2)
    total = 0
    selects = pack_selects(
        w, k=k, weight_bits=weight_bits, weight_kind=weights, planes=planes, symmetric=symmetric
    )
    half = 1 << (k - 1)
    for step, plane in np.ndindex(selects.shape[:2]):
        select = selects[step, plane]
        if symmetric:
            found = np.where(select >= half, 1, -1) * tables[:, step, select % half]
        else:
            found = tables[:, step, select]
        total = total + (found << plane)
    return total


@pytest.mark.parametrize("weights", WEIGHT_KINDS)
@pytest.mark.parametrize("weight_bits", [1, 2, 3, 4, 8])
def test_every_weight_is_a_sum_of_planes(weights, weight_bits):
    w = weight_range(weight_bits, weights)
    q = odd_weights(w, weight_bits, weights)
    assert (q % 2 == 1).all() and np.abs(q).max() == (1 << weight_bits) - 1
    for planes, symmetric in itertools.product((1, 2, 3), (True, False)):
        packed = pack_selects(
            w[:, None], k=2, weight_bits=weight_bits, weight_kind=weights, planes=planes, symmetric=symmetric
        )
        assert packed.shape[1] % planes == 0
        assert (unpack_selects(packed, k=2, symmetric=symmetric)[: len(q), 0] == q).all()


@pytest.mark.parametrize("k", [2, 3, 4, 5, 6])
@pytest.mark.parametrize("symmetric", [True, False])
def test_tables_and_selects_multiply(k, symmetric):
    rng = np.random.default_rng(k)
    a = rng.choice([-128, -1, 0, 127, 5], (3, 2 * k + 1))
    for weights, bits in itertools.product(WEIGHT_KINDS, (1, 2, 4)):
        w = rng.choice(weight_range(bits, weights), (a.shape[1], 5))
        assert (
            by_tables(a, w, k, bits, weights, planes=2, symmetric=symmetric)
            == a @ odd_weights(w, bits, weights)
        ).all()


def test_products_are_exact():
    rng = np.random.default_rng(0)
    a = rng.integers(-128, 128, (4, 37))
    for bits in (1, 2, 4, 8):
        w = rng.integers(-1 << (bits - 1), 1 << (bits - 1), (37, 6))
        assert (lut_gemm(a, w, weight_bits=bits) == a @ w).all()
        u, zero = rng.integers(0, 1 << bits, (37, 6)), rng.integers(0, 1 << bits, 6)
        assert (lut_gemm(a, u, zero, weight_bits=bits, weight_kind="zero_point") == a @ (u - zero)).all()
        odd = rng.choice(weight_range(bits, "odd"), (37, 6))
        assert (lut_gemm(a, odd, weight_bits=bits, weight_kind="odd") == a @ odd).all()


def test_an_entry_of_every_select():
    a = np.array([[3, -5, 7, 100]])
    for entry, signs in enumerate(itertools.product((-1, 1), repeat=3)):
        expected = 100 + 7 * signs[0] - 5 * signs[1] + 3 * signs[2]
        assert make_tables(a, k=4, a_bits=8)[0, 0, entry] == expected


def test_widths_are_exact():
    assert (entry_bits(8, 4), entry_bits(8, 4, symmetric=False), entry_bits(8, 1)) == (10, 11, 8)
    assert abs(make_tables(np.full((1, 4), -128), k=4, a_bits=8)).max() == 512
    assert lut_bits(128, 4, 8, 4, "signed", "full") == 19  # 128 * 128 * 8 = 2 ** 17
    assert lut_bits(127, 4, 8, 4, "signed", "full") == 18
    assert lut_bits(5, 4, 8, 1, "odd", "int8") == 9  # two steps of 127


def test_rounded_tables():
    a = np.array([[1, 0, 0, 0], [127, 127, 127, 127], [-128, -128, -128, -128]])
    tables = make_tables(a, k=4, a_bits=8, table="int8", shift=[1, 1, 2])
    assert tables[0, 0].tolist() == [0, 1] * 4  # -1/2 and 1/2: ties upwards
    assert tables[1].max() == 127 and tables[2].min() == -127
    # With shift 0 and small activations nothing is rounded: C is twice A x W.
    rng = np.random.default_rng(1)
    a, w = rng.integers(-8, 8, (3, 10)), rng.integers(-2, 2, (10, 4))
    assert (lut_gemm(a, w, weight_bits=2, table="int8") == 2 * (a @ w)).all()
    odd = rng.choice([-3, -1, 1, 3], (10, 4))
    assert (lut_gemm(a, odd, weight_bits=2, weight_kind="odd", table="int8") == a @ odd).all()


def test_refusals():
    a, w = np.zeros((2, 4), int), np.zeros((4, 3), int)
    for message, call in {
        r"w\[0, 0\] = 0 is not an odd number from -3 to 3": lambda: lut_gemm(
            a, w, weight_bits=2, weight_kind="odd"
        ),
        r"w\[0, 0\] = 2 is outside -2..1": lambda: lut_gemm(a, w + 2, weight_bits=2),
        "weight_bits=9 is not a width from 1 to 8": lambda: lut_gemm(a, w, weight_bits=9),
        "weight_kind='plain' is not one of": lambda: lut_gemm(a, w, weight_kind="plain"),
        "table='int4' is not one of": lambda: lut_gemm(a, w, table="int4"),
        "weight_kind=zero_point needs zero": lambda: lut_gemm(a, w, weight_kind="zero_point"),
        "weight_kind=signed has no zero point": lambda: lut_gemm(a, w, np.zeros(3, int)),
        r"zero is \(2,\)": lambda: lut_gemm(a, w, np.zeros(2, int), weight_kind="zero_point"),
        r"a is \(2, 4\) and w is \(3, 3\)": lambda: lut_gemm(a, w[:3]),
        r"shift\[1\] = 16 is outside": lambda: lut_gemm(a, w, table="int8", shift=np.array([0, 16])),
    }.items():
        with pytest.raises(UsageError, match=message):
            call()
