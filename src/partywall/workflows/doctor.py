"""What is wrong here, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from partywall.model.errors import PartywallError
from partywall.workflows.checks import installation, machine, outside, pool, schemas, secrets
from partywall.workflows.checks.finding import Finding, finding
from partywall.workflows.project import Project

Check = Callable[[Project], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    machine.engine,
    machine.watched,
    machine.ports,
    machine.proxy,
    machine.alone,
    outside.ports,
    machine.readable,
    machine.writable,
    installation.unfinished,
    installation.half_copied,
    installation.locks,
    secrets.equal_secrets,
    secrets.equal_env_files,
    secrets.shared_clients,
    secrets.literals,
    secrets.env_files,
    secrets.secret_files,
    secrets.open_brokers,
    schemas.names_public,
    machine.disk,
    pool.pool,
    machine.memory,
    installation.drift,
    machine.deliberate,
)


def doctor(project: Project) -> list[Finding]:
    """Every finding, in the order of the checks; a check that fails is a finding itself.

    What keeps several checks from their work, such as an engine that is gone, is said once.
    """
    found: list[Finding] = []
    failures: set[str] = set()
    for check in CHECKS:
        try:
            found += check(project)
        except PartywallError as error:
            if str(error) not in failures:
                found.append(_failed(check, error))
            failures.add(str(error))
    return once(found)


def once(found: Iterable[Finding]) -> list[Finding]:
    """Each of these findings once: one that several environments have names them all; pure."""
    several: dict[str, list[Finding]] = {}
    for one in found:
        said = {**one, "environment": ""}
        several.setdefault(repr(sorted(said.items())), []).append(one)
    return [_merged(same) for same in several.values()]


def _merged(same: Sequence[Finding]) -> Finding:
    names = dict.fromkeys(one["environment"] for one in same if "environment" in one)
    return {**same[0], "environment": ", ".join(names)} if names else same[0]


def _failed(check: Check, error: PartywallError) -> Finding:
    where = f" ({error.where})" if error.where else ""
    subject = (check.__doc__ or "").partition(":")[0].lower()
    return finding(subject, f"{error.what}{where}", error.remedy)
