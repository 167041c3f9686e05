"""The variables of an environment, with placeholders where secrets stand."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from partywall.compose import attachments, cli, defaults, envfiles, renewal, yamlfile
from partywall.compose.settings import EnvironmentSettings, Settings
from partywall.model.errors import BadInput
from partywall.model.secret import SecretRef
from partywall.system.files import read_bytes
from partywall.system.secretstore import FileSecretStore

PASSWORD = "PARTYWALL_PASSWORD"  # noqa: S105  (a variable's name)
"""The password that visitors of a protected environment are asked for."""
_CUSTOMARY = (
    *("compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"),
    *("compose.override.yaml", "compose.override.yml"),
    *("docker-compose.override.yaml", "docker-compose.override.yml"),
)
_ASKED = re.compile(rb"PARTYWALL_URL_([A-Z0-9_]*[A-Z0-9])")

_HOLDING = re.compile(rb"\benvironment[\"']?:[ \t]*[\"']?[A-Za-z_]\w*[\"']?[ \t]*(?:[,}\r\n]|\Z)")
"""`environment:` with a single word: a service's has a list or a mapping."""


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """What an environment's Compose file is read with."""

    variables: dict[str, str]
    """Placeholders stand for secrets."""
    refs: dict[str, SecretRef]
    lines: dict[str, tuple[str, int]] = {}
    """Variable → file and line."""
    new: dict[str, str | None] = {}
    """Values made for an env file that is not there yet."""


def given(
    settings: Settings,
    environment: EnvironmentSettings,
    store: FileSecretStore,
    tells: Mapping[str, str],
    source: Settings | None = None,
) -> Given:
    """Everything that an environment's variables come from, later ones winning.

    Args:
        settings: the project's.
        environment: the one.
        store: gives each secret its version; nothing is written.
        tells: what Partywall itself tells the app (`PARTYWALL_…`).
        source: the settings with the folder and the Compose files of the environment's checkout.
    """
    source = source or settings
    read = {name: one.value for name, one in envfiles.load(environment.env_files).items()}
    new = _fresh(settings, environment, read, source)
    values = {
        **read,
        **{name: value for name, value in new.items() if value is not None},
        **environment.variables,
    }
    held = held_by_secrets(source)
    secrets = {
        name: value
        for name, value in values.items()
        if envfiles.is_secret(name, value) or (name in held and value)
    }
    if environment.protected and PASSWORD not in secrets:
        secrets[PASSWORD] = _stored(store, environment.name) or envfiles.fresh_secret()
    refs = store.refer(environment.name, secrets)
    return Given(
        variables={**values, **{name: str(ref) for name, ref in refs.items()}, **tells},
        refs=refs,
        new=new,
    )


def asked_labels(settings: Settings) -> list[str]:
    """X of every PARTYWALL_URL_X that the Compose files ask for: addresses of their own hosts."""
    texts = _texts(settings).values()
    return sorted({found.decode() for text in texts for found in _ASKED.findall(text)})


def held_by_secrets(settings: Settings) -> frozenset[str]:
    """The variables that `secrets:` take their values from, secret whatever they are called."""
    found: set[str] = set()
    for file, text in _texts(settings).items():
        # The rare file with such a line alone is worth the time that YAML takes.
        if _HOLDING.search(text):
            with contextlib.suppress(BadInput):  # Compose says it better
                found |= set(attachments.variables(yamlfile.parse(text, str(file)).data))
    return frozenset(found)


def _texts(settings: Settings) -> dict[Path, bytes]:
    files = settings.compose or tuple(settings.folder / name for name in _CUSTOMARY)
    return {file: read_bytes(file) or b"" for file in files if file.is_file()}


def label_of(name: str) -> str:
    """The host label in PARTYWALL_URL_X."""
    return name.lower().replace("_", "-")


def own_file(settings: Settings, environment: EnvironmentSettings) -> Path | None:
    """The env file that belongs to this environment alone, where it is the customary one."""
    own = settings.folder / f".env.{environment.name}"
    return own if any(file.path == own for file in environment.env_files) else None


def _fresh(
    settings: Settings,
    environment: EnvironmentSettings,
    read: Mapping[str, str],
    source: Settings,
) -> dict[str, str | None]:
    """Values for an environment that has no env file of its own yet."""
    own = own_file(settings, environment)
    lives = environment.attach or environment.volumes_of
    if own is None or own.exists() or lives:
        return {}  # what runs, or has run, has its values
    question = cli.Question(
        folder=source.folder, files=source.compose, project=settings.project, variables={}
    )
    held = (envfiles.Wanted(name=name) for name in sorted(held_by_secrets(source)))
    asked = {one.name: one for one in (*held, *envfiles.wanted(question))}
    text = b"\n".join(_texts(settings).values()).decode(errors="replace")
    wanted = [one for one in asked.values() if one.name not in read]
    made = defaults.fresh(
        defaults.replaceable(wanted, text),
        project=settings.project,
        production=environment.production,
    )
    if not environment.production:
        made |= renewal.renewed(read, environment.name)
    if environment.protected and PASSWORD not in read:
        made[PASSWORD] = envfiles.fresh_secret()
    return made


def _stored(store: FileSecretStore, environment: str) -> str | None:
    known = [ref for ref in store.values(environment) if ref.name == PASSWORD]
    return store.value(environment, max(known)).reveal() if known else None


def write(settings: Settings, environment: EnvironmentSettings, made: Given) -> Path | None:
    """The env file of an environment that has none; None when there is nothing to write.

    Raises:
        MachineFailed: when it cannot be written.
    """
    own = own_file(settings, environment)
    if own is None or not made.new:
        return None
    text = envfiles.text(made.new, environment.name)
    return own if envfiles.write_new(own, text) else None
