"""Weights whose sums fit a given accumulator, by their L1 norm: A2Q, and A2Q+ for zero-centred ones.

Sources: Colbert et al., A2Q, ICCV 2023; Colbert et al., A2Q+, ICML 2024. The papers train under these bounds;
here they are put on weights that exist already, by the papers' quantiser q = clip(trunc(g/s * v / |v|_1)),
which rounds toward zero so that rounding never lengthens a column. All of it in integers: what holds the
bound must not depend on a rounding of floats.
"""

import numpy as np

from .errors import UsageError
from .integer import check_bits, check_range, int_range

#: Steps of a standard deviation in which `normal_weights` come: fine beside any integer they become.
STEPS = 1 << 16


def normal_weights(k: int, n: int, *, seed: int) -> np.ndarray:
    """Return (K, N) normally distributed weights as int64, a standard deviation being STEPS."""
    return np.rint(np.random.default_rng(seed).normal(0, STEPS, (k, n))).astype(np.int64)


def round_weights(weights, *, b_bits: int) -> np.ndarray:
    """Return (K, N) integers of `b_bits`: each column scaled to its largest magnitude and rounded.

    weights: (K, N) integers of any scale, up to 40 bits.
    """
    weights = _weights(weights, b_bits)
    top = int_range(b_bits, True)[1]
    largest = np.maximum(np.abs(weights).max(axis=0), 1)
    return np.sign(weights) * ((2 * top * np.abs(weights) + largest) // (2 * largest))


def a2q_norm(*, acc_bits: int, a_bits: int, a_signed: bool = False) -> int:
    """Return the largest L1 norm of a column that A2Q allows: (2^(P-1) - 1) * 2^(s - N), rounded down.

    P is `acc_bits`, N is `a_bits`, s is 1 for signed inputs. Raises UsageError if it is 0.
    """
    return _limit((1 << acc_bits - 1) - 1, 1 << a_bits - a_signed, acc_bits, a_bits)


def a2q_plus_norm(*, acc_bits: int, a_bits: int) -> int:
    """Return the largest norm of either sign that A2Q+ allows: (2^P - 2) / (2^N - 1) / 2, rounded down.

    P is `acc_bits`, N is `a_bits`; inputs of either sign. Raises UsageError if it is 0.
    """
    return _limit((1 << acc_bits - 1) - 1, (1 << a_bits) - 1, acc_bits, a_bits)


def a2q_weights(weights, *, acc_bits: int, a_bits: int, b_bits: int, a_signed: bool = False) -> np.ndarray:
    """Return (K, N) integers of `b_bits` whose sums an accumulator of `acc_bits` holds, by A2Q.

    weights: (K, N) integers of any scale, up to 40 bits. A column that `round_weights` keeps within the bound
    keeps its scale, and a longer one is shortened to the bound; both are rounded toward zero.
    """
    weights = _weights(weights, b_bits)
    norm = a2q_norm(acc_bits=acc_bits, a_bits=a_bits, a_signed=a_signed)
    wanted = np.abs(round_weights(weights, b_bits=b_bits)).sum(axis=0)
    return _shortened(weights, np.minimum(wanted, norm), np.abs(weights).sum(axis=0), b_bits)


def a2q_plus_weights(weights, *, acc_bits: int, a_bits: int, b_bits: int) -> np.ndarray:
    """Return (K, N) integers of `b_bits` whose sums an accumulator of `acc_bits` holds, by A2Q+.

    As `a2q_weights`, with the mean of a column taken away first. Positive and negative weights then add up to
    the same, and rounding toward zero shortens both: each sign has half of the norm.
    """
    weights = _weights(weights, b_bits)
    centred = weights * len(weights) - weights.sum(axis=0)
    norm = a2q_plus_norm(acc_bits=acc_bits, a_bits=a_bits)
    wanted = np.abs(round_weights(weights, b_bits=b_bits)).sum(axis=0) // 2
    return _shortened(centred, np.minimum(wanted, norm), np.abs(centred).sum(axis=0) // 2, b_bits)


def _shortened(weights: np.ndarray, norm: np.ndarray, length: np.ndarray, b_bits: int) -> np.ndarray:
    """Return weights * norm / length of each column, rounded toward zero and clipped."""
    # Python's integers, as the product can exceed 64 bits.
    size = np.abs(weights).astype(object) * norm // np.maximum(length, 1)
    return np.sign(weights) * np.minimum(size, int_range(b_bits, True)[1]).astype(np.int64)


def _limit(reach: int, largest_input: int, acc_bits: int, a_bits: int) -> int:
    if not reach // largest_input:
        raise UsageError(
            f"acc_bits={acc_bits} holds no product of an input of a_bits={a_bits}: use a wider accumulator"
        )
    return reach // largest_input


def _weights(weights, b_bits: int) -> np.ndarray:
    check_bits("b_bits", b_bits, 16)
    weights = check_range("weights", weights, 40, True)
    if weights.ndim != 2 or 0 in weights.shape:
        raise UsageError(f"weights are {weights.shape}: they must be (K, N), a column per output channel")
    return weights
