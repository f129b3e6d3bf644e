"""Stimulus for `mx_dot`: see block_dots.py."""

import numpy as np

from ...golden.block_scale import Blocks
from ...golden.mx import mx_dot
from ...hdl.float.mx_dot import MxDotSpec
from ..block_dots import BlockDotBench, power_scales


def golden(spec: MxDotSpec, a: Blocks, b: Blocks) -> np.ndarray:
    """Return the fp32 codes of dot products of blocks."""
    elements = {"a_element": spec.a_element, "b_element": spec.b_element}
    return mx_dot(a, b, **elements, accumulator=spec.fixed or "fp32")


BENCH = BlockDotBench("mx_dot", golden, power_scales)

scenarios = BENCH.scenarios
compiled_checks = BENCH.compiled_checks
check_exhaustible = BENCH.check_exhaustible
