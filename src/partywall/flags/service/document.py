"""What `counts.json` holds: what flags said and what became of it, and nothing about anybody.

All times are in UTC:

    {
      "version": 1,
      "since": "2026-03-01T08:00:00Z",        when counting began
      "written": "2026-03-02T09:30:02Z",      when this was written
      "flags": {
        "new-checkout": {
          "users_full": false,                whether users, or outcomes, of this run are missing
          "outcomes_full": false,             below, because there were too many to tell apart
          "variants": {
            "on": {
              "days": {"2026-03-02": {"single": 40, "bulk": 2}},
              "last": "2026-03-02T09:30:01Z", its last evaluation; empty: there was none
              "users": 7,                     distinct users in this run of the service
              "users_before": 30,             the sum of those of former runs
              "visits": 55,                   users, each once in five minutes; never less
              "visits_with": {"error": 2},    the same of users with an outcome
              "outcomes": {"bought": 3}       users with this outcome
            }
          }
        }
      }
    }

The variant "" is the app's own default: of a flag that is disabled, or says no variant. `single`
are evaluations of the flag by its name, `bulk` those of all flags at once. A user is known again
until the service ends and no longer: who comes back in a later run is in `users_before` and in
`users`, and is counted anew under the same outcome. Whoever has no targeting key is no user.
Days are kept for 90 days, variants and flags as long as they have a day or an outcome.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypedDict, cast

VERSION = 1


class Day(TypedDict):
    """Evaluations of one day."""

    single: int
    bulk: int


class Variant(TypedDict):
    """What is counted of one variant."""

    days: dict[str, Day]
    last: str
    users: int
    users_before: int
    visits: int
    visits_with: dict[str, int]
    outcomes: dict[str, int]


class Flag(TypedDict):
    """What is counted of one flag."""

    users_full: bool
    outcomes_full: bool
    variants: dict[str, Variant]


class Document(TypedDict):
    """The whole of it."""

    version: int
    since: str
    written: str
    flags: dict[str, Flag]


class _Each(NamedTuple):
    """An object of things of one shape, by their names."""

    of: type | _Each | _Exactly


class _Exactly(NamedTuple):
    """An object of things of their own shapes."""

    of: Mapping[str, type | _Each | _Exactly]


_DAY = _Exactly({"single": int, "bulk": int})
_VARIANT = _Exactly(
    {
        "days": _Each(_DAY),
        "last": str,
        "users": int,
        "users_before": int,
        "visits": int,
        "visits_with": _Each(int),
        "outcomes": _Each(int),
    }
)
_FLAG = _Exactly({"users_full": bool, "outcomes_full": bool, "variants": _Each(_VARIANT)})
_DOCUMENT = _Exactly({"version": int, "since": str, "written": str, "flags": _Each(_FLAG)})


def checked(found: object) -> Document:
    """What was read, if it is such a document.

    Raises:
        ValueError: when it is not.
    """
    _fill(found)
    if not _fits(found, _DOCUMENT):
        raise ValueError("not of the shape of counts")
    document = cast("Document", found)
    if document["version"] != VERSION:
        raise ValueError(f"version {document['version']}, not {VERSION}")
    return document


def _fill(found: object) -> None:
    """Give variants that were written before visits were counted none."""
    flags = found.get("flags") if isinstance(found, dict) else None
    for flag in flags.values() if isinstance(flags, dict) else ():
        variants = flag.get("variants") if isinstance(flag, dict) else None
        for variant in variants.values() if isinstance(variants, dict) else ():
            if isinstance(variant, dict):
                variant.setdefault("visits", 0)
                variant.setdefault("visits_with", {})


def _fits(value: object, shape: type | _Each | _Exactly) -> bool:
    if isinstance(shape, type):
        return type(value) is shape and not (isinstance(value, int) and value < 0)
    if not isinstance(value, dict):
        return False
    if isinstance(shape, _Each):
        return all(_fits(one, shape.of) for one in value.values())
    return value.keys() == shape.of.keys() and all(
        _fits(value[key], one) for key, one in shape.of.items()
    )
