"""Matrix multiplication with weights of -1, 0 and +1: how such trits are packed, added and looked up.

    packing  bits a trit  a code is                                                codes never packed
    1in2     2            two's complement: bit 0 not zero, bit 1 negative         10
    3in5     1.667        sign and |v|, v = 9 t0 + 3 t1 + t2, sign 1 for v < 0     minus 0, |v| of 14 and 15
    4in7     1.75         the same with v = 27 t0 + 9 t1 + 3 t2 + t3               minus 0, |v| of 41 to 63
    5in8     1.6          ceil(q * 256 / 243), q of the base-3 digits t + 1,       13 of 256
                          t0 first

Codes never packed still have a meaning, that of the simplest decoder, and are reported as illegal:

- 1in2: 10 is 0, as bit 0 says.
- 3in5, 4in7: all trits are 0. |v| is the index into a table of half of all sums of 3 or 4 activations, of
  which the other half are the negatives: a product needs no decoder at all.
- 5in8: trits are the first digits of code / 256 to the base 3, so an illegal code means what the code before
  it means. Decoding multiplies by 3, five times: what passes 8 bits is a digit, the rest goes on. A code is
  illegal if 13 * code, modulo 256, is 1 to 13.

Sources: packing 5in8 as TQ1_0 of ggml; 3in5 as TL2 of Wang et al., Bitnet.cpp, 2025, with its table of half
the sums. Multiplication by adding, subtracting or skipping: Zhu et al., Scalable MatMul-free Language
Modeling, 2024.
"""

from typing import NamedTuple

import numpy as np

from .errors import UsageError
from .integer import check_bits, check_range, int_range, int_width, wrap

#: (trits, bits) of a code.
PACKINGS = {"1in2": (1, 2), "3in5": (3, 5), "4in7": (4, 7), "5in8": (5, 8)}
#: Trits that a table serves, and the packing whose codes select its entries.
GROUPS = {3: "3in5", 4: "4in7"}


class Unpacked(NamedTuple):
    """trits: int64 (steps * trits of a code, N). illegal: bool (steps, N), codes that packing never makes."""

    trits: np.ndarray
    illegal: np.ndarray


def check_trits(w) -> np.ndarray:
    """Return `w` as int64. Raises UsageError at the first that is not -1, 0 or +1."""
    w = np.asarray(w)
    if w.dtype.kind not in "iub":
        raise UsageError(f"w must hold integers, not {w.dtype}: round it with golden.bitlinear first")
    wrong = (w < -1) | (w > 1)
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise UsageError(f"w{list(at)} = {w[at]} is not -1, 0 or 1: round weights with golden.bitlinear")
    return w.astype(np.int64)


