"""Stimulus for engines whose accumulator was sized by weights: these weights, and what overflows first."""

from collections.abc import Iterator, Sequence

import numpy as np

from ..golden.accumulator import adversarial_inputs, sum_range
from ..golden.integer import int_range


def random_b(spec, k: int, rng: np.random.Generator) -> np.ndarray:
    """Return operands B (k, cols): uniform, or the first k rows of random columns of the Spec's weights.

    spec: a matrix engine's. Fewer rows never reach further than all of them, as no input is worse than 0.
    """
    if spec.weights is None:
        return rng.integers(*int_range(spec.b_bits, spec.b_signed), (k, spec.cols), endpoint=True)
    weights = spec.weights.matrix
    return weights[:k, rng.integers(0, weights.shape[1], spec.cols)]


def widest_columns(spec) -> list[int]:
    """Return the columns of the Spec's weights with the smallest and with the largest sum."""
    low, high = sum_range(spec.weights.matrix, **_kinds(spec))
    return sorted({int(low.argmin()), int(high.argmax())})


def adversarial_products(
    spec, columns: Sequence[int], offset: int = 0
) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Return A (rows, K) and B (K, cols), with a name, that reach both ends of the sums of `columns`.

    The columns are taken in blocks of `cols`, the last one padded with weights that count for nothing, and
    every block meets the inputs of the smallest and the largest sum of each of its columns, `rows` at a time,
    the last ones repeated. Sums of some rows of B are then at their ends too. offset: what the hardware takes
    off every weight.
    """
    weights = spec.weights.matrix
    for start in range(0, len(columns), spec.cols):
        block = list(columns[start : start + spec.cols])
        b = np.pad(weights[:, block], ((0, 0), (0, spec.cols - len(block))), constant_values=offset)
        inputs = np.concatenate(
            adversarial_inputs(weights[:, block] - offset, a_bits=spec.a_bits, a_signed=spec.a_signed)
        )
        for first in range(0, len(inputs), spec.rows):
            a = np.resize(inputs[first : first + spec.rows], (spec.rows, len(weights)))
            yield f"both ends of columns {block[0]}..{block[-1]}, inputs from {first}", a, b


def adversarial_steps(spec) -> int:
    """Return how many steps of K it takes to reach both ends of every column."""
    k, n = spec.weights.shape
    blocks = -(-n // spec.cols)
    return blocks * -(-2 * min(n, spec.cols) // spec.rows) * -(-k // spec.k_step)


def _kinds(spec) -> dict:
    return {name: getattr(spec, name) for name in ("a_bits", "b_bits", "a_signed", "b_signed")}
