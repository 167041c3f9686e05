"""Puts secrets where their placeholders stand, in memory, for a program that is about to start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from . import durable
from .failure import SupervisionError

PLACEHOLDER = re.compile(r"__PW_SECRET_(?P<name>[A-Za-z0-9_]+?)_V(?P<version>[0-9]+)__")
Secrets = Mapping[str, Mapping[str, str]]


def read(path: str) -> Secrets:
    """The secrets file `{"NAME": {"version": "value"}}`; empty when none is named.

    Raises:
        SupervisionError: the named file cannot be read.
    """
    if not path:
        return {}
    secrets = durable.read_json(Path(path))
    if secrets is None:
        raise SupervisionError(f"the secrets file {path} cannot be read")
    return secrets


def resolve(text: str, secrets: Secrets) -> str:
    """The text with every placeholder replaced by its value.

    Raises:
        SupervisionError: a secret or its version is not in the file (names only, no value).
    """

    def value(match: re.Match[str]) -> str:
        try:
            return secrets[match["name"]][match["version"]]
        except KeyError:
            raise SupervisionError(
                f"the secret {match['name']} has no version {match['version']}"
            ) from None

    return PLACEHOLDER.sub(value, text)


def mask(text: str, secrets: Secrets) -> str:
    """The text with stars for every value that occurs in it; longest first, so none is cut."""
    values = {value for versions in secrets.values() for value in versions.values() if value}
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, "****")
    return text
