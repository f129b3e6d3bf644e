"""LayerNorm and RMSNorm: the published vector, plain Python, and the real functions within the bound."""

from fractions import Fraction
from math import isqrt

import numpy as np
import pytest
from macwright.golden.errors import UsageError
from macwright.golden.norm import ibert_layernorm, ivit_layernorm, norm, variance_bits
from macwright.golden.reciprocal import rsqrt_error

ROW = np.array([-60, -31, -5, 0, 7, 20, 33, 40])


def real(x, kind, eps=0.0):
    """Normalised by its definition, in floats; eps is in the units of V."""
    x = x.astype(float)
    mean = x.mean(axis=-1, keepdims=True) if kind == "layer" else 0
    variance = ((x - mean) ** 2).mean(axis=-1, keepdims=True) + eps / x.shape[-1] ** 2
    return (x - mean) / np.sqrt(variance)


@pytest.mark.parametrize("kind", ["layer", "rms"])
@pytest.mark.parametrize("length, in_bits, mantissa_bits", [(2, 8, 9), (7, 8, 9), (384, 8, 9), (768, 16, 16)])
def test_within_the_stated_error(kind, length, in_bits, mantissa_bits):
    rng = np.random.default_rng(0)
    end = 1 << (in_bits - 1)
    spread = np.array([[1.0], [end / 16], [end / 4], [end]])
    x = np.clip(rng.normal(0, spread, (4, length)) + end / 8, -end, end - 1).astype(np.int64)
    x[:, :2] = [[5, 6], [-end, end - 1], [end - 1, end - 1 - (length > 2)], [0, 1]]
    x[2, -1] = -end
    table = {"index_bits": mantissa_bits - 3 if mantissa_bits < 16 else 12, "mantissa_bits": mantissa_bits}
    y = norm(x, kind=kind, fraction=10, in_bits=in_bits, out_bits=20, **table)
    wanted = real(x, kind) * 1024
    assert (np.abs(y - wanted) <= float(rsqrt_error(**table)) * np.abs(wanted) + 0.5 + 1e-6).all()


def test_eps_and_saturation():
    x = np.array([[1, 0, 0, 0], [100, -100, 100, -100]])
    eps = 50
    y = norm(x, fraction=8, out_bits=16, eps=eps, index_bits=12, mantissa_bits=24)
    assert np.abs(y - real(x, "layer", eps) * 256).max() <= 0.6
    spike = np.zeros((1, 127), np.int64)
    spike[0, 3] = 9
    assert norm(spike, fraction=5).max() == 127  # sqrt(126) * 32 is 359
    assert norm(-spike, fraction=5).min() == -128


@pytest.mark.parametrize("kind", ["layer", "rms"])
def test_corners(kind):
    assert norm(np.zeros((2, 5), np.int64), kind=kind).tolist() == [[0] * 5] * 2
    assert norm(np.zeros((3, 0), np.int64), kind=kind).shape == (3, 0)
    assert norm([7], kind=kind, mantissa_bits=16, index_bits=12).tolist() == [32 if kind == "rms" else 0]
    assert norm([-128, -128, -128], kind="layer").tolist() == [0, 0, 0]
    block = np.random.default_rng(0).integers(-128, 128, (2, 3, 9))
    found = norm(block, kind=kind)
    assert all((found[at] == norm(block[at], kind=kind)).all() for at in np.ndindex(2, 3))


def test_variance_bits_hold_the_worst_row():
    for length, in_bits in ((1, 8), (2, 8), (7, 3), (384, 8), (1024, 16)):
        x = np.full(length, -(1 << (in_bits - 1)), object)
        squares = length * int((x * x).sum())
        assert squares.bit_length() <= variance_bits(length=length, in_bits=in_bits)


def test_ivit_published_vector():
    wanted = [-739288825, -384918975, -67208075, -6109825, 79427725, 238283175, 397138625, 482676175]
    assert ivit_layernorm(100 * ROW).tolist() == wanted


def by_steps(x, *, mean, root, top, shift=0):
    total = int(sum(x))
    mu = round(Fraction(total, len(x))) if mean == "half_even" else int(total / len(x))
    y = [v - mu for v in x]
    k = root(sum((v >> shift) ** 2 for v in y)) << shift
    return y, top // max(k, 1)


def ten_steps(v):
    k = 1 << 16
    for _ in range(10):
        k = (k + v // k) >> 1
    return k


@pytest.mark.parametrize("length", [1, 2, 3, 8, 31])
def test_published_ones_are_their_definitions(length):
    for x in np.random.default_rng(length).integers(-2000, 2001, (20, length)).tolist():
        y, factor = by_steps(x, mean="half_even", root=ten_steps, top=(1 << 31) - 1)
        assert ivit_layernorm(x).tolist() == [v * factor >> 1 for v in y]
        y, factor = by_steps(x, mean="truncated", root=ten_steps, top=(1 << 31) - 1)
        assert ivit_layernorm(x, variant="tvm").tolist() == [int(Fraction(v * factor, 2)) for v in y]
        for shift in (0, 3):
            y, factor = by_steps(x, mean="half_even", root=isqrt, top=1 << 31, shift=shift)
            assert ibert_layernorm(x, shift=shift).tolist() == [v * factor >> 1 for v in y]


def test_published_ones_near_the_real_one():
    """Steps of sqrt(N) / 2 ** 30; at small variances I-ViT's root is too large, so that y is too small."""
    x = np.random.default_rng(0).normal(300, 2000, (8, 192)).astype(np.int64)
    step = 192**0.5 / 2**30
    for y in (ivit_layernorm(x), ibert_layernorm(x)):
        assert np.abs(y * step - real(x, "layer")).max() < 1e-3
    small = np.array([0, 1, 0, -1, 0, 0, 0, 0])
    step = 8**0.5 / 2**30
    assert ivit_layernorm(small).max() * step < 0.05 and real(small, "layer").max() == 2
    assert ibert_layernorm(small).max() * step == pytest.approx(2 * 2**0.5)  # floor(sqrt(2)) is 1


def test_empty_and_wide_rows():
    for function in (ivit_layernorm, ibert_layernorm):
        assert function(np.zeros((2, 0), np.int64)).shape == (2, 0)
        assert function([5]).tolist() == [0]
    wide = np.array([-(1 << 15), (1 << 15) - 1] * 8)
    step = 4 / 2**30
    assert np.abs(ivit_layernorm(wide) * step - real(wide, "layer")).max() < 1e-3
    assert np.abs(ibert_layernorm(wide, shift=2) * step - real(wide, "layer")).max() < 1e-3


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: norm([1], kind="batch"), "kind='batch' is not one of layer, rms"),
        (lambda: norm([128]), r"x\[0\] = 128 is outside"),
        (lambda: norm([1], fraction=17), "fraction=17 is out of range: use 0 to 16"),
        (lambda: norm(np.zeros(1 << 16, int), in_bits=16), "V needs 63 bits of at most 61: use shorter rows"),
        (lambda: ivit_layernorm([1], variant="jax"), "variant='jax' is not one of ivit, tvm"),
        (lambda: ivit_layernorm([-32768, 32767] * 8, variant="tvm"), "beyond 32 bits: use shorter rows"),
        (lambda: ibert_layernorm([-32768, 32767] * 8), "beyond 32 bits: use a larger shift"),
        (lambda: ibert_layernorm([1], shift=17), "shift=17 is out of range: use 0 to 16"),
    ],
)
def test_refusals_are_sentences(call, message):
    with pytest.raises(UsageError, match=message):
        call()
