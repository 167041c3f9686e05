"""The labels by which things in the engine are known as ours; pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from partywall.model.errors import MachineFailed
from partywall.model.world import AnyThing, Entry, Key, environment_of

PROJECT = "io.partywall.project"
"""The installation's own id: without it nothing is ever stopped or removed."""
ENVIRONMENT = "io.partywall.environment"
KEY = "io.partywall.key"
FINGERPRINT = "io.partywall.fingerprint"
THING = "io.partywall.thing"
"""The thing itself as JSON; secrets are placeholders in it."""


def labels(project_id: str, entry: Entry) -> dict[str, str]:
    """What a thing carries while it is there."""
    key = entry.thing.key
    return {
        PROJECT: project_id,
        ENVIRONMENT: environment_of(key),
        KEY: key,
        FINGERPRINT: entry.fingerprint,
        THING: msgspec.json.encode(entry.thing).decode(),
    }


def is_ours(project_id: str, found: Mapping[str, str]) -> bool:
    """Whether what carries these labels belongs to this installation."""
    return found.get(PROJECT) == project_id and bool(found.get(KEY))


def key_of(found: Mapping[str, str]) -> Key:
    """The key of a thing of ours."""
    return found[KEY]


def thing_of(found: Mapping[str, str]) -> AnyThing:
    """The thing that labels describe.

    Raises:
        MachineFailed: when somebody edited them.
    """
    try:
        thing: AnyThing = msgspec.json.decode(found.get(THING, ""), type=AnyThing)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MachineFailed(
            f"the labels of {found.get(KEY)} do not say what it is: {error}",
            remedy="`partywall up` makes it anew",
        ) from error
    return thing
