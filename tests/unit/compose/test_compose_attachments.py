"""`secrets:` and `configs:` as the files that services get."""

from pathlib import Path

import msgspec
import pytest

from partywall.compose import attachments, canonical, plain, understand
from partywall.compose.bound import bound, fingerprint
from partywall.compose.environment import Given
from partywall.compose.notices.every import refusals
from partywall.compose.place import Sources
from partywall.compose.understand import Reading
from partywall.model.app import App, Attachment
from partywall.model.errors import BadInput, PartywallError, Place, Refused
from partywall.model.secret import SecretRef

KEPT = {"FILE_DB_PASSWORD": SecretRef("FILE_DB_PASSWORD", 3), "PIN": SecretRef("PIN", 2)}


def read(folder: Path, text: str, *, lenient: bool = False, keep=True, **variables: str) -> App:
    kept: dict[str, str] = {}

    def store(name: str, value: str) -> str:
        kept[name] = value
        return str(KEPT[name])

    given = Given(folder=folder, variables=variables, keep=store if keep else None, lenient=lenient)
    reading = Reading(given=given, environment="dev", near=Sources.of({"compose.yaml": text}))
    app = understand.app(canonical.parse(text.replace("HERE", str(folder))), reading)
    assert all(value not in msgspec.json.encode(app).decode() for value in kept.values())
    return app


def one(used: str, tops: str) -> str:
    return f"name: app\nservices:\n  web:\n    image: x\n    {used}\n{tops}\n"


def only(folder: Path, used: str, tops: str, **more) -> Attachment:
    (found,) = read(folder, one(used, tops), **more).services["web"].attachments
    return found


def test_a_secret_from_a_file_is_a_placeholder_and_its_last_line_ends_as_it_did(tmp_path):
    (tmp_path / "db.txt").write_text("hunter2\r\n")
    tops = "secrets:\n  db-password: {name: app_db, file: HERE/db.txt}"
    made = only(tmp_path, "secrets: [{source: db-password, target: /run/secrets/pw}]", tops)
    assert made == Attachment(
        kind="secret",
        source="db-password",
        target="/run/secrets/pw",
        text=f"{KEPT['FILE_DB_PASSWORD']}\r\n",
        file=str(tmp_path / "db.txt"),
    )


def test_a_secret_that_is_no_text(tmp_path):
    (tmp_path / "db.p12").write_bytes(b"\xff\x00")
    tops = "secrets:\n  db_password: {file: HERE/db.p12}"
    made = only(tmp_path, "secrets: [db_password]", tops)
    assert (made.binary, made.text) == (True, str(KEPT["FILE_DB_PASSWORD"]))


def test_without_a_keeper_a_value_is_a_placeholder_all_the_same(tmp_path):
    (tmp_path / "db.txt").write_text("hunter2")
    tops = "secrets:\n  db_password: {file: HERE/db.txt}"
    made = only(tmp_path, "secrets: [db_password]", tops, keep=False)
    assert made.text == str(SecretRef("FILE_DB_PASSWORD", 1))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234", str(KEPT["PIN"])),
        ("__PW_SECRET_OTHER_V1__", "__PW_SECRET_OTHER_V1__"),
        ("", ""),
    ],
)
def test_a_secret_from_a_variable(tmp_path, value, text):
    used = 'secrets: [{source: pin, target: door, uid: "1", gid: "2", mode: "0400"}]'
    made = only(tmp_path, used, "secrets:\n  pin: {environment: PIN}", PIN=value)
    assert (made.target, made.text, made.file) == ("/run/secrets/door", text, "")
    assert (made.uid, made.gid, made.mode) == ("1", "2", "0400")


@pytest.mark.parametrize(
    ("target", "where"),
    [
        ("", "/conf"),
        ("sub/conf", "/sub/conf"),
        ("/etc/app//conf", "/etc/app/conf"),
        ("../conf", "/conf"),
    ],
)
def test_where_a_config_is(tmp_path, target, where):
    used = f"configs: [{{source: conf, target: '{target}'}}]"
    assert only(tmp_path, used, "configs:\n  conf: {content: x}").target == where


def test_a_config_from_its_content_and_from_a_variable(tmp_path):
    tops = "configs:\n  conf:\n    content: 'price=5$$ __PW_SECRET_A_V1__'"
    made = only(tmp_path, "configs: [conf]", tops)
    assert made.text == "price=5$ __PW_SECRET_A_V1__"
    made = only(tmp_path, "configs: [conf]", "configs:\n  conf: {environment: SITE}", SITE="a$b")
    assert made.text == "a$b"


