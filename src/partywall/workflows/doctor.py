"""What is wrong here, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from partywall.model.errors import PartywallError
from partywall.workflows.checks import installation, machine, schemas, secrets
from partywall.workflows.checks.finding import Finding, finding
from partywall.workflows.project import Project

Check = Callable[[Project], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    machine.engine,
    machine.watched,
    machine.ports,
    machine.proxy,
    machine.alone,
    machine.readable,
    machine.writable,
    installation.unfinished,
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
    return found


def _failed(check: Check, error: PartywallError) -> Finding:
    where = f" ({error.where})" if error.where else ""
    subject = (check.__doc__ or "").partition(":")[0].lower()
    return finding(subject, f"{error.what}{where}", error.remedy)
