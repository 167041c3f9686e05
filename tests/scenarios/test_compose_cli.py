"""The real Compose CLI on real files: each is understood, or refused in one clear error."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
import yaml

from architectures import space
from partywall.compose import canonical, cli, envfiles, settings
from partywall.compose.read import Request, question, read, read_all
from partywall.model.app import Condition, Role
from partywall.model.choices import (
    BrokerWall,
    CacheWall,
    Choices,
    DatabaseWall,
    FilesWall,
    LimitsBy,
    Presence,
    Source,
)
from partywall.model.errors import BadInput, MachineFailed, PartywallError, Place
from partywall.model.world import World

pytestmark = pytest.mark.scenario

HERE = Path(__file__).parents[2]
CASES = HERE / "tests/captures/compose"
ANSWERS = ("expected.yaml", "stderr", "exit", "arguments")
CANARY = "canary-7f3a9c"


def put(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def ask(folder: Path, **more) -> Request:
    return Request(folder=folder, environment="dev", project="app-dev", **more)


def refused(folder: Path, **more) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read(ask(folder, **more))
    assert caught.value.remedy
    assert "\n" not in caught.value.what
    return caught.value


def clear(error: PartywallError) -> None:
    assert error.where is not None
    assert error.remedy


def test_the_reference_application():
    folder = HERE / "examples/makapix"
    wanted = envfiles.wanted(question(ask(folder)))
    secrets = {one.name: f"__PW_SECRET_{one.name}_V1__" for one in wanted if one.required}
    assert secrets.keys() >= {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "MQTT_PASSWORD"}
    app = read(ask(folder, variables=secrets))
    assert {name: one.role for name, one in app.services.items()} == {
        "api": Role.APP,
        "cache": Role.CACHE,
        "db": Role.DATABASE,
        "migrate": Role.JOB,
        "mqtt": Role.BROKER,
        "vault": Role.FILES,
        "web": Role.WEB,
        "worker": Role.WORKER,
    }
    api = app.services["api"]
    assert api.route == "/api"
    assert api.run is not None
    assert "__PW_SECRET_POSTGRES_PASSWORD_V1__" in api.environment["DATABASE_URL"]
    assert api.depends_on[0].condition in Condition
    assert [one for one in app.findings if one.kind == "literal-secret"] == []


def test_two_environments_at_once_differ_only_in_what_they_were_given(tmp_path):
    put(
        tmp_path,
        compose_yaml="""
x-defaults: &defaults {restart: always}
services:
  web:
    <<: *defaults
    image: "acme/web:${TAG}"
    environment: {DATABASE_URL: "postgres://u:${PW}@db/x", NESTED: "${A:-${TAG}}", COST: "5$$"}
    x-partywall: {run: "python -m web", route: /, port: 8080}
  debug: {image: acme/debug, profiles: [debug]}
