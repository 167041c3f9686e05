"""The error for a definition that cannot be taken in force."""

from __future__ import annotations


class Unusable(Exception):
    """Its text is the reason, in one line."""
