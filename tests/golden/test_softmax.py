"""The integer softmaxes: published vectors, definitions in plain Python, error against the real function."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from macwright.golden.base2_softmax import longest_base2_row
from macwright.golden.errors import UsageError
from macwright.golden.ibert import ibert_exp, ibert_exp_constants, ibert_exponentials, ibert_requant
from macwright.golden.ita_softmax import ita_softmax, longest_ita_row
from macwright.golden.ivit_exp import (
    GELU_SLOPE,
    ivit_one,
    shift_exp,
    shiftgelu,
    shiftmax,
    shiftmax_exponentials,
)
from macwright.golden.softmax import METHODS, softmax
from macwright.golden.sole import sole

ROW = np.array([-60, -31, -5, 0, 7, 20, 33, 40])
SIXTEENTH = Fraction(1, 16)
IBERT = {
    "constants": ibert_exp_constants(SIXTEENTH),
    **dict(zip(("mult", "shift"), ibert_requant(SIXTEENTH), strict=True)),
}
OPTIONS = {"shiftmax": {"one": 16}, "ibert": IBERT, "ita": {}, "softermax": {}, "sole": {}, "base2": {}}
rows = st.lists(st.integers(-128, 127), min_size=1, max_size=40)


def test_published_vectors():
    assert shift_exp(ROW - 40, one=16, n=15).tolist() == [
        1088, 6656, 31744, 47104, 69632, 163840, 360448, 524288
    ]  # fmt: skip
    assert shiftmax(ROW, one=16).tolist() == [0, 0, 3, 5, 7, 17, 38, 55]
    assert shiftmax(ROW, one=16, out_bits=16).tolist() == [29, 180, 863, 1280, 1893, 4455, 9801, 14256]
    one = ivit_one(SIXTEENTH, variant="tvm")
    assert one == 17 and shiftmax(ROW, one=one, variant="tvm").tolist() == [0, 0, 3, 5, 7, 17, 38, 53]
    gelu = shiftgelu(ROW, one=ivit_one(GELU_SLOPE * SIXTEENTH))
    assert gelu.tolist() == [0, -155, -230, 0, 595, 2240, 4026, 5000]
    assert ita_softmax(ROW, group=8).tolist() == [7, 14, 29, 29, 29, 29, 58, 58]


def ita_by_steps(x, group, shift, top):
    def halvings(d):
        return (d + (1 << shift >> 1)) >> shift

    acc, running = 0, None
    for start in range(0, len(x), group):
        part = x[start : start + group]
        larger = max(part) if running is None else max(running, *part)
        if running is not None:
            acc >>= halvings(larger - running)
        acc += sum(256 >> halvings(larger - value) for value in part)
        running = larger
    return [top * 256 // acc >> halvings(running - value) for value in x]


@settings(max_examples=150, deadline=None)
@given(rows, st.sampled_from([1, 3, 8, 16, 64]), st.sampled_from([0, 3, 5]), st.sampled_from([127, 255]))
def test_ita_is_its_definition(x, group, shift, top):
    found = ita_softmax(x, group=group, octave_shift=shift, top=top)
    assert found.tolist() == ita_by_steps(x, group, shift, top)


def test_ita_depends_on_order_and_group():
    climb = np.arange(-128, 128, 3)
    assert (ita_softmax(climb, group=1) != ita_softmax(climb, group=128)).any()
    assert (ita_softmax(climb, group=1) != ita_softmax(climb[::-1], group=1)[::-1]).any()


def sole_by_steps(x, group, f):
    def octaves(d):
        return min((d + (d >> 1) - (d >> 4) + (1 << f >> 1)) >> f, 15)

    total, running, kept = 0, None, []
    for start in range(0, len(x), group):
        part = x[start : start + group]
        larger = max(part) if running is None else max(running, *part)
        total >>= 0 if running is None else octaves(larger - running)
        total += sum(2**15 >> octaves(larger - value) for value in part)
        kept += [(octaves(larger - value), larger) for value in part]
        running = larger
    t = total.bit_length() - 1
    upper_half = total >= 3 << (t - 1)
    c = Fraction(419, 256) - Fraction(upper_half, 2)
    exponents = (min(k + octaves(running - top), 15) for k, top in kept)
    return [min(int(256 * c / Fraction(2) ** (k + t - 15 + 1)), 255) for k in exponents]


@settings(max_examples=150, deadline=None)
@given(rows, st.sampled_from([1, 3, 16]), st.sampled_from([0, 3, 4]))
def test_sole_is_its_definition(x, group, f):
    assert sole(x, group=group, fraction_bits=f).tolist() == sole_by_steps(x, group, f)


def test_ibert_exp_is_its_polynomial():
    for steps in (16, 64, 256):
        ln2, b, c = constants = ibert_exp_constants(Fraction(1, steps))
        x = np.arange(-255, 1)
        wanted = []
        for code in x.tolist():
            code = max(code, -30 * ln2)
            q = -code // ln2
            r = code + q * ln2
            wanted.append(max((r + b) * r + c, 0) << (30 - q))
        assert ibert_exp(x, constants=constants).tolist() == wanted


def test_ibert_exp_errors_as_measured_before():
    for steps, bound in ((16, 0.68), (64, 0.098), (256, 0.023), (1024, 0.0043), (4096, 0.0037)):
        x = np.arange(-7 * steps, 1)
        real = np.exp(x / steps)
        e = ibert_exp(x, constants=ibert_exp_constants(Fraction(1, steps)), in_bits=16)
        error = np.abs(e * 0.35815147 / steps**2 / 2.0**30 / real - 1)[real > 1e-3].max()
        assert bound / 1.25 < error <= bound


def logits(sigma, length=192, count=500):
    """Return rows of 8-bit logits in steps of 1/16, normally distributed."""
    real = np.random.default_rng(0).normal(0, sigma, (count, length))
    return np.clip(np.rint(real * 16), -128, 127) / 16


def measured(method, x, *, nat, out, **options):
    """Return the mean error and the mean sum of rows whose logits `x` are given in codes of 1 / nat."""
    p, error = errors(method, x, nat, out, options)
    return error.mean(), p.sum(axis=-1).mean()


def largest_error(method, x, *, nat, out, **options):
    return errors(method, x, nat, out, options)[1].max()


def errors(method, x, nat, out, options):
    end = 1 << (options.get("in_bits", 8) - 1)
    codes = np.clip(np.rint(x * nat), -end, end - 1).astype(np.int64)
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    p = softmax(codes, method=method, **options) / out
    assert (np.take_along_axis(p, codes.argmax(axis=-1)[:, None], -1)[:, 0] == p.max(axis=-1)).all()
    return p, np.abs(p - e / e.sum(axis=-1, keepdims=True))


#: Logits that lose nothing.
FINE = {"fraction_bits": 10, "in_bits": 16, "total_bits": 32}
WIDE = {"in_bits": 10, "exp_bits": 16, "total_bits": 28}
#: method, options, codes per nat, steps per 1, then (mean error, row sum) for logits of deviation 1, 2 and 4.
FIGURES = [
    (
        "shiftmax",
        {"one": 16, "out_bits": 16},
        16,
        1 << 15,
        [(1.1e-4, 0.995), (1.4e-4, 0.996), (1.5e-4, 0.997)],
    ),
    ("shiftmax", {"one": 16}, 16, 128, [(3.0e-3, 0.43), (1.6e-3, 0.70), (8.1e-4, 0.85)]),
    ("shiftmax", {"one": 17, "variant": "tvm"}, 16, 128, [(3.1e-3, 0.40), (1.7e-3, 0.67), (8.9e-4, 0.83)]),
    ("ibert", IBERT, 16, 256, [(1.9e-3, 0.64), (1.2e-3, 0.78), (5.8e-4, 0.90)]),
    ("ita", {}, 32 / np.log(2), 256, [(2.3e-3, 0.61), (3.5e-3, 0.73), (6.0e-3, 0.78)]),
    ("softermax", FINE, 1024 / np.log(2), 256, [(1.8e-3, 0.65), (1.0e-3, 0.81), (4.8e-4, 0.91)]),
    ("softermax", FINE | {"out_bits": 16}, 1024 / np.log(2), 1 << 16, [(1e-5, 1), (1.8e-5, 1), (1.4e-5, 1)]),
    ("sole", {"group": 192}, 16, 256, [(2.1e-3, 0.68), (1.5e-3, 0.82), (9.8e-4, 0.92)]),
    ("ita", {"octave_shift": 3}, 8 / np.log(2), 256, [(2.1e-3, 0.65), (1.5e-3, 0.82), (8.1e-4, 0.91)]),
]


@pytest.mark.parametrize("sigma", [0, 1, 2], ids=["1", "2", "4"])
@pytest.mark.parametrize("method, options, nat, out, figures", FIGURES)
def test_errors_as_measured_before(method, options, nat, out, figures, sigma):
    """The figures were measured once on other rows of the same distribution: to a tenth."""
    mean, total = measured(method, logits(2.0**sigma), nat=nat, out=out, **options)
    assert mean == pytest.approx(figures[sigma][0], rel=0.1)
    assert total == pytest.approx(figures[sigma][1], abs=0.02)


def peaked():
    """Return rows in which one logit stands 4.5 to 7 above the mean of the others, 1 in deviation."""
    x = logits(1)
    x[:, 7] = np.rint(np.linspace(4.5, 7, len(x)) * 16) / 16
    return x


#: Method, options, codes per nat, steps per 1, and by how much an exponential errs, relatively.
PEAKED = [
    ("shiftmax", {"one": 16, "out_bits": 16}, 16, 1 << 15, 0.118),
    ("shiftmax", {"one": 17, "variant": "tvm"}, 16, 128, 0.73),
    ("ibert", IBERT, 16, 256, 0.68),
    ("softermax", FINE | {"out_bits": 16}, 1024 / np.log(2), 1 << 16, 0.01),
    ("base2", WIDE | {"out_bits": 16}, 32 / np.log(2), 1 << 16, 0.022),
]


@pytest.mark.parametrize("method, options, nat, out, relative", PEAKED)
def test_peaked_rows(method, options, nat, out, relative):
    """p / (1 - p) errs by a factor of at most 1 + relative, by which p changes most at 1 / sqrt of it."""
    x = peaked()
    error = largest_error(method, x, nat=nat, out=out, **options)
    root = (1 + relative) ** 0.5
    assert error <= (root - 1) / (root + 1) + 0.0084 + 2 / out


def test_exponentials_of_eight_bits_end_eight_octaves_below_the_maximum():
    """Many small probabilities are lost together: their sum goes to the largest one."""
    options = {"nat": 32 / np.log(2), "out": 256, "in_bits": 10}
    narrow = largest_error("base2", peaked(), **options)
    assert 0.1 < narrow < 0.3
    assert largest_error("base2", peaked(), **options, exp_bits=12, total_bits=24) < narrow / 4
    assert largest_error("ita", peaked(), nat=8 / np.log(2), out=256, octave_shift=3) > 0.1


@pytest.mark.parametrize("sigma, exact", [(1, 1.05e-3), (2, 6.8e-4), (4, 3.2e-4)])
def test_base2_is_near_the_best_of_eight_bits(sigma, exact):
    """`exact` is the real softmax rounded to 8 bits, which loses mass too; with 16 bits little is left."""
    x, options = logits(sigma), {"nat": 32 / np.log(2), "lanes": 16, "in_bits": 10}
    mean, total = measured("base2", x, out=256, **options)
    assert mean < 1.25 * exact and total > 0.95
    wide = {"exp_bits": 16, "total_bits": 28, "out_bits": 16}
    mean, total = measured("base2", x, out=1 << 16, **wide, **options)
    assert mean < 4e-5 and total > 0.999


@pytest.mark.parametrize("method", METHODS)
def test_shapes_and_corners(method):
    options = OPTIONS[method]
    assert softmax(np.zeros((3, 0), np.int64), method=method, **options).shape == (3, 0)
    assert softmax([], method=method, **options).shape == (0,)
    one = softmax([[-128], [127]], method=method, **options)
    assert one.shape == (2, 1) and one[0] == one[1] and one[0] in (127, 128, 209, 255, 256)
    block = np.random.default_rng(0).integers(-128, 128, (2, 3, 33))
    found = softmax(block, method=method, **options)
    assert found.dtype == np.int64 and found.min() >= 0
    for at in np.ndindex(2, 3):
        assert (found[at] == softmax(block[at], method=method, **options)).all()


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: softmax([1], method="exact"), "method='exact' is not one of shiftmax, ibert"),
        (lambda: softmax([1], method="ita", lanes=2), "lanes is no option of method=ita: it has group"),
        (lambda: softmax([128], method="ita"), r"x\[0\] = 128 is outside -128..127"),
        (lambda: softmax([0.5], method="ita"), "x must hold integers, not float64"),
        (lambda: softmax(3, method="ita"), "x is a single number: give it a last axis"),
        (lambda: softmax([3], method="ita", in_bits=17), "in_bits=17 is not a width from 1 to 16"),
        (lambda: softmax([0] * 2048, method="ita"), "rows of 2048, and acc_bits=19 holds 2047"),
        (lambda: softmax([3], method="ita", group=0), "group=0 is out of range: use 1 to 65536"),
        (lambda: softmax([0] * 4096, method="sole"), "rows of 4096, and total_bits=27 holds 4095"),
        (lambda: softmax([0], method="sole", total_bits=15), "total_bits=15 is out of range: use 16 to 40"),
        (lambda: softmax([0] * 5, method="base2", total_bits=10), "total_bits=10 holds 4: use a wider sum"),
        (
            lambda: softmax([3], method="base2", fraction_bits=11),
            "fraction_bits=11 is out of range: use 0 to 10",
        ),
        (
            lambda: softmax([0] * 9, method="softermax", total_bits=18),
            "total_bits=18 holds 7: use",
        ),
        (lambda: softmax([3], method="softermax", exp_bits=1), "exp_bits=1 is out of range: use 2 to 16"),
        (lambda: shiftmax([3], one=0), "one=0 and n=15 make exp"),
        (lambda: shiftmax([3], one=1 << 16), "use one from 1 to 65535, or another n"),
        (lambda: shiftmax([3], one=4, variant="jax"), "variant='jax' is not one of ivit, tvm"),
        (
            lambda: shift_exp([1], one=4, n=3),
            "x must hold integers from -255 to 0: take the row's maximum away",
        ),
        (lambda: ivit_one(0), "scale=0 is not a number above 0"),
        (lambda: ivit_one(float("nan")), "scale=nan is not a number above 0"),
        (lambda: ibert_exp_constants(Fraction(1, 1 << 16)), "are no constants of an exponential"),
        (lambda: softmax([3], method="ibert", **IBERT | {"shift": 99}), "make every exponential of a row 0"),
    ],
)
def test_refusals_are_sentences(call, message):
    with pytest.raises(UsageError, match=message):
        call()


def test_longest_rows():
    assert longest_ita_row() == 2047
    assert longest_base2_row(exp_bits=8, total_bits=20) == 4112


@pytest.mark.parametrize("distance", [0, 1, 40, 255])
def test_results_are_made_of_exponentials_by_distance(distance):
    row = [100, 100 - distance] if distance < 229 else [127, -128]
    mult, shift = ibert_requant(SIXTEENTH)
    constants = {"constants": ibert_exp_constants(SIXTEENTH), "mult": mult, "shift": shift}
    for variant, one in (("ivit", 16), ("tvm", 17)):
        e = shiftmax_exponentials(one=one, variant=variant)
        factor = (2**31 - 1) // (e[0] + e[distance])
        wanted = [(value * factor) >> 24 for value in (e[0], e[distance])]
        assert softmax(row, method="shiftmax", one=one, variant=variant).tolist() == wanted
    e = ibert_exponentials(**constants)
    factor = 2**32 // (e[0] + e[distance])
    assert softmax(row, method="ibert", **constants).tolist() == [
        (v * factor) >> 24 for v in (e[0], e[distance])
    ]
