import dataclasses
from fractions import Fraction

import numpy as np
import pytest
from float_oracle import fraction_value
from hypothesis import given, settings
from hypothesis import strategies as st
from macwright.golden.errors import UsageError
from macwright.golden.float_accumulate import Accumulator, acc_to_code, accumulate, no_sum
from macwright.golden.float_code import FINITE, convert, from_float64, to_float64, unpack
from macwright.golden.float_format import find_format
from macwright.golden.fma_gemm import fma_gemm
from macwright.golden.lmul import KINDS, lmul_formula, lmul_integer, pam
from macwright.golden.wide_fma import (
    NO_GROUPS,
    FmaAccumulatorFormat,
    default_acc_bits,
    float_product,
    wide_dot,
    wide_fma,
)

FORMATS = {name: find_format(name) for name in ("bf16", "fp16", "fp32", "e4m3fn", "e5m2", "e4m3fnuz")}
GROUPS = (None, (1, 1), (1, 2), (2, 2), (3, 3), (4, 1), NO_GROUPS)


def acc_of(a="bf16", b=None, bits=None, groups=None):
    a, b = FORMATS[a], FORMATS[b or a]
    return FmaAccumulatorFormat(
        a_format=a, b_format=b, acc_bits=bits or default_acc_bits(a, b), groups=groups
    )


def codes(values, fmt):
    return from_float64(np.array(values, float), fmt=FORMATS[fmt])


def value(x, acc):
    return Fraction(int(x.significand)) * Fraction(2) ** int(x.exponent + acc.unit)


def values(x, acc):
    return np.ldexp(x.significand.astype(float), (x.exponent + acc.unit).astype(int))


def number(code, fmt):
    sign, exponent, significand, _ = (int(part) for part in unpack(np.int64(code), fmt))
    return (-1) ** sign * significand * Fraction(2) ** exponent


