"""The Compose CLI's canonical YAML as plain values."""

from __future__ import annotations

import re
from typing import Any

from partywall.model.errors import MachineFailed

Definition = dict[str, Any]


def parse(text: str) -> Definition:
    """The top of the canonical document.

    Only words that Go's YAML writes unquoted for something else than text are converted, so that
    `on`, `1:30` and dates stay what they are.

    Raises:
        MachineFailed: when it is no mapping.
    """
    # Late: reading YAML is not needed to show help or a version.
    import yaml  # noqa: PLC0415

    try:
        made = yaml.load(text, Loader=_loader())  # noqa: S506  (a safe loader with fewer types)
    except yaml.YAMLError as error:
        raise MachineFailed(
            "the Compose CLI's answer is not YAML", remedy="update the Compose CLI"
        ) from error
    if not isinstance(made, dict):
        raise MachineFailed(
            "the Compose CLI's answer is not a project", remedy="update the Compose CLI"
        )
    return made


def _loader() -> type[Any]:
    import yaml  # noqa: PLC0415

    base: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: type[Any] = type("Canonical", (base,), {"yaml_implicit_resolvers": {}})
    for tag, pattern, first in (
        ("null", r"~|null|", ["~", "n", ""]),
        ("bool", r"true|false", ["t", "f"]),
        ("int", r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
        ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:e[-+]?[0-9]+)?", list("-+.0123456789")),
    ):
        loader.add_implicit_resolver(
            f"tag:yaml.org,2002:{tag}", re.compile(f"^(?:{pattern})$"), first
        )
    return loader


def unescape(value: Any) -> Any:  # noqa: ANN401
    """The value with every `$$` as the `$` that it stands for."""
    if isinstance(value, str):
        return value.replace("$$", "$") if "$" in value else value
    if isinstance(value, dict):
        return {key: unescape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [unescape(inner) for inner in value]
    return value


def escape(value: str) -> str:
    """The value as Compose wants to read it."""
    return value.replace("$", "$$")
