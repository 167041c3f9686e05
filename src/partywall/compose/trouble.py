"""Why the Compose CLI said no, as one error with place and remedy.

Causes are told apart by asking again with a part switched off, not by the wording of the answer;
words only help to find the line.
"""

from __future__ import annotations

import re
from pathlib import Path

from partywall.compose import canonical, cli, envfiles, service
from partywall.compose.cli import Question
from partywall.compose.place import Sources
from partywall.compose.understand import Reading, blanks, cyclic, find_cycle, unset
from partywall.interfaces import Completed
from partywall.model.errors import BadInput, PartywallError, Place
from partywall.model.secret import hide

_FILE = re.compile(r"(/[^\n:]*?\.ya?ml)\b")
_LINE = re.compile(r"\bL(\d+)\.C\d+|\bline (\d+):(?!.*\bline \d+:)")
_KEYS = re.compile(r"\bservices(?:\.|\[)([A-Za-z0-9_-]+(?:\]?\.[A-Za-z0-9_-]+)*)")
_TOP = re.compile(r"\b(services|volumes|networks|secrets|configs)\b(?! additional)")
_SERVICE = re.compile(r"service \"([A-Za-z0-9._-]+)\"")
_NAMED = re.compile(r"undefined (network|secret|config|volume|service) \"?([\w.-]+)")
_PROPERTY = re.compile(r"additional properties '([^']+)' not allowed")


def trouble(question: Question, said: Completed, reading: Reading) -> BadInput:
    """The error for a project that the CLI does not accept."""
    missing = missing_variables(question) or blanks(said.err)
    if missing:
        return unset(missing, reading)
    loose = cli.answer(cli.ask(question, (*cli.CANONICAL, "--no-consistency")))
    if loose.code == 0:
        found = _inconsistent(loose.out, reading.near)
        if found is not None:
            return found
    message = _message(said.err)
    place = locate(message, question, reading.near)
    return BadInput(
        f"Compose does not accept this project: {message}",
        where=place,
        remedy=_remedy(message, place, reading),
    )


def missing_variables(question: Question) -> tuple[str, ...]:
    """Variables without which the files say themselves that they do not work."""
    try:
        wanted = envfiles.wanted(question)
    except PartywallError:
        return ()
    return tuple(
        one.name
        for one in wanted
        if one.name and one.required and not question.variables.get(one.name)
    )


def _inconsistent(text: str, near: Sources) -> BadInput | None:
    services = canonical.parse(text).get("services") or {}
    waits = {
        str(name): [wait.service for wait in service.service(str(name), one or {}, {}).depends_on]
        for name, one in services.items()
    }
    cycle = find_cycle(waits)
    if cycle:
        return cyclic(cycle, near)
    for name, others in waits.items():
        for other in others:
            if other not in waits:
                hidden = near.service(other) is not None
                return BadInput(
                    f"service {name} waits for {other}, which "
                    + ("is in a profile that is not enabled" if hidden else "does not exist"),
                    where=near.service(name, "depends_on", other)
                    or near.service(name, "depends_on"),
                    remedy=f"enable its profile (`profiles:` in partywall.yaml), or drop {other}"
                    if hidden
                    else f"define {other}, or take it out of `depends_on`",
                )
    return None


def locate(message: str, question: Question, near: Sources) -> Place:
    """The place that a message of the CLI is about, as exactly as it can be known."""
    named = _FILE.search(message)
    file = named[1] if named else str(question.files[0])
    line = _LINE.search(message)
    if line and Path(file).exists():
        return Place(file, int(line[1] or line[2]))
    return _searched(message, near) or Place(
        file if Path(file).exists() else str(question.files[0])
    )


def _searched(message: str, near: Sources) -> Place | None:
    keys = _KEYS.search(message)
    if keys and (place := near.service(*keys[1].replace("]", "").split("."))):
        return place
    name = _SERVICE.search(message)
    undefined = _NAMED.search(message)
    if name and undefined:
        place = near.service(name[1], f"{undefined[1]}s")
    elif name:
        place = near.service(name[1])
    else:
        place = None
    if place:
        return place
    extra = _PROPERTY.search(message)
    last = re.search(r": ['\"]?([\w.-]+)['\"]?$", message)
    words = [extra[1]] if extra else re.findall(r"[\w./-]*[/.][\w./-]+|\b\d{4,}\b", message)
    found = [near.word(Path(word).name) for word in (*words, *([last[1]] if last else ()))]
    top = _TOP.search(message)
    found.append(near.top(top[1]) if top else None)
    return next((one for one in found if one is not None), None)


def _message(stderr: str) -> str:
    """The words of the answer without its warnings, secrets hidden, on one line."""
    lines = [line.strip() for line in stderr.splitlines() if "level=warning" not in line]
    text = " ".join(line for line in lines if line) or "it did not say why"
    text = text.removesuffix(": invalid compose project")
    return hide(text.replace("false schema", "is not known to Compose"))[:500]


def _remedy(message: str, place: Place, reading: Reading) -> str:
    if "interpolation format" in message:
        return "close the brace after the variable's name, or write $$ where a $ shall stay"
    if "$" in reading.near.line(place):
        return f"correct the variable's value in .env.{reading.environment}, or this line"
    if "no such file" in message or "not found" in message:
        return "write the file, or take it out"
    if _LINE.search(message):
        return "look at this line and the one above it: a colon, a quote, a tab or the indentation"
    return "correct it; `docker compose config` judges it the same way"
