"""Which point in the space of architectures fits: pure; it is given needs, machine and app."""
