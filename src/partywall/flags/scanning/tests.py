"""Which files are tests, by their names, as flags that only tests ask for do nothing."""

from __future__ import annotations

import re

_TEST = re.compile(
    r"(?:^|/)(?:tests?|__tests__|testing|specs?|e2e|[^/]*\.Tests?)/"
    r"|(?:^|/)(?:test_[^/]*|conftest)\.py$"
    r"|[_.-](?:test|tests|spec)\.[A-Za-z]+$"
    r"|[a-z0-9](?:Test|Tests|Spec)\.(?:java|kt|cs|php)$"
)


def is_test(path: str) -> bool:
    """Whether a file is there to test others."""
    return _TEST.search(path) is not None
