"""The files of the host that hold an environment's secrets."""

from __future__ import annotations

import contextlib
from pathlib import Path

from partywall.compose import envfiles
from partywall.model.errors import PartywallError
from partywall.system.files import read_bytes
from partywall.workflows.project import Project


def of(project: Project, name: str) -> list[Path]:
    """The environment's own env files and those of its services, as far as secrets are in them.

    A file that cannot be read as one is among them: nobody can say that it holds none.
    """
    own = [file.path for file in project.environment(name).env_files]
    with contextlib.suppress(PartywallError):  # what is wrong with the app, others say
        own += map(Path, project.apps([name])[name].env_files)
    return [path for path in dict.fromkeys(own) if _holds_secrets(path)]


def _holds_secrets(path: Path) -> bool:
    data = read_bytes(path)
    if data is None:
        return False
    try:
        found = envfiles.parse(data, str(path), {})
    except PartywallError:
        return True
    return any(envfiles.is_secret(variable, one.value) for variable, one in found.items())
