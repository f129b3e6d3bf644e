"""Proves that hardware equals its golden model: benches, stimulus, exhaustive runs, broken hardware."""