""",
    )
    requests = [
        Request(
            folder=tmp_path,
            environment=name,
            project=f"app-{name}",
            variables={"TAG": name, "PW": "__PW_SECRET_PW_V1__"},
            profiles=profiles,
        )
        for name, profiles in (("prod", ()), ("dev", ("debug",)))
    ]
    prod, dev = read_all(requests)
    assert (prod.name, dev.name) == ("app-prod", "app-dev")
    assert list(prod.services) == ["web"]
    assert list(dev.services) == ["debug", "web"]
    assert prod.services["web"].image == "acme/web:prod"
    assert dev.services["web"].environment == {
        "DATABASE_URL": "postgres://u:__PW_SECRET_PW_V1__@db/x",
        "NESTED": "dev",
        "COST": "5$",
    }
    assert dev.services["web"].run == ("python", "-m", "web")
    assert dev.networks["default"]["name"] == "app-dev_default"


def test_the_callers_own_environment_stays_outside(tmp_path, monkeypatch):
    monkeypatch.setenv("TAG", "from-the-shell")
    monkeypatch.setenv("COMPOSE_PROJECT_NAME", "other")
    put(tmp_path, compose_yaml="services: {a: {image: 'x:${TAG}'}}", _env="TAG=from-dotenv")
    assert "TAG" in refused(tmp_path).what
    app = read(ask(tmp_path, variables={"TAG": "given"}))
    assert app.services["a"].image == "x:given"
    assert app.name == "app-dev"


def test_overrides_includes_and_extends(tmp_path):
    put(
        tmp_path,
        compose_yaml="include: [sub/db.yaml]\n"
        "services: {web: {extends: {file: base.yaml, service: b}}}",
        compose_override_yaml="services: {web: {environment: {A: override}}}",
        base_yaml="services: {b: {image: acme/b, environment: {A: base, B: base}}}",
        sub__db_yaml="services: {db: {image: 'postgres:18',"
        " volumes: ['./init:/docker-entrypoint-initdb.d:ro']}}",
        sub__init__a_sql="select 1",
    )
    app = read(ask(tmp_path))
    assert app.services["web"].environment == {"A": "override", "B": "base"}
    assert app.services["db"].mounts[0].source == str(tmp_path / "sub/init")
    assert list(app.bound) == [str(tmp_path / "sub/init")]
    named = read(ask(tmp_path, files=(Path("base.yaml"),)))
    assert list(named.services) == ["b"]


def test_a_path_with_spaces_and_quotes(tmp_path):
    folder = tmp_path / 'it\'s a "shop"; $(x)'
    folder.mkdir()
    put(folder, compose_yaml="services: {a: {image: x, volumes: ['./c.conf:/c']}}", c_conf="1")
    app = read(ask(folder))
    assert list(app.bound) == [str(folder / "c.conf")]


def test_home_is_known(tmp_path):
    put(tmp_path, compose_yaml="services: {a: {image: x, volumes: ['~/c:/c']}}")
    assert read(ask(tmp_path)).services["a"].mounts[0].source == str(Path.home() / "c")


def test_compose_settings_among_the_variables(tmp_path):
    put(
        tmp_path,
        one_yaml="services: {a: {image: x}}",
        two_yaml="services: {b: {image: x, profiles: [p]}}",
    )
    variables = {"COMPOSE_FILE": "one.yaml:two.yaml", "COMPOSE_PROFILES": "p"}
    assert list(read(ask(tmp_path, variables=variables)).services) == ["a", "b"]


BAD = {
    "required": ("services:\n  a:\n    image: x:${T:?}", 3, "T is not set", ".env.dev"),
    "required-hidden": (
        "services:\n  a: {image: x}\n  b:\n    profiles: [p]\n    image: x:${T?}",
        5,
        "T is not set",
        ".env.dev",
    ),
    "blank": (
        "services:\n  a:\n    image: x\n    command: run $T ${U}",
        4,
        "T is not set",
        "nor U",
    ),
    "blank-cast": (
        "services:\n  a:\n    image: x\n    deploy: {replicas: '${N}'}",
        4,
        "N is not set",
        ".env.dev",
    ),
    "blank-bind": (
        "services:\n  a:\n    image: x\n    volumes: ['${D}:/d']",
        4,
        "D is not set",
        "",
    ),
    "env-file": (
        "services:\n  a:\n    image: x\n    env_file: no.env",
        4,
        "no.env, which is missing",
        "required: false",
    ),
    "circle": (
        "services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}",
        2,
        "a → b → a",
        "depends_on",
    ),
    "self": ("services:\n  a:\n    image: x\n    depends_on: [a]", 4, "a → a", ""),
    "unknown-dependency": (
        "services:\n  a:\n    image: x\n    depends_on: [b]",
        4,
        "which does not exist",
        "define b",
    ),
    "hidden-dependency": (
        "services:\n  a:\n    image: x\n    depends_on: [b]\n  b: {image: x, profiles: [p]}",
        4,
        "profile that is not enabled",
        "profiles",
    ),
    "syntax": ("services:\n  a: {image: x\n", 2, "does not accept", "this line"),
    "tab": ("services:\n\ta: {image: x}\n", 2, "does not accept", "tab"),
    "twice": ("services:\n  a: {image: x}\n  a: {image: y}\n", 3, "already defined", ""),
    "unknown-key": ("services:\n  a:\n    image: x\n    imagee: y\n", 4, "imagee", ""),
    "type": ("services:\n  a:\n    image: [x]\n", 3, "must be a string", ""),
    "no-image": ("services:\n  a:\n    command: x\n", 2, "neither an image", ""),
    "network": ("services:\n  a:\n    image: x\n    networks: [n]\n", 4, "undefined network", ""),
    "port": ("services:\n  a:\n    image: x\n    ports: ['99999:1']\n", 4, "99999", ""),
    "include": ("include: [nope.yaml]\nservices: {a: {image: x}}\n", 1, "no such file", "write"),
    "brace": ("services:\n  a:\n    image: x:${T\n", 3, "interpolation", "brace"),
    "mark": ("services:\n  a:\n    image: x\n    x-partywall: {rout: /}\n", 4, "`rout`", "`route`"),
    "no-services": ("volumes: {a: }\n", 1, "no service", "profile"),
    "only-hidden": (
        "services:\n  a: {image: x, profiles: [p]}\n",
        2,
        "every service is in a profile",
        "profile",
    ),
    "empty": ("", None, "empty", ""),
    "words": ("just words", None, "must be a mapping", ""),
}


@pytest.mark.parametrize("case", BAD)
def test_one_clear_error(tmp_path, case):
    text, line, what, remedy = BAD[case]
    error = refused(put(tmp_path, compose_yaml=text))
    assert what in error.what
    assert remedy in error.remedy + error.what
    assert error.where == Place(str(tmp_path / "compose.yaml"), line)


def test_no_file_no_folder_no_text(tmp_path):
    assert "no Compose file" in refused(tmp_path).what
    assert "no such folder" in refused(tmp_path / "absent").what
    assert "no Compose file other.yaml" in refused(tmp_path, files=(Path("other.yaml"),)).what
    (tmp_path / "compose.yaml").mkdir()
    assert "is a folder" in refused(tmp_path).what
    (tmp_path / "compose.yaml").rmdir()
    (tmp_path / "compose.yaml").write_bytes(b"\0\1\2")
    assert "binary" in refused(tmp_path).what


def test_a_variable_with_a_value_that_does_not_fit(tmp_path):
    put(tmp_path, compose_yaml="services:\n  a:\n    image: x\n    deploy: {replicas: '${N}'}")
    error = refused(tmp_path, variables={"N": "many"})
    assert error.where == Place(str(tmp_path / "compose.yaml"), 4)
    assert ".env.dev" in error.remedy


def test_errors_hide_secrets(tmp_path):
    put(tmp_path, compose_yaml="services: {a: {image: x, ports: ['${SECRET}:80']}}")
    error = refused(tmp_path, variables={"SECRET": "__PW_SECRET_SECRET_V1__"})
    assert "PW_SECRET" not in str(error)


def test_secrets_in_env_files_of_services_become_placeholders(tmp_path):
    put(
        tmp_path,
        compose_yaml="services: {a: {image: x, env_file: [.env, web.env]}}",
        _env="PASSWORD=prod",
        web_env=f"API_TOKEN={CANARY}\nPLAIN=1\n",
    )
    app = read(
        ask(
            tmp_path,
            variables={"PASSWORD": "__PW_SECRET_PASSWORD_V2__"},
            env_files=(tmp_path / ".env", tmp_path / ".env.dev"),
            keep=lambda name, _value: f"__PW_SECRET_{name}_V1__",
        )
    )
    assert CANARY.encode() not in msgspec.json.encode(app)
    assert app.services["a"].environment == {
        "PASSWORD": "__PW_SECRET_PASSWORD_V2__",
        "API_TOKEN": "__PW_SECRET_WEB_ENV_API_TOKEN_V1__",
        "PLAIN": "1",
    }


def test_a_report_goes_on_where_a_start_would_not(tmp_path):
    put(
        tmp_path,
        compose_yaml="""
