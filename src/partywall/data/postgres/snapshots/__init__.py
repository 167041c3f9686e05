"""Copies of a living server's data directory, and servers on copies."""
