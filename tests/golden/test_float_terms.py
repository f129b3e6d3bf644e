from fractions import Fraction

import numpy as np
import pytest
from float_oracle import fraction_value
from macwright.golden.errors import UsageError
from macwright.golden.float_code import from_float64, to_float64
from macwright.golden.float_format import find_format
from macwright.golden.float_terms import term_fma, term_product, term_tree

BF16, FP16 = find_format("bf16"), find_format("fp16")


def by_fractions(x, w, fmt, b_bits):
    """The product of numbers, one rounding after the other; None for Inf."""
    terms = [abs(x) * 2**i if abs(w) >> i & 1 else Fraction(0) for i in range(b_bits)]
    while len(terms) > 1:
        sums = []
        for k in range(0, len(terms) - 1, 2):
            sums.append(fraction_value(terms[k] + terms[k + 1], fmt))
            if sums[-1] is None:
                return None
        terms = sums + terms[len(terms) & ~1 :]
    return terms[0] if (x < 0) == (w < 0) else -terms[0]


@pytest.mark.parametrize("fmt", [BF16, FP16], ids=["bf16", "fp16"])
@pytest.mark.parametrize("b_bits", [2, 3, 4, 5, 8])
def test_products_are_rounded_in_the_stated_order(fmt, b_bits):
    rng = np.random.default_rng(b_bits)
    a = np.r_[rng.integers(0, fmt.max_code, 150), 1, 2, 3, fmt.max_code, 0]
    a |= rng.integers(0, 2, len(a)) << fmt.magnitude_bits
    b = rng.integers(-(1 << b_bits - 1), 1 << b_bits - 1, len(a))
    found = to_float64(term_product(a, b, fmt=fmt, b_bits=b_bits), fmt=fmt)
    for x, w, y in zip(to_float64(a, fmt=fmt), b, found, strict=True):
        wanted = by_fractions(Fraction(x), int(w), fmt, b_bits)
        assert np.isinf(y) if wanted is None else Fraction(y) == wanted, (x, w)
        assert np.signbit(y) == (np.signbit(x) ^ (w < 0))


def test_the_order_of_the_sums_is_seen():
    """A product that rounds otherwise than at once."""
    a = np.arange(1 << 7) | 100 << 7
    once = from_float64(to_float64(a, fmt=BF16) * 7, fmt=BF16)
    assert (term_product(a, 7, fmt=BF16, b_bits=4) != once).any()


@pytest.mark.parametrize(
    "x, w, wanted",
    [
        (np.inf, 3, np.inf),
        (-np.inf, 3, -np.inf),
        (-np.inf, -8, np.inf),
        (np.inf, 0, np.nan),
        (np.nan, 0, np.nan),
        (np.nan, -1, np.nan),
        (-0.0, 3, -0.0),
        (0.0, -3, -0.0),
        (5.0, 0, 0.0),
        (-5.0, 0, -0.0),
        (3e38, 2, np.inf),
        (2.0**-133, -8, -(2.0**-130)),
    ],
    ids=str,
)
def test_directed_products(x, w, wanted):
    found = float(
        to_float64(term_product(from_float64(np.array(x), fmt=BF16), w, fmt=BF16, b_bits=4), fmt=BF16)
    )
    assert np.array_equal(found, wanted, equal_nan=True) and np.signbit(found) == np.signbit(wanted)


def test_a_step_rounds_the_sum():
    one, tiny = (from_float64(np.array(x), fmt=BF16) for x in (1.0, 2.0**-8))
    assert term_fma(tiny, 1, one, fmt=BF16, b_bits=4) == one  # a tie, to even
    assert term_fma(tiny, 3, one, fmt=BF16, b_bits=4) == one + 2  # 1.5 units, a tie too


def test_the_tree_adds_neighbours():
    assert term_tree(5) == [[(0, 1), (2, 3)], [(0, 1)], [(0, 1)]]


def test_operands_out_of_range_are_refused():
    with pytest.raises(UsageError, match="b"):
        term_product(0, 4, fmt=BF16, b_bits=3)
