"""The keys of flags that a file defines, as far as it takes to see that one was added."""

from __future__ import annotations

from pathlib import PurePosixPath

_SUFFIXES = frozenset({".json", ".yaml", ".yml"})


def keys(path: str, text: str) -> set[str]:
    """What stands under `flags` in JSON or YAML; nothing in other files and damaged ones."""
    if PurePosixPath(path).suffix not in _SUFFIXES or "flags" not in text:
        return set()
    import yaml  # noqa: PLC0415  (takes long to import; JSON is YAML, too)

    try:
        document = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return set()
    flags = document.get("flags") if isinstance(document, dict) else None
    return {str(key) for key in flags} if isinstance(flags, dict) else set()
