"""Reads a flagd definition and checks it whole."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .evaluators import put
from .flagset import FlagSet
from .unusable import Unusable

MOST = 4 << 20
"""Bytes of a definition."""


def read(data: bytes) -> FlagSet:
    """The set that a JSON text defines.

    Raises:
        Unusable: with what is wrong with it.
    """
    if len(data) > MOST:
        raise Unusable(f"larger than {MOST >> 20} MiB")
    try:
        document = json.loads(data)
        json.dumps(document, allow_nan=False)
        if not isinstance(document, dict):
            raise Unusable("not an object")
        flags = put(document.get("flags"), document.get("$evaluators"))
    except RecursionError as error:
        raise Unusable("nested too deeply") from error
    except ValueError as error:
        raise Unusable(f"not JSON: {error}") from error
    return FlagSet({"flags": _checked(flags), "metadata": document.get("metadata", {})})


def _checked(flags: object) -> Mapping[str, Any]:
    """What the evaluator does not look at before it is asked."""
    if not isinstance(flags, dict):
        raise Unusable("`flags` is not an object")
    for key, flag in flags.items():
        if not isinstance(flag, dict):
            raise Unusable(f"flag {key!r} is not an object")
        if not isinstance(flag.get("variants"), dict):
            raise Unusable(f"flag {key!r} has no variants")
        if not isinstance(flag.get("targeting"), dict | None):
            raise Unusable(f"the targeting of flag {key!r} is not an object")
    return flags
