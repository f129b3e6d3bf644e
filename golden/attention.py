"""One head of attention in integers: keys and values stream past a query, and one division ends the row.

    x = saturate(round(q . k * mult / 2 ** shift))          a score as a code: an octave / 2 ** fraction_bits
    M' = max(M, x in octaves, rounded up)
    e = T[d mod 2 ** f] >> (d div 2 ** f)                   d = M' * 2 ** f - x, as in `golden.base2_softmax`
    total = (total >> (M' - M)) + e                         sum of the exponentials
    acc = (acc >> (M' - M)) + e * v                         and of the values that they weigh, side by side
    y = saturate(round(acc / total * out_mult / 2 ** out_shift))

Nothing is kept per key: memory does not depend on the length. Sources: Nayak et al., FuseMax, MICRO 2024, and
Rabe and Staats, Self-attention Does Not Need O(n^2) Memory, 2021 (sums that are divided once); Stevens et
al., Softermax, DAC 2021 (maximum of whole octaves); Bai et al., SWAT, DAC 2024 (window).
"""

import numpy as np

from .base2_softmax import exp2_table, longest_base2_row
from .errors import UsageError
from .integer import check_range, int_range
from .reciprocal import reciprocal
from .requant import requant, round_shift
from .rows import check_length, check_option


def attention(
    q,
    k,
    v,
    *,
    mult,
    shift,
    out_mult,
    out_shift,
    position: int = 0,
    causal: bool = False,
    window: int | None = None,
    bits: int = 8,
    score_bits: int = 10,
    fraction_bits: int = 5,
    exp_bits: int = 8,
    total_bits: int = 20,
    index_bits: int = 6,
    mantissa_bits: int = 9,
) -> np.ndarray:
    """Return the attention of the queries `q`, (Q, D), to N keys `k` and values `v`, (N, D): (Q, D) int64.

    q, k, v, result: signed, `bits`. mult, shift: the scale of the scores as a dyadic number, of 15 bits and
    up to 63; that of q, of k, 1 / sqrt(D), log2(e) and 2 ** fraction_bits in one. out_mult, out_shift: the
    scale of v over that of the result, the same. position: the index of the first query; the first key has 0.
    causal: keys behind a query do not take part. window: nor do those `window` or more away. score_bits: 2 to
    16. A query that no key takes part in has a result of 0.

    Raises UsageError for what is out of range and for more keys than `longest_base2_row`.
    """
    q, k, v = (_vectors(name, x, bits) for name, x in (("q", q), ("k", k), ("v", v)))
    if not q.shape[1] == k.shape[1] == v.shape[1] or len(k) != len(v):
        raise UsageError(
            f"q, k and v are {q.shape}, {k.shape} and {v.shape}: use (Q, D), (N, D) and (N, D), D the same"
        )
    table = np.array(exp2_table(fraction_bits=fraction_bits, exp_bits=exp_bits), np.int64)
    check_option("score_bits", score_bits, 2, 16)
    check_option("total_bits", total_bits, exp_bits, 40)
    check_length(k.T, longest_base2_row(exp_bits=exp_bits, total_bits=total_bits), "total_bits", total_bits)
    scale = {"mult_bits": 15, "shift_bits": 6, "out_bits": score_bits}
    x = requant(q @ k.T, mult, shift, **scale)
    there = takes_part(len(q), len(k), position=position, causal=causal, window=window)
    octaves = -(-x >> fraction_bits)

    # The total is one sum more: that of ones.
    values = np.c_[v, np.ones(len(v), np.int64)]
    sums = np.zeros((len(q), values.shape[1]), np.int64)
    top = np.full(len(q), -(1 << (score_bits - 1)) >> fraction_bits, np.int64)
    for j in range(len(k)):
        larger = np.where(there[:, j], np.maximum(top, octaves[:, j]), top)
        # Of a key that does not take part the distance means nothing, and may be below 0.
        d = np.maximum((larger << fraction_bits) - x[:, j], 0)
        e = table[d & (len(table) - 1)] >> np.minimum(d >> fraction_bits, 63)
        rise = np.minimum(larger - top, 63)[:, None]
        sums = (sums >> rise) + (e * there[:, j])[:, None] * values[j]
        top = larger

    acc, total = sums[:, :-1], sums[:, -1:]
    if total_bits + bits + mantissa_bits + 15 > 62:
        acc = acc.astype(object)
    scale = reciprocal(total, bits=total_bits, index_bits=index_bits, mantissa_bits=mantissa_bits)
    factor = scale.mantissa * check_range("out_mult", out_mult, 15, False)
    down = scale.shift + check_range("out_shift", out_shift, 6, False)
    y = round_shift(acc * factor, np.broadcast_to(down, acc.shape), "half_up")
    return np.clip(y, *int_range(bits, True)).astype(np.int64)


def takes_part(queries: int, keys: int, *, position: int, causal: bool, window: int | None) -> np.ndarray:
    """Return (queries, keys), whether a key takes part in a query; see `attention`."""
    ahead = position + np.arange(queries)[:, None] - np.arange(keys)
    there = np.ones(ahead.shape, bool)
    if causal:
        there &= ahead >= 0
    if window is not None:
        check_option("window", window, 1, 1 << 16)
        there &= np.abs(ahead) < window
    return there


def _vectors(name: str, x, bits: int) -> np.ndarray:
    x = check_range(name, x, bits, True)
    if x.ndim != 2:
        raise UsageError(f"{name} has {x.ndim} axes: give it two, vectors and their elements")
    return x
