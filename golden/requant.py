"""Requantisation: wide integers to narrow ones by dyadic numbers, and the dyadic number of a real scale.

    y = clamp(act(round((x + bias) * mult / 2 ** shift)
                  + round(residual * residual_mult / 2 ** residual_shift)) + zero_point)

Everything in between is exact. The branches are rounded one by one and not clamped before they are added,
as HAWQ-V3 does (Yao et al., HAWQ-V3: Dyadic Neural Network Quantization, 2020). What `round` does:

    truncate    floor: towards minus infinity       -2.5 -> -3   -0.3 -> -1   2.5 -> 2
    half_up     nearest, ties upwards               -2.5 -> -2   -0.3 ->  0   2.5 -> 3
    half_even   nearest, ties to the even number    -2.5 -> -2   -0.3 ->  0   2.5 -> 2
    half_away   nearest, ties away from zero        -2.5 -> -3   -0.3 ->  0   2.5 -> 3
"""

import numpy as np

from .errors import UsageError
from .integer import check_bits, check_range, int_range

ROUNDINGS = ("half_up", "half_even", "half_away", "truncate")
ACTIVATIONS = ("none", "relu", "clamp")

#: Bits of a float's significand.
_DOUBLE = 53
#: Products below 2 ** 62 are computed in int64, where a shift by 63 is the same as any longer one.
_INT64_PRODUCT = 62


def requant(
    x,
    mult,
    shift,
    *,
    bias=None,
    residual=None,
    residual_mult=None,
    residual_shift=None,
    zero_point=None,
    low=None,
    high=None,
    activation: str = "none",
    rounding: str = "half_up",
    in_bits: int = 32,
    in_signed: bool = True,
    residual_bits: int | None = None,
    residual_signed: bool = True,
    out_bits: int = 8,
    out_signed: bool = True,
    mult_bits: int = 31,
    shift_bits: int = 7,
) -> np.ndarray:
    """Return `x` requantised, as int64; all arrays broadcast, so that channels may be the last axis.

    x, residual: integers of `in_bits` and `residual_bits` (None: `in_bits`), 2 to 48. mult, residual_mult:
    unsigned, `mult_bits`, 1 to 31. shift, residual_shift: 0 to 2 ** shift_bits - 1, also beyond the width of
    the product, where `truncate` leaves 0 or -1 and the others leave 0. bias: signed, `in_bits`. zero_point,
    low, high: in the range of the result.
    activation: `relu` makes negative sums 0, before `zero_point` is added; `clamp` keeps the result between
    `low` and `high` (which wins if they cross).

    Raises UsageError if an operand is out of range, or given without what it needs.
    """
    check_bits("out_bits", out_bits, 16)
    check_bits("mult_bits", mult_bits, 31)
    check_bits("shift_bits", shift_bits, 7)
    check_rounding(rounding)
    _check_activation(activation)
    _check_company(residual, residual_mult, residual_shift, activation, low, high)
    check_bits("in_bits", in_bits, 48)
    # Python integers in an array without axes would not stay in it.
    scalar = all(np.ndim(given) == 0 for given in (x, mult, shift, bias, residual, zero_point, low, high))
    scalar &= np.ndim(residual_mult) == np.ndim(residual_shift) == 0
    x = check_range("x", x, in_bits, in_signed)
    width = in_bits + (not in_signed)
    if bias is not None:
        x = x + check_range("bias", bias, in_bits, True)
        width += 1
    x = np.atleast_1d(x)
    scales = {"mult": mult, "shift": shift, "mult_bits": mult_bits, "shift_bits": shift_bits}
    total = _scaled("", x, width, rounding, **scales)
    if residual is not None:
        bits = in_bits if residual_bits is None else residual_bits
        check_bits("residual_bits", bits, 48)
        residual = np.atleast_1d(check_range("residual", residual, bits, residual_signed))
        scales |= {"mult": residual_mult, "shift": residual_shift}
        other = _scaled("residual_", residual, bits + (not residual_signed), rounding, **scales)
        total = _wider(total) + other
    if activation == "relu":
        total = np.maximum(total, 0)
    if zero_point is not None:
        total = _wider(total) + check_range("zero_point", zero_point, out_bits, out_signed)
    y = np.minimum(np.maximum(total, int_range(out_bits, out_signed)[0]), int_range(out_bits, out_signed)[1])
    if activation == "clamp":
        low = check_range("low", low, out_bits, out_signed)
        y = np.minimum(np.maximum(y, low), check_range("high", high, out_bits, out_signed))
    return y.astype(np.int64).reshape(() if scalar else y.shape)


