"""Reasons from what was seen, a file per subject; pure."""
