"""When the sea is high, and what was written down about it."""
