"""Bad input: one clear error with place and remedy, no traceback, nothing half done."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from scenarios.bad_input.ground import Ground, Prepare, Said, listening

pytestmark = pytest.mark.scenario

UP = ("up", "--yes")
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount, or be told apart")


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One bad input, and what is to be said about it."""

    name: str
    prepare: Prepare = lambda _ground: None
    words: tuple[str, ...] = UP
    code: int = 2
    says: str
    at: str = ""
    """How the place ends, seen from the project's folder; empty when there is none to name."""
    do: str
    left: tuple[str, ...] = ()
    """What may be there afterwards that was not there before; documented where it is written."""


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    made = Ground(tmp_path / "small")
    yield made
    made.close()


def assert_one_error(said: Said, code: int) -> None:
    """The form that every error has."""
    everything = said.out + said.err
    assert "Traceback" not in everything, everything
    assert "Partywall has a mistake" not in everything, everything
    assert len(said.errors) == 1, everything
    assert said.code == code, everything
    assert said.part("do"), everything


def check(ground: Ground, case: Case) -> None:
    """Run it and compare what is said; nothing may have changed."""
    before = ground.tree()
    said = ground.call(*case.words)
    assert_one_error(said, case.code)
    assert re.search(case.says, said.what), said.err
    assert re.search(case.do, said.part("do")), said.err
    if case.at:
        assert re.search(rf"{case.at}$", said.part("at")), said.err
    assert ground.alive() == []
    after = {name: digest for name, digest in ground.tree().items() if name not in case.left}
    assert after == before


def compose(text: str | bytes) -> Prepare:
    """Another compose.yaml."""
    return lambda ground: ground.write("compose.yaml", text)


def settings(text: str | bytes) -> Prepare:
    """Another partywall.yaml."""
    return lambda ground: ground.write("partywall.yaml", text)


def more(text: str) -> Prepare:
    """More lines in partywall.yaml."""
    return lambda ground: ground.settings(text)


def service(text: str) -> Prepare:
    """More lines at the end of compose.yaml: of its one service, or another."""
    return lambda ground: ground.service(text)


def edit(name: str, old: str, new: str) -> Prepare:
    """One text changed in a file."""
    return lambda ground: ground.edit(name, old, new)


def folder_instead(name: str) -> Prepare:
    """A folder where a file should be."""

    def prepare(ground: Ground) -> None:
        (ground.folder / name).unlink(missing_ok=True)
        (ground.folder / name).mkdir()

    return prepare


def without(name: str) -> Prepare:
    """A file that is gone."""
    return lambda ground: (ground.folder / name).unlink()


BILLION = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    for before, name in zip("abcdefg", "bcdefgh", strict=True)
)

