"""The bounds between one rating and the next, chosen before anything was measured.

Each is a number with its reason; what was found later moves none of them. Why these:
docs/decisions/0028-thresholds-before-measuring.md.
"""

from __future__ import annotations

BOTH = 1.0
"""Share of the moments asked at which both have to answer: one moment without is an outage."""

DATA_WALLS = ("database", "cache", "broker", "vault")
"""Probes that are about data; what others say is `shared by design` (cookies of one host, pages
without a password, ports where there are no networks) is a way there and holds no data."""

VERY_HIGH = 1.15
"""Memory beside production alone. An eighth or so more is what one would leave free anyway."""
HIGH = 1.6
"""A second stack costs as much again; here at least two fifths of it are saved."""
MEDIUM = 2.1
"""A second stack as it is, and a tenth for what two measurements differ by."""
CHECKOUTS = 0.25
"""Files of checkouts beside the disk that production alone takes: with more than a quarter
of it again on disk, efficiency is one step lower. Volumes do not count: how many data development
gets is its user's choice and no architecture's."""

A_COPY = 2.0
"""Points for as many programs again as production alone has: they have to be watched."""
A_LINE = 1.0
"""Points for a line of settings beyond those of `dual`; it is checked when it is read."""
A_RIGHT = 0.5
"""Points for a user or a rule inside a shared server; Partywall writes it and the proof tries it,
but who looks for a mistake has to know it."""
BY_HAND = 3.0
"""Points for a step that is left to people: nothing does it, and nothing notices it undone."""
LOW = 4.0
"""One step by hand and one line, or less."""
FAIR = 8.0
"""Twice that. Above, complexity is high."""
