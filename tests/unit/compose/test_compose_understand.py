"""Canonical YAML as an App."""

from pathlib import Path

import pytest

from partywall.compose import canonical, environment, understand
from partywall.compose.environment import Given
from partywall.compose.notices.every import refusals
from partywall.compose.place import Sources
from partywall.compose.settings import ServiceSettings
from partywall.compose.understand import Reading, find_cycle
from partywall.model.app import App, Condition, Dependency, HealthCheck, Mount, Port, Role, Visit
from partywall.model.errors import BadInput, PartywallError, Place

CAPTURES = Path(__file__).parents[2] / "captures" / "compose"


def reading(source="", *, keep=None, services=None, variables=None, folder="/srv/app", own=()):
    given = Given(
        folder=Path(folder), variables=variables or {}, keep=keep, own_files=frozenset(own)
    )
    return Reading(
        given=given,
        environment="dev",
        near=Sources.of({"compose.yaml": source}),
        services=services or {},
    )


def read(text, source="", **more) -> App:
    return understand.app(canonical.parse(text), reading(source or text, **more))


def only(body, **more):
    text = "name: x\nservices:\n  it:\n" + "".join(f"    {line}\n" for line in body.splitlines())
    return read(text, **more).services["it"]


def test_a_whole_service():
    one = only(
        r"""
image: postgres:16
command: [python, -m, a b, "$${KEPT}"]
entrypoint: [x]
environment: {A: "1", D: "a$$b", NOTHING: null, DAY: 2020-01-01, ON: on, TIME: 1:30}
labels: {a: b}
restart: "no"
stop_signal: SIGINT
stop_grace_period: 1m0s
expose: ["9000", 9100-9102, 53/udp]
ports:
  - {mode: ingress, target: 5432, published: "5432", protocol: tcp}
  - {mode: ingress, host_ip: 127.0.0.1, target: 6000, published: "6000", protocol: udp}
volumes:
  - {type: volume, source: pg, target: /data}
  - {type: bind, source: /srv/app/conf, target: /conf, read_only: true, bind: {}}
  - {type: volume, target: /anonymous}
tmpfs: [/run]
depends_on:
  db: {condition: service_healthy, required: true}
  job: {condition: service_completed_successfully, required: false}
x-partywall: {run: 'python -m "a b"', route: /api, role: app, port: 9001,
  session: {open: 'visit "a b"', close: [visit, end], path: '/me?x=1'}}
"""
    )
    assert one.command == ("python", "-m", "a b", "${KEPT}")
    assert one.entrypoint == ("x",)
    assert one.environment == {
        "A": "1",
        "D": "a$b",
        "DAY": "2020-01-01",
        "ON": "on",
        "TIME": "1:30",
    }
    assert one.restart == "no"
    assert (one.stop_signal, one.stop_grace) == ("SIGINT", 60.0)
    assert one.exposed == (9001, 5432, 9000, 9100, 9101, 9102)
    assert one.ports == (
        Port(target=5432, published="5432"),
        Port(target=6000, published="6000", host="127.0.0.1", protocol="udp"),
    )
    assert one.mounts == (
        Mount(kind="volume", source="pg", target="/data"),
        Mount(kind="bind", source="/srv/app/conf", target="/conf", read_only=True),
        Mount(kind="volume", source="", target="/anonymous"),
        Mount(kind="tmpfs", source="", target="/run"),
    )
    assert one.depends_on == (
        Dependency("db", Condition.HEALTHY),
        Dependency("job", Condition.DONE, required=False),
    )
    assert (one.run, one.route, one.role) == (("python", "-m", "a b"), "/api", Role.APP)
    assert one.session == Visit(open=("visit", "a b"), close=("visit", "end"), path="/me?x=1")
    assert one.why == "x-partywall in the Compose file says so"
    assert one.definition["environment"]["D"] == "a$$b"


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("{test: [CMD, a, b]}", HealthCheck(command=("a", "b"))),
        ("{test: [CMD-SHELL, 'a | b']}", HealthCheck(command=("a | b",), shell=True)),
        ("{test: 'a $$X'}", HealthCheck(command=("a $X",), shell=True)),
        ("{test: [NONE]}", None),
        ("{disable: true}", None),
        ("{interval: 3s}", None),
        (
            "{test: [CMD, a], interval: 1m30s, timeout: 500ms, retries: 7, start_period: 1h0m0s}",
            HealthCheck(command=("a",), interval=90, timeout=0.5, retries=7, start_period=3600),
        ),
    ],
)
def test_health_checks(check, expected):
    assert only(f"image: x\nhealthcheck: {check}").health == expected