SETTINGS = [
    Case(
        name="settings: broken YAML",
        prepare=settings("project: small\nengine: [embedded\n"),
        says="YAML",
        at=r"partywall\.yaml:\d",
        do=".",
    ),
    Case(
        name="settings: an unknown key",
        prepare=more("enviroments: {}\n"),
        says="unknown key `enviroments`",
        at=r"partywall\.yaml:7",
        do="did you mean `environments`",
    ),
    Case(
        name="settings: an unknown key inside an environment",
        prepare=edit("partywall.yaml", "dev: {}", "dev: {domian: x.localhost}"),
        says="unknown key `domian` in `environments.dev`",
        at=r"partywall\.yaml:6",
        do="did you mean `domain`",
    ),
    Case(
        name="settings: an unknown option of an axis",
        prepare=more("database: shema\n"),
        says="`database` has a value that does not fit",
        at=r"partywall\.yaml:7",
        do="`server`, `database`, `schema` or `common`",
    ),
    Case(
        name="settings: two options that exclude each other",
        prepare=more("database: common\n"),
        says="`database: common` leaves no wall, and with `presence: together` production is not",
        at=r"partywall\.yaml:7",
        do="`database: server`",
    ),
    Case(
        name="settings: an unknown architecture",
        prepare=more("architecture: duel\n"),
        says="no architecture `duel`",
        at=r"partywall\.yaml:7",
        do="did you mean `dual`",
    ),
    Case(
        name="settings: an unknown engine",
        prepare=edit("partywall.yaml", "engine: embedded", "engine: embeded"),
        says="`engine` has a value that does not fit",
        at=r"partywall\.yaml:2",
        do="`embedded` or `docker`",
    ),
    Case(
        name="settings: an environment's name with a slash",
        prepare=edit("partywall.yaml", "dev: {}", "dev/x: {}"),
        says="'dev/x' is no environment name",
        at=r"partywall\.yaml:6",
        do="small letters",
    ),
    Case(
        name="settings: an environment's name with a semicolon",
        prepare=edit("partywall.yaml", "dev: {}", '"dev; rm -rf ~": {}'),
        says="is no environment name",
        at=r"partywall\.yaml:6",
        do="small letters",
    ),
    Case(
        name="settings: a reserved name",
        prepare=edit("partywall.yaml", "dev: {}", "shared: {}"),
        says="`shared` cannot be an environment's name",
        at=r"partywall\.yaml:6",
        do="reserved are all, edge",
    ),
    Case(
        name="settings: two environments at one domain",
        prepare=edit("partywall.yaml", "dev: {}", "dev: {domain: small.localhost}"),
        says="prod and dev have the same domain",
        at=r"partywall\.yaml:6",
        do="dev.small.localhost",
    ),
    Case(
        name="settings: no domain at all",
        prepare=more("domain: https://example.com/\n"),
        says="is no domain name",
        at=r"partywall\.yaml:7",
        do="without https://",
    ),
    Case(
        name="settings: two productions",
        prepare=edit(
            "partywall.yaml", "dev: {}", "dev: {production: true}\n  x: {production: true}"
        ),
        says="both production",
        at=r"partywall\.yaml:7",
        do="exactly one",
    ),
    Case(
        name="settings: a port out of range",
        prepare=lambda ground: ground.edit("partywall.yaml", f"http: {ground.http}", "http: 80000"),
        says="`edge.http` has a value that does not fit",
        at=r"partywall\.yaml:3",
        do="whole number",
    ),
    Case(
        name="settings: one port for two things",
        prepare=lambda ground: ground.edit(
            "partywall.yaml",
            f'tls: "off", http: {ground.http}, https: {ground.https}',
            f"http: {ground.http}, https: {ground.http}",
        ),
        says=r"port",
        at=r"partywall\.yaml:3",
        do=".",
    ),
    Case(
        name="settings: an env file that is missing",
        prepare=edit("partywall.yaml", "dev: {}", "dev: {env: .env.other}"),
        says=r"the env file \.env\.other is missing",
        at=r"\.env\.other",
        do="partywall init",
    ),
    Case(
        name="settings: a service that is nowhere",
        prepare=more("services:\n  wep: {role: web}\n"),
        says="wep, which the Compose file does not have",
        at=r"partywall\.yaml(:\d)?",
        do="did you mean `web`",
    ),
    Case(
        name="settings: a command with an open quote",
        prepare=edit("partywall.yaml", "dev: {}", 'dev: {seed: "echo \'a"}'),
        says="`environments.dev.seed` is no command",
        at=r"partywall\.yaml:6",
        do="close every quote",
    ),
    Case(
        name="settings: a binary file",
        prepare=settings(bytes(range(256))),
        says="is not UTF-8 text|binary",
        at=r"partywall\.yaml:\d",
        do="UTF-8",
    ),
    Case(
        name="settings: a list",
        prepare=settings("- a\n- b\n"),
        says="must be a mapping",
        at=r"partywall\.yaml:1",
        do="known here",
    ),
    Case(
        name="settings: a folder",
        prepare=folder_instead("partywall.yaml"),
        says=r"partywall\.yaml is a folder",
        at=r"partywall\.yaml",
        do="move it",
    ),
    Case(
        name="settings: an alias of itself",
        prepare=settings("project: &a [*a]\n"),
        says=".",
        at=r"partywall\.yaml:1",
        do=".",
    ),
    Case(
        name="settings: aliases that unfold to a billion values",
        prepare=settings(BILLION),
        says=".",
        at=r"partywall\.yaml(:\d+)?",
        do=".",
    ),
    Case(
        name="settings: nested too deep",
        prepare=settings("project: " + "[" * 5000 + "]" * 5000),
        says="deep|nest",
        at=r"partywall\.yaml:1",
        do=".",
    ),
    Case(
        name="settings: a huge file",
        prepare=settings("# " + "x" * 2_000_000 + "\n"),
        says="too large|larger",
        at=r"partywall\.yaml",
        do=".",
    ),
    Case(
        name="settings: named on the command line and not there",
        words=("--settings", "/nonexistent/other.yaml", *UP),
        says="no such settings file",
        at=r"/nonexistent/other\.yaml",
        do="name another",
    ),
]