@st.composite
def problems(draw):
    names = draw(st.tuples(*(st.sampled_from(sorted(set(FORMATS) - {"fp32"})),) * 2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    acc = acc_of(*names, groups=draw(st.sampled_from(GROUPS)))
    acc = acc_of(*names, bits=acc.product_bits + int(rng.integers(8)), groups=acc.groups)
    k = draw(st.integers(1, 30))
    operands = []
    for fmt in acc.formats:
        if draw(st.booleans()):  # exponents close to each other, so that sums cancel
            field = rng.integers(fmt.bias, fmt.bias + 3, k)
        else:
            field = rng.integers(0, (fmt.max_code >> fmt.mantissa_bits) + 1, k)
        code = np.minimum(
            field << fmt.mantissa_bits | rng.integers(0, 1 << fmt.mantissa_bits, k), fmt.max_code
        )
        operands.append(code | (rng.integers(0, 2, k) & (code > 0)) << fmt.magnitude_bits)
    return *operands, acc


@settings(deadline=None)
@given(problems())
def test_every_step_is_the_exact_sum_within_the_bound(problem):
    a, b, acc = problem
    total = no_sum()
    for x, y in zip(a, b, strict=True):
        product = float_product(x, y, acc=acc)
        assert value(product, acc) == number(x, acc.a_format) * number(y, acc.b_format)
        exact = value(total, acc) + value(product, acc)
        unit = Fraction(2) ** int(max(total.exponent, product.exponent) + acc.unit)
        total = wide_fma(x, y, total, acc=acc)
        assert abs(value(total, acc) - exact) < Fraction(3, 2) * unit
        assert 0 <= total.exponent < 1 << acc.exponent_bits
        assert -(1 << acc.acc_bits - 1) <= total.significand < 1 << acc.acc_bits - 1
        if acc.groups is None and total.significand:
            assert int(total.significand) >> acc.acc_bits - 2 in (1, -2)
        assert total.significand or total.exponent == 0


@settings(deadline=None)
@given(problems(), st.sampled_from(["bf16", "fp16", "fp32"]))
def test_the_end_is_rounded_once(problem, out):
    a, b, acc = problem
    total = wide_dot(a, b, acc=acc)
    wanted = fraction_value(value(total, acc), FORMATS[out])
    found = float(to_float64(acc_to_code(total, acc=acc, fmt=FORMATS[out]), fmt=FORMATS[out]))
    assert np.isinf(found) if wanted is None else Fraction(found) == wanted


@settings(deadline=None)
@given(problems())
def test_a_step_commutes_and_a_zero_changes_no_value(problem):
    a, b, acc = problem
    x, y = wide_dot(a, b, acc=acc), float_product(a[0], b[0], acc=acc)
    step = {"acc_bits": acc.acc_bits, "groups": acc.groups}
    assert accumulate(x, y, **step) == accumulate(y, x, **step)
    after = accumulate(x, float_product(0, b[0], acc=acc), **step)
    assert value(after, acc) == value(x, acc)
    assert acc.groups or after == x


def shifts(groups, zeros, sign, acc_bits=12):
    """By how much a step shifts a sum with so many redundant bits; -1: to the right."""
    size = 1 << acc_bits - 2 - zeros  # below sign and redundant bits
    total = size + size // 4 if sign > 0 else -size - size // 4
    x = total // 2 if zeros < 0 else 0  # a sum that needs one bit more than a significand
    before = Accumulator(*(np.array(v) for v in (100, x, 0, 0)))
    part = Accumulator(*(np.array(v) for v in (100, total - x, 0, 0)))
    return 100 - int(accumulate(before, part, acc_bits=acc_bits, groups=groups).exponent)


@pytest.mark.parametrize("sign", [1, -1])
def test_the_rule_of_the_groups(sign):
    """Numbers of -1 (one bit too many) to 8 redundant bits."""
    found = {groups: [shifts(groups, zeros, sign) for zeros in range(-1, 9)] for groups in GROUPS}
    assert found[None] == list(range(-1, 9))
    assert found[1, 1] == [-1, 0, 1, *[2] * 7]
    assert found[1, 2] == [-1, 0, 1, 1, *[3] * 6]
    assert found[2, 2] == [-1, 0, 0, 2, 2, *[4] * 5]
    assert found[3, 3] == [-1, 0, 0, 0, 3, 3, 3, *[6] * 3]
    assert found[4, 1] == [-1, 0, 0, 0, 0, 4, *[5] * 4]
    assert found[NO_GROUPS] == [-1, *[0] * 9]


@pytest.mark.parametrize("groups", GROUPS)
def test_a_sum_of_zero_hides_nothing(groups):
    acc = acc_of(groups=groups)
    a, one = codes([2.0**100, -(2.0**100), 2.0**-100], "bf16"), codes([1.0] * 3, "bf16")
    total = wide_dot(a, one, acc=acc)
    assert value(total, acc) == Fraction(2) ** -100
    zero = wide_dot(a[:2], one[:2], acc=acc)
    assert (zero.exponent, zero.significand) == (0, 0)


@pytest.mark.parametrize("groups", GROUPS)
@pytest.mark.parametrize("out", ["bf16", "fp32"])
@pytest.mark.parametrize(
    "a, b, wanted",
    [
        ([0.0, -0.0], [-1.0, 1.0], 0.0),
        ([2.0**-133], [2.0**60], 2.0**-73),  # the smallest subnormal number
        ([2.0**-133], [2.0**-133], 0.0),  # too small for the code, not for the accumulator
        ([2.0**-133, 2.0**-133], [2.0**-133, -(2.0**-133)], 0.0),
        ([3e38, 3e38], [3e38, -3e38], 0.0),  # too large for it
        ([3e38, 3e38], [3e38, 3e38], np.inf),
        ([-3e38, -3e38], [3e38, 3e38], -np.inf),
        ([np.inf, 1.0], [-2.0, 5.0], -np.inf),
        ([np.inf, -np.inf], [1.0, 1.0], np.nan),
        ([np.inf, -np.inf], [1.0, -1.0], np.inf),
        ([np.inf], [0.0], np.nan),
        ([0.0, 1.0], [-np.inf, 1.0], np.nan),
        ([np.nan], [0.0], np.nan),
        ([1.0, 2.0], [np.nan, 1.0], np.nan),
    ],
    ids=str,
)
def test_directed_sums(a, b, wanted, out, groups):
    acc = acc_of(groups=groups)
    total = wide_dot(codes(a, "bf16"), codes(b, "bf16"), acc=acc)
    found = float(to_float64(acc_to_code(total, acc=acc, fmt=FORMATS[out]), fmt=FORMATS[out]))
    assert np.isnan(found) if np.isnan(wanted) else found == wanted
    assert not (wanted == 0 and np.signbit(found))


def test_the_nan_of_formats_without_inf():
    for name in ("e4m3fn", "e4m3fnuz"):
        acc = acc_of(name, "bf16")
        nan = FORMATS[name].nan_code
        flags = float_product([nan, 0, 1], codes([1.0, np.inf, 1.0], "bf16"), acc=acc)
        assert flags.plus.tolist() == flags.minus.tolist() == [1, 1, 0]


def test_exponents_do_not_run_out():
    """The largest product over and over, and the smallest less a little, through every normalisation."""
    for groups in GROUPS:
        acc = acc_of("e5m2", groups=groups, bits=9)
        largest = float_product(acc.a_format.max_code, acc.b_format.max_code, acc=acc)
        total, step = largest, {"acc_bits": acc.acc_bits, "groups": groups}
        for _ in range(600):
            grown = accumulate(total, largest, **step)
            if grown == total:
                break
            total = grown
        assert grown == total and int(total.exponent) < 1 << acc.exponent_bits
        small = [float_product(x, y, acc=acc) for x, y in ((1, 1), (1 | 128, 1), (1, 2), (2 | 128, 1))]
        for x in small:
            total = x
            for y in small * 20:
                total = accumulate(total, y, **step)
                assert (total.significand == 0) == (total.exponent == 0)


def errors(a, b, bits):
    """The root mean square errors of dot products, exact, an-1-2 and none, over those of exact."""
    fmt = FORMATS["bf16"]
    exact = (to_float64(a, fmt=fmt) * to_float64(b, fmt=fmt)).sum(axis=-1)
    found = []
    for groups in (None, (1, 2), NO_GROUPS):
        acc = acc_of(bits=bits, groups=groups)
        found.append(np.sqrt(((values(wide_dot(a, b, acc=acc), acc) - exact) ** 2).mean()))
    return np.array(found) / found[0]


def test_approximation_costs_little_where_sums_cancel_and_none_costs_much():
    rng = np.random.default_rng(1)
    a, b = (codes(rng.normal(size=(1000, 60)), "bf16") for _ in "ab")
    assert errors(a, b, 20)[1] < 1.05
    # A large number that is taken back after half of the products.
    a[:, 0], a[:, 30] = codes([1024.0, -1024.0], "bf16")
    b[:, 0] = b[:, 30] = codes(1.0, "bf16")
    _, approximate, none = errors(a, b, 20)
    assert approximate < 1.05 and none > 2


def test_matrices_are_sums_of_their_own():
    rng = np.random.default_rng(2)
    a, b = codes(rng.normal(size=(3, 10)), "bf16"), codes(rng.normal(size=(10, 4)), "e5m2")
    acc = acc_of("bf16", "e5m2", groups=(1, 2))
    for out in ("bf16", "fp16", "fp32"):
        c = fma_gemm(a, b, acc=acc, out_format=FORMATS[out])
        for i, j in np.ndindex(3, 4):
            total = wide_dot(a[i], b[:, j], acc=acc)
            assert c[i, j] == acc_to_code(total, acc=acc, fmt=FORMATS[out])
    assert (
        fma_gemm(a, b, acc=acc_of("bf16", "e5m2"), out_format=FORMATS["fp32"], block=1)
        == fma_gemm(a, b, acc=acc_of("bf16", "e5m2"), out_format=FORMATS["fp32"])
    ).all()


def test_blocks_are_summed_from_zero_and_filled_up_with_zeros():
    a, b = codes([[2.0**20, 0, 8.0, 8.0]], "bf16"), codes([[1.0]] * 4, "bf16")
    found = []
    for block in (None, 1, 2, 4):
        c = fma_gemm(a, b, acc=acc_of(bits=17), out_format=FORMATS["fp32"], block=block)
        found.append(float(to_float64(c, fmt=FORMATS["fp32"])[0, 0]))
    # A quarter of the lowest bit is lost, twice; the sum of a block is half of it, and rounded up.
    assert found == [2.0**20, 2.0**20, 2.0**20 + 32, 2.0**20]
    # What a zero does to a number under approximation, it does as filling too.
    rng = np.random.default_rng(3)
    a, b = codes(rng.normal(size=(4, 7)), "bf16"), codes(rng.normal(size=(7, 4)), "bf16")
    acc = acc_of(groups=(1, 1), bits=17)
    filled = (np.pad(a, ((0, 0), (0, 2))), np.pad(b, ((0, 2), (0, 0))))
    assert (
        fma_gemm(a, b, acc=acc, out_format=FORMATS["fp32"], block=3)
        == fma_gemm(*filled, acc=acc, out_format=FORMATS["fp32"], block=3)
    ).all()


def test_all_operands_are_numbers_or_flags():
    acc = acc_of("e4m3fn", "e5m2")
    a, b = np.meshgrid(np.arange(256), np.arange(256), indexing="ij")
    x = float_product(a, b, acc=acc)
    finite = (unpack(a, acc.a_format).kind == FINITE) & (unpack(b, acc.b_format).kind == FINITE)
    with np.errstate(invalid="ignore"):
        wanted = to_float64(a, fmt=acc.a_format) * to_float64(b, fmt=acc.b_format)
    assert (values(x, acc)[finite] == wanted[finite]).all()
    assert (np.isnan(wanted) == ((x.plus & x.minus) == 1)).all()
    assert (np.isposinf(wanted) == ((x.plus & ~x.minus) == 1)).all()


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: acc_of(bits=16), "acc_bits=16 does not hold a product of 17 bits, those of both signif"),
        (lambda: acc_of(groups=(0, 2)), r"groups=\(0, 2\) look at 2 bits: each needs one or more"),
        (lambda: acc_of(bits=17, groups=(8, 9)), "look at 17 bits.*fewer than acc_bits=17"),
        (lambda: float_product(1 << 16, 0, acc=acc_of()), "a"),
        (lambda: float_product(0, -1, acc=acc_of()), "b"),
        (lambda: fma_gemm([[1, 2]], [[1]], acc=acc_of(), out_format=FORMATS["bf16"]), "must be"),
        (
            lambda: fma_gemm([[1]], [[1]], acc=acc_of(), out_format=FORMATS["bf16"], block=0),
            "block=0 is not a number of products",
        ),
    ],
)
def test_refusals_are_sentences(make, message):
    with pytest.raises(UsageError, match=message):
        make()


