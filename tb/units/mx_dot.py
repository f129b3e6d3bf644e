"""Stimulus for `mx_dot`: see block_dots.py."""

from ...golden.mx import mx_dot
from ..block_dots import BlockDotBench

BENCH = BlockDotBench(
    "mx_dot", lambda spec, a, b: mx_dot(a, b, a_element=spec.a_element, b_element=spec.b_element)
)

scenarios = BENCH.scenarios
compiled_checks = BENCH.compiled_checks
check_exhaustible = BENCH.check_exhaustible
