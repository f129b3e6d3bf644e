"""Square roots of integers, rounded down, and one that is not always: as whole arrays.

`int_sqrt` is the restoring recurrence of hardware, a bit of the root a step. `ibert_sqrt` is Newton's
iteration as I-BERT states it (Kim et al., ICML 2021, algorithm 4); both return floor(sqrt(x)). `ivit_sqrt` is
the ten steps of I-ViT's released code, which have no test for the end.
"""

import numpy as np

from .integer import check_bits, check_range
from .reciprocal import MAX_BITS, bit_length
from .rows import check_option

IVIT_STEPS = 10
#: The largest x of 32 bits, of those that are no n ** 2 - 1, for which ten steps are too few.
IVIT_WORST = 142882


def int_sqrt(x, *, bits: int) -> np.ndarray:
    """Return floor(sqrt(x)) as int64. x: unsigned, `bits`, 1 to 62, of any shape."""
    check_bits("bits", bits, MAX_BITS)
    rest = check_range("x", x, bits, False)
    root = np.zeros_like(rest)
    for place in range((bits + 1) // 2 - 1, -1, -1):
        trial = (root << (place + 1)) + (1 << (2 * place))
        fits = rest >= trial
        rest = rest - trial * fits
        root = root + (fits << np.int64(place))
    return root


def ibert_sqrt(x, *, bits: int) -> np.ndarray:
    """Return floor(sqrt(x)) as int64. x: unsigned, `bits`, 1 to 62, of any shape.

    From 2 ** ceil(bit length / 2) on, k = (k + x // k) >> 1 falls until it is the root, and then no more.
    """
    check_bits("bits", bits, MAX_BITS)
    x = check_range("x", x, bits, False)
    root = np.left_shift(1, (bit_length(x) + 1) // 2)
    # Only 0 has the root 0, by which nothing can be divided.
    positive = np.maximum(x, 1)
    while True:
        lower = (root + positive // root) >> 1
        if not (lower < root).any():
            return np.minimum(root, x)
        root = np.minimum(root, lower)


def ivit_sqrt(x, *, bits: int = 32, steps: int = IVIT_STEPS) -> np.ndarray:
    """Return k after `steps` times k = (k + x // k) >> 1 from 2 ** 16 on, as int64; steps: 1 to 64.

    x: unsigned, `bits`, 1 to 62, of any shape; the code has 32. k is never below floor(sqrt(x)). Ten steps
    reach it for every x from IVIT_WORST + 1 to 2 ** 32 - 1, but for n ** 2 - 1, where k may stay n. Below, k
    is up to 64 above it, 64 for x = 0; the last that is more than one above is 34595.
    """
    check_bits("bits", bits, MAX_BITS)
    check_option("steps", steps, 1, 64)
    x = check_range("x", x, bits, False)
    k = np.full_like(x, 1 << 16)
    for _ in range(steps):
        # k = 0 is reached from k = 1 with x = 0 only; a divider answers anything, and 0 stays 0.
        k = (k + x // np.maximum(k, 1)) >> 1
    return k
