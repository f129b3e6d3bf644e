"""Matrix multiplication of float activations and integer weights: aligned, added exactly, then accumulated.

    align    the activations of a step of a row -> integers x in units of the largest one's exponent
    add      S = sum over the step of digit * x, exact: one sum per beat
    step     acc <- acc + S * 2 ** exponent         `golden.float_accumulate`: not rounded to a code
    at the end  one rounding to a float format, nearest even

A step is `k_step` activations: K is cut into steps in its order, the last one filled up with zeros. Their
significands are shifted right to the largest exponent among them and rounded to `align_bits`, sign included:
to nearest, ties away from zero, so that -a gives -x and nothing drifts. The largest one is exact. Zeros count
as numbers of the smallest exponent, subnormal numbers as they are; -0 is 0, and a C that is zero is +0.

Weights come as digits of `planes` bits, a beat each, the lowest first:

    weight_kind   a weight w is        its digits
    signed        two's complement     of 0 to 2 ** planes - 1, the highest one signed
    odd           odd                  odd, from -(2 ** planes - 1) to 2 ** planes - 1

A beat's sum S is an integer that cannot overflow; the beat's weight, 2 ** (planes * beat), is an exponent. S
enters the accumulator as the products of `golden.float_accumulate` do, and a sum of 0 leaves it as it is. So
the order is part of the result: steps in the order of K, in each the beats.

An activation that is Inf or NaN makes its whole row of C NaN, zero weights included: elements see sums, and
the sign of an infinite product lies in a weight. A finite C too large for its format is what the format says.

Each activation is wrong by at most 2 ** (1 - align_bits) of the largest power of two in its step. Every beat
adds at most 1.5 units of the lowest bit of the larger of accumulator and sum.

Source: the alignment is that of block floating point (Drumond et al., Training DNNs with Hybrid Block
Floating Point, 2018), with blocks of a step; planes and tables are those of `golden.lut_gemm`.
"""

import dataclasses
from typing import NamedTuple

import numpy as np

from .errors import UsageError
from .float_accumulate import Accumulator, acc_to_code, accumulate, no_sum
from .float_code import FINITE, unpack
from .float_format import FloatFormat
from .integer import check_range, int_width
from .lut_gemm import odd_weights

WEIGHT_KINDS = ("signed", "odd")


@dataclasses.dataclass(frozen=True, kw_only=True)
class StepFormat:
    """How activations are aligned, and the accumulator of their sums.

    fmt: format of the activations, signed and with a zero. align_bits: width of an aligned one, two's
    complement. k_step: activations of a step. planes: bits of a digit. beats: digits of the widest weight.
    acc_bits: width of the accumulator's significand, at most 48.

    Raises UsageError if a significand is wider than `align_bits`, or a sum wider than `acc_bits`.
    """

    fmt: FloatFormat
    align_bits: int
    k_step: int
    weight_kind: str
    planes: int
    beats: int = 1
    acc_bits: int

    def __post_init__(self):
        fmt = self.fmt
        if self.weight_kind not in WEIGHT_KINDS:
            raise UsageError(f"weight_kind={self.weight_kind!r} is not one of {', '.join(WEIGHT_KINDS)}")
        if not (fmt.signed and fmt.has_zero):
            raise UsageError(
                f"a format with signed={fmt.signed} and has_zero={fmt.has_zero} cannot be aligned: "
                "activations need a format with signs and a zero"
            )
        if self.align_bits < (least := fmt.mantissa_bits + 2):
            raise UsageError(
                f"align_bits={self.align_bits} cuts the significand of {least - 1} bits and its sign: use at "
                f"least {least}"
            )
        if self.acc_bits < self.sum_bits:
            raise UsageError(
                f"acc_bits={self.acc_bits} does not hold the sum of a beat, {self.sum_bits} bits: use at "
                f"least {self.sum_bits}, or fewer activations a step, planes or align_bits"
            )

    @property
    def sum_bits(self) -> int:
        """Width of the sum of a beat, two's complement."""
        largest = (
            (1 << self.planes) - 1 if self.weight_kind == "odd" or self.beats > 1 else 1 << self.planes - 1
        )
        reach = largest * self.k_step * ((1 << (self.align_bits - 1)) - 1)
        return int_width(-reach, reach, True)

    @property
    def offset(self) -> int:
        """What is added to the activations' exponent field, so that no sum falls below an exponent of 1."""
        return 1 << (self.acc_bits - 2).bit_length()

    @property
    def exponent_bits(self) -> int:
        """Width of the accumulator's exponent: sums stop growing `acc_bits` above what is added."""
        largest = (1 << self.fmt.exponent_bits) - 1 + self.offset + self.planes * (self.beats - 1)
        return (largest + self.acc_bits).bit_length()

    @property
    def unit(self) -> int:
        """Weight of the accumulator's lowest bit where its exponent is 0, as a power of two."""
        below = self.acc_bits - self.sum_bits
        return -(self.fmt.bias + self.align_bits - 2 + self.offset + below)


