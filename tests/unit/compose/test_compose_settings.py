"""partywall.yaml: defaults, corrections, and one clear error for everything else."""

from pathlib import Path

import pytest

from partywall.compose import settings
from partywall.compose.schema import AXES, File
from partywall.compose.settings import NAME, Limits, Settings, load, parse
from partywall.model.app import Role, Visit
from partywall.model.choices import DatabaseWall, RouteBy
from partywall.model.errors import BadInput, Place

FOLDER = Path("/srv/shop")


def given(text: str | bytes) -> Settings:
    data = text if isinstance(text, bytes) else text.encode()
    return parse(data, "partywall.yaml", FOLDER)


def refused(text: str | bytes) -> BadInput:
    with pytest.raises(BadInput) as caught:
        given(text)
    assert caught.value.remedy
    assert caught.value.where is not None
    return caught.value


def test_without_a_file_everything_has_a_default():
    made = parse(None, "partywall.yaml", FOLDER)
    assert made.project == "shop"
    assert made.file is None
    assert made.architecture == ("dual",)
    assert made.domain == "shop.localhost"
    assert made.trash == 7 * 86400
    assert made.tls == "internal"
    assert list(made.environments) == ["prod", "dev"]
    prod, dev = made.environments.values()
    assert (prod.production, prod.protected, prod.domain) == (True, False, "shop.localhost")
    assert (dev.production, dev.protected, dev.domain) == (False, True, "dev.shop.localhost")
    assert [(one.path.name, one.required) for one in dev.env_files] == [
        (".env", False),
        (".env.dev", False),
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "{}", "\ufeff", "environments:\n"])
def test_an_empty_file_is_no_different(text):
    assert given(text).environments.keys() == {"prod", "dev"}


def test_everything_can_be_said():
    made = given(
        """
project: club
compose: [compose.yaml, more.yaml]
engine: embedded
architecture: dual + limits
database: schema
route: port
domain: Club.Example.org
edge: {http: 8080, https: 8443, tls: acme, email: a@b.c, bind: 127.0.0.1,
  acme: {directory: "https://x/dir"}}
trash: 12h
environments:
  staging:
    env: .env.staging
    port: 9443
    allow: [192.0.2.0/24, "2001:db8::1"]
    profiles: [debug]
    protected: false
    user: guest
    seed: python -m seed --name "two words"
    variables: {PORT: 0080, FLAG: yes, RATE: 1.50, EMPTY: ""}
    limits: {cpus: 40%, memory: 512M, pids: 100}
    branch: feature/x
  live: {production: true, limits: {cpus: 1.5, memory: 25%}}
services:
  web: {role: app, run: [a, "b c"], route: /api, port: 9000, memory: 1G,
    session: {open: visit "a b", close: [visit, end], path: /me}}
""",
    )
    assert made.compose == (FOLDER / "compose.yaml", FOLDER / "more.yaml")
    assert made.architecture == ("dual", "limits")
    assert made.choices == {"database": DatabaseWall.SCHEMA, "route": RouteBy.PORT}
    assert made.domain == "club.example.org"
    assert made.trash == 43200
    assert made.edge.acme.directory == "https://x/dir"
    assert list(made.environments) == ["live", "staging"]
    assert made.production.domain == "club.example.org"
    staging = made.environments["staging"]
    assert staging.domain == "club.example.org"
    assert (staging.port, made.production.port, made.by_port) == (9443, None, True)
    assert staging.allow == ("192.0.2.0/24", "2001:db8::1")
    assert staging.seed == ("python", "-m", "seed", "--name", "two words")
    assert staging.variables == {"PORT": "0080", "FLAG": "yes", "RATE": "1.50", "EMPTY": ""}
    assert staging.limits == Limits(cpus_fraction=0.4, memory_bytes=512 * 2**20, pids=100)
    assert made.production.limits == Limits(cores=1.5, memory_fraction=0.25)
    web = made.services["web"]
    assert (web.role, web.run, web.route) == (Role.APP, ("a", "b c"), "/api")
    assert (web.port, web.memory_bytes) == (9000, 2**30)
    assert web.session == Visit(open=("visit", "a b"), close=("visit", "end"), path="/me")
    assert made.where("environments", "staging", "user") == Place("partywall.yaml", 19)


