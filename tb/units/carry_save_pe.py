"""Stimulus and expectation for the carry-save element: those of any element, its two words added."""

from .mac_pe import check_exhaustible, compiled_checks, expected, sequences

__all__ = ["check_exhaustible", "compiled_checks", "expected", "sequences"]
