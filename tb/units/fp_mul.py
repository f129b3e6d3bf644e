"""Stimulus for `fp_mul`: see floats.py."""

from ...golden.float_arith import fp_mul
from ..floats import Operation

OPERATION = Operation(fp_mul, factors=("a", "b"), added=None, cases=100_000_000)

scenarios = OPERATION.scenarios
compiled_checks = OPERATION.compiled_checks
check_exhaustible = OPERATION.check_exhaustible