@pytest.mark.parametrize("multiplier", KINDS)
@pytest.mark.parametrize("name", ["e4m3fn", "e5m2", "e4m3fnuz"])
def test_products_by_addition_are_those_of_lmul_without_its_ends(multiplier, name):
    """In fp32 none of them over- or underflows, so that golden.lmul gives the same numbers."""
    fmt, fp32 = FORMATS[name], FORMATS["fp32"]
    acc = FmaAccumulatorFormat(a_format=fmt, b_format=fmt, acc_bits=20, multiplier=multiplier)
    a, b = (grid.reshape(-1) for grid in np.meshgrid(*[np.arange(256)] * 2))
    found = acc_to_code(wide_fma(a, b, no_sum(a.shape), acc=acc), acc=acc, fmt=fp32)
    # The same mantissas in a format of many exponents, in which subnormal numbers of `fmt` are zeros.
    wide = find_format(f"e8m{fmt.mantissa_bits}")
    x, y = (convert(c, source=dataclasses.replace(fmt, subnormals="flush_in"), target=wide) for c in (a, b))
    if multiplier == "lmul_formula":
        wanted = lmul_formula(x, y, fmt=wide, out_format=fp32)
    else:
        product = (pam if multiplier == "pam" else lmul_integer)(x, y, fmt=wide)
        wanted = convert(product, source=wide, target=fp32)
    # An accumulator has no negative zero.
    assert (found == np.where(wanted == 1 << 31, 0, wanted)).all()


