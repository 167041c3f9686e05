"""Secrets planted in development's files are found nowhere after a whole session of verbs."""

from __future__ import annotations

import base64
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from urllib.parse import quote

import pytest

from partywall.engines.embedded.supervise import processes
from scenarios.installation import Done, Installation, tiny

pytestmark = pytest.mark.scenario

SMTP = "canary/Cuckoo+4711=xyz"
BACKUP = "canary-Magpie-0815"
NEST = "canary/Nestling+42=ab"
ROOST = "canary-Rooster-1138"
PLANTED = {
    "SMTP_PASSWORD": SMTP,
    "BACKUP_URL": f"s3://keeper:{BACKUP}@backup.invalid/all",
    "ROOST": ROOST,
}
USED = "    secrets: [nest, roost]\n    configs: [perch]\n"
TOPS = """
secrets:
  nest:
    file: ./${PARTYWALL_ENVIRONMENT}.nest
  roost:
    environment: ROOST
configs:
  perch:
    content: roost=${ROOST} mail=${SMTP_PASSWORD:-}
"""


def forms(secret: str) -> Iterator[bytes]:
    """A secret as it is, as others write it, and as digests that a dictionary would open."""
    data = secret.encode()
    yield from (data, base64.b64encode(data), quote(secret, "").encode(), data.hex().encode())
    for name in ("md5", "sha1", "sha256"):
        yield hashlib.new(name, data).hexdigest()[:16].encode()


FORMS = {form for secret in (SMTP, BACKUP, NEST, ROOST) for form in forms(secret)}
WORDS = {secret.encode() for secret in (SMTP, BACKUP, NEST, ROOST)}


def sings(data: bytes) -> bool:
    return any(form in data for form in FORMS)


