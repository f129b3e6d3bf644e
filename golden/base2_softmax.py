"""Softmax to the base 2, with a running maximum in whole octaves: shifts, one table, one reciprocal.

A code weighs an octave / 2 ** fraction_bits: the logits are requantised by log2(e) more than usual. M, the
running maximum in octaves, is rounded up, so that a new one shifts the sum and nothing else, as Softermax
does (Stevens et al., Softermax, DAC 2021). `golden.octaves` is the stream. The exponentials are exact up to
one rounding and one truncation; those more than exp_bits octaves below the maximum are 0:

    d = M * 2 ** f - x
    e = T[d mod 2 ** f] >> (d div 2 ** f)           T[i] = round((2 ** exp_bits - 1) * 2 ** (-i / 2 ** f))

`base2_exp` is the stream: it needs no memory per element, and leaves the division to the caller, who scales
what it has summed by 1 / total once per row. `base2_softmax` divides, with e of the row's last M.
"""

import numpy as np

from .integer import check_bits
from .octaves import OctaveRow, nearest_powers, stream
from .reciprocal import reciprocal
from .requant import round_shift
from .rows import check_length, check_option, check_rows

MAX_FRACTION_BITS = 10


def exp2_table(*, fraction_bits: int, exp_bits: int) -> tuple[int, ...]:
    """Return T: (2 ** exp_bits - 1) * 2 ** (-i / 2 ** fraction_bits), i from 0, rounded to nearest.

    fraction_bits: 0 to 10, exp_bits: 1 to 16.
    """
    check_option("fraction_bits", fraction_bits, 0, MAX_FRACTION_BITS)
    check_bits("exp_bits", exp_bits, 16)
    return nearest_powers((1 << exp_bits) - 1, 1 << fraction_bits)


def longest_base2_row(*, exp_bits: int, total_bits: int) -> int:
    """Return the longest row whose total has `total_bits`, whatever its codes."""
    return ((1 << total_bits) - 1) // ((1 << exp_bits) - 1)


def base2_exp(
    x, *, fraction_bits: int = 5, exp_bits: int = 8, lanes: int = 1, in_bits: int = 8, total_bits: int = 20
) -> OctaveRow:
    """Return the exponentials of the rows of `x`, (..., N), in the order of the stream.

    x: signed, `in_bits`, 1 to 16. fraction_bits: 0 to 10; exp_bits: 1 to 16; total_bits: up to 40. lanes: see
    `golden.octaves.stream`.

    Raises UsageError for what is out of range and for rows longer than `longest_base2_row`.
    """
    x = check_rows(x, in_bits)
    table = np.array(exp2_table(fraction_bits=fraction_bits, exp_bits=exp_bits), np.int64)
    check_option("total_bits", total_bits, exp_bits, 40)
    check_length(x, longest_base2_row(exp_bits=exp_bits, total_bits=total_bits), "total_bits", total_bits)

    def exp_of(d: np.ndarray) -> np.ndarray:
        return table[d & (len(table) - 1)] >> np.minimum(d >> fraction_bits, 63)

    return stream(x, exp_of, fraction_bits=fraction_bits, lanes=lanes, in_bits=in_bits)


def base2_softmax(
    x,
    *,
    fraction_bits: int = 5,
    exp_bits: int = 8,
    lanes: int = 1,
    in_bits: int = 8,
    total_bits: int = 20,
    out_bits: int = 8,
    index_bits: int | None = 6,
    mantissa_bits: int = 9,
) -> np.ndarray:
    """Return the softmax of the rows of `x`, (..., N), in steps of 2 ** -out_bits, as int64.

    y = min(round(e / total * 2 ** out_bits), 2 ** out_bits - 1), rounded half up, e relative to the last M.

    out_bits: 1 to 16. index_bits: of `golden.reciprocal.reciprocal`, whose error is common to the row; None
    divides exactly. The others: see `base2_exp`. An empty row has an empty result.
    """
    row = base2_exp(
        x,
        fraction_bits=fraction_bits,
        exp_bits=exp_bits,
        lanes=lanes,
        in_bits=in_bits,
        total_bits=total_bits,
    )
    check_option("out_bits", out_bits, 1, 16)
    if not row.exps.size:
        return row.exps
    e = row.last_exps()
    total = row.total[..., None]
    if index_bits is None:
        y = ((e << (out_bits + 1)) + total) // (2 * total)
    else:
        scale = reciprocal(total, bits=total_bits, index_bits=index_bits, mantissa_bits=mantissa_bits)
        y = round_shift((e * scale.mantissa) << out_bits, scale.shift, "half_up")
    return np.minimum(y, (1 << out_bits) - 1)