@pytest.mark.parametrize(
    "multiplier, one", [("pam", 1.0), ("lmul_formula", 1.0625), ("lmul_integer", 1.0625)]
)
def test_products_of_two_formats_begin_at_the_same_bit(multiplier, one):
    acc = FmaAccumulatorFormat(
        a_format=FORMATS["bf16"], b_format=FORMATS["e5m2"], acc_bits=20, multiplier=multiplier
    )
    a, b = codes([1.0, 1.0, -1.5, 2.0**-126, 2.0**-130], "bf16"), codes([1.0, 1.25, 1.25, -1.0, 1.0], "e5m2")
    total = float_product(a, b, acc=acc)
    more = one - 1
    assert values(total, acc).tolist() == [one, 1.25 + more, -1.75 - more, -one * 2.0**-126, 0]


def test_a_product_by_addition_beyond_its_format_is_held():
    acc = FmaAccumulatorFormat(a_format=FORMATS["e4m3fn"], b_format=FORMATS["e4m3fn"], acc_bits=20)
    acc = dataclasses.replace(acc, multiplier="pam")
    a, b = codes([448.0, 2.0**-6], "e4m3fn"), codes([448.0, 2.0**-6], "e4m3fn")
    assert values(float_product(a, b, acc=acc), acc).tolist() == [1.5 * 2.0**17, 2.0**-12]


