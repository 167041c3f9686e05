"""Why an architecture was not measured; the others are measured all the same."""

from __future__ import annotations


class NotMeasured(Exception):
    """Carries the reason, a sentence for the user."""
