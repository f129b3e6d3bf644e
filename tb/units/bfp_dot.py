"""Stimulus for `bfp_dot`: see block_dots.py."""

import numpy as np

from ...golden.bfp import bfp_dot
from ...golden.block_scale import Blocks
from ...golden.integer import wrap
from ...hdl.float.bfp_dot import BfpDotSpec
from ..block_dots import BlockDotBench, power_scales


def golden(spec: BfpDotSpec, a: Blocks, b: Blocks) -> np.ndarray:
    """Return the fp32 codes of dot products of blocks of words."""
    a, b = (
        x._replace(elements=wrap(x.elements, bits, True))
        for x, bits in zip((a, b), spec.operand_bits.values(), strict=True)
    )
    return bfp_dot(a, b, a_bits=spec.a_bits, b_bits=spec.b_bits, block=spec.block)


BENCH = BlockDotBench("bfp_dot", golden, power_scales)

scenarios = BENCH.scenarios
compiled_checks = BENCH.compiled_checks
check_exhaustible = BENCH.check_exhaustible