def round_shift(values: np.ndarray, shift: np.ndarray, rounding: str) -> np.ndarray:
    """Return `values` / 2 ** `shift`, rounded; `values` are int64 below 2 ** 62, or Python integers."""
    shift = shift.astype(object) if values.dtype == object else np.minimum(shift, 63)
    floor = values >> shift
    if rounding == "truncate":
        return floor
    # The guard bit weighs one half; what lies below it decides whether that half is a tie.
    place = np.maximum(shift - 1, 0)
    guard = (values >> place) & 1 & (shift > 0)
    above_tie = (values & ((1 << place) - 1)) != 0
    if rounding == "half_even":
        return floor + (guard & (above_tie | floor & 1))
    if rounding == "half_away":
        return floor + (guard & (above_tie | (values >= 0)))
    return floor + guard


def dyadic(scale, mult_bits: int = 31, shift_bits: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Return (mult, shift), int64, so that mult / 2 ** shift is the nearest to the real `scale`.

    mult uses all its bits, 2 ** (mult_bits - 1) to 2 ** mult_bits - 1, so that the pair differs from `scale`
    by at most `dyadic_error(mult_bits)` times `scale`. It is scale * 2 ** shift rounded half up; where that
    gives 2 ** mult_bits it is half of it, with one shift less.

    Raises UsageError for scales that are not above 0, or too large or too small for the pair.
    """
    check_bits("mult_bits", mult_bits, 31)
    check_bits("shift_bits", shift_bits, 7)
    scale = np.asarray(scale, np.float64)
    _refuse_first(
        scale, ~(np.isfinite(scale) & (scale > 0)), lambda s, _: f"{s:.12g} is not a number above 0"
    )
    fraction, exponent = np.frexp(scale)
    # An exact integer: the arithmetic from here on does not round.
    significand = np.ldexp(fraction, _DOUBLE).astype(np.int64)
    drop = _DOUBLE - mult_bits
    mult = (significand + (1 << (drop - 1))) >> drop
    rounded_up = mult >> mult_bits
    mult, shift = mult >> rounded_up, mult_bits - exponent.astype(np.int64) - rounded_up
    longest = (1 << shift_bits) - 1
    _refuse_first(
        scale,
        shift < 0,
        lambda s, _: (
            f"{s:.12g} is too large for mult_bits={mult_bits}: it must be below {2**mult_bits - 0.5:.12g}"
        ),
    )
    _refuse_first(
        scale,
        shift > longest,
        lambda s, at: (
            f"{s:.12g} is too small: with mult_bits={mult_bits} it needs a shift of {shift[at]}, and "
            f"shift_bits={shift_bits} ends at {longest}: use more shift_bits or fewer mult_bits"
        ),
    )
    return mult, shift


def dyadic_error(mult_bits: int) -> float:
    """Return by how much mult / 2 ** shift of `dyadic` differs from its scale at most, relative to it."""
    return 2.0**-mult_bits


def _scaled(prefix: str, value, width: int, rounding: str, *, mult, shift, mult_bits, shift_bits):
    """Return value * mult / 2 ** shift, rounded; `width` bounds the signed value."""
    mult = check_range(f"{prefix}mult", mult, mult_bits, False)
    shift = check_range(f"{prefix}shift", shift, shift_bits, False)
    if width - 1 + mult_bits > _INT64_PRODUCT:
        value = value.astype(object)
    return round_shift(value * mult, shift, rounding)


def _wider(values: np.ndarray) -> np.ndarray:
    """Return `values` in a type that holds one more addition, whatever they are."""
    near_the_end = values.dtype != object and values.size and np.abs(values).max() >= 1 << 61
    return values.astype(object) if near_the_end else values


def check_rounding(rounding: str) -> None:
    """Raise UsageError for a rounding that is none of ROUNDINGS."""
    if rounding not in ROUNDINGS:
        raise UsageError(f"rounding={rounding!r} is not one of {', '.join(ROUNDINGS)}")


def _check_activation(activation: str) -> None:
    if activation not in ACTIVATIONS:
        raise UsageError(f"activation={activation!r} is not one of {', '.join(ACTIVATIONS)}")


def _check_company(residual, residual_mult, residual_shift, activation: str, low, high) -> None:
    parts = [part is not None for part in (residual, residual_mult, residual_shift)]
    if any(parts) and not all(parts):
        raise UsageError("residual needs residual_mult and residual_shift: give all three, or none")
    bounds = [bound is not None for bound in (low, high)]
    if bounds != [activation == "clamp"] * 2:
        raise UsageError(
            f"activation={activation} and the bounds low and high do not match: clamp needs both, the others "
            "take neither"
        )


def _refuse_first(scale: np.ndarray, wrong: np.ndarray, says) -> None:
    if wrong.any():
        at = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise UsageError(f"scale{list(at) if at else ''}={says(float(scale[at]), at)}")
