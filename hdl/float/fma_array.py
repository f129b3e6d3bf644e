"""The floating matrix engine: the arrays of `mac_array` with elements whose sums are rounded at the edge."""

from ..array.mac_array import MacArray


class FmaArray(MacArray):
    """C[rows, cols] = A[rows, K] x B[K, cols] of floats, tile after tile, output- or weight-stationary.

    Streams: as of `mac_array`; elements of A, B and C are codes of their formats, and any code is legal. A
    sum is rounded once, when it leaves. `c` brings C row by row, with `last` on the bottom row, while the
    next tile is computed. If `a` and `b` disagree about where a tile ends, `last_mismatch` stays high until
    reset; with ws the tile ends where `b` says so, else where either does.

    Timing: one beat a cycle, no idle cycle between tiles while K is at least `rows` steps long, with ws
    between blocks while `rows` is at least `depth`. Row 0 is offered `latency` cycles after the last beat was
    accepted. A stalled `c` stops the whole array. Reset drops whatever is in flight. Golden model:
    `golden.fma_gemm`.
    """
