"""Engines for weights of -1, 0 and +1."""
