"""Measures: Yosys scripts, Liberty and FPGA targets, timing, power, comparison with a baseline."""
