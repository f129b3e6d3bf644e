"""Arithmetic that everything else is made from: recoders, compressors, adders, counters, shifters."""
