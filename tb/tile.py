"""Matrices as the beats of a matrix engine's streams, whatever its dataflow."""

import numpy as np

from ..golden.errors import UsageError
from .transaction import Beats

#: Accumulator, in bits, that nothing here overflows: the widest that `int_gemm` takes.
WIDEST = 62


def a_beats(spec, a: np.ndarray) -> Beats:
    """Return the beats of stream `a` for A (rows, K); K is padded with zeros to whole steps.

    spec: a MacArraySpec. A beat is `k_step` columns of A, row by row, or with ws a row of such a block.
    """
    rows, k = a.shape
    blocks = np.pad(a, ((0, 0), (0, -k % spec.k_step))).reshape(rows, -1, spec.k_step).swapaxes(0, 1)
    return _beats(blocks.reshape(-1, spec.a_lanes))


def b_beats(spec, b: np.ndarray) -> Beats:
    """Return the beats of stream `b` for B (K, cols): `k_step` rows of B each, or with ws one."""
    padded = np.pad(b, ((0, -len(b) % spec.k_step), (0, 0)))
    return _beats(padded.reshape(-1, spec.b_lanes))


def gemm_arguments(spec) -> dict:
    """Return the keyword arguments of `int_gemm` that describe a matrix engine.

    Where weights size the accumulator, the sums are those that it must hold: exact, in any width.
    """
    names = ("a_bits", "b_bits", "a_signed", "b_signed", "overflow", "k_step")
    arguments = {name: getattr(spec, name) for name in names} | {"acc_bits": spec.acc_width}
    return arguments | ({"acc_bits": WIDEST, "overflow": "wrap"} if spec.weights else {})


def check_matrix_engine(unit: str, spec) -> None:
    """Raise UsageError if a unit is not a matrix engine."""
    if not hasattr(spec, "tile_beats"):
        raise UsageError(f"{unit} is not a matrix engine: use mac_array")


def last_of(beats: int) -> np.ndarray:
    """Return a `last` flag per beat: only the final one is set."""
    return (np.arange(beats) == beats - 1).astype(np.uint8)


def _beats(values: np.ndarray) -> Beats:
    return {"data": values, "last": last_of(len(values))}
