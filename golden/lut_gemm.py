"""Matrix multiplication by table lookup: weights as sums of +-1 planes, activations as tables.

A weight of b bits is a sum of b planes of -1 and +1: an odd number q of at most 2 ** b - 1,

    q = sum over p of 2 ** p * (2 * u[p] - 1)          u: the b bits of (q + 2 ** b - 1) / 2

and k activations times k weights of one plane is one of 2 ** k sums of +-a. Half of them are the others
negated, so a table holds the 2 ** (k-1) in which the last activation is added, and a select of k bits says
which one (low bits) and whether it is added or subtracted (top bit 1 or 0). `pack_selects` works them out
beforehand, so that hardware has no complement to make.

    weight_kind   a weight w is         q            C = A x W is
    odd           odd                   w            sum q * a
    signed        two's complement      2 * w + 1    (sum q * a - sum a) / 2
    zero_point    u - zero, u >= 0      2 * u + 1 - 2 ** b       (sum q * a - offset * sum a) / 2
                                        offset: 2 * zero + 1 - 2 ** b

Sources: Mo et al., LUT Tensor Core, ISCA 2025, sections 3.1 and 3.2 (planes, half tables, folded complement);
Wei et al., T-MAC, EuroSys 2025 (tables rounded to 8 bits with one scale per row and group).
"""

import numpy as np

from .accumulator import acc_bits_for
from .errors import UsageError
from .integer import check_bits, check_odd, check_range, int_range, int_width, saturate, wrap
from .requant import round_shift

WEIGHT_KINDS = ("signed", "zero_point", "odd")
TABLES = ("full", "int8")
#: Width of an entry of an `int8` table: from -127 to 127, so that it can be negated.
ROUNDED_BITS = 8


def check_weights(w, weight_bits: int, weight_kind: str) -> np.ndarray:
    """Return weights (K, N) as int64, or raise UsageError at the first that is out of range.

    weight_kind: `signed` from -2 ** (b-1) to 2 ** (b-1) - 1, `zero_point` from 0 to 2 ** b - 1 (the zero
    point not yet subtracted), `odd` the odd numbers from -(2 ** b - 1) to 2 ** b - 1.
    """
    check_bits("weight_bits", weight_bits, 8)
    if weight_kind not in WEIGHT_KINDS:
        raise UsageError(f"weight_kind={weight_kind!r} is not one of {', '.join(WEIGHT_KINDS)}")
    if weight_kind != "odd":
        return check_range("w", w, weight_bits, weight_kind == "signed")
    return check_odd("w", w, weight_bits)


def odd_weights(w, weight_bits: int, weight_kind: str) -> np.ndarray:
    """Return q, the sum of +-1 planes that stands for each weight. Raises UsageError as `check_weights`."""
    w = check_weights(w, weight_bits, weight_kind)
    return w if weight_kind == "odd" else 2 * w + 1 - (weight_kind == "zero_point") * (1 << weight_bits)


