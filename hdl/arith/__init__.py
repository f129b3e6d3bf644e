"""The arithmetic that every engine is made of: recoders, compressors, adders, shifters, counters."""
