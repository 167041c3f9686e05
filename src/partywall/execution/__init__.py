"""Carries a plan out: executor, undo, journal, state, lock."""
