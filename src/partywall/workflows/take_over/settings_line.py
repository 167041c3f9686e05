"""The one line of partywall.yaml that a take-over changes; all others stay as they are."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from partywall.compose import settings as compose_settings
from partywall.compose.settings import Settings
from partywall.model.errors import BadInput, Refused
from partywall.system.files import read_bytes, write_atomically

ATTACH, VOLUMES_OF = "attach", "volumes_of"
_MODE = 0o777


def changed(settings: Settings, environment: str, old: str, new: str) -> bytes:
    """The file's content with one key of an environment called otherwise; nothing is written.

    Args:
        settings: as they are now.
        environment: whose.
        old: the key's name in the file.
        new: the name it gets.

    Raises:
        Refused: when the line cannot be changed without changing more.
    """
    path = _path(settings)
    data = read_bytes(path) or b""
    lines = data.decode().splitlines(keepends=True)
    number = settings.lines.get(f"environments.{environment}.{old}", 0)
    line = lines[number - 1] if number else ""
    text, count = re.subn(rf"(?<![\w-]){old}(?=[\"']?\s*:)", new, line, count=1)
    made = "".join([*lines[: number - 1], text, *lines[number:]]).encode() if count else b""
    if not count or not _means(settings, environment, new, made):
        raise Refused(
            f"`{old}` of {environment} cannot be changed into `{new}` without changing more",
            where=settings.where("environments", environment, old),
            remedy=f"give the environment a line of its own that says `{old}: …`",
        )
    return made


def write(settings: Settings, data: bytes) -> None:
    """Put the content on disk; the file keeps its mode.

    Raises:
        MachineFailed: when it cannot be written.
    """
    path = _path(settings)
    write_atomically(path, data, path.stat().st_mode & _MODE)


def _means(settings: Settings, environment: str, new: str, data: bytes) -> bool:
    """Whether the new content says exactly what it should."""
    said = settings.environments[environment]
    project = said.attach or said.volumes_of
    named = {ATTACH: None, VOLUMES_OF: None, new: project}
    wanted = {
        **settings.environments,
        environment: msgspec.structs.replace(said, **named),
    }
    try:
        found = compose_settings.parse(data, str(_path(settings)), settings.folder)
    except BadInput:
        return False
    return found.environments == wanted


def _path(settings: Settings) -> Path:
    assert settings.file is not None  # noqa: S101  (what is attached is said in a file)
    return Path(settings.file.file)