def pack_trits(w, *, packing: str) -> np.ndarray:
    """Return the codes of trits (K, N) as int64 (steps, N); K is padded to whole codes with trits of 0.

    Row 0 of W is t0 of the first code. Raises UsageError for other weights, shapes and packings.
    """
    size, bits = _find(packing)
    w = check_trits(w)
    _check_matrix("w", w)
    w = np.pad(w, ((0, -len(w) % size), (0, 0))).reshape(-1, size, w.shape[1])
    if packing == "1in2":
        return w[:, 0] & 3
    value = (w * _weights(size)[:, None]).sum(axis=1)
    if packing == "5in8":
        return -(-(value + 121) * 256 // 243)
    return np.abs(value) | (value < 0).astype(np.int64) << (bits - 1)


def unpack_trits(codes, *, packing: str) -> Unpacked:
    """Return the trits of codes (steps, N), and which codes `pack_trits` never makes.

    Raises UsageError for codes out of range, other shapes and packings.
    """
    size, bits = _find(packing)
    codes = check_range("codes", codes, bits, False)
    _check_matrix("codes", codes)
    if packing == "1in2":
        return Unpacked((codes & 1) * (1 - (codes & 2)), codes == 2)
    if packing == "5in8":
        trits, rest = [], codes
        for _ in range(size):
            product = 3 * rest
            trits.append((product >> 8) - 1)
            rest = product & 255
        multiple = 13 * codes & 255
        illegal = (multiple >= 1) & (multiple <= 13)
    else:
        index, sign, illegal = _select(codes, size)
        digits = _digits(size)
        trits = [sign * digits[index, i] for i in range(size)]
    return Unpacked(np.stack(trits, axis=1).reshape(-1, codes.shape[1]), illegal)


def ternary_gemm(a, w, *, a_bits: int = 8, a_signed: bool = True, out_bits: int = 62) -> np.ndarray:
    """Return C = A x W, int64 (M, N), modulo 2 ** out_bits.

    a: (M, K) integers of `a_bits`, 1 to 16; w: (K, N) of -1, 0 and 1. Exact with the `out_bits` that
    `ternary_bits` returns, and with those of `golden.accumulator.weight_bits` if W is known.

    Raises UsageError if a shape or a value is out of range.
    """
    a, w = _check_a(a, a_bits, a_signed), check_trits(w)
    _check_matrix("w", w)
    if a.shape[1] != len(w):
        raise UsageError(f"a is {a.shape} and w is {w.shape}: they must be (M, K) and (K, N)")
    check_bits("out_bits", out_bits, 62)
    return wrap(a @ w, out_bits, True)


def make_ternary_tables(a, *, group: int, a_bits: int = 8, a_signed: bool = True) -> np.ndarray:
    """Return the tables of A (M, K) as int64 (M, steps, (3 ** group + 1) / 2).

    Entry v of a step is the sum of its activations times the trits of v, see `3in5` and `4in7`. Entry 0 is 0
    and need not be stored. K is padded to whole steps with activations of 0. group: 3 or 4.
    """
    _check_group(group)
    a = _check_a(a, a_bits, a_signed)
    a = np.pad(a, ((0, 0), (0, -a.shape[1] % group))).reshape(len(a), -1, group)
    return a @ _digits(group).T


def ternary_lookup_gemm(
    a, codes, *, group: int, a_bits: int = 8, a_signed: bool = True, out_bits: int = 62
) -> np.ndarray:
    """Return C = A x W from tables: one entry, added or subtracted, for every `group` products.

    a: (M, K); codes: (steps, N) of the packing of the group, `GROUPS`, with steps * group from K to
    K + group - 1. The result is that of `ternary_gemm` for the trits that the codes stand for; the trits of
    the padding meet activations of 0, whatever they are. Raises UsageError as `ternary_gemm`.
    """
    tables = make_ternary_tables(a, group=group, a_bits=a_bits, a_signed=a_signed)
    codes = check_range("codes", codes, PACKINGS[GROUPS[group]][1], False)
    _check_matrix("codes", codes)
    if len(codes) != tables.shape[1]:
        raise UsageError(
            f"codes have {len(codes)} rows, and K={np.shape(a)[1]} is {tables.shape[1]} groups of {group}: "
            "give one code per group and column"
        )
    check_bits("out_bits", out_bits, 62)
    index, sign, _ = _select(codes, group)
    total = np.zeros((len(tables), codes.shape[1]), np.int64)
    for step in range(len(codes)):
        total += sign[step] * tables[:, step, index[step]]
    return wrap(total, out_bits, True)


def ternary_bits(k_max: int, a_bits: int = 8, a_signed: bool = True) -> int:
    """Return the smallest width that no sum of `k_max` activations, each times -1, 0 or 1, overflows."""
    reach = k_max * _largest(a_bits, a_signed)
    return int_width(-reach, reach, True)


def ternary_entry_bits(group: int, a_bits: int = 8, a_signed: bool = True) -> int:
    """Return the width of a stored entry of a table. Its negative may need one bit more."""
    low, high = int_range(a_bits, a_signed)
    # The first digit of an entry that is not 0 is 1, so that not all activations meet a -1.
    return int_width(
        min(group * low, low - (group - 1) * high), max(group * high, high - (group - 1) * low), True
    )


def _find(packing: str) -> tuple[int, int]:
    if packing not in PACKINGS:
        raise UsageError(f"packing={packing!r} is not one of {', '.join(PACKINGS)}")
    return PACKINGS[packing]


def _check_group(group: int) -> None:
    if group not in GROUPS:
        raise UsageError(f"group={group} is not one of {', '.join(map(str, GROUPS))} trits to a lookup")


def _largest(a_bits: int, a_signed: bool) -> int:
    """Return the largest magnitude of an activation."""
    low, high = int_range(a_bits, a_signed)
    return max(-low, high)


def _check_a(a, a_bits: int, a_signed: bool) -> np.ndarray:
    check_bits("a_bits", a_bits, 16)
    a = check_range("a", a, a_bits, a_signed)
    _check_matrix("a", a)
    return a


def _check_matrix(name: str, values: np.ndarray) -> None:
    if values.ndim != 2 or 0 in values.shape:
        raise UsageError(f"{name} is {values.shape}: it must be a matrix of at least one row and one column")


def _weights(size: int) -> np.ndarray:
    return 3 ** np.arange(size)[::-1]


def _digits(size: int) -> np.ndarray:
    """Return the trits of every v that is not negative, ((3 ** size + 1) / 2, size)."""
    most = 3**size // 2
    return (np.arange(most + 1)[:, None] + most) // _weights(size) % 3 - 1


def _select(codes: np.ndarray, group: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return index (0 for an illegal code), sign (-1 or 1) and illegal of each code of a group."""
    bits = PACKINGS[GROUPS[group]][1]
    negative, size = codes >> (bits - 1), codes & ((1 << (bits - 1)) - 1)
    illegal = (size > 3**group // 2) | ((size == 0) & (negative == 1))
    return np.where(illegal, 0, size), 1 - 2 * negative, illegal