class Arguments:
    """Looks at the arguments of every process of the machine, again and again."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.looks = 0
        self.found: set[bytes] = set()

    def __enter__(self) -> Arguments:
        self._thread.start()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(0.02):
            self.looks += 1
            for pid in processes.pids():
                try:
                    words = Path(f"/proc/{pid}/cmdline").read_bytes()
                except OSError:
                    continue
                if sings(words):
                    self.found.add(words)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Installation, list[Done]]]:
    """A whole session, good verbs and failing ones; everything that any of them said."""
    folder = tmp_path_factory.mktemp("canary")
    with tiny(folder) as one, Arguments() as arguments:
        (folder / "tmp").mkdir()
        _attach(one)
        one.call("init")
        one.set_env("prod", "ROOST", "rooster-of-prod")
        one.call("up", "prod", "--yes")
        for name, value in PLANTED.items():
            one.set_env("dev", name, value)
        (one.folder / ".env.dev").chmod(0o600)
        yield one, list(_said(one, {"TMPDIR": str(folder / "tmp")}))
        assert arguments.looks > 100
        assert not arguments.found
    assert not any(sings(path.read_bytes()) for path in (folder / "tmp").rglob("*"))


def _attach(one: Installation) -> None:
    """Give the worker secrets by a file and by a variable."""
    said = "    image: tiny\n    environment:\n      <<: *said\n"
    one.edit("compose.yaml", said, USED + said)
    one.edit("compose.yaml", "\nvolumes:\n  rows:\n", f"{TOPS}\nvolumes:\n  rows:\n")
    for name, text in (("prod", "nest-of-prod"), ("dev", NEST)):
        (one.folder / f"{name}.nest").write_text(f"{text}\n")
        (one.folder / f"{name}.nest").chmod(0o600)


def _said(one: Installation, variables: dict[str, str]) -> Iterator[Done]:
    """The verbs, each as text and where it can as a document."""

    def say(*words: str, code: int | None = None, json: bool = True) -> Iterator[Done]:
        environment = {**os.environ, **variables}
        if json:
            yield one.call(*words, "--json", env=environment, code=code)
        yield one.call(*words, env=environment, code=code)

    yield from say("init", "--report", code=0)
    yield from say("plan", code=0)
    yield from say("plan", "--picture", "-", code=0, json=False)
    yield from say("up", "--dry-run", code=0)
    yield from say("up", "--yes", code=0)
    yield from say("status", code=0)
    yield from say("logs", "dev", code=0, json=False)
    yield from say("logs", "machine", "edge", code=0, json=False)
    yield from say("prove")
    yield from say("doctor")
    yield from say("render", json=False)
    yield from say("env", "dev", code=0)
    yield from say("env", "dev", "SMTP_PASSWORD", code=0)
    yield from say("restart", "dev", "worker", "--yes", code=0)
    one.set_env("dev", "SMTP_PASSWORD", SMTP + "2")
    yield from say("plan", code=0)
    yield from say("up", "dev", "--yes", code=0)
    yield from _failing(one, say)
    yield from say("down", "dev", "--yes", code=0)
    yield from say("destroy", "dev", "--yes", code=0)
    yield from say("trash", "list", code=0)
    yield from say("up", "--yes", code=0)


WORKER = "run: python -I -S worker.py"
LAST = "BACKUP_URL: ${BACKUP_URL:-}\n"
WRONG = (
    (WORKER, "run: /no/such/program", 4),
    (WORKER, "run: python -I -S ghost.py", 4),
    ("MAIL_URL: smtp://mailer:${", "MAIL_URL: [smtp://mailer:${", 2),
    ("MAIL_URL: smtp://mailer:", "MAIL_URL: ${NOBODY:?at}smtp://mailer:", 2),
    (LAST, "BACKUP_URL: {a: '${BACKUP_URL:-}'}\n", 2),
    (LAST, f"{LAST}    ports: ['${{BACKUP_URL}}']\n", 2),
    ("file: ./${PARTYWALL_ENVIRONMENT}.nest", "file: ./dev.nest/no", 2),
    ("environment: ROOST", "external: true", 3),
    (LAST, f"{LAST}    pids_limit: ${{SMTP_PASSWORD}}\n", 2),
)


def _failing(one: Installation, say: Callable[..., Iterator[Done]]) -> Iterator[Done]:
    """What goes wrong around the very service that has the secret."""
    for old, new, code in WRONG:
        one.edit("compose.yaml", old, new)
        yield from say("up", "dev", "--yes", code=code)
        yield from say("plan", "dev", json=False)
        yield from say("status")
        yield from say("doctor", json=False)
        one.edit("compose.yaml", new, old)
        yield from say("resume", "--back", "--yes", json=False)
        yield one.call("up", "dev", "--yes")
    with (one.folder / ".env.dev").open("a") as file:
        file.write(f"\nthis is no line {SMTP}\n")
    yield from say("up", "dev", "--yes", code=2)
    yield from say("status")
    text = (one.folder / ".env.dev").read_text().splitlines()[:-1]
    (one.folder / ".env.dev").write_text("\n".join(text) + "\n")


def test_no_verb_says_it(session):
    said = session[1]
    assert len(said) > 50
    assert not [done for done in said if sings(done.text.encode())]


def test_the_service_has_it(session):
    """Or all of this would prove nothing."""
    process = session[0].process("dev/worker")
    environment = Path(f"/proc/{process.pid}/environ").read_bytes()
    assert f"MAIL_URL=smtp://mailer:{SMTP}2@mail.invalid:25".encode() in environment
    assert f"BACKUP_URL={PLANTED['BACKUP_URL']}".encode() in environment
    assert NEST.encode() not in environment
    files = session[0].home / "attached/dev/worker"
    assert (files / "-run-secrets/nest").read_text() == f"{NEST}\n"
    assert (files / "-run-secrets/roost").read_text() == ROOST
    assert (files / "-/perch").read_text() == f"roost={ROOST} mail={SMTP}2"


def test_no_other_process_has_it(session):
    one = session[0]
    others = {*one.alive(), *one.watchers()} - {one.process("dev/worker")}
    for process in others:
        environment = Path(f"/proc/{process.pid}/environ").read_bytes()
        assert not any(word in environment for word in WORDS), process


def test_no_file_holds_it_but_those_that_are_for_it(session):
    one = session[0]
    holding = {}
    for path in one.folder.rglob("*"):
        if path.is_file() and sings(path.read_bytes()):
            holding[str(path.relative_to(one.folder))] = path.stat().st_mode & 0o777
    attached = {"-run-secrets/nest", "-run-secrets/roost", "-/perch"}
    meant = {".env.dev", "dev.nest", ".partywall/secrets/dev.json"}
    meant |= {f".partywall/attached/dev/worker/{name}" for name in attached}
    rendered = {name for name in holding if name.startswith(".partywall/rendered/dev/")}
    assert set(holding) - rendered == meant
    assert all(".env" in name for name in rendered), rendered
    assert set(holding.values()) == {0o600}, holding


def test_production_knows_nothing_of_it(session):
    one = session[0]
    assert not sings((one.home / "secrets/prod.json").read_bytes())
    assert one.page("prod") == "prod says hello\n"
