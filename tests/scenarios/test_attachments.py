"""`secrets:` and `configs:` of a Compose file are files that the services find at their paths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from scenarios.installation import Installation, tiny, until

pytestmark = pytest.mark.scenario

ROOT = os.geteuid() == 0
KEYSTORE = bytes(range(256))
SCRIPT = """\
import os, pathlib, sys, time

NAMES = ("KEY_FILE", "PIN_FILE", "STORE_FILE", "FIRST_FILE", "SECOND_FILE")

if __name__ == "__main__":
    for name in NAMES:
        path = pathlib.Path(os.environ[name])
        facts = path.stat()
        mine = facts.st_uid == os.getuid()
        print(name, path.read_bytes().hex(), oct(facts.st_mode & 0o777), mine)
    print("folder", sorted(os.listdir(os.environ["SECRETS_DIR"])))
    for path in sys.argv[1:]:
        print(path, pathlib.Path(path[1:]).read_bytes().hex())
    sys.stdout.flush()
    time.sleep(100000)
"""
READER = """\
  reader:
    image: tiny
    environment:
      KEY_FILE: /run/secrets/key
      PIN_FILE: /run/secrets/pin.txt
      STORE_FILE: /srv/keys/store.p12
      FIRST_FILE: /first
      SECOND_FILE: /etc/tiny/second.conf
      SECRETS_DIR: /run/secrets
    secrets:
      - key
      - source: pin
        target: pin.txt
      - source: store
        target: /srv/keys/store.p12
        mode: 0440
    configs:
      - first
      - source: second
        target: /etc/tiny/second.conf
    stop_grace_period: 1s
    x-partywall:
      role: worker
      run: python -I -S reader.py PATHS

  vault:
"""
TOPS = """
secrets:
  key:
    file: ./keys/${PARTYWALL_ENVIRONMENT}.key
  pin:
    environment: DOOR_PIN
  store:
    file: ./keys/${PARTYWALL_ENVIRONMENT}.p12
  db:
    environment: POSTGRES_PASSWORD
configs:
  first:
    file: ./first.conf
  second:
    content: |
      name=${PARTYWALL_ENVIRONMENT}
      price=5$$
      password=${POSTGRES_PASSWORD}
"""


def write(folder: Path, name: str, data: bytes) -> None:
    """A file of the host that others may not read."""
    (folder / name).write_bytes(data)
    (folder / name).chmod(0o600)


def prepared(one: Installation, *, views: bool) -> Installation:
    """The small app with a service that reads files; where there are views, at their own paths."""
    # A `!` keeps a word from being rewritten, so that only the view can make it true.
    hard = "!/run/secrets/key !/first !/srv/keys/store.p12 !/etc/tiny/second.conf" if views else ""
    one.edit("compose.yaml", "  vault:\n    image", READER.replace("PATHS", hard) + "    image")
    one.edit("compose.yaml", "\nvolumes:\n  rows:\n", f"{TOPS}\nvolumes:\n  rows:\n")
    one.edit(
        "compose.yaml",
        "      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD}\n",
        "      POSTGRES_PASSWORD_FILE: /run/secrets/db\n",
    )
    one.edit(
        "compose.yaml", "    image: postgres:18\n", "    image: postgres:18\n    secrets: [db]\n"
    )
    (one.folder / "reader.py").write_text(SCRIPT)
    (one.folder / "keys").mkdir()
    (one.folder / ".dockerignore").write_text("keys\n")
    (one.folder / "first.conf").write_text("one for both\n")
    for name in ("prod", "dev"):
        write(one.folder, f"keys/{name}.key", f"key of {name}\n".encode())
        write(one.folder, f"keys/{name}.p12", KEYSTORE + name.encode())
    one.call("init")
    for name in ("prod", "dev"):
        one.set_env(name, "DOOR_PIN", f"pin-of-{name}")
    return one


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The small app, up."""
    with tiny(tmp_path_factory.mktemp("attachments")) as one:
        prepared(one, views=ROOT).call("up", "--yes")
        yield one


def log(one: Installation, environment: str) -> list[str]:
    """What the reader found, the latest time."""
    path = one.home / "logs" / environment / "reader.log"
    lines = path.read_text().splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("KEY_FILE")]
    return lines[starts[-1] :] if starts else []


def expected(one: Installation, environment: str, key: bytes, *, views: bool = ROOT) -> list[str]:
    """What it should find."""
    password = one.env(environment)["POSTGRES_PASSWORD"]
    second = f"name={environment}\nprice=5$\npassword={password}\n".encode()
    files = {
        "KEY_FILE": key,
        "PIN_FILE": f"pin-of-{environment}".encode(),
        "STORE_FILE": KEYSTORE + environment.encode(),
        "FIRST_FILE": (one.folder / "first.conf").read_bytes(),
        "SECOND_FILE": second,
    }
    said = [f"{name} {data.hex()} 0o600 True" for name, data in files.items()]
    said.append("folder ['key', 'pin.txt']")
    if views:
        hard = ("/run/secrets/key", "KEY_FILE"), ("/first", "FIRST_FILE")
        more = ("/srv/keys/store.p12", "STORE_FILE"), ("/etc/tiny/second.conf", "SECOND_FILE")
        said += [f"!{path} {files[name].hex()}" for path, name in (*hard, *more)]
    return said


