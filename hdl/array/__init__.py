"""Dataflows: how elements are fed, synchronised and drained. Boundaries are valid/ready streams."""
