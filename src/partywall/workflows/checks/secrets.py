"""Secrets: none is shared by two environments, written into the Compose file or open to others."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path

from partywall.model.app import App, Attachment
from partywall.model.errors import PartywallError
from partywall.model.secret import references
from partywall.model.world import Instance, environment_of
from partywall.workflows import secret_files as secrets_on_disk
from partywall.workflows.checks.finding import Finding, finding
from partywall.workflows.project import Project

_CLIENT = re.compile(r"(OAUTH|OIDC|GOOGLE|GITHUB|GITLAB|FACEBOOK|DISCORD|STRIPE|PAYPAL|APPLE)")
_OTHERS = 0o077
_NOTICED = frozenset({"literal-secret", "shared-secret", "bound-secrets"})
_FILE = "the secret "
"""How the names of secrets begin that are read from files."""
_OWN_FILE = "name a file per environment: `file: ./secrets/${PARTYWALL_ENVIRONMENT}/…`"


def equal_secrets(project: Project) -> Iterator[Finding]:
    """Secrets: no value is the same in two environments."""
    values = {name: _values(project, name) for name in project.settings.environments}
    for one, other in combinations(values, 2):
        for variable, value in values[one].items():
            if same := _same(value, values[other]):
                yield _equal(one, other, variable, same)


def equal_env_files(project: Project) -> Iterator[Finding]:
    """Secrets: no value that `env_file:` brings is the same in two environments."""
    apps = project.apps(project.settings.environments)
    own = {name: _own(project, name) for name in apps}
    brought = {name: _brought(project, name, app) for name, app in apps.items()}
    for one, other in combinations(apps, 2):
        for variable, value in brought[other].items():
            if same := _same(value, {**own[one], **brought[one]}):
                yield _equal_file(one, other, variable, same)
        for variable, value in brought[one].items():
            if same := _same(value, own[other]):
                yield _equal_file(other, one, variable, same)


def _own(project: Project, name: str) -> dict[str, str]:
    """Variable → value, for the secrets of an environment's own env files."""
    refs = project.given(name).refs
    return {variable: project.store.value(name, ref).reveal() for variable, ref in refs.items()}


def _brought(project: Project, name: str, app: App) -> dict[str, str]:
    """Variable → value, for the secrets that services have from other files."""
    own = set(project.given(name).refs.values())
    return {
        variable: project.store.value(name, ref).reveal()
        for service in app.services.values()
        for variable, text in service.environment.items()
        for ref in references(text) - own
    }


def _same(value: str, others: Mapping[str, str]) -> list[str]:
    return [name for name, text in others.items() if value and text == value]


def _equal_file(one: str, other: str, variable: str, same: list[str]) -> Finding:
    return finding(
        "secrets",
        f"{variable} of {other} is from a file of `env_file:` and has the same value as"
        f" {', '.join(same)} of {one}",
        f"take it out of that file, write it with different values into .env.{one} and"
        f" .env.{other}, and say `{variable}: ${{{variable}}}` under `environment:`",
        environment=other,
    )


def _values(project: Project, name: str) -> dict[str, str]:
    """What an environment's secrets are called → their values."""
    refs = dict(project.given(name).refs)
    with contextlib.suppress(PartywallError):  # what is wrong with the app, others say
        for secret in _attached(project, name):
            for ref in references(secret.text or ""):
                refs.setdefault(f"{_FILE}{secret.source}" if secret.file else ref.name, ref)
    return {known: project.store.value(name, ref).reveal() for known, ref in refs.items()}


def _attached(project: Project, name: str) -> list[Attachment]:
    services = project.apps([name])[name].services.values()
    return [one for each in services for one in each.attachments if one.kind == "secret"]


def secret_files(project: Project) -> Iterator[Finding]:
    """Secret files: only their owner can read them, and git does not keep them."""
    for name in project.settings.environments:
        for file in sorted({one.file for one in _attached(project, name) if one.file}):
            yield from _open_file("secret files", project.folder, Path(file), name)


def _equal(one: str, other: str, variable: str, same: list[str]) -> Finding:
    if _CLIENT.search(variable):
        return finding(
            "external client",
            f"{variable} is the same client in {one} and {other}",
            f"register a client of its own for {other} with the provider",
            environment=other,
        )
    return finding(
        "secrets",
        f"{variable} of {one} has the same value as {', '.join(same)} of {other}",
        _OWN_FILE
        if variable.startswith(_FILE)
        else f"give {other} a value of its own in .env.{other}",
        environment=other,
    )


def shared_clients(project: Project) -> Iterator[Finding]:
    """External client: no account with a provider is used by two environments."""
    given = {name: project.given(name).variables for name in project.settings.environments}
    for one, other in combinations(given, 2):
        for variable, text in given[one].items():
            known = _CLIENT.search(variable) and "ID" in variable.upper().split("_")
            if known and text and given[other].get(variable) == text:
                yield _equal(one, other, variable, [variable])


def literals(project: Project) -> Iterator[Finding]:
    """Compose file: what was noticed in it."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for app in project.apps(project.settings.environments).values():
        for one in app.findings:
            if one.kind in _NOTICED:
                found.setdefault((one.what, one.action), {})[one.service] = None
    for (what, action), services in found.items():
        yield finding("compose file", f"{', '.join(services)}: {what}", action)


def env_files(project: Project) -> Iterator[Finding]:
    """Env files: only their owner can read them, and git does not keep them."""
    for name in project.settings.environments:
        for path in secrets_on_disk.of(project, name):
            yield from _open_file("env files", project.folder, path, name)


def _open_file(check: str, folder: Path, path: Path, environment: str) -> Iterator[Finding]:
    shown = path.relative_to(folder) if path.is_relative_to(folder) else path
    if path.stat().st_mode & _OTHERS:
        yield finding(
            check,
            f"{shown} can be read by other users of this machine",
            f"chmod 600 {shown}",
            environment=environment,
        )
    if _kept_by_git(path):
        yield finding(
            check,
            f"{shown} is kept by git, secrets and all",
            f"git rm --cached {shown}, add it to .gitignore, renew its secrets",
            environment=environment,
        )


def open_brokers(project: Project) -> Iterator[Finding]:
    """Broker: nobody gets in without a password."""
    for thing in project.desired().things():
        if isinstance(thing, Instance) and thing.role.value == "broker":
            passwords = [
                text for name, text in thing.environment.items() if "PASS" in name.upper() and text
            ]
            if not passwords:
                yield finding(
                    "broker",
                    f"{thing.key} takes no password from its variables: anybody may connect",
                    "give it MQTT_USERNAME and MQTT_PASSWORD",
                    environment=environment_of(thing.key),
                    level="warning",
                )


def _kept_by_git(path: Path) -> bool:
    try:
        done = subprocess.run(
            ["git", "-C", str(path.parent), "ls-files", "--error-unmatch", path.name],
            capture_output=True,
            check=False,
            timeout=10,
            env={"PATH": os.environ.get("PATH", os.defpath), "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
