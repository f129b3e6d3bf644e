"""Stimulus and expectation for the element of Verilog's own operators: those of any element."""

from .mac_pe import check_exhaustible, compiled_checks, expected, sequences

__all__ = ["check_exhaustible", "compiled_checks", "expected", "sequences"]