@pytest.mark.parametrize(
    ("body", "ports"),
    [
        ("image: postgres", (5432,)),
        ("image: redis", (6379,)),
        ("build: {context: .}\nx-partywall: {role: broker}", (1883,)),
        ("image: caddy", (80,)),
        ("image: acme/x\nenvironment: {PORT: '3000'}", (3000,)),
        ("image: acme/x\nhealthcheck: {test: 'curl -f http://localhost:8123/x'}", (8123,)),
        ("image: acme/x", ()),
        ("image: postgres\nexpose: ['6432']", (6432,)),
    ],
)
def test_ports(body, ports):
    assert only(body).exposed == ports


def test_settings_win_over_marks_and_marks_over_guesses():
    body = "image: postgres\nx-partywall: {role: app, route: /a}"
    assert only("image: postgres").role is Role.DATABASE
    assert only(body).role is Role.APP
    one = only(body, services={"it": ServiceSettings(role=Role.WORKER, port=7)})
    assert (one.role, one.route, one.exposed) == (Role.WORKER, "/a", (7,))
    assert one.why == "partywall.yaml says so"


def test_settings_win_over_a_session_in_the_compose_file():
    body = "image: x\nx-partywall: {session: {open: a, close: b, path: /a}}"
    other = Visit(open=("c",), close=("d",), path="/c")
    assert only(body).session == Visit(open=("a",), close=("b",), path="/a")
    assert only(body, services={"it": ServiceSettings(session=other)}).session == other
    assert only("image: x\nx-partywall: {session: }").session is None


BAD_MARKS = {
    "{session: /me}": ("`session` must be a mapping", "open, close, path"),
    "{session: {opn: a}}": ("unknown key `opn` in `session`", "did you mean `open`?"),
    "{session: {open: a}}": ("`session` lacks `close`, `path`", "all of open, close and path"),
    "{session: {open: [], close: b, path: /x}}": ("`session.open` is no command", "write one"),
    "{session: {open: a, close: '\"', path: /x}}": ("`session.close` is no command", "quote"),
    "{session: {open: a, close: b, path: x}}": ("`session.path` is no path", "/api"),
    "{session: {open: a, close: b, path: '/a b'}}": ("`session.path` is no path", "/api"),
    "{session: {open: a, close: b, path: [a]}}": ("`session.path` is no path", "/api"),
    "{rout: /x}": ("unknown key `rout`", "did you mean `route`?"),
    "[a]": ("must be a mapping", "known"),
    "{run: 3.5}": ("no command", "write one"),
    "{role: dtabase}": ("no role", "did you mean `database`?"),
    "{role: flags}": ("no role", "`files`"),
    '{run: "echo \'x"}': ("no command", "quote"),
    "{run: []}": ("no command", "write one"),
    "{route: 'a b'}": ("no route", "/api"),
    "{route: [a]}": ("no route", "/api"),
    "{port: many}": ("no port", "65535"),
    "{port: 0}": ("no port", "65535"),
}


@pytest.mark.parametrize(("said", "expected"), BAD_MARKS.items())
def test_slips_in_marks(said, expected):
    with pytest.raises(BadInput) as caught:
        only(f"image: x\nx-partywall: {said}")
    assert expected[0] in caught.value.what
    assert expected[1] in caught.value.remedy
    assert caught.value.where == Place("compose.yaml", 5)


