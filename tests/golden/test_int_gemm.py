import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from macwright.golden.errors import UsageError
from macwright.golden.int_gemm import dot_step, int_gemm
from macwright.golden.integer import int_range


def by_hand(a, b, bits, signed, overflow):
    """The same sums in plain Python, one addition after the other."""
    low, high = int_range(bits, signed)
    result = np.zeros((len(a), len(b[0])), object)
    for i, j in np.ndindex(*result.shape):
        acc = 0
        for k in range(len(b)):
            acc += int(a[i][k]) * int(b[k][j])
            if overflow == "saturate":
                acc = min(max(acc, low), high)
            else:
                acc = (acc - low) % (1 << bits) + low
        result[i, j] = acc
    return result.astype(np.int64)


@given(
    st.data(),
    st.integers(1, 4),
    st.integers(1, 6),
    st.integers(1, 4),
    st.integers(2, 16),
    st.integers(2, 16),
    st.booleans(),
    st.booleans(),
    st.integers(2, 48),
    st.sampled_from(["wrap", "saturate"]),
)
def test_equals_plain_python(data, m, k, n, a_bits, b_bits, a_signed, b_signed, acc_bits, overflow):
    def matrix(shape, bits, signed):
        cells = st.integers(*int_range(bits, signed))
        return np.array(
            data.draw(st.lists(cells, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1]))
        ).reshape(shape)

    a, b = matrix((m, k), a_bits, a_signed), matrix((k, n), b_bits, b_signed)
    signs = {"a_signed": a_signed, "b_signed": b_signed}
    found = int_gemm(a, b, a_bits=a_bits, b_bits=b_bits, acc_bits=acc_bits, overflow=overflow, **signs)
    assert (found == by_hand(a, b, acc_bits, a_signed or b_signed, overflow)).all()


def test_saturation_follows_the_order_of_k():
    up_then_down = int_gemm([[100, 100, -100]], [[100], [100], [100]], acc_bits=15, overflow="saturate")
    assert up_then_down == [[16383 - 10000]]


def test_minimum_times_minimum():
    assert int_gemm([[-128]], [[-128]], acc_bits=16) == [[16384]]


def test_a_step_saturates_once_however_many_lanes_it_has():
    rule = {"acc_bits": 16, "signed": True, "overflow": "saturate"}
    a, b = np.array([[127, 127, -127], [127, 127, 127]]), np.array([127, 127, 127])
    assert dot_step(20000, [False, True], a, b, **rule).tolist() == [32767, 32767]
    assert dot_step(0, False, a, b, **rule).tolist() == [127 * 127, 32767]
    assert dot_step(0, False, a, b, **rule | {"overflow": "wrap"}).tolist() == [16129, 3 * 16129 - 65536]


def test_an_exact_sum_that_cannot_be_promised_is_refused():
    with pytest.raises(UsageError, match="acc_bits=17 cannot hold the sum of 4 products.*use acc_bits=18"):
        int_gemm(np.ones((1, 4), int), np.ones((4, 1), int), acc_bits=17)


@pytest.mark.parametrize("a, b", [((2, 3), (4, 2)), ((2, 0), (0, 2)), ((3,), (3, 1))])
def test_shapes_that_do_not_fit_are_refused(a, b):
    with pytest.raises(UsageError, match="must be"):
        int_gemm(np.zeros(a, int), np.zeros(b, int))


def test_unknown_overflow_rule_is_refused():
    with pytest.raises(UsageError, match="overflow='clip'"):
        int_gemm([[1]], [[1]], overflow="clip")


def test_golden_does_not_need_amaranth():
    code = "import sys, macwright.golden.int_gemm; sys.exit('amaranth' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


@pytest.mark.parametrize("widths", [{"acc_bits": 64}, {"acc_bits": 0}, {"a_bits": 0}, {"b_bits": 17}])
def test_widths_that_cannot_be_are_refused(widths):
    ((name, bits),) = widths.items()
    with pytest.raises(UsageError, match=f"{name}={bits} is not a width from 1 to"):
        int_gemm([[1]], [[1]], overflow="wrap", **widths)
