"""Values of the right shape for variables that nothing sets, so that a report can go on; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from partywall.compose.envfiles import is_secret
from partywall.model.app import App
from partywall.model.secret import SecretRef

_FIRST_PORT = 61001
_TELLING = len("64m")
"""Up to here a value may stand in a sentence by chance."""
_NAMED = (
    (r"(^|_)PORTS?$", "{port}"),
    (r"(DIR|DIRECTORY|PATH|FOLDER|LOCATION|VOLUME|STORAGE)$", "/{word}"),
    (r"(MEM|MEMORY|MEM_LIMIT|MEMORY_LIMIT|SHM_SIZE)$", "64m"),
    (r"CPUS?(_LIMIT)?$", "0.5"),
    (r"(TIMEOUT|INTERVAL|DURATION|PERIOD)$", "30s"),
    (r"(REPLICAS|SCALE|RETRIES|COUNT)$", "1"),
    (r"(^|_)(URL|URI|ORIGIN)$", "http://{word}.invalid"),
    (r"(^|_)(DOMAIN|HOST|HOSTNAME|FQDN)$", "{word}.invalid"),
)
"""Names of variables that customarily say a shape; else it is a word, also good as a tag."""


def values(names: Iterable[str], text: str) -> dict[str, str]:
    """A value for each variable, every one another.

    Args:
        names: of the variables.
        text: of the Compose files, whose use of a variable says more than its name.
    """
    return {name: _value(name, number, text) for number, name in enumerate(names)}


def unnamed(app: App, made: Mapping[str, str]) -> App:
    """The app whose sentences have the variables in place of the values that were made up."""

    def said(text: str) -> str:
        for name, value in made.items():
            if len(value) > _TELLING:
                text = text.replace(value, f"${{{name}}}")
        return text

    services = {
        name: msgspec.structs.replace(one, why=said(one.why), image=said(one.image))
        for name, one in app.services.items()
    }
    findings = tuple(
        msgspec.structs.replace(one, what=said(one.what), action=said(one.action))
        for one in app.findings
    )
    return msgspec.structs.replace(app, services=services, findings=findings)


def _value(name: str, number: int, text: str) -> str:
    use = rf"\$\{{{re.escape(name)}[^}}]*\}}"
    shape = "{secret}" if is_secret(name, "any value") else "{word}"
    for pattern, customary in reversed(_NAMED):
        if re.search(pattern, name, re.IGNORECASE):
            shape = customary
    if re.search(rf"{use}:\d|:{use}(:|[\"']?\s*$)", text, re.MULTILINE):
        shape = "{port}"
    if re.search(rf"(?:-\s+|[\[,]\s*)[\"']?{use}[^:\s]*:/", text):
        shape = "/{word}"
    return shape.format(
        port=_FIRST_PORT + number,
        word=f"needs-a-value-{number + 1}",
        secret=SecretRef(name, 0),
    )