@pytest.mark.parametrize(
    ("text", "by_port", "domain"),
    [
        ("architecture: ports", True, "club.localhost"),
        ("architecture: ports + limits", True, "club.localhost"),
        ("route: port", True, "club.localhost"),
        ("{architecture: ports, route: domain}", False, "dev.club.localhost"),
        ("architecture: dual", False, "dev.club.localhost"),
    ],
)
def test_where_ports_tell_environments_apart_all_have_one_domain(text, by_port, domain):
    made = given(f"{{project: club, environments: , {text.strip('{}')}}}")
    assert made.by_port is by_port
    assert made.environments["dev"].domain == domain


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("environments:\n  prod:\n  dev:\n    port: 9443", "told apart by their domains"),
        ("route: port\nenvironments:\n  prod:\n    port: 9443", "the edge's own port"),
        ("environments:\n  prod:\n  dev:\n    allow: everybody", "neither an address nor"),
        ("route: port\nenvironments:\n  prod:\n  dev:\n    port: 0", "does not fit"),
    ],
)
def test_a_port_or_a_limit_without_effect_is_refused_with_its_line(text, words):
    error = refused(text)
    assert words in error.what
    assert error.where is not None
    assert error.where.line == len(text.splitlines())
    assert error.remedy


@pytest.mark.parametrize(
    ("text", "production"),
    [
        ("environments: {dev: , prod: }", "prod"),
        ("environments: {dev: , production: }", "production"),
        ("environments: {dev: }", "dev"),
        ("environments: {prod: , live: {production: true}}", "live"),
        ("environments: {prod: {production: false}, dev: }", "dev"),
    ],
)
def test_exactly_one_is_production(text, production):
    made = given(text)
    assert made.production.name == production
    assert [one.name for one in made.environments.values() if one.production] == [production]
    assert next(iter(made.environments)) == production


def test_of_several_the_first_is_not_production_by_chance():
    error = refused("environments: {dev: {}, stage: {}}")
    assert "no environment is production" in error.what


def test_crlf_and_byte_order_marks_are_fine():
    assert given(b"\xef\xbb\xbfproject: club\r\ndomain: a.b\r\n").domain == "a.b"


def test_anchors_and_merges_are_fine():
    made = given(
        "environments:\n  prod: &one {user: a, protected: true}\n  dev: {<<: *one, user: b}\n"
    )
    assert made.environments["dev"].user == "b"
    assert made.environments["dev"].protected


def test_real_domains_get_real_certificates():
    assert given("domain: example.org").tls == "acme"
    assert given("{domain: example.org, edge: {tls: 'off'}}").tls == "off"


