"""A small sign for each kind of box, drawn with a pen in a field of 20 by 20."""

from __future__ import annotations

_CYLINDER = "M3 5a7 3 0 0 0 14 0a7 3 0 0 0 -14 0v10a7 3 0 0 0 14 0v-10M3 10a7 3 0 0 0 14 0"
SIGNS = {
    "web": "M2 4h16v12h-16zM2 8h16M4.5 6h.1M7 6h.1",
    "app": "M7 5l-5 5l5 5M13 5l5 5l-5 5M11.5 3.5l-3 13",
    "worker": "M10 6.5a3.5 3.5 0 1 0 .01 0M10 2v3M10 15v3M2 10h3M15 10h3M4.5 4.5l2 2M13.5 13.5l2 2"
    "M15.5 4.5l-2 2M6.5 13.5l-2 2",
    "job": "M10 2.5a7.5 7.5 0 1 0 .01 0M6.5 10.200l2.5 2.5l4.800 -5",
    "database": _CYLINDER,
    "cache": "M11.5 2l-7 9.5h5l-1 6.5l7 -9.5h-5z",
    "broker": "M2 6.5h13M11.5 3l3.5 3.5l-3.5 3.5M18 13.5h-13M8.5 10l-3.5 3.5l3.5 3.5",
    "files": "M2 5h6l2 2.5h8v9h-16z",
    "edge": "M10 2l7 2.5v5c0 4.5 -3 7 -7 8.5c-4 -1.5 -7 -4 -7 -8.5v-5z",
}
"""Path data by kind; an address has none, its text is what matters."""