class Aligned(NamedTuple):
    """Steps of activations. value: (M, steps, k_step) integers; field: the largest exponent field, 1 or more;
    nan: 1 where an activation is Inf or NaN, whose step's values mean nothing; both (M, steps). int64.
    """

    value: np.ndarray
    field: np.ndarray
    nan: np.ndarray


def align(a, *, fmt: FloatFormat, align_bits: int, k_step: int) -> Aligned:
    """Return the activations `a`, (M, K) codes of `fmt`, as integers by steps.

    A value x stands for x * 2 ** (field - bias - align_bits + 2). Raises UsageError for codes out of range.
    """
    a = check_range("a", a, fmt.bits, False)
    a = np.pad(a, ((0, 0), (0, -a.shape[1] % k_step))).reshape(len(a), -1, k_step)
    sign, exponent, significand, kind = unpack(a, fmt)
    largest = exponent.max(axis=2, keepdims=True)
    # One more bit below the point, which rounds the magnitude.
    guarded = (significand << (align_bits - 1 - fmt.mantissa_bits)) >> np.minimum(largest - exponent, 62)
    magnitude = (guarded + 1) >> 1
    return Aligned(
        np.where(sign == 1, -magnitude, magnitude),
        largest[:, :, 0] + fmt.bias + fmt.mantissa_bits,
        (kind != FINITE).any(axis=2).astype(np.int64),
    )


def weight_digits(w, *, weight_bits: int, weight_kind: str, planes: int) -> np.ndarray:
    """Return the digits of W (K, N) as int64 (beats, K, N), the lowest first.

    Raises UsageError for weights that are not of `weight_bits` and `weight_kind`.
    """
    beats = -(-weight_bits // planes)
    total = planes * beats
    if weight_kind == "odd":
        bits = (odd_weights(w, weight_bits, weight_kind) + (1 << total) - 1) >> 1
    else:
        bits = (odd_weights(w, weight_bits, weight_kind) - 1) >> 1
    digits = bits >> planes * np.arange(beats).reshape(-1, 1, 1)
    digits[:-1] &= (1 << planes) - 1
    return 2 * digits - (1 << planes) + 1 if weight_kind == "odd" else digits


def lut_float_gemm(a, w, *, weight_bits: int, step: StepFormat, out_format: FloatFormat) -> np.ndarray:
    """Return C = A x W as codes of `out_format`, int64 (M, N), as the hardware computes it.

    a: (M, K) codes of `step.fmt`. w: (K, N) integers of `weight_bits`, at most those of `step`, and of its
    weight_kind. Weights of fewer bits have fewer beats. Raises UsageError if a shape or a value is out of
    range.
    """
    if weight_bits > (widest := step.planes * step.beats):
        raise UsageError(f"weight_bits={weight_bits} is more than the {widest} bits of the step's digits")
    digits = weight_digits(w, weight_bits=weight_bits, weight_kind=step.weight_kind, planes=step.planes)
    a = check_range("a", a, step.fmt.bits, False)
    if a.ndim != 2 or digits.ndim != 3 or a.shape[1] != digits.shape[1] or 0 in a.shape + digits.shape:
        raise UsageError(
            f"a is {a.shape} and w is {digits.shape[1:]}: they must be (M, K) and (K, N), none of them 0"
        )
    return acc_to_code(sums(a, digits, step), acc=step, fmt=out_format)


def sums(a: np.ndarray, digits: np.ndarray, step: StepFormat) -> Accumulator:
    """Return the accumulators (M, N) of A (M, K) and digits (beats, K, N), before they are rounded.

    Beats beyond those of `step` weigh as much as the first ones again.
    """
    aligned = align(a, fmt=step.fmt, align_bits=step.align_bits, k_step=step.k_step)
    digits = np.pad(digits, ((0, 0), (0, -digits.shape[1] % step.k_step), (0, 0)))
    total = no_sum((len(a), digits.shape[2]))
    for s in range(aligned.value.shape[1]):
        nan = np.broadcast_to(aligned.nan[:, s, None], total.plus.shape)
        part = slice(s * step.k_step, (s + 1) * step.k_step)
        for beat, digit in enumerate(digits[:, part]):
            found = aligned.value[:, s] @ digit
            exponent = aligned.field[:, s, None] + step.offset + step.planes * (beat % step.beats)
            term = Accumulator(exponent * (found != 0), found << (step.acc_bits - step.sum_bits), nan, nan)
            total = accumulate(total, term, acc_bits=step.acc_bits)
    return total
