"""One head of attention."""