COMPOSE = [
    Case(
        name="compose: broken YAML",
        prepare=compose("services:\n  web:\n    image: [x\n"),
        says="yaml",
        at=r"compose\.yaml:\d",
        do=".",
    ),
    Case(
        name="compose: an unknown key of a service",
        prepare=edit("compose.yaml", "    expose:", "    expos:"),
        says=r"services\.web\.expos is not known to Compose",
        at=r"compose\.yaml:8",
        do="correct it",
    ),
    Case(
        name="compose: a variable that nothing sets",
        prepare=edit("compose.yaml", "${WORD:-hello}", "$WORD"),
        says="the variable WORD is not set in (prod|dev)",
        at=r"compose\.yaml:7",
        do=r"WORD=… into \.env\.",
    ),
    Case(
        name="compose: a variable that must be set",
        prepare=edit("compose.yaml", "${WORD:-hello}", "${WORD:?say the word}"),
        says="the variable WORD is not set in",
        at=r"compose\.yaml:7",
        do=r"\.env\.",
    ),
    Case(
        name="compose: services that wait for each other",
        prepare=service(
            "    depends_on: [other]\n  other:\n    image: small\n    depends_on: [web]\n"
        ),
        says="circle",
        at=r"compose\.yaml:\d+",
        do="take one `depends_on` out",
    ),
    Case(
        name="compose: an env file that is missing",
        prepare=service("    env_file: web.env\n"),
        says=r"web.*env file web\.env.*missing",
        at=r"compose\.yaml:13",
        do="required: false",
    ),
    Case(
        name="compose: a folder that both environments would write to",
        prepare=service("    volumes: ['./common:/data']\n"),
        code=3,
        says=r"both claim the folder \./common",
        do="COMMON_FOLDER=./common-dev into .env.dev",
    ),
    Case(
        name="compose: no file",
        prepare=without("compose.yaml"),
        says=r"no Compose file in this folder: compose\.yaml, .* were looked for",
        at="small",
        do="-f FILE",
    ),
    Case(
        name="compose: a named file that is not there",
        prepare=more("compose: other.yaml\n"),
        says=r"no Compose file other\.yaml",
        at=r"other\.yaml",
        do="`compose:`",
    ),
    Case(
        name="compose: a folder instead of a file",
        prepare=folder_instead("compose.yaml"),
        says=r"compose\.yaml is a folder",
        at=r"compose\.yaml",
        do="move it",
    ),
    Case(
        name="compose: a binary file",
        prepare=compose(b"\x7fELF\x00\x01\xff\xfe" * 20),
        says="UTF-8|binary",
        at=r"compose\.yaml(:\d)?",
        do="text",
    ),
    Case(
        name="compose: an empty file",
        prepare=compose(""),
        says=".",
        at=r"compose\.yaml(:\d)?",
        do=".",
    ),
    Case(
        name="compose: no service",
        prepare=compose("services: {}\n"),
        says="no service",
        at=r"compose\.yaml:1",
        do="define a service",
    ),
    Case(
        name="compose: a huge file",
        prepare=compose("# " + "x" * 2_000_000 + "\n"),
        says="large",
        at=r"compose\.yaml",
        do=".",
    ),
    Case(
        name="compose: x-partywall with an unknown key",
        prepare=edit("compose.yaml", "      route: /", "      rout: /"),
        says="web, x-partywall: unknown key `rout`",
        at=r"compose\.yaml:12",
        do="did you mean `route`",
    ),
    Case(
        name="compose: x-partywall with an impossible route",
        prepare=edit("compose.yaml", "      route: /", "      route: https://x y"),
        says="`route` is no route",
        at=r"compose\.yaml:12",
        do="/api",
    ),
    Case(
        name="compose: a route to a service without a port",
        prepare=edit("compose.yaml", '    expose:\n      - "8080"\n', ""),
        says="reach web at /, but nothing says on which port",
        at=r"compose\.yaml:10",
        do="expose",
    ),
    Case(
        name="compose: a run command with an open quote",
        prepare=edit("compose.yaml", "run: python -I -S web.py", "run: python 'web.py"),
        says="`run` is no command",
        at=r"compose\.yaml:11",
        do="close every quote",
    ),
    Case(
        name="compose: a service that cannot run here",
        prepare=edit("compose.yaml", "      run: python -I -S web.py\n", ""),
        code=3,
        says="web",
        do=".",
    ),
    Case(
        name="compose: an image that has no stand-in",
        prepare=service("  search:\n    image: elasticsearch:9\n"),
        code=3,
        says="search",
        do=".",
    ),
    Case(
        name="compose: a run command that is no text",
        prepare=edit("compose.yaml", "run: python -I -S web.py", "run: true"),
        says="`run` is no command",
        at=r"compose\.yaml:11",
        do="write one",
    ),
    Case(
        name="compose: two services at one address",
        prepare=service(
            "  other:\n    image: small\n    expose: ['1']\n"
            "    x-partywall: {run: python web.py, route: /}\n"
        ),
        code=3,
        says="both claim the address small.localhost/|both",
        do="domain, port or path",
    ),
    Case(
        name="compose: a profile that no service has",
        prepare=lambda ground: (
            service("  more:\n    image: redis\n    profiles: [debug]\n")(ground),
            settings("environments:\n  prod:\n  dev:\n    profiles: [debgu]\n")(ground),
        ),
        code=2,
        says="dev wants the profile debgu, which no service has",
        at=r"partywall\.yaml",
        do="did you mean `debug`",
    ),
    Case(
        name="compose: every service in a profile",
        prepare=compose("services:\n  a:\n    image: redis\n    profiles: [b, c]\n"),
        code=2,
        says="every service is in a profile, and prod enables none of b, c",
        at=r"compose\.yaml:4",
        do="COMPOSE_PROFILES=b in .env",
    ),
]

