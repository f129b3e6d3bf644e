"""The compiled RTL behind NumPy arrays, and whole matrix products on it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from macwright.gen.catalog import find_unit
from macwright.gen.verilog import make_verilog
from macwright.golden.errors import UsageError
from macwright.golden.int_gemm import int_gemm
from macwright.tb.gemm import RtlGemm
from macwright.tb.pack import pack_ints, pack_words, unpack_ints, unpack_words
from macwright.tb.rtl import Rtl
from macwright.tb.transaction import BenchFailure


@given(st.integers(1, 48), st.integers(1, 9), st.integers(1, 5), st.booleans(), st.integers(0, 1000))
def test_packing_round_trips(width, lanes, beats, signed, seed):
    low = -(1 << (width - 1)) if signed else 0
    values = np.random.default_rng(seed).integers(low, low + (1 << width), (beats, lanes))
    words = pack_words(values, width)
    assert words.shape == (beats, -(-lanes * width // 32))
    assert (unpack_words(words, lanes, width, signed) == values).all()
    assert (unpack_ints(pack_ints(values, width), lanes, width, signed) == values).all()


def test_lane_zero_sits_in_the_low_bits():
    assert pack_ints(np.array([[1, -1, 2]]), 4) == [0x2F1]


@pytest.mark.parametrize("a_bits, acc_bits", [(3, 12), (8, 40)])
def test_an_element_computes_a_batch(a_bits, acc_bits):
    unit = find_unit("mac_pe")
    rtl = Rtl(make_verilog(unit, unit.spec(a_bits=a_bits, acc_bits=acc_bits)))
    rng = np.random.default_rng(0)
    a, b = rng.integers(-(1 << (a_bits - 1)), 1 << (a_bits - 1), 50), rng.integers(-128, 128, 50)
    sums = rtl.clock({"en": np.ones(50), "first": np.arange(50) % 2 == 0, "a": a, "b": b})["acc"]
    assert (sums[1::2] == (a * b)[0::2]).all()
    assert (sums[2::2] == (a * b)[0:-1:2][: len(sums[2::2])] + (a * b)[1:-1:2]).all()


ENGINES = [
    ({"rows": 4, "cols": 3}, (100, 37, 53)),
    ({"rows": 5, "cols": 2, "a_bits": 4, "a_signed": False, "b_bits": 11, "input_reg": True}, (1, 1, 1)),
    ({"rows": 3, "cols": 9, "overflow": "saturate", "acc_bits": 16}, (7, 40, 10)),
    ({"rows": 2, "cols": 2, "overflow": "wrap", "acc_bits": 9}, (3, 9, 5)),
]


@pytest.mark.parametrize("fields, shape", ENGINES, ids=str)
def test_products_of_any_size(fields, shape):
    spec = find_unit("mac_array").spec(**fields)
    engine = RtlGemm("mac_array", spec)
    m, k, n = shape
    rng = np.random.default_rng(3)
    low = 0 if not spec.a_signed else -(1 << (spec.a_bits - 1))
    a = rng.integers(low, low + (1 << spec.a_bits), (m, k))
    b = rng.integers(-(1 << (spec.b_bits - 1)), 1 << (spec.b_bits - 1), (k, n))
    names = ("a_bits", "b_bits", "a_signed", "b_signed", "overflow")
    expected = int_gemm(a, b, acc_bits=spec.acc_width, **{x: getattr(spec, x) for x in names})
    assert (engine(a, b) == expected).all()
    assert (engine(a, b) == expected).all()  # A second product on the same device.
    if spec.overflow == "error":
        assert (expected == a @ b).all()


def test_no_cycle_is_lost_between_tiles():
    spec = find_unit("mac_array").spec(rows=4, cols=3)
    engine = RtlGemm("mac_array", spec)
    engine(np.ones((4, 10), int), np.ones((10, 30), int))
    assert engine.cycles == 10 * 10 - 1 + spec.latency + spec.rows


def test_beats_that_never_come_are_missed():
    unit = find_unit("sqrt")
    rtl = Rtl(make_verilog(unit, unit.spec(bits=4)))
    with pytest.raises(BenchFailure, match="sqrt_bits_4 is short of beats, and nothing moved for 100000"):
        rtl.stream({"x": {"radicand": np.arange(3), "last": np.zeros(3)}}, {"y": 4})


@pytest.mark.parametrize(
    "a, b, message",
    [
        (np.full((2, 2), 128), np.ones((2, 2), int), r"a\[0, 0\] = 128 is outside -128..127"),
        (np.ones((2, 3), int), np.ones((2, 2), int), "must be"),
        (np.ones((2, 40), int), np.ones((40, 2), int), "K=40 is more than.*use -p k_max=40"),
        (np.ones((2, 2)), np.ones((2, 2), int), "a must hold integers, not float64"),
    ],
)
def test_operands_that_do_not_fit(a, b, message):
    spec = find_unit("mac_array").spec(rows=4, cols=3, k_max=30)
    with pytest.raises(UsageError, match=message):
        RtlGemm("mac_array", spec)(a, b)


def test_an_element_is_no_matrix_engine():
    with pytest.raises(UsageError, match="mac_pe is not a matrix engine"):
        RtlGemm("mac_pe", find_unit("mac_pe").spec())