def test_circles_are_refused_even_where_the_cli_accepts_them():
    text = "services:\n" + "".join(
        f"  {a}:\n    image: x\n    depends_on:\n      {b}: {{condition: service_started}}\n"
        for a, b in (("a", "b"), ("b", "c"), ("c", "a"))
    )
    with pytest.raises(BadInput) as caught:
        read(text)
    assert "a → b → c → a" in caught.value.what
    assert caught.value.where == Place("compose.yaml", 4)


def test_circles():
    assert find_cycle({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) is None
    assert find_cycle({"a": ["a"]}) == ["a", "a"]
    assert find_cycle({"x": ["a"], "a": ["b"], "b": ["a"]}) == ["a", "b", "a"]
    assert find_cycle({"a": ["absent"]}) is None
    long = {str(i): [str(i + 1)] for i in range(5000)}
    assert find_cycle(long) is None


def test_settings_for_a_service_that_does_not_exist():
    with pytest.raises(BadInput) as caught:
        only("image: x", services={"its": ServiceSettings()})
    assert caught.value.remedy == "did you mean `it`?"


SECRETS = """
image: x
environment:
  DB_PASSWORD: hunter2
  OTHER_PASSWORD: __PW_SECRET_OTHER_PASSWORD_V1__
  URL: postgres://u:hunter2@db/x
  GOOD_URL: postgres://u:__PW_SECRET_P_V3__@db/x
  PASSWORD_FILE: /run/secrets/p
  TOKEN: ""
"""


def test_secrets_written_down_are_found_and_not_shown():
    text = "name: x\nservices:\n  it:" + SECRETS.replace("\n", "\n    ")
    app = read(text)
    found = [one for one in app.findings if one.kind == "literal-secret"]
    assert [one.what.split()[0] for one in found] == ["DB_PASSWORD", "URL"]
    assert found[0].where == Place("compose.yaml", 6)
    assert "hunter2" not in str(found)


def test_a_password_of_postgres_that_is_written_down_is_kept_to_log_in_with_it():
    kept = {}

    def keep(name, value):
        kept[name] = value
        return f"__PW_SECRET_{name}_V1__"

    said = 'environment: {POSTGRES_PASSWORD: "a$$b"}'
    server = only(f"image: postgres:17\n{said}", keep=keep)
    assert (
        server.environment["POSTGRES_PASSWORD"] == "__PW_SECRET_WRITTEN_IT_POSTGRES_PASSWORD_V1__"
    )
    assert kept == {"WRITTEN_IT_POSTGRES_PASSWORD": "a$b"}
    app = only(f"image: python\nexpose: ['80']\n{said}", keep=keep)
    assert app.environment["POSTGRES_PASSWORD"] == "a$b"
    assert only(f"image: postgres:17\n{said}").environment["POSTGRES_PASSWORD"] == "a$b"


TROUBLE = """
name: app
services:
  web:
    image: caddy
    container_name: web
    privileged: true
    pid: host
    network_mode: host
    ports: [{target: 80, published: "80"}]
    volumes:
      - {type: bind, source: /var/run/docker.sock, target: /x}
      - {type: bind, source: /srv/app/data, target: /data}
      - {type: bind, source: /srv/app/conf, target: /conf, read_only: true}
      - {type: volume, source: old, target: /old}
  db:
    image: postgres
    ports: [{target: 5432, published: "5432"}]
    networks: {back: {ipv4_address: 10.0.0.2}, lan: null}
  app:
    image: acme/x
    x-partywall: {route: /x}
volumes:
  old: {name: old, external: true}
  own: {name: app_own}
networks:
  back: {name: fixed}
  lan: {name: lan, external: true}
"""


def test_what_two_environments_would_trip_over():
    app = read(TROUBLE)
    kinds = {(one.service, one.kind) for one in app.findings}
    assert kinds == {
        ("web", "container-name"),
        ("web", "privileged"),
        ("web", "host-namespace"),
        ("web", "host-network"),
        ("web", "host-port"),
        ("web", "docker-socket"),
        ("web", "bound-folder"),
        ("web", "external-volume"),
        ("db", "host-port"),
        ("db", "static-address"),
        ("db", "fixed-network"),
        ("db", "external-network"),
        ("app", "no-port"),
    }
    assert {one.kind for one in refusals(app.findings)} == {
        "host-namespace",
        "host-network",
        "docker-socket",
    }
    assert all(one.where is not None and one.action for one in app.findings)


def test_env_files_become_part_of_the_environment(tmp_path):
    (tmp_path / "web.env").write_text("A=file\nB=file\nAPI_TOKEN=secret-value\nD='a$b'\n")
    (tmp_path / ".env").write_text("OWN=common\nDB_PASSWORD=from-prod\n")
    kept = {}

    def keep(name, value):
        kept[name] = value
        return f"__PW_SECRET_{name}_V1__"

    body = f"""image: x
env_file:
  - {{path: {tmp_path}/web.env}}
  - {{path: {tmp_path}/.env}}
  - {{path: {tmp_path}/no.env, required: false}}
environment: {{B: own, PASSED: null, ABSENT: null}}"""
    variables = {"OWN": "dev", "DB_PASSWORD": "__PW_SECRET_DB_PASSWORD_V1__", "PASSED": "on$"}
    one = only(body, keep=keep, variables=variables, own=[tmp_path / ".env"])
    assert one.environment == {
        "A": "file",
        "B": "own",
        "API_TOKEN": "__PW_SECRET_WEB_ENV_API_TOKEN_V1__",
        "D": "a$b",
        "OWN": "dev",
        "DB_PASSWORD": "__PW_SECRET_DB_PASSWORD_V1__",
        "PASSED": "on$",
    }
    assert kept == {"WEB_ENV_API_TOKEN": "secret-value"}
    assert "env_file" not in one.definition
    assert one.definition["environment"]["D"] == "a$$b"


def test_what_an_own_env_file_will_have_is_there_before_it(tmp_path):
    given = Given(
        folder=tmp_path,
        variables={"OWN": "1", "NEW": "2", "OTHER": "3"},
        own_files=frozenset({tmp_path / ".env", tmp_path / ".env.dev"}),
        made=frozenset({"NEW"}),
    )
    (tmp_path / ".env").write_text("OWN=1\n")
    said = {"env_file": [str(tmp_path / ".env")]}
    made = environment.complete("it", said, given, Sources())["environment"]
    assert made == {"OWN": "1", "NEW": "2"}
    (tmp_path / ".env.dev").write_text("NEW=2\n")
    assert environment.complete("it", said, given, Sources())["environment"] == made


def test_a_missing_env_file(tmp_path):
    with pytest.raises(BadInput, match=r"it wants the env file no\.env") as caught:
        only(f"image: x\nenv_file:\n  - path: {tmp_path}/no.env")
    assert caught.value.where == Place("compose.yaml", 6)


def test_warnings_tell_which_variables_became_blank():
    err = 'time="2026-01-01T00:00:00Z" level=warning msg="The \\"B\\" variable is not set."\n'
    other = 'time="x" level=warning msg="the attribute `version` is obsolete, __PW_SECRET_X_V1__"\n'
    assert understand.blanks(err + err.replace("B", "A") + err + other) == ("A", "B")
    found = understand.warnings(err + other)
    assert [one.what for one in found] == ["the attribute `version` is obsolete, ****"]
    error = understand.unset(("A", "B"), reading("x:\n  # ${A}\n  y: ${A:-}${AB}\n"))
    assert error.where == Place("compose.yaml", 3)
    assert "A" in error.what
    assert ".env.dev" in error.remedy


@pytest.mark.parametrize(
    "case",
    sorted(path.parent.name for path in CAPTURES.glob("*/expected.yaml") if path.stat().st_size),
)
def test_every_captured_project_is_understood_or_refused(case):
    text = (CAPTURES / case / "expected.yaml").read_text()
    source = CAPTURES / case / "compose.yaml"
    refused = []
    try:
        app = read(text, source.read_text() if source.is_file() else text, folder="/srv/app")
    except PartywallError as error:
        refused.append(error)
    if refused:
        assert refused[0].remedy
        return
    assert app.name
    for one in app.services.values():
        assert one.why
        assert all("$$" not in value for value in one.environment.values() if "$$$$" not in text)


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("deploy: {replicas: 2}", ["replicas"]),
        ("scale: 3", ["replicas"]),
        ("scale: 0", ["no-container"]),
        ("deploy: {replicas: 0}", ["no-container"]),
        ("deploy: {replicas: 1}", []),
        ("restart: always", []),
    ],
)
def test_a_service_runs_in_one_container(said, kinds):
    app = read(f"name: x\nservices:\n  it:\n    image: x\n    {said}\n")
    assert [one.kind for one in app.findings] == kinds
    assert len(refusals(app.findings)) == kinds.count("no-container")