VARIABLES = [
    Case(
        name="env file: an open quote",
        prepare=lambda ground: ground.write(".env", "A=1\nWORD='hello\nB=2\n"),
        says="quote",
        at=r"\.env:2",
        do=".",
    ),
    Case(
        name="env file: not UTF-8",
        prepare=lambda ground: ground.write(".env.dev", "WORD=caf\xe9\n".encode("latin-1")),
        says="not UTF-8",
        at=r"\.env\.dev:1",
        do="UTF-8",
    ),
    Case(
        name="env file: no assignment",
        prepare=lambda ground: ground.write(".env.dev", "A=1\n? what\n"),
        says="no `NAME=value`",
        at=r"\.env\.dev:2",
        do=".",
    ),
    Case(
        name="env file: a folder",
        prepare=lambda ground: (ground.folder / ".env.dev").mkdir(),
        says=r"\.env\.dev is a folder",
        at=r"\.env\.dev",
        do="move it",
    ),
]

COMMAND_LINE = [
    Case(name="an unknown command", words=("plam",), says="no command `plam`", do="`plan`"),
    Case(name="an unknown option", words=("plan", "--jsn"), says="--jsn", do="plan --help"),
    Case(name="too many words", words=("status", "a", "b"), says="unexpected", do="--help"),
    Case(
        name="an unknown environment to plan",
        words=("plan", "deev"),
        says="no environment `deev`",
        at=r"partywall\.yaml:4",
        do="prod, dev",
    ),
    *(
        Case(
            name=f"an unknown environment to {words[0]}",
            words=words,
            says="no environment `deev`",
            at=r"partywall\.yaml:4",
            do="prod, dev",
        )
        for words in (
            ("up", "deev", "--yes"),
            ("down", "deev", "--yes"),
            ("destroy", "deev", "--yes"),
            ("restart", "deev", "--yes"),
            ("env", "deev"),
            ("logs", "deev"),
            ("exec", "deev", "web", "true"),
            ("shell", "deev"),
            ("prove", "deev", "dev"),
            ("render", "deev"),
        )
    ),
    Case(
        name="an environment's name that is a path",
        words=("down", "../../etc", "--yes"),
        says="no environment",
        do="prod, dev",
    ),
    Case(
        name="an unknown service to follow",
        words=("logs", "dev", "wep"),
        says="no service `wep` in dev",
        do=".",
    ),
    Case(
        name="a command in something absent",
        words=("exec", "dev", "web", "--", "true"),
        says="no service `web` in dev",
        do="partywall up",
    ),
    Case(
        name="a restart of something absent",
        words=("restart", "dev", "web", "--yes"),
        says="no service `web` in dev",
        do="partywall",
    ),
    Case(
        name="an unknown variable",
        words=("env", "dev", "WURD"),
        says="no variable `WURD`",
        do="partywall env",
    ),
    Case(
        name="nothing to resume",
        words=("resume", "--yes"),
        says="nothing to resume",
        do="partywall plan",
    ),
    Case(
        name="nothing to take back",
        words=("resume", "--back", "--yes"),
        says="nothing to",
        do="partywall plan",
    ),
    Case(
        name="trash that is not there",
        words=("trash", "restore", "nothing"),
        says="no `nothing` in the trash",
        do="trash list",
    ),
    Case(
        name="down without a name",
        words=("down", "--yes"),
        says="which environment",
        do="--all",
    ),
    Case(
        name="production without a yes and without a terminal",
        words=("up",),
        code=3,
        says="prod, which is production, and nobody can be asked",
        do="--yes",
    ),
    Case(
        name="a proof where nothing stands",
        words=("prove",),
        code=3,
        says="no environment stands",
        do="partywall up",
    ),
    Case(
        name="an engine that this version does not have",
        words=("--engine", "podman", *UP),
        says="no engine `podman`",
        do="embedded",
    ),
    Case(
        name="a picture into a folder that is a file",
        words=("plan", "--picture", "/dev/null/picture.svg"),
        code=5,
        says="cannot",
        do=".",
    ),
]