BAD = {
    "domian: x": (1, "did you mean `domain`?"),
    "environments:\n  dev:\n    protcted: true": (3, "did you mean `protected`?"),
    "edge:\n  htp: 1": (2, "did you mean `http`?"),
    "edge: {acme: {dir: x}}": (1, "did you mean `directory`?"),
    "services:\n  web: {rol: app}": (2, "did you mean `role`?"),
    "environments:\n  dev:\n    limits: {cpu: 1}": (3, "did you mean `cpus`?"),
    "zzzzz: 1": (1, "known here"),
    "\nengine: dokcer": (2, "`embedded` or `docker`"),
    "database: servr": (1, "did you mean `server`? allowed: `server`, `database`, `schema`"),
    "cache: [keyspace]": (1, "allowed: `instance`, `keyspace` or `common`"),
    "files: nowhere": (1, "allowed: `folder`"),
    "environments:\n  a:\n    files: read-only": (3, "at the top of the file"),
    "services: {web: {role: db}}": (1, "`database`"),
    "services: {web: {role: flags}}": (1, "allowed: "),
    "services:\n  web:\n    session: /me": (3, "known here: close, open, path"),
    "services:\n  web:\n    session: {opn: a}": (3, "did you mean `open`?"),
    "services:\n  web:\n    session: {open: a, close: b}": (3, "needed here: open, close, path"),
    "services:\n  web:\n    session: {open: 3, close: b, path: /x}": (3, "text or a list"),
    "services:\n  web:\n    session: {open: '', close: b, path: /x}": (3, "write a command"),
    "services:\n  web:\n    session: {open: a, close: b, path: x}": (3, "a path"),
    "edge:\n  http: many": (2, "a whole number"),
    "edge:\n  http: 0": (2, "a whole number"),
    "edge:\n  http: true": (2, "a whole number"),
    "edge: 3": (1, "known here"),
    "environments: [dev]": (1, "a mapping"),
    "environments: {}": (1, "name one"),
    "environments:\n  dev: yes please": (2, "known here"),
    "environments:\n  dev: {production: maybe}": (2, "true or false"),
    "environments:\n  a/b:": (2, "small letters"),
    "environments:\n  'dev;rm':": (2, "small letters"),
    "environments:\n  Dev:": (2, "small letters"),
    "environments:\n  shared:": (2, "reserved"),
    "environments:\n  edge:": (2, "reserved"),
    "environments: {a: {production: true}, b: {production: true}}": (1, "exactly one"),
    "environments: {a: {production: false}}": (1, "production: true"),
    "environments:\n  prod: {domain: x.org}\n  b: {domain: X.org.}": (3, "give b another"),
    "environments:\n  a: {domain: 'http://x.org'}": (2, "a name alone"),
    'environments:\n  a: {seed: "echo \'x"}': (2, "close every quote"),
    "environments:\n  a: {variables: {'A B': 1}}": (2, "letters, digits"),
    "environments:\n  a: {variables: {A: }}": (2, "write a value"),
    "environments:\n  a: {variables: {A: [1]}}": (2, "a mapping"),
    "environments:\n  a: {limits: {cpus: 140%}}": (2, "40%"),
    "environments:\n  a: {limits: {cpus: lots}}": (2, "1.5"),
    "environments:\n  a: {limits: {cpus: -1}}": (2, "1.5"),
    "environments:\n  a: {limits: {memory: 0}}": (2, "512M"),
    "environments:\n  a: {limits: {memory: big}}": (2, "512M"),
    "environments:\n  a: {limits: {pids: 0}}": (2, "a whole number"),
    "environments:\n  a: {branch: '--force'}": (2, "letters"),
    "environments:\n  a: {user: 'a:b'}": (2, "no colon"),
    "environments:\n  a: {env: ['']}": (2, "name it"),
    "services: {web: {route: no way}}": (1, "/api"),
    "services: {web: {port: 70000}}": (1, "a whole number"),
    "services: {web: {memory: 12 parsecs}}": (1, "512M"),
    "project: Über": (1, "small letters"),
    "architecture: [dual, '']": (1, "overlays"),
    "architecture: []": (1, "`dual`"),
    "trash: soon": (1, "12h"),
    "compose: [1]": (1, "a list"),
    "project: a\nproject: b": (2, "line 1"),
    "- a": (1, "known here"),
    "just words": (1, "known here"),
    "a: b: c": (1, "a colon"),
    "a: 'unclosed": (1, "a quote"),
    "edge:\n\thttp: 1": (2, "spaces"),
    "a: *nowhere": (1, "a colon"),
    "[a]: b": (1, "quotes"),
    "<<: 3": (1, "mapping"),
    "a: &a [*a]": (1, "plainly"),
    "[" * 60: (1, "plainly"),
    "a: 1\n---\nb: 2": (2, "a colon"),
}


