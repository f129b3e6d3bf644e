"""Weights that are known when the hardware is made: the .npy file that `acc_bits=from:FILE` names."""

import dataclasses
import functools
import hashlib
from pathlib import Path
from typing import Self

import numpy as np

from ..golden.accumulator import weight_bits
from ..golden.errors import UsageError
from ..golden.integer import check_range
from ..golden.npy import load_array

#: What a field's value starts with if the rest of it names a file.
PREFIX = "from:"
#: Narrowest accumulator that is made: weights that are all zero need less.
LOWEST_BITS = 2


def refuse_weights(acc_bits) -> None:
    """Raise UsageError if weights shall size an accumulator of floats."""
    if isinstance(acc_bits, str) and acc_bits.startswith(PREFIX):
        raise UsageError(
            f"acc_bits={acc_bits}: weights bound sums of integers, and a sum of floats, which is rounded at "
            "every step and keeps an exponent, overflows at no width: leave acc_bits out, or give the bits "
            "of precision"
        )


@dataclasses.dataclass(frozen=True, repr=False)
class KnownWeights:
    """B of a matrix product, (K, N) integers, by content, and the text that named its file.

    text: `from:FILE` as the user wrote it, which is also `str` and, quoted, `repr`. content: the values as
    64-bit little-endian integers, row by row.
    """

    text: str
    shape: tuple[int, int]
    content: bytes

    @classmethod
    def read(cls, text: str) -> Self:
        """Read the file that `from:FILE` names. Raises UsageError unless it holds (K, N) integers."""
        name = text.removeprefix(PREFIX)
        if not name or not name.isprintable():
            raise UsageError(f"{text!r} names no file: use {PREFIX}FILE, for example {PREFIX}weights.npy")
        found = load_array(Path(name))
        if found.ndim != 2 or 0 in found.shape:
            raise UsageError(f"{name} is {found.shape}: weights must be (K, N), a column per output channel")
        values = check_range(name, found, 62, True)
        return cls(text, found.shape, values.astype("<i8").tobytes())

    @property
    def matrix(self) -> np.ndarray:
        """The weights as int64 (K, N), not to be written to."""
        return np.frombuffer(self.content, "<i8").reshape(self.shape).astype(np.int64, copy=False)

    @property
    def k(self) -> int:
        """Rows: how many products a sum has."""
        return self.shape[0]

    @property
    def sha256(self) -> str:
        """SHA-256 of `content`, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    def acc_bits(self, a_bits: int, b_bits: int, a_signed: bool, b_signed: bool) -> int:
        """Return the width that no sum with these weights overflows: that of the widest column, or 2.

        Raises UsageError if a weight is no integer of `b_bits`.
        """
        return _acc_bits(self, a_bits, b_bits, a_signed, b_signed)

    @property
    def facts(self) -> dict[str, int | str]:
        """What tells these weights from others, for records: K, N and the hash."""
        return {"k": self.k, "n": self.shape[1], "sha256": self.sha256}

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return repr(self.text)


def check_sized_by_weights(spec) -> None:
    """Raise UsageError if the weights of a Spec cannot size its sums, or k_max sizes them too.

    spec: with `acc_bits`, `k_max`, `acc_width` and `weights`.
    """
    if spec.k_max is not None:
        raise UsageError(
            f"acc_bits={spec.acc_bits} and k_max={spec.k_max} both size the accumulator, and K of these "
            f"weights is {spec.weights.k}: leave k_max out"
        )
    try:
        width = spec.acc_width
    except UsageError as error:
        raise UsageError(f"acc_bits={spec.acc_bits}: {error}: use wider operands or other weights") from None
    if width > (highest := spec.params()["acc_bits"].high):
        raise UsageError(
            f"acc_bits={spec.acc_bits} asks for {width} bits, and accumulators go up to {highest}: "
            "use fewer rows of weights, or smaller ones"
        )


@functools.lru_cache(maxsize=256)
def _acc_bits(weights: KnownWeights, a_bits: int, b_bits: int, a_signed: bool, b_signed: bool) -> int:
    # A Spec is asked for its width hundreds of times while hardware is made of it.
    widths = weight_bits(weights.matrix, a_bits=a_bits, b_bits=b_bits, a_signed=a_signed, b_signed=b_signed)
    return max(int(widths.max()), LOWEST_BITS)