@pytest.mark.parametrize(
    "case", [*SETTINGS, *COMPOSE, *VARIABLES, *COMMAND_LINE], ids=lambda case: case.name
)
def test_bad_input_is_one_clear_error(ground, case):
    case.prepare(ground)
    check(ground, case)


def test_a_folder_that_is_not_there(ground):
    said = ground.call("-C", "/nonexistent", "plan")
    assert_one_error(said, 2)
    assert said.part("at") == "/nonexistent"


def test_a_folder_that_is_a_file(ground):
    said = ground.call("-C", str(ground.folder / "web.py"), "plan")
    assert_one_error(said, 2)
    assert said.part("at").endswith("web.py")


# What the machine, not a file, has against it.


def test_a_path_with_spaces_and_quotes_works(tmp_path):
    ground = Ground(tmp_path / """a 'b' "c" $d; e\\f ü""")
    try:
        assert ground.call(*UP).code == 0
        assert ground.page("small.localhost") == "hello"
        assert ground.changes() == 0
        assert ground.call("exec", "prod", "web", "--yes", "--", "pwd").out.strip() == str(
            ground.folder
        )
        assert ground.call("destroy", "--all", "--yes").code == 0
    finally:
        ground.close()
    assert ground.alive() == []


def test_a_port_of_the_edge_that_somebody_has(ground):
    """Nothing is begun that would end without an address."""
    with listening(ground.http):
        before = ground.tree()
        said = ground.call(*UP)
    assert_one_error(said, 5)
    assert f"port {ground.http} is taken" in said.what
    assert said.part("at").endswith("partywall.yaml:3")
    assert "edge: {http" in said.part("do")
    assert ground.alive() == []
    assert ground.tree() == before
    assert ground.call(*UP).code == 0


@root
@pytest.mark.parametrize("files", [["compose.yaml"], ["partywall.yaml"], [".env.dev"], ["."]])
def test_what_cannot_be_read(ground, files):
    ground.write(".env.dev", "WORD=hello\n")
    before = ground.tree()
    for name in files:
        (ground.folder / name).chmod(0)
    said = ground.call(*UP, without=("dac_override", "dac_read_search"))
    (ground.folder).chmod(0o700)
    assert_one_error(said, said.code)
    assert said.code in {2, 5}
    assert re.search("permission denied|cannot be read|not readable", said.what), said.err
    assert str(ground.folder) in said.err
    assert ground.tree() == before


@root
def test_a_file_that_cannot_be_written(ground):
    """The environments' secrets must be kept: without their file nothing may start."""
    ground.folder.chmod(0o500)
    said = ground.call(*UP, without=("dac_override", "dac_read_search"))
    ground.folder.chmod(0o700)
    assert_one_error(said, 5)
    assert "permission denied" in said.what
    assert ground.alive() == []
    assert not ground.home.exists()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[str], Ground]]:
    """The app on a file system of its own."""
    place = tmp_path / "disk"
    place.mkdir()
    made: list[Ground] = []

    def mount(options: str) -> Ground:
        command = ["mount", "-t", "tmpfs", "-o", options, "partywall-test", str(place)]
        if subprocess.run(command, check=False).returncode:
            pytest.skip("this machine lets nobody mount")
        made.append(Ground(place / "small"))
        return made[0]

    yield mount
    for ground in made:
        subprocess.run(["mount", "-o", "remount,rw,size=64m", str(place)], check=False)
        ground.close()
        subprocess.run(["umount", str(place)], check=True)


