"""The part of a bench that belongs to one unit: what to feed it and what must come out."""
