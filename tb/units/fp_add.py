"""Stimulus for `fp_add`: see floats.py."""

from ...golden.float_arith import fp_add
from ..floats import Operation

OPERATION = Operation(fp_add, factors=("a",), added="b", cases=10_000_000)

scenarios = OPERATION.scenarios
compiled_checks = OPERATION.compiled_checks
check_exhaustible = OPERATION.check_exhaustible