@root
def test_a_read_only_folder(small_disk):
    ground = small_disk("size=4m")
    subprocess.run(["mount", "-o", "remount,ro", str(ground.folder.parent)], check=True)
    before = ground.tree()
    assert ground.call("plan").code == 0
    said = ground.call(*UP)
    assert_one_error(said, 5)
    assert "read-only file system" in said.what
    assert "writable" in said.part("do")
    assert ground.alive() == []
    assert ground.tree() == before


@root
def test_a_full_disk(small_disk):
    ground = small_disk("size=96k")
    filler = ground.folder.parent / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(b"x" * 200_000)
    before = ground.tree()
    said = ground.call(*UP)
    assert_one_error(said, 5)
    assert "no space left" in said.what
    assert "free some disk space" in said.part("do")
    assert ground.alive() == []
    assert {name for name, digest in ground.tree().items() if digest} == {
        name for name, digest in before.items() if digest
    }


@root
def test_a_disk_that_fills_up_while_it_works(small_disk):
    """Whatever was done is written down: with room again, the same command goes on."""
    ground = small_disk("size=64m")
    assert ground.call("up", "dev", "--yes").code == 0
    filler = ground.folder.parent / "filler"
    with pytest.raises(OSError, match="No space left"):
        filler.write_bytes(b"x" * (80 << 20))
    ground.edit("compose.yaml", "hello", "other")
    said = ground.call(*UP)
    assert_one_error(said, said.code)
    assert said.code in {4, 5}
    assert "no space left" in said.err
    filler.unlink()
    assert ground.call(*UP).code == 0
    assert ground.page("small.localhost") == "other"


@root
def test_no_free_port(ground):
    """In a network of its own with all customary ports taken and one port to hand out."""
    ground.edit("partywall.yaml", f", http: {ground.http}, https: {ground.https}", "")
    said = ground.call(*UP, inside=ALL_TAKEN)
    if said.code == 77:
        pytest.skip("this machine gives nobody a network")
    assert_one_error(said, 5)
    assert "no free port" in said.what or "no port is free" in said.what
    assert ground.alive() == []


ALL_TAKEN = """
import socket, subprocess, sys
if subprocess.run(["ip", "link", "set", "lo", "up"]).returncode:
    sys.exit(77)
with open("/proc/sys/net/ipv4/ip_local_port_range", "w") as file:
    file.write("61000 61000")
held = []
for port in (61000, *range(8080, 65536, 10000), *range(8443, 65536, 10000)):
    held.append(socket.socket())
    held[-1].bind(("127.0.0.1", port))
    held[-1].listen()
sys.exit(subprocess.run(sys.argv[1:]).returncode)
"""


# What fails while it is carried out: code 4, everything that runs is known, `resume` goes on.


DATABASE = """  db:
    image: postgres:18
    environment: {POSTGRES_PASSWORD: "${POSTGRES_PASSWORD}"}
    volumes: [rows:/var/lib/postgresql]
volumes:
  rows:
"""


def assert_half_done(ground: Ground, said: Said) -> None:
    """The error of a run that stopped on its way."""
    assert_one_error(said, 4)
    assert "steps are done" in said.what
    assert "resume" in said.part("do")
    for process in ground.alive():
        assert process  # what runs is what the state knows, and that destroys to nothing
    assert ground.call("status").code == 0


def test_data_of_another_postgresql(ground):
    ground.service(DATABASE)
    ground.write(".env.dev", "POSTGRES_PASSWORD=one\n")
    ground.write(".env.prod", "POSTGRES_PASSWORD=two\n")
    version = ground.write(".partywall/data/dev/rows/18/docker/PG_VERSION", "15\n")
    said = ground.call(*UP)
    assert_half_done(ground, said)
    assert "data of PostgreSQL 15" in said.err
    assert "dump them with the old version" in said.err
    assert version.read_text() == "15\n"
    assert sorted(path.name for path in version.parent.iterdir()) == ["PG_VERSION"]
    assert ground.page("small.localhost") == "hello", "production stands nevertheless"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("run: python -I -S web.py", "run: ./nothing", r"\./nothing cannot be run|No such file"),
        ("run: python -I -S web.py", "run: python -I -S nothing.py", "nothing.py"),
        ("run: python -I -S web.py", "run: python -c 'raise SystemExit(7)'", "again"),
    ],
)
def test_a_program_that_does_not_run(ground, old, new, says):
    ground.edit("compose.yaml", old, new)
    said = ground.call(*UP)
    assert_half_done(ground, said)
    assert re.search(says, said.err), said.err
    assert "partywall logs" in said.err
    ground.edit("compose.yaml", new, old)
    assert ground.call(*UP).code == 0
    assert ground.page("small.localhost") == "hello"


