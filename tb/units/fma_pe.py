"""Stimulus for `fma_pe`: see floats.py."""

from ...golden.float_arith import fma
from ..floats import Operation

OPERATION = Operation(fma, factors=("a", "b"), added="c", cases=10_000_000)

scenarios = OPERATION.scenarios
compiled_checks = OPERATION.compiled_checks
check_exhaustible = OPERATION.check_exhaustible