@pytest.mark.parametrize("environment", ["prod", "dev"])
def test_each_is_found_at_its_path(reading, environment):
    wanted = expected(reading, environment, f"key of {environment}\n".encode())
    until(lambda: log(reading, environment) == wanted, what=log(reading, environment))


def test_nothing_of_it_is_on_the_machine(reading):
    assert not any(Path(path).exists() for path in ("/run/secrets/key", "/first", "/etc/tiny"))


def test_a_second_run_changes_nothing(reading):
    assert reading.steps("plan") == {}


def test_the_database_has_the_password_of_its_file(reading):
    assert reading.query("dev", "select 1") == [(1,)]


def test_what_is_beside_an_instance_finds_them_too(reading):
    path = "/run/secrets/key" if ROOT else reading.home / "attached/dev/reader/-run-secrets/key"
    assert reading.call("exec", "dev", "reader", "--", "cat", str(path)).out == "key of dev\n"


def test_plain_compose_has_them(reading):
    reading.call("render")
    rendered = reading.home / "rendered/dev"
    text = (rendered / "compose.yaml").read_text()
    assert "environment: DOOR_PIN" in text
    assert "password=${POSTGRES_PASSWORD}" in text
    assert "DOOR_PIN='pin-of-dev'" in (rendered / ".env").read_text()


def test_new_contents_restart_only_who_reads_them(reading):
    write(reading.folder, "keys/dev.key", b"another key\n")
    assert reading.steps("plan") == {"dev/reader": ("change", "secret FILE_KEY renewed")}
    reading.call("up", "--yes")
    until(lambda: log(reading, "dev") == expected(reading, "dev", b"another key\n"))
    (reading.folder / "first.conf").write_text("another\n")
    why = "config ./first.conf changed"
    # It lies below what `web` is built from, and is no part of that.
    steps = {f"{name}/reader": ("change", why) for name in ("prod", "dev")}
    assert reading.steps("plan") == steps
    reading.call("up", "--yes")
    for name, key in (("prod", b"key of prod\n"), ("dev", b"another key\n")):
        until(lambda: log(reading, name) == expected(reading, name, key))  # noqa: B023


def test_a_file_of_both_is_a_shared_secret(reading):
    reading.edit("compose.yaml", "./keys/${PARTYWALL_ENVIRONMENT}.key", "./keys/prod.key")
    reading.call("up", "--yes")
    found = reading.document("doctor", code=None)["findings"]
    words = "the secret key of prod has the same value as the secret key of dev"
    assert [one["remedy"] for one in found if one["what"] == words] == [
        "name a file per environment: `file: ./secrets/${PARTYWALL_ENVIRONMENT}/…`"
    ]
    proof = reading.document("prove", code=1)
    answers = {line["answer"] for line in proof["probes"] if line["verdict"] == "crossed"}
    assert any(answer.startswith("the same in both: FILE_KEY") for answer in answers), answers
    (reading.folder / "keys/prod.key").chmod(0o644)
    found = reading.document("doctor", code=None)["findings"]
    assert {one["what"] for one in found if one["check"] == "secret files"} == {
        "keys/prod.key can be read by other users of this machine"
    }
    (reading.folder / "keys/prod.key").chmod(0o600)
    reading.edit("compose.yaml", "./keys/prod.key", "./keys/${PARTYWALL_ENVIRONMENT}.key")
    reading.call("up", "--yes")


def test_they_go_with_what_has_them(reading):
    reading.call("down", "dev", "--yes")
    assert not list((reading.home / "attached/dev").glob("*/*"))
    assert list((reading.home / "attached/prod").glob("*/*"))
    reading.call("up", "--yes")


@pytest.mark.parametrize(
    ("old", "new", "code", "what", "line"),
    [
        (
            "file: ./keys/${PARTYWALL_ENVIRONMENT}.key",
            "file: ./no.key",
            2,
            "the secret key is read from no.key, which is missing",
            "file: ./no.key",
        ),
        (
            "file: ./first.conf",
            "file: ./web",
            2,
            "the config first: web is a folder",
            "file: ./web",
        ),
        (
            "file: ./first.conf",
            "external: true",
            3,
            "the config first is external: only Docker Swarm keeps such, and it is not used",
            "external: true",
        ),
        (
            "environment: DOOR_PIN",
            "environment: NOBODY_SAID",
            2,
            "the variable NOBODY_SAID, which the secret pin holds, is not set in prod",
            "environment: NOBODY_SAID",
        ),
    ],
    ids=["missing", "folder", "external", "unset"],
)
def test_what_cannot_be_had_is_one_error_with_its_place(reading, old, new, code, what, line):
    (reading.folder / "web").mkdir(exist_ok=True)
    before = (reading.folder / "compose.yaml").read_text()
    reading.edit("compose.yaml", old, new)
    try:
        said = reading.call("up", "--yes", code=code).err
        assert what in said
        lines = (reading.folder / "compose.yaml").read_text().splitlines()
        number = next(n for n, text in enumerate(lines, 1) if text.strip() == line)
        assert f"compose.yaml:{number}" in said
        report = reading.document("init", "--report")
        known = [*report["findings"], *report["refusals"]]
        assert any(what in one["what"] for one in known), known
    finally:
        (reading.folder / "compose.yaml").write_text(before)
        (reading.folder / "web").rmdir()