def test_a_health_check_that_never_succeeds(ground):
    ground.service(
        "    healthcheck: {test: [CMD, 'false'], interval: 1s, timeout: 1s, retries: 1}\n"
    )
    said = ground.call("up", "dev", "--yes")
    assert_half_done(ground, said)
    assert "it is unhealthy" in said.err


def test_a_job_that_fails(ground):
    ground.service(
        "  setup:\n    image: small\n    restart: 'no'\n    x-partywall:\n      role: job\n"
        "      run: sh -c 'echo the reason; exit 3'\n"
    )
    said = ground.call(*UP)
    assert_half_done(ground, said)
    assert "exit code 3" in said.err
    assert "the reason" in said.err
    again = ground.call("resume", "--yes")
    assert_half_done(ground, again)
    ground.edit("compose.yaml", "exit 3", "exit 0")
    assert ground.call(*UP).code == 0


# Files of ours that are not what we wrote; everything stands meanwhile.


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    made = Ground(tmp_path_factory.mktemp("standing") / "small")
    made.service(
        "    volumes: [data:/data]\n"
        "  setup:\n    image: small\n    x-partywall: {role: job, run: 'true'}\n"
        "volumes:\n  data:\n"
    )
    try:
        assert made.call(*UP).code == 0
        yield made
    finally:
        made.close()


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """One file of ours, and what became of it."""

    file: str
    """A pattern below `.partywall`."""
    content: bytes
    code: int
    says: str
    do: str = "."
    verbs: tuple[tuple[str, ...], ...] = (("plan",), UP)


NEWER = b'{"version": 99}'
DAMAGES = [
    Damage(file="state.json", content=b"{", code=5, says="damaged"),
    Damage(file="state.json", content=b"", code=5, says="damaged"),
    Damage(file="state.json", content=b"\xff\xfe\x00", code=5, says="damaged"),
    Damage(file="state.json", content=b"[]", code=5, says="damaged"),
    Damage(file="state.json", content=NEWER, code=3, says="newer Partywall", do="that version"),
    Damage(
        file="state.json",
        content=b'{"version":1,"project":"other","project_id":"x",'
        b'"engine":{"name":"embedded","identity":"processes of this machine"}}',
        code=3,
        says="belongs to the project other",
    ),
    Damage(
        file="state.json",
        content=b'{"version":1,"project":"small","project_id":"x",'
        b'"engine":{"name":"docker","identity":"some daemon"}}',
        code=3,
        says="made on the engine docker",
        do="recorded engine",
    ),
    Damage(
        file="state.json",
        content=b'{"version":1,"project":"small","project_id":"x",'
        b'"engine":{"name":"embedded","identity":"processes of another machine"}}',
        code=3,
        says="another machine",
    ),
    Damage(file="state/dev/volume-data.json", content=b"{", code=5, says="damaged"),
    Damage(file="state/dev/volume-data.json", content=NEWER, code=3, says="newer Partywall"),
    Damage(file="state/prod/job-setup.json", content=b"\x00", code=5, says="damaged"),
    Damage(file="secrets/dev.json", content=b"{", code=5, says="damaged"),
    Damage(file="secrets/dev.json", content=b"\xff", code=5, says="damaged"),
    Damage(file="secrets/dev.json", content=b'{"A": {"1": "\xff"}}', code=5, says="damaged"),
    Damage(file="secrets/dev.json", content=b'{"A": {"one": "x"}}', code=5, says="damaged"),
    Damage(
        file="journal/*.jsonl", content=b"{\n", code=5, says="damaged", verbs=(("resume", "--yes"),)
    ),
    Damage(
        file="journal/*.jsonl",
        content=NEWER + b"\n",
        code=3,
        says="newer Partywall",
        verbs=(("resume", "--yes"),),
    ),
]


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda one: f"{one.file} {one.content[:16]!r}")
def test_a_damaged_file_of_ours(standing, damage):
    path = max(standing.home.glob(damage.file))
    whole = path.read_bytes()
    before, running = standing.tree(), standing.alive()
    path.write_bytes(damage.content)
    try:
        for words in damage.verbs:
            said = standing.call(*words)
            assert_one_error(said, damage.code)
            assert damage.says in said.what, said.err
            assert said.part("at").startswith(str(path)), said.err
            assert re.search(damage.do, said.part("do")), said.err
    finally:
        path.write_bytes(whole)
    assert standing.alive() == running
    assert standing.tree() == before


