"""Matrix multiplication of w x a bits by population counts of bit planes, most significant planes first.

    C = sum over i, j of sign(i, j) * 2 ** (i + j) * count(plane i of W, plane j of A)

    kind      a number is                                     range of b bits              count
    unsigned  sum of 2 ** i * u[i]                            0 to 2 ** b - 1              ones of AND
    signed    the same, the top plane weighing -2 ** (b - 1)  -2 ** (b-1) to 2 ** (b-1)-1  ones of AND
    bipolar   sum of 2 ** i * (2 * u[i] - 1)                  odd, up to +-(2 ** b - 1)    K - 2 * ones of XOR

With AND, sign is -1 where one of the two planes, not both, is the top plane of a signed operand. Bipolar
planes are -1 and +1 and all weigh positively; with 1 x 1 bits that is the binary network. A bipolar operand
goes with a bipolar one only.

The schedule goes through the pairs of planes by falling i + j and doubles the accumulator whenever i + j
falls by one, so that hardware has no shifter and the accumulator no more bits than C:

    acc = (first step ? 0 : shift ? 2 * acc : acc) + (negate ? -count : count)

Sources: Umuroglu et al., BISMO, FPL 2018, and its released code (AND, signs, schedule); Ma et al., Efficient
Arbitrary Precision Acceleration for Large Language Models on GPU Tensor Cores, 2024 (bipolar).
"""

from typing import NamedTuple

import numpy as np

from .accumulator import acc_bits_for
from .errors import UsageError
from .integer import check_bits, check_odd, check_range, int_width, wrap

KINDS = ("signed", "unsigned", "bipolar")
MAX_BITS = 16


class Step(NamedTuple):
    """One step of the schedule: planes i of W and j of A, and what the accumulator does with their count."""

    i: int
    j: int
    negate: bool
    shift: bool


def schedule(*, w_bits: int, a_bits: int, w_kind: str = "signed", a_kind: str = "signed") -> tuple[Step, ...]:
    """Return the w_bits * a_bits steps in order; w_bits + a_bits - 2 of them shift, by one place.

    Steps of the same i + j go by falling i. Raises UsageError for widths that are not 1 to 16 and for kinds
    that do not go together.
    """
    _check_kinds(w_bits, a_bits, w_kind, a_kind)
    steps = []
    for weight in range(w_bits + a_bits - 2, -1, -1):
        pairs = range(min(weight, w_bits - 1), max(weight - a_bits, -1), -1)
        for i in pairs:
            w_top = w_kind == "signed" and i == w_bits - 1
            a_top = a_kind == "signed" and weight - i == a_bits - 1
            steps.append(Step(i, weight - i, w_top != a_top, bool(steps) and i == pairs[0]))
    return tuple(steps)


def bit_planes(x, *, bits: int, kind: str = "signed", name: str = "x") -> np.ndarray:
    """Return the planes of `x`, 0 and 1, as int64 with one more axis in front; plane 0 weighs least.

    Raises UsageError for numbers out of the range of their kind, see above; `name` is what it calls them.
    """
    check_bits("bits", bits, MAX_BITS)
    if kind == "bipolar":
        x = (check_odd(name, x, bits) + (1 << bits) - 1) >> 1
    else:
        x = check_range(name, x, bits, kind == "signed")
    return x >> np.arange(bits).reshape(-1, *[1] * x.ndim) & 1


def plane_count(a_plane: np.ndarray, w_plane: np.ndarray, *, bipolar: bool) -> np.ndarray:
    """Return the count of every row of `a_plane` (M, K) with every column of `w_plane` (K, N), int64 (M, N).

    Ones of AND, 0 to K; or, bipolar, K minus twice the ones of XOR, -K to K.
    """
    both = a_plane @ w_plane
    if not bipolar:
        return both
    differ = a_plane.sum(axis=1, keepdims=True) + w_plane.sum(axis=0) - 2 * both
    return a_plane.shape[1] - 2 * differ


def bit_serial_gemm(
    a,
    w,
    *,
    a_bits: int = 8,
    w_bits: int = 2,
    a_kind: str = "signed",
    w_kind: str = "signed",
    out_bits: int = 62,
) -> np.ndarray:
    """Return C = A x W by the steps of the schedule: int64 (M, N), modulo 2 ** out_bits.

    a: (M, K) and w: (K, N), integers of their widths and kinds; C is signed unless both are unsigned. With
    the `out_bits` of `bit_serial_bits` it is A x W exactly; fewer keep the low bits, as every step does.

    Raises UsageError if a shape or a value is out of range, or the kinds do not go together.
    """
    steps = schedule(w_bits=w_bits, a_bits=a_bits, w_kind=w_kind, a_kind=a_kind)
    check_bits("out_bits", out_bits, 62)
    a_planes = bit_planes(a, bits=a_bits, kind=a_kind, name="a")
    w_planes = bit_planes(w, bits=w_bits, kind=w_kind, name="w")
    shapes = a_planes.shape[1:], w_planes.shape[1:]
    if len(shapes[0]) != 2 or len(shapes[1]) != 2 or shapes[0][1] != shapes[1][0] or 0 in sum(shapes, ()):
        raise UsageError(
            f"a is {shapes[0]} and w is {shapes[1]}: they must be (M, K) and (K, N), none of them 0"
        )
    signed = not a_kind == w_kind == "unsigned"
    acc = np.zeros((shapes[0][0], shapes[1][1]), np.int64)
    for i, j, negate, shift in steps:
        count = plane_count(a_planes[j], w_planes[i], bipolar=w_kind == "bipolar")
        acc = wrap((acc << shift) + (-count if negate else count), out_bits, signed)
    return acc


def bit_serial_bits(
    k_max: int, *, w_bits: int, a_bits: int, w_kind: str = "signed", a_kind: str = "signed"
) -> int:
    """Return the smallest accumulator width that no C of K <= k_max overflows.

    It is enough for the whole schedule, of which every step keeps the low bits. Raises UsageError as
    `schedule`.
    """
    _check_kinds(w_bits, a_bits, w_kind, a_kind)
    if w_kind == "bipolar":
        reach = k_max * ((1 << w_bits) - 1) * ((1 << a_bits) - 1)
        return int_width(-reach, reach, True)
    return acc_bits_for(k_max, a_bits, w_bits, a_kind == "signed", w_kind == "signed")


def _check_kinds(w_bits: int, a_bits: int, w_kind: str, a_kind: str) -> None:
    for name, bits, kind in (("w", w_bits, w_kind), ("a", a_bits, a_kind)):
        check_bits(f"{name}_bits", bits, MAX_BITS)
        if kind not in KINDS:
            raise UsageError(f"{name}_kind={kind!r} is not one of {', '.join(KINDS)}")
    if (w_kind == "bipolar") != (a_kind == "bipolar"):
        raise UsageError(
            f"w_kind={w_kind} and a_kind={a_kind} do not go together, as one needs XOR and the other AND: "
            "make both bipolar, or neither"
        )