services:
  web: {image: 'x:${TAG:?say}', ports: ['${PORT}:80'], environment: ['A=${B}', C], env_file: no.env}
  db: {image: postgres, command: "${X"}
""",
    )
    app = read(ask(tmp_path, lenient=True))
    assert app.services["db"].role is Role.DATABASE
    assert app.services["web"].environment == {"A": "${B}"}
    assert app.services["web"].exposed == (80,)
    assert "unreadable" in {one.kind for one in app.findings}
    put(tmp_path, compose_yaml="services: {web: {image: 'x:${TAG}', env_file: no.env}}")
    found = read(ask(tmp_path, lenient=True)).findings
    assert "the variable TAG is not set and has no default" in {one.what for one in found}


def cases(outcome: str) -> list[str]:
    known = sorted(CASES.glob("*/exit"))
    return [path.parent.name for path in known if path.read_text().strip() == outcome]


def copied(case: str, to: Path) -> Path:
    return shutil.copytree(CASES / case, to / "app", ignore=shutil.ignore_patterns(*ANSWERS))


@pytest.mark.parametrize("case", sorted([*cases("0"), *cases("1")]))
def test_no_project_breaks_the_reader(tmp_path, case):
    folder = copied(case, tmp_path)
    for lenient in (False, True):
        try:
            own = settings.EnvFile(folder / ".env", required=False)
            variables = {name: one.value for name, one in envfiles.load([own]).items()}
            app = read(ask(folder, variables=variables, env_files=(own.path,), lenient=lenient))
        except PartywallError as error:
            clear(error)
        else:
            assert app.services


@pytest.mark.parametrize("case", ["variables", "passthrough", "include", "overrides", "scalars"])
def test_env_files_are_resolved_as_compose_does(tmp_path, case):
    """Our own reading of `env_file` gives the services what Compose would give them."""
    folder = copied(case, tmp_path)
    own = settings.EnvFile(folder / ".env", required=False)
    variables = {name: one.value for name, one in envfiles.load([own]).items()}
    asked = question(ask(folder, variables=variables, lenient=True))
    theirs = cli.answer(cli.ask(asked, ("--format", "yaml")))
    assert theirs.code == 0
    expected = canonical.unescape(canonical.parse(theirs.out)["services"])
    app = read(ask(folder, variables=variables, lenient=True))
    for name, one in app.services.items():
        listed = expected[name].get("environment") or {}
        assert one.environment == {key: value for key, value in listed.items() if value is not None}


ODD = (
    "plain",
    "it's",
    "a\"b' $x ${y} `z` #no",
    "ends with a backslash\\",
    "it's \\n, and ends with a backslash\\",
    "\\'",
    "two\nlines, it's",
    " ",
    "",
)


@pytest.mark.parametrize("value", ODD)
def test_compose_reads_a_quoted_value_as_it_is(tmp_path, value):
    put(tmp_path, compose_yaml="services:\n  a:\n    image: x\n    environment: {A: '${A}'}\n")
    (tmp_path / "values").write_text(f"A={envfiles.quoted(value)}\nB='last'\n")
    words = [str(cli.program()), "-p", "x", "-f", str(tmp_path / "compose.yaml")]
    done = subprocess.run(
        [*words, "--env-file", str(tmp_path / "values"), "config"],
        capture_output=True,
        text=True,
        check=True,
    )
    said = canonical.unescape(canonical.parse(done.stdout))
    assert said["services"]["a"]["environment"]["A"] == value


def test_the_plugin_comes_first_and_is_not_believed_when_it_fails(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    plugin = tmp_path / "cli-plugins" / "docker-compose"
    plugin.parent.mkdir()
    plugin.write_text("#!/bin/sh\necho 'unknown flag' >&2\nexit 16\n")
    plugin.chmod(0o755)
    put(tmp_path, compose_yaml="services: {a: {image: x}}")
    assert next(cli.programs()) == plugin
    assert list(cli.programs())[-1] == Path(sys.executable).parent / "docker-compose"
    assert list(read(ask(tmp_path)).services) == ["a"]
    plugin.write_bytes(b"\x7fELF no program")
    assert list(read(ask(tmp_path)).services) == ["a"]


def test_a_cli_that_hangs_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    plugin = tmp_path / "cli-plugins" / "docker-compose"
    plugin.parent.mkdir()
    plugin.write_text("#!/bin/sh\nexec sleep 60\n")
    plugin.chmod(0o755)
    put(tmp_path, compose_yaml="services: {a: {image: x}}")
    monkeypatch.setenv("PATH", os.environ["PATH"])
    asked = cli.ask(question(ask(tmp_path, variables={"PATH": os.environ["PATH"]})))
    began = time.monotonic()
    with pytest.raises(MachineFailed, match="no answer"):
        cli.answer(asked, seconds=0.2)
    assert time.monotonic() - began < 10
    assert asked.process.poll() is not None


def test_without_any_cli(tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "programs", lambda: iter(()))
    put(tmp_path, compose_yaml="services: {a: {image: x}}")
    with pytest.raises(MachineFailed, match="no Compose CLI"):
        read(ask(tmp_path))


POINTS = [
    Choices(files=FilesWall.READ_ONLY, source=Source.BRANCH, limits=LimitsBy.BUDGET),
    Choices(database=DatabaseWall.SCHEMA, cache=CacheWall.KEYSPACE, broker=BrokerWall.TOPICS),
    Choices(presence=Presence.SWITCHED, database=DatabaseWall.DATABASE, source=Source.BRANCH),
    Choices(presence=Presence.SINGLE, cache=CacheWall.COMMON, broker=BrokerWall.TOPICS),
]


@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point.presence}-{point.database}")
def test_the_units_of_unnamed_points_are_compose_files(tmp_path, point):
    whole = space.wanted(space.site("club", point), World())
    for unit, drawn in space.documents(whole).items():
        folder = put(tmp_path / unit, **{"compose.yaml": yaml.safe_dump(drawn)})
        asked = cli.Question(
            folder=folder,
            files=(folder / "compose.yaml",),
            project=unit,
            variables={"HOME": str(tmp_path)},
        )
        said = cli.answer(cli.ask(asked))
        assert said.code == 0, (unit, said.err)
        assert yaml.safe_load(said.out)["services"].keys() == drawn["services"].keys() - {"seed"}
