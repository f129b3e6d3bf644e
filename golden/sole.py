"""SOLE's softmax: powers of two only, an exponent of 4 bits per element, and a division by two constants.

    k = min(round((d + (d >> 1) - (d >> 4)) / 2 ** f), 15)        d = M - x; about d log2(e), in octaves
    total = (total >> k(M' - M)) + sum of 2 ** -k                 running maximum M, elements in groups
    total = 2 ** t (1 + s)
    y = (c - q) * 2 ** -(k' + t + 1)                              q = 0 if s < 1/2, else 1/2; c = 1.636

k' is k with the octaves that M has risen by since, at most 15. A code weighs 2 ** -f nats. Source: Wang et
al., SOLE, ICCAD 2023, E2Softmax. It leaves open how octaves are rounded (here half up), the width
of the sum's fraction (15 bits here, so that 2 ** -15 counts) and that of the constant (8 bits, 419 / 256).
A row of one element has 0.82, not 1.
"""

import numpy as np

from .reciprocal import bit_length
from .rows import check_length, check_option, check_rows

#: The largest exponent, which is also the fraction of the sum.
DEEPEST = 15
#: c and c - 1/2, in steps of 2 ** -8.
CONSTANT_BITS, CONSTANT, HALF = 8, 419, 128


def longest_sole_row(*, total_bits: int = 27) -> int:
    """Return the longest row whose sum has `total_bits`, whatever its codes."""
    return ((1 << total_bits) - 1) >> DEEPEST


def sole(
    x,
    *,
    fraction_bits: int = 4,
    group: int = 16,
    in_bits: int = 8,
    total_bits: int = 27,
    out_bits: int = 8,
) -> np.ndarray:
    """Return the softmax of the rows of `x`, (..., N), in steps of 2 ** -out_bits, rounded down, as int64.

    x: signed, `in_bits`, 1 to 16. fraction_bits: 0 to 12. group: elements that come at once, 1 to 65536: the
    result depends on it. total_bits: 16 to 40. out_bits: 1 to 16. An empty row has an empty result.

    Raises UsageError for what is out of range and for rows longer than `longest_sole_row`.
    """
    x = check_rows(x, in_bits)
    check_option("fraction_bits", fraction_bits, 0, 12)
    check_option("group", group, 1, 1 << 16)
    check_option("total_bits", total_bits, DEEPEST + 1, 40)
    check_option("out_bits", out_bits, 1, 16)
    check_length(x, longest_sole_row(total_bits=total_bits), "total_bits", total_bits)
    if not x.size:
        return x
    top = x[..., :group].max(axis=-1)
    total = np.zeros_like(top)
    exponents, tops = np.empty_like(x), np.empty_like(x)
    for start in range(0, x.shape[-1], group):
        part = slice(start, start + group)
        larger = np.maximum(top, x[..., part].max(axis=-1))
        k = octaves(larger[..., None] - x[..., part], fraction_bits)
        total = (total >> octaves(larger - top, fraction_bits)) + (1 << DEEPEST >> k).sum(axis=-1)
        exponents[..., part], tops[..., part] = k, larger[..., None]
        top = larger
    k = np.minimum(exponents + octaves(top[..., None] - tops, fraction_bits), DEEPEST)
    length = bit_length(total)[..., None]
    # The bit below the leading one says whether s is at least a half.
    q = (total[..., None] >> np.maximum(length - 2, 0)) & 1
    down = CONSTANT_BITS + k + (length - 1 - DEEPEST) + 1
    y = ((CONSTANT - HALF * q) << out_bits) >> down
    return np.minimum(y, (1 << out_bits) - 1)


def octaves(d: np.ndarray, fraction_bits: int) -> np.ndarray:
    """Return the 4-bit exponents of distances `d`, 0 or more, in codes of 2 ** -fraction_bits nats."""
    scaled = d + (d >> 1) - (d >> 4)
    return np.minimum((scaled + (1 << fraction_bits >> 1)) >> fraction_bits, DEEPEST)