def pack_selects(
    w, *, k: int, weight_bits: int, weight_kind: str = "signed", planes: int = 1, symmetric: bool = True
) -> np.ndarray:
    """Return the selects of W (K, N) as int64 (steps, planes in all, N), plane 0 weighing 1.

    k: weights per select; K is padded to whole steps with weights that meet activations of 0. planes: how
    many the hardware takes at once, to a multiple of which the planes of a weight are filled up. symmetric:
    for tables of 2 ** (k-1) entries; else for all 2 ** k. Raises UsageError as `check_weights`.
    """
    q = odd_weights(w, weight_bits, weight_kind)
    total = -(-weight_bits // planes) * planes
    q = np.pad(q, ((0, -len(q) % k), (0, 0)), constant_values=1)
    bits = (q + (1 << total) - 1) >> 1
    bits = bits.reshape(-1, k, 1, q.shape[1]) >> np.arange(total)[:, None] & 1
    if symmetric:
        bits[:, :-1] ^= 1 - bits[:, -1:]
    return (bits << np.arange(k)[:, None, None]).sum(axis=1)


def unpack_selects(selects: np.ndarray, *, k: int, symmetric: bool = True) -> np.ndarray:
    """Return q (steps * k, N) from selects (steps, planes in all, N): what `pack_selects` started from."""
    bits = selects[:, None] >> np.arange(k)[:, None, None] & 1
    if symmetric:
        bits[:, :-1] ^= 1 - bits[:, -1:]
    total = selects.shape[1]
    q = 2 * (bits << np.arange(total)[:, None]).sum(axis=2) - (1 << total) + 1
    return q.reshape(-1, selects.shape[2])


def entry_bits(a_bits: int, k: int, symmetric: bool = True) -> int:
    """Return the width of an entry of a full table; one that is not `symmetric` holds negated ones too."""
    reach = k << (a_bits - 1)
    return int_width(-reach, reach - symmetric, True)


def make_tables(a, *, k: int, a_bits: int, table: str = "full", shift=0) -> np.ndarray:
    """Return the tables of A (M, K) as int64 (M, steps, 2 ** (k-1)).

    Entry i is a[k-1] plus a[j] for every bit j that is set in i, minus a[j] for every other. An `int8` table
    holds round(entry / 2 ** shift), ties upwards, from -127 to 127; shift: (M,) integers from 0 to 15.
    """
    a = np.pad(check_range("a", a, a_bits, True), ((0, 0), (0, -np.shape(a)[1] % k)))
    a = a.reshape(len(a), -1, k)
    signs = 2 * (np.arange(1 << (k - 1))[:, None] >> np.arange(k - 1) & 1) - 1
    entries = a[:, :, -1:] + a[:, :, :-1] @ signs.T
    if table == "full":
        return entries
    shift = np.broadcast_to(check_range("shift", shift, 4, False), len(a)).reshape(-1, 1, 1)
    return np.maximum(saturate(round_shift(entries, shift, "half_up"), ROUNDED_BITS, True), -127)


def lut_bits(k_max: int, k: int, a_bits: int, weight_bits: int, weight_kind: str, table: str) -> int:
    """Return the smallest width that no C of K <= k_max overflows, in bits and signed."""
    if table == "full":
        if weight_kind == "signed":
            return acc_bits_for(k_max, a_bits, weight_bits, True, True)
        reach = k_max * ((1 << weight_bits) - 1) << (a_bits - 1)
        return int_width(-reach, reach, True)
    # Steps of k products, the last of which may be filled up; q and what is subtracted, at their largest.
    per_entry = (1 << weight_bits) - 1
    per_entry += {"signed": 1, "zero_point": per_entry, "odd": 0}[weight_kind]
    reach = -(-k_max // k) * per_entry * 127
    return int_width(-reach, reach, True)


def lut_gemm(
    a,
    w,
    zero=None,
    *,
    k: int = 4,
    a_bits: int = 8,
    weight_bits: int = 4,
    weight_kind: str = "signed",
    table: str = "full",
    shift=0,
    out_bits: int = 62,
) -> np.ndarray:
    """Return C = A x W as the tables give it: int64 (M, N), modulo 2 ** out_bits.

    a: (M, K) signed integers of `a_bits`; w: (K, N), see `check_weights`; zero: (N,) unsigned integers of
    `weight_bits`, for weight_kind=zero_point, whose weights are w - zero. With table=full C is exact whatever
    `k` is. With table=int8 entries are rounded (`make_tables`) and C counts units of 2 ** shift, one per row;
    where a full table's sum is halved (signed, zero_point) it is not, and the unit is half as much. The sum
    of a row's activations that is subtracted then is that of the entries in which all are added.

    Raises UsageError if a shape or a value is out of range, or `zero` and `weight_kind` disagree.
    """
    q = odd_weights(w, weight_bits, weight_kind)
    a = check_range("a", a, a_bits, True)
    if a.ndim != 2 or q.ndim != 2 or a.shape[1] != q.shape[0] or 0 in a.shape + q.shape:
        raise UsageError(f"a is {a.shape} and w is {q.shape}: they must be (M, K) and (K, N), none of them 0")
    offset = _offsets(zero, q.shape[1], weight_bits, weight_kind)
    if table == "full":
        if weight_kind == "odd":
            return wrap(a @ q, out_bits, True)
        return wrap((a @ q - offset * a.sum(axis=1, keepdims=True)) >> 1, out_bits, True)
    if table not in TABLES:
        raise UsageError(f"table={table!r} is not one of {', '.join(TABLES)}")
    tables = make_tables(a, k=k, a_bits=a_bits, table=table, shift=shift)
    selects = pack_selects(w, k=k, weight_bits=weight_bits, weight_kind=weight_kind)
    total = np.zeros((len(a), q.shape[1]), np.int64)
    half = 1 << (k - 1)
    for step, by_plane in enumerate(selects):
        for plane, select in enumerate(by_plane):
            found = tables[:, step, select % half]
            total += np.where(select >= half, found, -found) << plane
    return wrap(total - offset * tables[:, :, -1].sum(axis=1, keepdims=True), out_bits, True)


def _offsets(zero, n: int, weight_bits: int, weight_kind: str):
    if (zero is None) == (weight_kind == "zero_point"):
        raise UsageError(
            f"weight_kind={weight_kind} "
            + ("needs zero, (N,) zero points" if zero is None else "has no zero point")
        )
    if zero is None:
        return int(weight_kind == "signed")
    zero = check_range("zero", zero, weight_bits, False)
    if zero.shape != (n,):
        raise UsageError(f"zero is {zero.shape}: it must be ({n},), one per column of w")
    return 2 * zero + 1 - (1 << weight_bits)


def weight_range(weight_bits: int, weight_kind: str) -> np.ndarray:
    """Return every weight of a kind, in order."""
    if weight_kind == "odd":
        return np.arange(-(1 << weight_bits) + 1, 1 << weight_bits, 2)
    low, high = int_range(weight_bits, weight_kind == "signed")
    return np.arange(low, high + 1)
