"""What `init` writes and reports: a commented partywall.yaml, and what was understood and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from partywall.compose import roles
from partywall.compose.notices.seen import REFUSED
from partywall.compose.settings import EnvironmentSettings, Settings
from partywall.model.app import App, Finding, Service


def report(apps: Iterable[App]) -> dict[str, Any]:
    """What was understood, in the shape of `init --report`; `running` is for others to fill."""
    every = list(apps)
    services: dict[str, Any] = {}
    findings: dict[tuple[str, str, str], Finding] = {}
    for app in every:
        guesses = roles.guesses(app.services)
        for name, one in app.services.items():
            services.setdefault(name, _understood(one, guesses[name]))
        findings |= {(one.service, one.kind, one.what): one for one in app.findings}
    found = sorted(_without_promises(list(findings.values())), key=_is_no_address)
    return {
        "services": services,
        "findings": [_finding(one, "action") for one in found if _passes(one)],
        "refusals": [_finding(one, "remedy") for one in found if not _passes(one)],
        "running": [],
    }


def _without_promises(found: list[Finding]) -> list[Finding]:
    """Nothing promises another value to a secret of which it is said that it stays the same."""
    same = {_variable(one) for one in found if one.kind == "shared-secret"}
    return [one for one in found if one.kind != "literal-secret" or _variable(one) not in same]


def _is_no_address(one: Finding) -> bool:
    """Where visitors find the app comes first: it is rewritten without being asked for."""
    return one.kind != "public-address"


def _variable(one: Finding) -> tuple[str, str]:
    """Whose secret a finding is about: its sentence begins with the variable's name."""
    return one.service, one.what.partition(" ")[0]


def _passes(one: Finding) -> bool:
    return one.kind not in REFUSED


def _understood(one: Service, guess: roles.Guess) -> dict[str, Any]:
    # Where somebody said the role, the sentence is not the guess's own.
    said = one.why != guess.why
    return {
        "role": one.role.value,
        "why": one.why,
        "confidence": 1.0 if said else guess.confidence,
    }


def _finding(one: Finding, last: str) -> dict[str, Any]:
    made = {"service": one.service, "kind": one.kind, "what": one.what, last: one.action}
    return made | ({"where": str(one.where)} if one.where else {})


def lines(reported: Mapping[str, Any]) -> list[str]:
    """The report for people."""
    made = []
    width = max((len(name) for name in reported["services"]), default=0)
    for name, one in reported["services"].items():
        sure = (
            "" if one["confidence"] >= 0.6 else "  (not sure: one line in partywall.yaml says it)"
        )
        made.append(f"{name:<{width}}  {one['role']:<8}  {one['why']}{sure}")
    if reported["running"]:
        names = " and ".join(reported["running"])
        made += ["", f"Running already: {names}; production is attached to it, not made anew"]
    for title, key, last in (
        ("Noticed", "findings", "action"),
        ("In the way of a wall", "refusals", "remedy"),
    ):
        if reported[key]:
            made += ["", f"{title}:"]
        for one in reported[key]:
            subject = f"{one['service']}: " if one["service"] else ""
            made.append(f"  {subject}{one['what']}; {one[last]}")
    return made


def text(settings: Settings, reported: Mapping[str, Any], engine: str | None, why: str = "") -> str:
    """A partywall.yaml that says only what is not the default, and shows the rest as comments.

    `why` is what says where production answers.
    """
    parts = [
        "# How Partywall runs this application. Every line is optional.",
        f"project: {settings.project}",
        "",
        "# Where it runs; `embedded` starts real servers as plain processes.",
        f"engine: {engine}" if engine else "# engine: embedded",
        "",
        "# How the environments are kept apart; `partywall architectures` lists the ways.",
        f"architecture: {' + '.join(settings.architecture)}",
        "",
        *_domain(settings, why),
        f"domain: {settings.domain}",
        "",
        "environments:",
        *_environments(settings, reported["running"]),
        "",
        *_services(reported["services"]),
    ]
    return "\n".join(parts).rstrip("\n") + "\n"


def _domain(settings: Settings, why: str) -> list[str]:
    first = "# Production's domain; every other environment answers at <environment>.<domain>."
    if settings.by_port:
        first = "# The domain of all environments; all but production answer at ports of their own."
    if not why:
        return [first]
    others = [one.domain for one in settings.environments.values() if not one.production]
    if settings.by_port:
        return [first, f"# This one is from {why}."]
    return [
        first,
        f"# This one is from {why}. Let the DNS lead {' and '.join(others)} to this machine",
        "# as well, before `up`: without that there is no certificate for it.",
    ]


def _environments(settings: Settings, running: Sequence[str]) -> list[str]:
    made = []
    for name, one in settings.environments.items():
        made += [
            f"  # {_words(one)}",
            f"  {name}:",
        ]
        made += ["    production: true"] if one.production else []
        if one.production and running:
            made += [
                "    # It runs already, made by `docker compose`: looked at, never changed.",
                f"    attach: {running[0]}",
            ]
        made += [] if one.production else ["    # seed: a command that fills it when it is new"]
    return made


def _words(one: EnvironmentSettings) -> str:
    guarded = ", production" if one.production else ""
    files = " and ".join(file.path.name for file in one.env_files)
    asks = ", asks for a password" if one.protected else ""
    return f"{one.domain}{guarded}{asks}; variables from {files}."


def _services(services: Mapping[str, Any]) -> list[str]:
    unsure = {name: one for name, one in services.items() if one["confidence"] < 0.6}
    made = ["# What each service was taken for; correct a wrong guess in one line."]
    made.append("services:" if unsure else "# services:")
    for name, one in services.items():
        mark = "" if name in unsure else "# "
        why = str(one["why"]).replace("\n", " ")
        made.append(f"  {mark}{_key(name)}: {{role: {one['role']}}}  # {why}")
    return made


def _key(name: str) -> str:
    """Numbers and YAML's own words would not be text without quotes."""
    plain = name.replace("-", "").replace("_", "").replace(".", "")
    words = ("null", "true", "false", "yes", "no", "on", "off")
    return name if plain.isalpha() and name.lower() not in words else f'"{name}"'
