"""Sums over blocks: each block's sum is an exact integer with an exponent of its own, the total is fp32.

    y = s[0] * 2 ** e[0] + s[1] * 2 ** e[1] + ...

Two accumulators, for a standard that leaves it open (OCP MX 1.0, section 6.2: the result is fp32):

- `"fp32"`: every block is rounded to fp32, to nearest even, and added to the total in fp32, from the first
  block to the last: one rounding for the block and one for the addition, none for the first addition.
- a `FixedAccumulator`: every block is shifted to the accumulator's grid, bits below it are cut off, which
  rounds down as an arithmetic shift does, and added; the total saturates after every block. It is rounded to
  fp32 at the end. The order of the blocks does not matter unless it saturates; nor do shifts lose anything if
  the grid is fine enough.

A NaN, or Infs of both signs, make y NaN, an Inf makes it Inf. A total of exactly zero is +0.
"""

import dataclasses

import numpy as np

from .errors import UsageError
from .fixed_point import Fixed, round_fixed, sum_kinds
from .float_arith import fp_add
from .float_code import FINITE
from .float_format import PRESETS
from .integer import check_bits, int_range

FP32 = PRESETS["fp32"]
MAX_ACC_BITS = 1024


@dataclasses.dataclass(frozen=True, kw_only=True)
class FixedAccumulator:
    """A signed fixed-point sum of `bits` bits, 1 to 1024, in units of 2 ** -`fraction_bits`, any integer."""

    bits: int
    fraction_bits: int

    def __post_init__(self):
        check_bits("bits", self.bits, MAX_ACC_BITS)


def sum_blocks(sums: Fixed, exponent, accumulator: str | FixedAccumulator = "fp32") -> np.ndarray:
    """Return the fp32 codes, (...), of sums over the last axis of `sums * 2 ** exponent`, (..., J); int64.

    exponent: integers of the same shape. Raises UsageError for an accumulator that is neither kind.
    """
    if isinstance(accumulator, FixedAccumulator):
        return _sum_fixed(sums, np.asarray(exponent), accumulator)
    if accumulator != "fp32":
        raise UsageError(f"accumulator={accumulator!r} is neither 'fp32' nor a FixedAccumulator")
    codes = round_fixed(sums, exponent, fmt=FP32)
    total = codes[..., 0]
    for j in range(1, codes.shape[-1]):
        total = fp_add(total, codes[..., j], a_format=FP32, b_format=FP32, out_format=FP32)
    return total


def _sum_fixed(sums: Fixed, exponent, accumulator: FixedAccumulator) -> np.ndarray:
    low, high = int_range(accumulator.bits, True)
    # Python integers: what a shift to the left makes of a sum has no bound of its own.
    shift = np.where(sums.kind == FINITE, exponent + accumulator.fraction_bits, 0).astype(object)
    terms = (sums.value.astype(object) << np.maximum(shift, 0)) >> np.maximum(-shift, 0)
    # Rows in a line: NumPy turns single Python integers into its own.
    rows = terms.reshape(-1, terms.shape[-1])
    total = np.zeros(len(rows), object)
    for j in range(rows.shape[1]):
        total = np.minimum(np.maximum(total + rows[:, j], low), high)
    total = Fixed(total.reshape(terms.shape[:-1]), *sum_kinds(sums.kind, sums.sign))
    return round_fixed(total, -accumulator.fraction_bits, fmt=FP32)
