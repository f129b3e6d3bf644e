"""Published comparisons, measured again: each module holds one `STUDY`, named like the module."""
