"""What a robots.txt tells every crawler (RFC 9309); pure."""

from __future__ import annotations


def disallows_all(text: str) -> bool:
    """Whether the group for all crawlers forbids everything and allows nothing."""
    everybody = naming = False
    rules: list[tuple[str, str]] = []
    for line in text.splitlines():
        name, _, value = line.partition("#")[0].partition(":")
        name, value = name.strip().lower(), value.strip()
        if name == "user-agent":
            # Several names in a row head one group.
            everybody = (everybody and naming) or value == "*"
            naming = True
        elif name in ("allow", "disallow"):
            naming = False
            if everybody and value:
                rules.append((name, value))
    return ("disallow", "/") in rules and all(name == "disallow" for name, _ in rules)
