"""Units that work on streams of vectors."""
