"""Matrix products of any size computed by the generated hardware, tile by tile."""

from collections.abc import Callable

import numpy as np

from ..gen.catalog import find_unit
from ..gen.verilog import make_verilog
from ..golden.errors import UsageError
from ..golden.group_gemm import check_per_group
from ..golden.integer import check_range
from .rtl import Rtl
from .tile import check_matrix_engine
from .verify import stimulus_module


class RtlGemm:
    """A matrix engine compiled from its Verilog, ready to multiply NumPy arrays.

    `cycles` counts the clock cycles of all products so far.
    """

    def __init__(self, unit: str, spec, progress: Callable[[str], None] = lambda _: None):
        """Generate and compile the engine. Raises UsageError if `unit` is not a matrix engine."""
        entry = find_unit(unit)
        check_matrix_engine(unit, spec)
        self.spec = spec
        self.beats = stimulus_module(unit)
        self.rtl = Rtl(make_verilog(entry, spec), progress)
        self.cycles = 0

    def __call__(
        self,
        a,
        b,
        advance: Callable[[float], None] = lambda _: None,
        scales: dict[str, np.ndarray] | None = None,
    ) -> np.ndarray:
        """Return A (M, K) x B (K, N) as int64 (M, N), with the engine's accumulator width and overflow rule.

        M and N are padded to whole tiles. advance: called with the share that is done. scales:
        what an engine with groups takes with them, (groups, N) each, by the Spec's `scale_fields`. Raises
        UsageError if shapes or operands do not fit, or if K is longer than an exact accumulator allows, or B
        needs a wider one than the weights for which it was made.
        """
        spec = self.spec
        a, b = check_product(spec, a, b, scales)
        m, n = len(a), b.shape[1]
        a = np.pad(a, ((0, -m % spec.rows), (0, 0)))
        b_inputs = [self.beats.b_beats(spec, part) for part in tile_columns(spec, b)]
        across = len(b_inputs)
        inputs = {"b": {field: np.concatenate([part[field] for part in b_inputs]) for field in b_inputs[0]}}
        if scales:
            inputs["s"] = {field: _by_tile(scales[field], n, spec.cols) for field in spec.scale_fields}
        result = np.empty((a.shape[0], across * spec.cols), np.int64)
        for top in range(0, a.shape[0], spec.rows):
            once = self.beats.a_beats(spec, a[top : top + spec.rows])
            a_inputs = {field: np.concatenate([values] * across) for field, values in once.items()}
            beats, cycles = self.rtl.stream(inputs | {"a": a_inputs}, {"c": across * spec.rows})
            tiles = beats["c"]["data"].reshape(across, spec.rows, spec.cols)
            result[top : top + spec.rows] = tiles.swapaxes(0, 1).reshape(spec.rows, -1)
            self.cycles += cycles
            advance((top + spec.rows) / a.shape[0])
        return result[:m, :n]


def _by_tile(values, n: int, cols: int) -> np.ndarray:
    """Return what belongs to groups and columns (groups, n) as beats of `cols`, tile after tile."""
    padded = np.pad(values, ((0, 0), (0, -n % cols)))
    return np.concatenate(np.split(padded, padded.shape[1] // cols, axis=1))


def check_product(spec, a, b, scales: dict[str, np.ndarray] | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return A and B as int64, or raise UsageError as a call of RtlGemm does."""
    a = check_range("a", a, spec.a_bits, spec.a_signed)
    b = spec.check_b(b)
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[0] or 0 in a.shape + b.shape:
        raise UsageError(f"a is {a.shape} and b is {b.shape}: they must be (M, K) and (K, N), none of them 0")
    k, n = b.shape
    if spec.weights:
        if (needed := spec.bits_for(b)) > spec.acc_width:
            raise UsageError(
                f"the sums with this B need {needed} bits, and the accumulator has {spec.acc_width}, "
                f"from acc_bits={spec.acc_bits}: give it the file of B"
            )
    elif (limit := getattr(spec, "k_limit", None)) is not None and k > limit:
        raise UsageError(
            f"K={k} is more than this accumulator of {spec.acc_width} bits sums exactly, which is "
            f"{limit}: use -p k_max={k}"
        )
    if scales:
        check_per_group(k, n, spec.group, scales)
        for field, shape in spec.scale_fields.items():
            check_range(field, scales[field], shape.width, False)
    return a, b


def tile_columns(spec, b) -> list[np.ndarray]:
    """Return B (K, N) as tiles (K, cols), the last one filled up with copies of the last column.

    Raises UsageError unless B is (K, N), none of them 0, and its elements are those of the Spec.
    """
    b = spec.check_b(b)
    if b.ndim != 2 or 0 in b.shape:
        raise UsageError(f"b is {b.shape}: it must be (K, N), none of them 0")
    b = np.pad(b, ((0, 0), (0, -b.shape[1] % spec.cols)), mode="edge")
    return np.split(b, b.shape[1] // spec.cols, axis=1)
