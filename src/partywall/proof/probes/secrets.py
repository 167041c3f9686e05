"""Wall `secrets`: no value in common, and the other's cannot be read."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path

from partywall.proof.case import Case
from partywall.proof.inside.answer import DENIED, DONE, REFUSED
from partywall.proof.knocking import knock
from partywall.proof.literals import literals
from partywall.proof.probe import Attempt, CouldNotTry, Probe, Verdict
from partywall.proof.target import Target

_OPEN_TO_ALL = "/etc/passwd"
Digests = dict[bytes, str]
"""Salted digest → the names under which the value is known."""


def across(case: Case) -> Iterable[Attempt]:
    """Compare the stores, the Compose file's literals; then files and variables of processes."""
    salt = secrets.token_bytes(16)
    mine, theirs = _stored(case, case.own, salt), _stored(case, case.other, salt)
    yield _compared(
        case,
        f"find one of its {len(mine)} secrets among {case.other.environment}'s {len(theirs)}",
        common(mine, theirs),
    )
    yield _compared(
        case,
        f"find a secret in the Compose file that {case.other.environment} uses too",
        common(_literal(case.own, salt), _literal(case.other, salt)),
    )
    if case.premises.secret_files.get(case.other.environment):
        yield _files(case)
    yield _variables(case)


def common(mine: Digests, theirs: Digests) -> list[str]:
    """The names of values that both have, never the values."""
    return sorted(
        mine[digest] if mine[digest] == theirs[digest] else f"{mine[digest]} = {theirs[digest]}"
        for digest in mine.keys() & theirs.keys()
    )


def _compared(case: Case, tried: str, same: list[str]) -> Attempt:
    words = f"the same in both: {', '.join(same)}" if same else "none (compared by salted digest)"
    return case.judged(bool(same), tried, words)


def _stored(case: Case, where: Target, salt: bytes) -> Digests:
    values = {
        ref.name: case.value(where.environment, ref).reveal() for ref in sorted(where.secrets)
    }
    return _digests(values, salt)


def _literal(where: Target, salt: bytes) -> Digests:
    return _digests(literals(where.variables), salt)


def _digests(values: dict[str, str], salt: bytes) -> Digests:
    found: Digests = {}
    for name, value in values.items():
        # A variable left blank holds no secret.
        if value:
            digest = hashlib.blake2b(value.encode(), key=salt).digest()
            found[digest] = f"{found[digest]}, {name}" if digest in found else name
    return found


def _files(case: Case) -> Attempt:
    tried = f"open the files that hold {case.other.environment}'s secrets"
    paths = [
        path for path in case.premises.secret_files[case.other.environment] if Path(path).exists()
    ]
    if not paths:
        return case.attempt(Verdict.COULD_NOT_TRY, tried, "there are none of the files named")
    asks = ({"do": "vault.read", "path": path, "mark": _mark(path)} for path in paths)
    home, *answers = case.ask(
        case.own, {"do": "vault.read", "path": _OPEN_TO_ALL}, *asks, on=case.other
    )
    if home.outcome != DONE:
        raise CouldNotTry(f"{case.own.environment} cannot even open {_OPEN_TO_ALL}: {home.says}")
    opened = [
        f"{path} ({a.says})" for path, a in zip(paths, answers, strict=True) if a.outcome == DONE
    ]
    if opened:
        return case.attempt(Verdict.CROSSED, tried, f"opened {', '.join(opened)}")
    odd = [answer.says for answer in answers if answer.outcome not in (DENIED, REFUSED)]
    if odd:
        return case.attempt(Verdict.COULD_NOT_TRY, tried, odd[0])
    words = "; ".join(sorted({answer.says for answer in answers}))
    return case.attempt(Verdict.HELD, tried, f"{words} ({_OPEN_TO_ALL} it can read)")


def _mark(path: str) -> list[int]:
    """What tells the file from every other, wherever somebody mounts it."""
    known = Path(path).stat()
    return [known.st_dev, known.st_ino]


def _variables(case: Case) -> Attempt:
    tried = f"read the variables of {case.other.environment}'s processes"
    census, answer, shown = knock(case)
    crossed = bool(answer.more.get("environs"))
    same = crossed and answer.more["uid"] == census.more["uid"]
    reason = ": the engine runs both under one user" if same else f" (at home: {shown})"
    return case.judged(crossed, tried, f"{answer.says}{reason}")


PROBE = Probe(
    name="secrets",
    shows="no secret is the same in both, and neither can read the other's",
    across=across,
)
