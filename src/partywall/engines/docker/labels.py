"""The labels by which things in the engine are known as ours; pure."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from partywall.engines.docker.names import Naming
from partywall.model.errors import MachineFailed
from partywall.model.world import AnyThing, Entry, Key, environment_of
from partywall.system.decoding import decode

PROJECT = "io.partywall.project"
"""The installation's own id, or the commons': without it nothing is ever stopped or removed."""
ENVIRONMENT = "io.partywall.environment"
KEY = "io.partywall.key"
FINGERPRINT = "io.partywall.fingerprint"
THING = "io.partywall.thing"
"""The thing itself as JSON; secrets are placeholders in it."""
COMPOSE_PROJECT = "com.docker.compose.project"
COMPOSE_SERVICE = "com.docker.compose.service"
COMPOSE_FOLDER = "com.docker.compose.project.working_dir"
COMPOSE_ONEOFF = "com.docker.compose.oneoff"
"""What Compose itself writes on its containers."""


def labels(naming: Naming, entry: Entry) -> dict[str, str]:
    """What a thing carries while it is there."""
    key = entry.thing.key
    return {
        PROJECT: naming.owner(key),
        ENVIRONMENT: environment_of(key),
        KEY: key,
        FINGERPRINT: entry.fingerprint,
        THING: msgspec.json.encode(entry.thing).decode(),
    }


def is_ours(naming: Naming, found: Mapping[str, str]) -> bool:
    """Whether what carries these labels belongs to this installation, or to all in common."""
    key = found.get(KEY)
    return bool(key) and found.get(PROJECT) == naming.owner(key or "")


def key_of(found: Mapping[str, str]) -> Key:
    """The key of a thing of ours."""
    return found[KEY]


def thing_of(found: Mapping[str, str]) -> AnyThing:
    """The thing that labels describe.

    Raises:
        MachineFailed: when somebody edited them.
    """
    try:
        thing: AnyThing = decode(found.get(THING, ""), AnyThing)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MachineFailed(
            f"the labels of {found.get(KEY)} do not say what it is: {error}",
            remedy="`partywall up` makes it anew",
        ) from error
    return thing
