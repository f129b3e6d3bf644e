"""LayerNorm and RMSNorm of rows of integers: one pass, and as published by I-ViT and I-BERT.

One pass over a row of N elements takes S = sum of x and Q = sum of x ** 2. With V = N * Q - S ** 2, which is
N ** 2 times the variance; RMSNorm has 0 for S in both places:

    y = saturate(round((N * x - S) / sqrt(V + eps) * 2 ** fraction))

The reciprocal square root is that of `golden.reciprocal`: its error is common to the row. Gamma and beta
belong into the requantisation per channel that follows (`golden.requant`).

The published ones take a second pass, over x - mean, and divide (`golden.int_sqrt` has their square roots):

    mu = round(S / N)       V = sum of ((x - mu) >> shift) ** 2     k = sqrt(V) << shift
    y = ((x - mu) * (top // k)) >> 1                                in steps of sqrt(N) / 2 ** 30

               mu           sqrt              top            shift    y
    ivit       half even    ten steps         2 ** 31 - 1    none     rounded down
    ivit, tvm  truncated    ten steps         2 ** 31 - 1    none     truncated
    ibert      half even    floor(sqrt(V))    2 ** 31        given    rounded down
"""

import numpy as np

from .errors import UsageError
from .int_sqrt import int_sqrt, ivit_sqrt
from .ivit_exp import VARIANTS
from .reciprocal import MAX_BITS, rsqrt
from .requant import round_shift
from .rows import check_name, check_option, check_rows

KINDS = ("layer", "rms")
#: Of hardware: `norm`, and the published ones, of I-ViT in both variants.
METHODS = ("table", "ivit", "ivit_tvm", "ibert")
#: Of the published sums of squares that are bounded.
_VARIANCE_BITS = 32


def variance_bits(*, length: int, in_bits: int) -> int:
    """Return how many bits V of a row of `length` elements needs, whatever its codes."""
    return (length * length << (2 * in_bits - 2)).bit_length()


def norm(
    x,
    *,
    kind: str = "layer",
    fraction: int = 5,
    in_bits: int = 8,
    out_bits: int = 8,
    eps: int = 0,
    index_bits: int = 6,
    mantissa_bits: int = 9,
) -> np.ndarray:
    """Return the rows of `x`, (..., N), normalised, as int64.

    x: signed, `in_bits`, 1 to 16. kind: `layer` takes the mean away, `rms` does not. fraction: 0 to 16; a
    step of y is 2 ** -fraction. out_bits: 2 to 24, of y, which saturates. eps: 0 to 2 ** 40, in the units of
    V: the eps of the real formula times (N / scale) ** 2. index_bits, mantissa_bits: of the reciprocal square
    root, 1 to 12 and 2 to 24. A row of which V + eps is 0 gives zeros; an empty row has an empty result.

    y differs from the real value by at most `rsqrt_error` times that value, and half a step. Raises
    UsageError for what is out of range, and for rows so long that V needs more than 61 bits.
    """
    x = check_rows(x, in_bits)
    check_name("kind", kind, KINDS)
    check_option("fraction", fraction, 0, 16)
    check_option("out_bits", out_bits, 2, 24)
    check_option("eps", eps, 0, 1 << 40)
    length = x.shape[-1]
    bits = variance_bits(length=length, in_bits=in_bits)
    if bits >= MAX_BITS:
        raise UsageError(
            f"x has rows of {length}, and with in_bits={in_bits} V needs {bits} bits of at most "
            f"{MAX_BITS - 1}: use shorter rows or a smaller in_bits"
        )
    if not x.size:
        return x
    total = x.sum(axis=-1, keepdims=True) if kind == "layer" else 0
    variance = length * (x * x).sum(axis=-1, keepdims=True) - total * total
    scale = rsqrt(variance + eps, bits=MAX_BITS, index_bits=index_bits, mantissa_bits=mantissa_bits)
    # Python's integers: the difference has up to 32 bits, the mantissa 24, and the fraction adds 16.
    product = (length * x - total).astype(object) * scale.mantissa << fraction
    y = round_shift(product, scale.shift, "half_up")
    end = 1 << (out_bits - 1)
    return np.minimum(np.maximum(y, -end), end - 1).astype(np.int64)


def ivit_layernorm(x, *, in_bits: int = 16, variant: str = "ivit") -> np.ndarray:
    """Return I-LayerNorm of the rows of `x`, (..., N), before gamma and beta, as int64 below 2 ** 30.

    x: signed, `in_bits`, 1 to 16. Of rows whose V is small, the root has not converged, and y is too small:
    see `ivit_sqrt`. An empty row has an empty result. Raises UsageError for what is out of range, and for V
    beyond 32 bits, which `tvm` would wrap.
    """
    x = check_rows(x, in_bits)
    check_name("variant", variant, VARIANTS)
    if not x.size:
        return x
    tvm = variant == "tvm"
    y = x - _mean(x, tvm)
    variance = _variance(y, "use shorter rows, a larger scale or variant=ivit" if tvm else None)
    factor = ((1 << 31) - 1) // ivit_sqrt(variance, bits=MAX_BITS)
    product = y * factor
    # A shift rounds down, and a division of C truncates.
    return np.sign(product) * (np.abs(product) >> 1) if tvm else product >> 1


def ibert_layernorm(x, *, shift: int = 0, in_bits: int = 16) -> np.ndarray:
    """Return i-LayerNorm of the rows of `x`, (..., N), before gamma and beta, as int64.

    x: signed, `in_bits`, 1 to 16. shift: 0 to 16. The released code adds 0.0001 to the root, against roots of
    0, which is no integer: here a root of 0 counts as 1. An empty row has an empty result. Raises UsageError
    for what is out of range, and for V beyond 32 bits.
    """
    x = check_rows(x, in_bits)
    check_option("shift", shift, 0, 16)
    if not x.size:
        return x
    y = x - _mean(x, False)
    root = int_sqrt(_variance(y >> shift, "use a larger shift"), bits=_VARIANCE_BITS) << shift
    return (y * ((1 << 31) // np.maximum(root, 1))) >> 1


def _mean(x: np.ndarray, truncated: bool) -> np.ndarray:
    total, length = x.sum(axis=-1, keepdims=True), x.shape[-1]
    if truncated:
        return np.sign(total) * (np.abs(total) // length)
    floor, rest = np.divmod(total, length)
    return floor + ((2 * rest > length) | ((2 * rest == length) & (floor & 1 == 1)))


def _variance(y: np.ndarray, remedy: str | None) -> np.ndarray:
    """Return the sum of squares; with a `remedy` to suggest, it is refused beyond 32 bits."""
    variance = (y * y).sum(axis=-1, keepdims=True)
    if remedy and (variance >> _VARIANCE_BITS).any():
        raise UsageError(
            f"the sum of squares of a row is {variance.max()}, beyond {_VARIANCE_BITS} bits: {remedy}"
        )
    return variance