def test_gemm_by_addition():
    rng = np.random.default_rng(5)
    acc = FmaAccumulatorFormat(
        a_format=FORMATS["bf16"], b_format=FORMATS["bf16"], acc_bits=24, multiplier="lmul_integer"
    )
    a, b = codes(rng.normal(size=(3, 8)), "bf16"), codes(rng.normal(size=(8, 2)), "bf16")
    c = to_float64(fma_gemm(a, b, acc=acc, out_format=FORMATS["fp32"]), fmt=FORMATS["fp32"])
    each = lmul_integer(a[:, :, None], b[None], fmt=FORMATS["bf16"])
    assert np.allclose(c, to_float64(each, fmt=FORMATS["bf16"]).sum(axis=1), atol=1e-5)


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"multiplier": "lmul"}, "multiplier='lmul' is not one of exact, lmul_formula, lmul_integer, pam"),
        ({"lmul_offset": 3}, "lmul_offset=3: exact products have no offset"),
        ({"multiplier": "pam", "lmul_offset": 3}, "offset=3: pam adds nothing"),
        ({"multiplier": "lmul_integer", "lmul_offset": 8}, "offset=8 is not from 0 to 7"),
        ({"multiplier": "lmul_formula", "lmul_offset": 20}, "does not hold a product of 23 bits"),
    ],
)
def test_refused_multipliers(fields, message):
    with pytest.raises(UsageError, match=message):
        FmaAccumulatorFormat(a_format=FORMATS["bf16"], b_format=FORMATS["bf16"], acc_bits=20, **fields)