def test_who_is_reached_by_way_of_a_proxy_needs_no_port():
    text = "name: x\nservices:\n  web:\n    image: x\n"
    proxy = "  caddy: {image: caddy, ports: [{target: 443, published: '443'}]}\n"
    kinds = {
        name: [one.kind for one in read(said).findings]
        for name, said in (("alone", text), ("behind", text + proxy))
    }
    assert "no-port" in kinds["alone"]
    assert "no-port" not in kinds["behind"]


IN_A_VARIABLE = """
name: shop
services:
  web:
    image: shop
    volumes:
      - {said}
"""


@pytest.mark.parametrize(
    ("said", "source", "remedy"),
    [
        ("${GOODS}:/goods", "/srv/app/goods", "write GOODS=./goods-dev into .env.dev"),
        ("$GOODS/new/:/goods:rw", "/srv/app/all/new", "write GOODS=./all-dev into .env.dev"),
        ("${GOODS:-/mnt/a}:/goods", "/mnt/a", "write GOODS=/mnt/a-dev into .env.dev"),
        ("${GOODS}/new:/goods", "/srv/app/new", "write ${NEW_FOLDER:-./new} in the Compose file"),
        ("./goods:/goods", "/srv/app/goods", "write ${GOODS_FOLDER:-./goods} in the Compose file"),
        ("${OTHER}:/goods/2", "/srv/app/a", "write ${A_FOLDER:-./a} in the Compose file"),
    ],
)
def test_a_folder_that_a_variable_names_gets_another_value_of_it(said, source, remedy):
    mount = f"{{type: bind, source: {source}, target: /goods}}"
    app = read(IN_A_VARIABLE.replace("{said}", mount), IN_A_VARIABLE.replace("{said}", said))
    assert any(one.kind == "bound-folder" and remedy in one.action for one in app.findings)


def test_a_report_names_every_env_file_that_is_missing_and_wanted(tmp_path):
    (tmp_path / "here.env").write_text("A=1")
    text = f"""
name: x
services:
  web: {{image: a, env_file: [{tmp_path}/here.env, {tmp_path}/gone.env, {tmp_path}/own.env]}}
  job: {{image: a, env_file: [{{path: {tmp_path}/gone.env, required: false}}, {{path: {tmp_path}/no.env}}]}}
  one: {{image: a, env_file: {tmp_path}/here.env}}
  bare:
"""  # noqa: E501
    given = Given(
        folder=tmp_path, variables={}, own_files=frozenset({tmp_path / "own.env"}), lenient=True
    )
    asked = Reading(given=given, environment="dev", near=Sources.of({"compose.yaml": text}))
    found = understand.app(canonical.parse(text), asked).findings
    missing = [one for one in found if one.kind == "env-file"]
    assert [(one.service, one.what) for one in missing] == [
        ("web", "it wants the env file gone.env, which is missing"),
        ("job", "it wants the env file no.env, which is missing"),
    ]
    assert all(one.where and one.action.startswith("write /") for one in missing)