@pytest.mark.parametrize(("text", "expected"), BAD.items(), ids=range(len(BAD)))
def test_a_slip_has_one_error_with_line_and_remedy(text, expected):
    error = refused(text)
    line, remedy = expected
    assert error.where == Place("partywall.yaml", line)
    assert remedy in error.remedy


def test_aliases_cannot_blow_up():
    rows = ["a0: &a0 [1,1,1,1,1,1,1,1,1,1]"]
    rows += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert "aliases" in refused("\n".join(rows)).what


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\x00\x01\x02", "binary"),
        (b"project: \xff\xfe", "not UTF-8"),
        (b"project: a\n\x1b", "not valid YAML"),
        (b"# " + b"x" * 10_000_000, "larger than 1 MB"),
        ("\ud800".encode("utf-8", "surrogatepass"), "not UTF-8"),
    ],
)
def test_what_is_no_text_is_refused(data, what):
    assert what in refused(data).what


def test_a_folder_in_place_of_the_file(tmp_path):
    (tmp_path / NAME).mkdir()
    with pytest.raises(BadInput, match="is a folder"):
        load(tmp_path)


def test_a_large_file_is_not_even_read(tmp_path):
    (tmp_path / NAME).write_bytes(b"\0" * 10_000_000)
    with pytest.raises(BadInput, match="larger than"):
        load(tmp_path)


def test_a_file_that_cannot_be_read(tmp_path, monkeypatch):
    (tmp_path / NAME).write_text("")

    def no(_self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", no)
    with pytest.raises(BadInput, match="cannot be read: permission denied"):
        load(tmp_path)


def test_a_named_file_must_be_there(tmp_path):
    with pytest.raises(BadInput, match="no such settings file"):
        load(tmp_path, tmp_path / "other.yaml")
    assert load(tmp_path).file is None


def test_two_environments_may_share_a_domain_when_ports_tell_them_apart():
    same = "environments: {prod: {domain: x.y}, b: {domain: x.y}}"
    assert given(f"route: port\n{same}").environments["b"].domain == "x.y"
    refused(same)


def test_an_unknown_environment_gets_a_suggestion():
    made = given("")
    assert settings.environment_of(made, "dev").name == "dev"
    with pytest.raises(BadInput) as caught:
        settings.environment_of(made, "deb")
    assert caught.value.remedy == "did you mean `dev`?"


@pytest.mark.parametrize(
    ("folder", "files", "name"),
    [
        ("My Shop!", {}, "myshop"),
        ("---", {}, "app"),
        ("x", {"compose.yaml": "name: club\nservices: {}\n"}, "club"),
        ("x", {"compose.yaml": 'name: "club" \n'}, "club"),
        ("x", {"compose.yaml": "name: ${N:-club}\n"}, "x"),
        ("x", {"docker-compose.yml": "services:\n  a:\n    name: no\n"}, "x"),
    ],
)
def test_the_project_is_named_as_compose_would(tmp_path, folder, files, name):
    place = tmp_path / folder
    place.mkdir()
    for file, text in files.items():
        (place / file).write_text(text)
    assert load(place).project == name


def test_compose_files_are_found_in_composes_order(tmp_path):
    assert settings.compose_files(tmp_path) == ()
    (tmp_path / "docker-compose.yml").touch()
    (tmp_path / "docker-compose.override.yml").touch()
    names = [file.name for file in settings.compose_files(tmp_path)]
    assert names == ["docker-compose.yml", "docker-compose.override.yml"]
    (tmp_path / "compose.yaml").touch()
    names = [file.name for file in settings.compose_files(tmp_path)]
    assert names[0] == "compose.yaml"


def test_every_axis_is_a_key_of_the_file():
    assert set(AXES) <= set(File.__struct_fields__), "give `File` of compose/schema.py the key"
