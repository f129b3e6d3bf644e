"""A row's exponentials to the base 2 as they stream, relative to a running maximum in whole octaves.

Elements come in groups of `lanes`, and share an M, the maximum rounded up to whole octaves of 2 ** f codes:

    M' = max(M, ceil(max of the group / 2 ** f))
    total = (total >> (M' - M)) + sum over the group of exp_of(M' * 2 ** f - x)

Shifting the total loses bits, so that the result depends on the lanes and the order of the elements.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .rows import check_option


class OctaveRow(NamedTuple):
    """Rows of exponentials; int64.

    exps: (..., N), e. octaves: (..., N), the M that e is relative to, that of the element's group.
    total: (...), their sum relative to the last M, truncated at every shift. top: (...), the last M.
    """

    exps: np.ndarray
    octaves: np.ndarray
    total: np.ndarray
    top: np.ndarray

    def last_exps(self) -> np.ndarray:
        """Return (..., N), the exponentials relative to the last M."""
        return self.exps >> np.minimum(self.top[..., None] - self.octaves, 63)


def stream(
    x: np.ndarray,
    exp_of: Callable[[np.ndarray], np.ndarray],
    *,
    fraction_bits: int,
    lanes: int,
    in_bits: int,
) -> OctaveRow:
    """Return the exponentials of the rows of `x`, (..., N) int64 of `in_bits`, in the order of the stream.

    exp_of: takes distances from M in codes, 0 or more. lanes: 1 to 65536; the last group may be shorter. The
    first M is that of the smallest code; an empty row keeps it, and its total is 0.
    """
    check_option("lanes", lanes, 1, 1 << 16)
    top = np.full(x.shape[:-1], _rounded_up(-(1 << (in_bits - 1)), fraction_bits), np.int64)
    total = np.zeros_like(top)
    exps, octaves = np.empty_like(x), np.empty_like(x)
    for start in range(0, x.shape[-1], lanes):
        part = slice(start, start + lanes)
        larger = np.maximum(top, _rounded_up(x[..., part].max(axis=-1), fraction_bits))
        e = exp_of((larger[..., None] << fraction_bits) - x[..., part])
        exps[..., part], octaves[..., part] = e, larger[..., None]
        total = (total >> np.minimum(larger - top, 63)) + e.sum(axis=-1)
        top = larger
    return OctaveRow(exps, octaves, total, top)


@lru_cache
def nearest_powers(top: int, n: int) -> tuple[int, ...]:
    """Return top * 2 ** (-i / n), i from 0 to n - 1, rounded to nearest.

    No entry is a tie: all but the first are irrational. Each is found by comparing integers, for t - 1/2 is
    at most the entry where (2 t - 1) ** n * 2 ** i is at most (2 top) ** n.
    """
    limit = (2 * top) ** n
    table = [top]
    for i in range(1, n):
        low, high = 0, table[-1]
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if (2 * middle - 1) ** n << i <= limit else (low, middle - 1)
        table.append(low)
    return tuple(table)


def _rounded_up(code, fraction_bits: int):
    return -(-code >> fraction_bits)
