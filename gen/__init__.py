"""Turns a Spec into a deliverable: catalogue, Verilog, manifest, instantiation template, family wrapper."""