@pytest.mark.parametrize("content", [b"{", b'{"version": 1, "uids": 3}', b'{"uids": {"\xff": 1}}'])
def test_damaged_addresses(standing, content):
    """They are read when something is started; what stands meanwhile goes on."""
    path = standing.home / "allocations.json"
    whole = path.read_bytes()
    path.write_bytes(content)
    said = standing.call("restart", "dev", "web", "--yes")
    path.write_bytes(whole)
    assert_one_error(said, 4)
    assert "damaged" in said.err
    assert str(path) in said.err
    assert standing.page("small.localhost") == "hello"
    assert standing.call("resume", "--yes").code == 0
    assert standing.changes() == 0


def test_ports_that_were_remembered_and_are_damaged(ground):
    ground.edit("partywall.yaml", f", http: {ground.http}, https: {ground.https}", "")
    path = ground.write(".partywall/edge/ports.json", "{")
    said = ground.call("plan")
    assert_one_error(said, 5)
    assert said.part("at") == str(path)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b'{"project": 1}', b'{"project": "\xff"}']
)
def test_a_damaged_fragment_of_the_edge_changes_no_route(standing, content):
    """The last good one counts, and stays in force for everybody."""
    for path in sorted((standing.home / "edge" / "fragments").glob("*.json")):
        whole = path.read_bytes()
        path.write_bytes(content)
        said = standing.call(*UP)
        assert "Traceback" not in said.err
        assert said.code == 0, said.err
        assert standing.page("small.localhost") == "hello"
        path.write_bytes(whole)
    assert standing.changes() == 0


@pytest.mark.parametrize("name", ["front.json", "a.json", "b.json", "good.json", "ports.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"apps": "\xff"}'])
def test_a_damaged_configuration_of_the_edge_is_written_anew(standing, name, content):
    path = standing.home / "edge" / name
    whole = path.read_bytes()
    path.write_bytes(content)
    try:
        standing.edit("compose.yaml", "route: /", "route: /new")
        said = standing.call(*UP)
        assert "Partywall has a mistake" not in said.err
        assert said.code == 0 or (assert_one_error(said, 5) or str(path) in said.err), said.err
        assert standing.page("small.localhost") != "" or said.code == 0
    finally:
        standing.edit("compose.yaml", "route: /new", "route: /")
    if said.code:
        path.write_bytes(whole)
    assert standing.call(*UP).code == 0
    assert standing.page("small.localhost") == "hello"
    assert standing.changes() == 0


@pytest.mark.parametrize("name", ["program.json", "process.json", "restarts.json", "health.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"{}", b'{"key": 1, "round": "x"}'])
def test_a_damaged_file_of_the_supervisor_is_written_anew(standing, name, content):
    """What runs goes on running, and can be changed as before."""
    path = standing.home / "run" / "dev" / "web" / name
    before = standing.alive()
    path.write_bytes(content)
    said = standing.call(*UP)
    assert said.code == 0, said.err
    assert standing.changes() == 0
    assert standing.alive() == before
    assert standing.call("restart", "dev", "web", "--yes").code == 0
    assert len(set(before) - set(standing.alive())) == 1
    assert standing.changes() == 0


def test_a_trash_that_is_damaged(standing):
    standing.write(".partywall/trash/1-dev-data/about.json", "{")
    said = standing.call("trash", "list")
    assert said.code == 0
    shutil.rmtree(standing.home / "trash" / "1-dev-data")


def test_one_environment_s_broken_app_leaves_the_other_alone(standing):
    """The whole is refused in one error; what is not broken can be worked with by name."""
    standing.write(".env.dev", "WORD='open\n")
    said = standing.call(*UP)
    assert_one_error(said, 2)
    assert standing.call("up", "prod", "--yes").code == 0
    assert standing.page("small.localhost") == "hello"
    standing.write(".env.dev", "")
