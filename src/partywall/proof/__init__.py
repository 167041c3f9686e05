"""Probes that try to cross the wall, and what came back."""