def test_a_config_from_a_file_has_a_fingerprint_and_a_secret_has_none(tmp_path):
    (tmp_path / "conf").write_text("x")
    (tmp_path / "key").write_text("hunter2")
    used = "configs: [conf]\n    secrets: [db_password]"
    tops = "configs:\n  conf: {file: HERE/conf}\nsecrets:\n  db_password: {file: HERE/key}"
    app = read(tmp_path, one(used, tops))
    assert bound(app.services.values()) == {str(tmp_path / "conf"): fingerprint(tmp_path / "conf")}


def test_a_secret_is_no_part_of_what_is_built(tmp_path):
    (tmp_path / "key").write_text("hunter2")
    (tmp_path / "code.py").write_text("z")
    used = "build: {context: HERE}\n    secrets: [db_password]"
    text = one(used, "secrets:\n  db_password: {file: HERE/key}")
    before = bound(read(tmp_path, text).services.values())
    (tmp_path / "key").write_text("hunter3")
    assert bound(read(tmp_path, text).services.values()) == before
    (tmp_path / "code.py").write_text("another")
    assert bound(read(tmp_path, text).services.values()) != before


WRONG = [
    (
        "secrets: [key]",
        "secrets:\n  key:\n    file: HERE/no.txt",
        BadInput,
        "the secret key is read from no.txt, which is missing",
        8,
    ),
    (
        "configs: [key]",
        "configs:\n  key:\n    file: HERE",
        BadInput,
        "the config key: ",
        8,
    ),
    (
        "secrets: [key]",
        "secrets:\n  key:\n    name: x\n    external: true",
        Refused,
        "the secret key is external: only Docker Swarm keeps such, and it is not used",
        9,
    ),
    (
        "configs: [key]",
        "configs:\n  key:\n    environment: NO",
        BadInput,
        "the variable NO, which the config key holds, is not set in dev",
        8,
    ),
    (
        "secrets: [key]",
        "secrets:\n  key: {}",
        BadInput,
        "nothing says what the secret key holds",
        7,
    ),
]


@pytest.mark.parametrize(("used", "tops", "kind", "what", "line"), WRONG)
def test_what_cannot_be_had_is_one_error_with_its_place(tmp_path, used, tops, kind, what, line):
    with pytest.raises(PartywallError) as caught:
        read(tmp_path, one(used, tops))
    assert type(caught.value) is kind
    assert caught.value.what.startswith(what)
    assert caught.value.where == Place("compose.yaml", line)
    assert caught.value.remedy


@pytest.mark.parametrize(("used", "tops", "kind", "what", "line"), WRONG)
def test_a_report_names_it_and_goes_on(tmp_path, used, tops, kind, what, line):
    app = read(tmp_path, one(used, tops), lenient=True)
    assert app.services["web"].attachments == ()
    found = [one for one in app.findings if one.what.startswith(what)]
    assert [(one.service, one.where) for one in found] == [("web", Place("compose.yaml", line))]
    assert bool(refusals(found)) is (kind is Refused)


def test_variables_of_secrets():
    said = canonical.parse("secrets:\n  a: {environment: A}\n  b: {file: /b}\n  c: null")
    assert attachments.variables(said) == ["A"]
    odd: list[object] = [{}, None, [], {"secrets": ["a"]}, {"secrets": {"a": {"environment": [1]}}}]
    assert [attachments.variables(one) for one in odd] == [[]] * len(odd)


def test_plain_compose_has_values_in_its_env_file_and_nowhere_else(tmp_path):
    (tmp_path / "db.txt").write_text("hunter2")
    used = "secrets: [pin, db_password]\n    configs: [conf, site]"
    tops = (
        "secrets:\n  pin: {environment: PIN}\n  db_password: {file: HERE/db.txt}\n"
        "configs:\n  conf: {content: 'a=__PW_SECRET_A_V1__ 5$$'}\n  site: {environment: SITE}"
    )
    app = read(tmp_path, one(used, tops), PIN="1234", SITE="a$b")
    made = plain.document(app, "app-dev", ())
    assert made["secrets"]["pin"] == {"environment": "PIN"}
    assert made["secrets"]["db_password"] == {"file": str(tmp_path / "db.txt")}
    assert made["configs"] == {"conf": {"content": "a=${A} 5$$"}, "site": {"content": "a$$b"}}
    assert plain.secrets(app) == {KEPT["PIN"], SecretRef("A", 1)}
