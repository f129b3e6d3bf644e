"""Stimulus for `nvfp4_dot`: see block_dots.py."""

import numpy as np

from ...golden.block_scale import Blocks
from ...golden.block_sum import FP32
from ...golden.float_arith import fp_mul
from ...golden.nvfp4 import SCALE, nvfp4_sum
from ...hdl.float.nvfp4_dot import Nvfp4DotSpec
from ..block_dots import BlockDotBench
from ..floats import ends


def golden(spec: Nvfp4DotSpec, a: Blocks, b: Blocks, tensor: int | None = None) -> np.ndarray:
    """Return the fp32 codes of dot products of blocks, times the code `tensor`."""
    total = nvfp4_sum(a, b, accumulator=spec.fixed or "fp32")
    if tensor is None:
        return total
    return fp_mul(total, tensor, a_format=FP32, b_format=FP32, out_format=FP32)


def scales(spec: Nvfp4DotSpec, blocks: int, kind: str, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return codes of scales for a and b: ends, near to each other, or anything; some are NaN."""
    if kind == "largest":
        return dict.fromkeys("ab", np.full(blocks, SCALE.max_code))
    found = {}
    for name in "ab":
        low = int(rng.choice([0, 1, 40, 100]))
        codes = rng.integers(low, SCALE.max_code + 1, blocks)
        if kind == "extreme":
            codes = rng.choice([0, 1, 7, 8, SCALE.max_code], blocks)
        found[name] = np.where(rng.integers(0, 60, blocks) == 0, SCALE.nan_code, codes)
    return found


def tensor(spec: Nvfp4DotSpec, rng: np.random.Generator) -> dict[str, int]:
    """Return the tensors' scales as one code: near to 1, an end, or anything."""
    if not spec.tensor_scale:
        return {}
    near_one = (FP32.bias << FP32.mantissa_bits) + int(rng.integers(-(1 << 26), 1 << 26))
    drawn = [near_one, near_one, int(rng.choice(ends(FP32))), int(rng.integers(0, 1 << 32))]
    return {"tensor": drawn[rng.integers(0, len(drawn))]}


BENCH = BlockDotBench("nvfp4_dot", golden, scales, tensor)

scenarios = BENCH.scenarios
compiled_checks = BENCH.compiled_checks
check_exhaustible = BENCH.check_exhaustible
