"""From matrices to the beats of a matrix engine's streams."""

import numpy as np

from .transaction import Beats


def tile_beats(spec, a: np.ndarray, b: np.ndarray) -> tuple[Beats, Beats]:
    """Return the beats of the streams `a` and `b` for one tile, A (rows, K) x B (K, cols).

    A beat holds `depth` columns of A and rows of B; a Spec without `depth` has one. K is filled up with
    zeros to whole beats; `last` is set on the last.
    """
    depth = getattr(spec, "depth", 1)
    fill = -a.shape[1] % depth
    a, b = np.pad(a, ((0, 0), (0, fill))), np.pad(b, ((0, fill), (0, 0)))
    beats = a.shape[1] // depth
    a_data = a.reshape(spec.rows, beats, depth).swapaxes(0, 1).reshape(beats, spec.rows * depth)
    last = last_of(beats)
    return {"data": a_data, "last": last}, {"data": b.reshape(beats, depth * spec.cols), "last": last}


def last_of(beats: int) -> np.ndarray:
    """Return a `last` flag per beat: only the final one is set."""
    return (np.arange(beats) == beats - 1).astype(int)
