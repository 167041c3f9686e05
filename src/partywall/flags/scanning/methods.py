"""What the SDKs of each language call a question for a flag, and where in it the key stands."""

from __future__ import annotations

from itertools import product

import msgspec

KEYWORDS = frozenset({"flag_key", "flagKey"})
"""What the key is called where arguments are named."""
HOOKS = frozenset({"useFlag", "useSuspenseFlag"}) | {
    f"use{kind}Flag{what}"
    for kind, what in product(("Boolean", "String", "Number", "Object"), ("Value", "Details"))
}
"""React's."""
MARKERS = frozenset(
    {f"{kind}FeatureFlag" for kind in ("Boolean", "String", "Number", "Object")}
    | {"RequireFlagsEnabled"}
)
"""NestJS' decorators, which take an object with `flagKey` in it."""
COMPONENT = "FeatureFlag"


class Method(msgspec.Struct, frozen=True):
    """How a method is called."""

    key: int = 0
    """Which argument is the key, counted from 0."""
    least: int = 2
    """With fewer arguments than that it is another one."""


def _named(before: str, kinds: str, ends: str, method: Method | None = None) -> dict[str, Method]:
    names = (f"{before}{kind}{end}" for kind, end in product(kinds.split(), ends.split()))
    return dict.fromkeys(names, method or Method())


_WORDS = "_value _details"
_HUMPS = "Value Details"
_GO = "Boolean String Float Int Object"
_JAVA = _named("get", "Boolean String Integer Double Object", _HUMPS)

PYTHON = _named(
    "get_", "boolean string integer float object", f"{_WORDS} _value_async _details_async"
)
JAVASCRIPT = _named("get", "Boolean String Number Object", _HUMPS)
METHODS: dict[str, dict[str, Method]] = {
    "python": PYTHON,
    "javascript": JAVASCRIPT,
    "typescript": JAVASCRIPT,
    "html": JAVASCRIPT | PYTHON,
    "vue": JAVASCRIPT,
    "svelte": JAVASCRIPT,
    "go": _named("", _GO, "Value ValueDetails", Method(key=1, least=3))
    | dict.fromkeys(_GO.split(), Method(key=1, least=4)),
    "java": _JAVA,
    "kotlin": _JAVA,
    "c#": _named(
        "Get", "Boolean String Integer Double Object", f"{_HUMPS} ValueAsync DetailsAsync"
    ),
    "php": _named("get", "Boolean String Integer Float Object", _HUMPS),
    "ruby": _named("fetch_", "boolean string number integer float object", _WORDS),
    "rust": _named("get_", "bool int float string struct", _WORDS),
}
