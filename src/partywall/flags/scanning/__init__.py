"""Where code asks for feature flags, read from the source without running it."""
